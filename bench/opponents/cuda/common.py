"""
What the CUDA opponents share: the bench's folder, the optimizer, the timed loop, the rate of products, and answering commands as lines of
JSON. Not run: no GPU was to be had. Each opponent gives `build`, `collate` and `logits`.
"""

import json
import sys
import time
import traceback
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch.nn import functional

sys.path.insert(0, str(Path(__file__).parent.parent))
from shared import CLIP_NORM, decay_groups  # noqa: E402

DEVICE = "cuda"


@dataclass
class Opponent:
    # (folder, dropout) to the model on the device.
    build: Callable
    # Rows { ids, boundary, label } of one batch to tensors in pinned memory.
    collate: Callable
    # (model, batch on the device without its labels) to the logits [sequences, classes].
    logits: Callable
    model: torch.nn.Module | None = None
    optimizer: torch.optim.Optimizer | None = None
    batches: dict = field(default_factory=dict)


def optimizer_of(model):
    # The rate as a tensor, so that neither a graph nor a compiled step is made anew when it changes.
    return torch.optim.AdamW(decay_groups(model), lr=torch.tensor(0.0, device=DEVICE), betas=(0.9, 0.999), eps=1e-6, fused=True)


def pinned(batch):
    return {name: value.pin_memory() if isinstance(value, torch.Tensor) else value for name, value in batch.items()}


def to_device(batch):
    return {name: value.to(DEVICE, non_blocking=True) if isinstance(value, torch.Tensor) else value for name, value in batch.items()}


def open_folder(opponent, folder, dropout, threads):  # noqa: ARG001
    opponent.model = opponent.build(folder, dropout)
    opponent.optimizer = optimizer_of(opponent.model)
    content = json.loads((Path(folder) / "batches.json").read_text())
    rows = content["rows"]
    opponent.batches = {
        name: [pinned(opponent.collate([rows[row] for row in batch])) for batch in batches] for name, batches in content["lists"].items()
    }
    return {"torch": torch.__version__, "device": torch.cuda.get_device_name()}


def train(opponent, list, passes, learningRate):  # noqa: A002, N803
    """Losses are fetched at the end, so that no step waits for them; seconds are those between two waits for the device."""
    model = opponent.model.train()
    for group in opponent.optimizer.param_groups:
        group["lr"].fill_(learningRate)
    losses = []
    torch.cuda.synchronize()
    start = time.perf_counter()
    for _ in range(passes):
        for batch in opponent.batches[list]:
            inputs = to_device(batch)
            labels = inputs.pop("labels")
            loss = functional.cross_entropy(opponent.logits(model, inputs).float(), labels)
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM, foreach=True)
            opponent.optimizer.step()
            opponent.optimizer.zero_grad()
            losses.append(loss.detach())
    torch.cuda.synchronize()
    seconds = time.perf_counter() - start
    return {"seconds": seconds, "steps": [seconds / len(losses)] * len(losses), "losses": torch.stack(losses).tolist()}


def evaluate(opponent, list):  # noqa: A002
    model = opponent.model.eval()
    found = []
    start = time.perf_counter()
    with torch.inference_mode():
        for batch in opponent.batches[list]:
            inputs = to_device(batch)
            inputs.pop("labels")
            found += opponent.logits(model, inputs).float().flatten().tolist()
    return {"seconds": time.perf_counter() - start, "logits": found}


def gemm(_, rows, out, precision, seconds, **shape):
    """GFLOP/s of a linear layer's three products, as bench/lib/calibration.ts asks for them; both kinds are LibTorch's here."""
    dtype = torch.bfloat16 if precision == "bf16" else torch.float32
    x, dy, w = (torch.randn(*size, device=DEVICE, dtype=dtype) for size in ((rows, shape["in"]), (rows, out), (out, shape["in"])))
    products = {"forward": lambda: x @ w.t(), "inputGradient": lambda: dy @ w, "weightGradient": lambda: dy.t() @ x}
    flops = 2 * rows * out * shape["in"]
    rates = {name: flops / time_of(product, seconds) / 1e9 for name, product in products.items()}
    rates["all"] = 3 / sum(1 / rate for rate in rates.values())
    return {"own": rates, "libtorch": rates}


def time_of(product, seconds):
    """Seconds of one call, by the device's clock, over as many calls as fit in the time given."""
    begin, end = (torch.cuda.Event(enable_timing=True) for _ in range(2))

    def run(times):
        begin.record()
        for _ in range(times):
            product()
        end.record()
        end.synchronize()
        return begin.elapsed_time(end) / 1000 / times

    run(3)
    return run(max(3, int(seconds / run(3))))


def memory(opponent, reset=False):
    answer = {"peak": torch.cuda.max_memory_allocated()}
    if reset:
        torch.cuda.reset_peak_memory_stats()
    return answer


def serve(opponent):
    commands = {"open": open_folder, "train": train, "evaluate": evaluate, "memory": memory, "gemm": gemm}
    for line in sys.stdin:
        request = json.loads(line)
        try:
            answer = commands[request.pop("command")](opponent, **request)
        except Exception:
            answer = {"error": traceback.format_exc()}
        print(json.dumps(answer), flush=True)
