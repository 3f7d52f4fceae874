"""A fine-tuning loop in PyTorch: a group of torch.optim.AdamW for each parameter, its rate set by hand at each step."""

import torch
from peer import serve
from safetensors.torch import load_file, save_file
from torch_inputs import padded
from transformers import BertForSequenceClassification


def our_name(name):
    return name.replace("classifier.", "heads.rte.classifier.") if name.startswith("classifier.") else name


def answer(request, folder):
    model = BertForSequenceClassification.from_pretrained(
        request["model"], num_labels=2, hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0, attn_implementation="eager"
    ).train()
    head = load_file(folder / "head.safetensors")
    model.classifier.load_state_dict({name.removeprefix("heads.rte.classifier."): tensor for name, tensor in head.items()})
    options = request["optimizer"]
    groups = []
    for name, parameter in model.named_parameters():
        decays = not (name.endswith(".bias") or "LayerNorm" in name)
        groups.append(
            {"params": [parameter], "weight_decay": options["weightDecay"] if decays else 0.0, "scale": request["scales"][our_name(name)]}
        )
    optimizer = torch.optim.AdamW(groups, lr=0.0, betas=(options["beta1"], options["beta2"]), eps=options["epsilon"])
    losses, norms = [], []
    for batch in request["batches"]:
        labels = torch.tensor([row["label"] for row in batch["rows"]])
        loss = model(**padded(batch["rows"]), labels=labels).loss
        loss.backward()
        norm = torch.nn.utils.clip_grad_norm_(model.parameters(), options["clipNorm"])
        for group in optimizer.param_groups:
            group["lr"] = batch["learningRate"] * group["scale"]
        optimizer.step()
        optimizer.zero_grad()
        losses.append(loss.item())
        norms.append(norm.item())
    save_file({our_name(name): p.detach().contiguous() for name, p in model.named_parameters()}, folder / "final.safetensors")
    return {"losses": losses, "norms": norms}


serve(answer)
