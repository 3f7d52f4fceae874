"""What the opponents on the CPU and on CUDA share: padded batches, dropout rates, and which parameters decay."""

import torch

WEIGHT_DECAY, CLIP_NORM = 0.01, 1.0


def dropout_rates(dropout):
    """As `from_pretrained` takes them."""
    return {"hidden_dropout_prob": dropout, "attention_probs_dropout_prob": dropout, "classifier_dropout": dropout}


def decay_groups(model):
    """Biases and norms without decay, as run_glue does."""
    named = list(model.named_parameters())
    plain = [p for name, p in named if name.endswith(".bias") or "LayerNorm" in name]
    decayed = [p for name, p in named if not (name.endswith(".bias") or "LayerNorm" in name)]
    return [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}]


def collate(rows, length):
    """As DataCollatorWithPadding: ids, types and mask [batch, length], labels [batch]."""
    ids, types, mask = (torch.zeros(len(rows), length, dtype=torch.long) for _ in range(3))
    for i, row in enumerate(rows):
        own = len(row["ids"])
        ids[i, :own] = torch.tensor(row["ids"])
        types[i, row["boundary"] : own] = 1
        mask[i, :own] = 1
    labels = torch.tensor([row["label"] for row in rows])
    return {"input_ids": ids, "token_type_ids": types, "attention_mask": mask, "labels": labels}


def longest(rows):
    return max(len(row["ids"]) for row in rows)
