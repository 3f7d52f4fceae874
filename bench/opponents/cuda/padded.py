"""Transformers' BERT on padded batches, as most of its users run it: `padded.py eager|sdpa fp32|bf16`. Not run."""

import sys

import torch
from common import DEVICE, Opponent, serve
from transformers import BertForSequenceClassification


def build_with(attention):
    def build(folder, dropout):
        rates = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout, "classifier_dropout": dropout}
        return BertForSequenceClassification.from_pretrained(folder, attn_implementation=attention, **rates).to(DEVICE)

    return build


def collate_to(multiple):
    """To the longest of the batch, rounded up."""

    def collate(rows):
        longest = -(-max(len(row["ids"]) for row in rows) // multiple) * multiple
        ids, types, mask = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(3))
        for i, row in enumerate(rows):
            length = len(row["ids"])
            ids[i, :length] = torch.tensor(row["ids"])
            types[i, row["boundary"] : length] = 1
            mask[i, :length] = 1
        labels = torch.tensor([row["label"] for row in rows])
        return {"input_ids": ids, "token_type_ids": types, "attention_mask": mask, "labels": labels}

    return collate


def logits_in(precision):
    def logits(model, batch):
        with torch.autocast(DEVICE, dtype=torch.bfloat16, enabled=precision == "bf16"):
            return model(**batch).logits

    return logits


if __name__ == "__main__":
    serve(Opponent(build_with(sys.argv[1]), collate_to(1), logits_in(sys.argv[2])))
