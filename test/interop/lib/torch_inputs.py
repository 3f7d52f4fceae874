"""Batches for PyTorch from the inputs of test/interop/lib/inputs.ts."""

import torch


def padded(inputs: list[dict]) -> dict[str, torch.Tensor]:
    """The keyword arguments of a BERT of Transformers: ids, types and mask, each [batch, longest]."""
    longest = max(len(one["ids"]) for one in inputs)
    ids, types, mask = (torch.zeros(len(inputs), longest, dtype=torch.long) for _ in range(3))
    for row, one in enumerate(inputs):
        length = len(one["ids"])
        ids[row, :length] = torch.tensor(one["ids"])
        types[row, :length] = torch.tensor(one["types"])
        mask[row, :length] = 1
    return {"input_ids": ids, "token_type_ids": types, "attention_mask": mask}


def batches(inputs: list[dict], tokens: int = 4096):
    """(place, inputs) groups of at most so many tokens, padding included; neighbours are alike in length."""
    order = sorted(range(len(inputs)), key=lambda i: len(inputs[i]["ids"]))
    group: list[int] = []
    for i in order:
        if group and len(inputs[i]["ids"]) * (len(group) + 1) > tokens:
            yield group, [inputs[j] for j in group]
            group = []
        group.append(i)
    if group:
        yield group, [inputs[j] for j in group]
