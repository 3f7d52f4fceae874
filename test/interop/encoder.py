"""MiniLM in Transformers: outputs in float32, as people run it; gradients in float64, so that only our own rounding is measured."""

import torch
from peer import serve
from safetensors.torch import load_file, save_file
from torch_inputs import batches, padded
from transformers import BertModel


def outputs(model, head, inputs):
    tensors = {}
    with torch.no_grad():
        for places, group in batches(inputs):
            result = model(**padded(group))
            logits = head(result.pooler_output)
            for row, i in enumerate(places):
                tensors[f"hidden.{i}"] = result.last_hidden_state[row, : len(inputs[i]["ids"])]
                tensors[f"pooled.{i}"] = result.pooler_output[row]
                tensors[f"logits.{i}"] = logits[row]
    return tensors


def layers(model, inputs):
    tensors = {}
    with torch.no_grad():
        for i, one in enumerate(inputs):
            states = model(**padded([one]), output_hidden_states=True).hidden_states
            tensors |= {f"layer.{k}.{i}": state[0] for k, state in enumerate(states)}
    return tensors


def gradients(model, head, inputs):
    model, head = model.double(), head.double()
    for places, group in batches(inputs):
        logits = head(model(**padded(group)).pooler_output)
        target = torch.tensor([i % head.out_features for i in places])
        torch.nn.functional.cross_entropy(logits, target, reduction="sum").backward()
    tensors = {f"gradient.bert.{name}": p.grad for name, p in model.named_parameters()}
    return tensors | {f"gradient.heads.probe.classifier.{name}": p.grad for name, p in head.named_parameters()}


def answer(request, folder):
    model = BertModel.from_pretrained(request["model"], attn_implementation="eager").eval()
    head = torch.nn.Linear(model.config.hidden_size, request["classes"])
    weights = load_file(folder / "head.safetensors")
    head.load_state_dict({name.removeprefix("heads.probe.classifier."): tensor for name, tensor in weights.items()})
    tensors = outputs(model, head, request["inputs"]) | layers(model, request["probed"]) | gradients(model, head, request["probed"])
    save_file({name: tensor.detach().float().contiguous() for name, tensor in tensors.items()}, folder / "expected.safetensors")
    return {}


serve(answer)
