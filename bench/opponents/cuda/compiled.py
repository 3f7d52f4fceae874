"""
torch.compile of Transformers' BERT with SDPA, bf16 autocast, CUDA graphs (`reduce-overhead`); padded to multiples of 32, so that it
compiles a few times only. Not run.
"""

import torch
from common import DEVICE, Opponent, serve
from transformers import BertForSequenceClassification

MULTIPLE = 32


def build(folder, dropout):
    rates = {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout, "classifier_dropout": dropout}
    model = BertForSequenceClassification.from_pretrained(folder, attn_implementation="sdpa", **rates).to(DEVICE)
    model.compile(mode="reduce-overhead", dynamic=False)
    return model


def collate(rows):
    longest = -(-max(len(row["ids"]) for row in rows) // MULTIPLE) * MULTIPLE
    ids, types, mask = (torch.zeros(len(rows), longest, dtype=torch.long) for _ in range(3))
    for i, row in enumerate(rows):
        length = len(row["ids"])
        ids[i, :length] = torch.tensor(row["ids"])
        types[i, row["boundary"] : length] = 1
        mask[i, :length] = 1
    labels = torch.tensor([row["label"] for row in rows])
    return {"input_ids": ids, "token_type_ids": types, "attention_mask": mask, "labels": labels}


def loss(model, batch):
    torch.compiler.cudagraph_mark_step_begin()
    with torch.autocast(DEVICE, dtype=torch.bfloat16):
        # A graph's output is overwritten by the next replay.
        return model(**batch).loss.clone()


if __name__ == "__main__":
    serve(Opponent(build, collate, loss))
