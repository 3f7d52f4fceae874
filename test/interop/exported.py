"""What Transformers makes of a written model: each exported folder by itself, and the whole folder as an encoder with its heads."""

import json
from pathlib import Path

import torch
from peer import serve
from safetensors.torch import load_file
from transformers import AutoModel, AutoModelForSequenceClassification, AutoTokenizer


def encode(tokenizer, rows, max_length):
    second = [row["textB"] for row in rows]
    pair = None if second[0] is None else second
    return tokenizer([row["textA"] for row in rows], pair, padding=True, truncation=True, max_length=max_length, return_tensors="pt")


def scores(values, head):
    return torch.sigmoid(values) if head["activation"] == "sigmoid" else values


def outputs(request):
    whole = Path(request["modelDir"])
    description = json.loads((whole / "bornagain.json").read_text())
    heads = load_file(whole / "heads.safetensors")
    encoder = AutoModel.from_pretrained(whole, attn_implementation="eager").eval()
    results = {}
    for head in description["heads"]:
        task = head["task"]
        folder = Path(request["exportedDir"]) / task
        inputs = encode(AutoTokenizer.from_pretrained(folder), request["texts"][task], description["info"]["maxLength"])
        model, loading = AutoModelForSequenceClassification.from_pretrained(folder, output_loading_info=True, attn_implementation="eager")
        weight, bias = (heads[f"heads.{task}.classifier.{part}"] for part in ("weight", "bias"))
        with torch.no_grad():
            exported = model.eval()(**inputs).logits
            with_head = encoder(**inputs).pooler_output @ weight.T + bias
        results[task] = {
            "missing": sorted(loading["missing_keys"]),
            "unexpected": sorted(loading["unexpected_keys"]),
            "labels": [model.config.id2label[i] for i in range(model.config.num_labels)],
            "exported": scores(exported, head).tolist(),
            "whole": scores(with_head, head).tolist(),
        }
    return results


def answer(request, _):
    return [outputs(model) for model in request["models"]]


serve(answer)
