"""
torch.compile of Transformers' BERT with SDPA, bf16 autocast, CUDA graphs (`reduce-overhead`); padded to multiples of 32, so that it
compiles a few times only. Not run.
"""

import torch
from common import Opponent, serve
from padded import build_with, collate_to, logits_in


def build(folder, dropout):
    model = build_with("sdpa")(folder, dropout)
    model.compile(mode="reduce-overhead", dynamic=False)
    return model


def logits(model, batch):
    torch.compiler.cudagraph_mark_step_begin()
    # A graph's output is overwritten by the next replay.
    return logits_in("bf16")(model, batch).clone()


if __name__ == "__main__":
    serve(Opponent(build, collate_to(32), logits))
