"""
What the CUDA opponents share: the bench's folder, the optimizer, the timed loop, and answering commands as lines of JSON. Not run: no GPU
was to be had. Each opponent gives `build`, `collate` and `loss`.
"""

import json
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch

DEVICE = "cuda"
WEIGHT_DECAY, CLIP_NORM = 0.01, 1.0


@dataclass
class Opponent:
    # (folder, dropout) to the model on the device.
    build: Callable
    # Rows { ids, boundary, label } of one batch to tensors in pinned memory.
    collate: Callable
    # (model, batch on the device) to the mean loss.
    loss: Callable
    model: torch.nn.Module | None = None
    optimizer: torch.optim.Optimizer | None = None
    batches: dict = field(default_factory=dict)


def optimizer_of(model):
    named = list(model.named_parameters())
    plain = [p for name, p in named if name.endswith(".bias") or "LayerNorm" in name]
    decayed = [p for name, p in named if not (name.endswith(".bias") or "LayerNorm" in name)]
    groups = [{"params": decayed, "weight_decay": WEIGHT_DECAY}, {"params": plain, "weight_decay": 0.0}]
    # The rate as a tensor, so that neither a graph nor a compiled step is made anew when it changes.
    return torch.optim.AdamW(groups, lr=torch.tensor(0.0, device=DEVICE), betas=(0.9, 0.999), eps=1e-6, fused=True)


def pinned(batch):
    return {name: value.pin_memory() if isinstance(value, torch.Tensor) else value for name, value in batch.items()}


def to_device(batch):
    return {name: value.to(DEVICE, non_blocking=True) if isinstance(value, torch.Tensor) else value for name, value in batch.items()}


def open_folder(opponent, folder, dropout):
    opponent.model = opponent.build(folder, dropout).train()
    opponent.optimizer = optimizer_of(opponent.model)
    content = json.loads((Path(folder) / "batches.json").read_text())
    rows = content["rows"]
    opponent.batches = {
        name: [pinned(opponent.collate([rows[row] for row in batch])) for batch in batches] for name, batches in content["lists"].items()
    }
    return {"torch": torch.__version__, "device": torch.cuda.get_device_name()}


def train(opponent, list, passes, learningRate):  # noqa: A002, N803
    """Losses are fetched at the end, so that no step waits for them; seconds are those between two waits for the device."""
    for group in opponent.optimizer.param_groups:
        group["lr"].fill_(learningRate)
    losses = []
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(passes):
        for batch in opponent.batches[list]:
            loss = opponent.loss(opponent.model, to_device(batch))
            loss.backward()
            torch.nn.utils.clip_grad_norm_(opponent.model.parameters(), CLIP_NORM, foreach=True)
            opponent.optimizer.step()
            opponent.optimizer.zero_grad()
            losses.append(loss.detach())
    torch.cuda.synchronize()
    return {"seconds": time.perf_counter() - start, "losses": torch.stack(losses).tolist()}


def memory(opponent, reset=False):
    answer = {"peak": torch.cuda.max_memory_allocated()}
    if reset:
        torch.cuda.reset_peak_memory_stats()
    return answer


def serve(opponent):
    commands = {"open": open_folder, "train": train, "memory": memory}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = commands[request.pop("command")](opponent, **request)
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)
