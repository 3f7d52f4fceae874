"""Transformers' BERT on padded batches, as most of its users run it: `padded.py eager|sdpa fp32|bf16`. Not run."""

import sys

import torch
from common import DEVICE, Opponent, serve
from shared import collate, dropout_rates, longest
from transformers import BertForSequenceClassification


def build_with(attention):
    def build(folder, dropout):
        return BertForSequenceClassification.from_pretrained(folder, attn_implementation=attention, **dropout_rates(dropout)).to(DEVICE)

    return build


def collate_to(multiple):
    """To the longest of the batch, rounded up."""
    return lambda rows: collate(rows, -(-longest(rows) // multiple) * multiple)


def logits_in(precision):
    def logits(model, batch):
        with torch.autocast(DEVICE, dtype=torch.bfloat16, enabled=precision == "bf16"):
            return model(**batch).logits

    return logits


if __name__ == "__main__":
    serve(Opponent(build_with(sys.argv[1]), collate_to(1), logits_in(sys.argv[2])))
