"""The opponent: Transformers and PyTorch as their users run them. Commands are lines of JSON (bench/lib/worker.ts, sides.ts)."""

import json
import sys
import time
import traceback
from pathlib import Path

import torch
from shared import CLIP_NORM, collate, decay_groups, dropout_rates, longest
from transformers import BertForSequenceClassification
from transformers.utils import logging

logging.disable_progress_bar()


class State:
    model = optimizer = schedule = None
    learning_rate = 0.0
    lists: dict = {}
    padded: dict = {}


def open_folder(folder, dropout, threads):
    torch.set_num_threads(threads)
    State.model = BertForSequenceClassification.from_pretrained(folder, attn_implementation="eager", **dropout_rates(dropout))
    # Of the three implementations of torch.optim.AdamW the fused one is the fastest on the CPU.
    State.optimizer = torch.optim.AdamW(decay_groups(State.model), lr=1.0, betas=(0.9, 0.999), eps=1e-6, fused=True)
    State.schedule = torch.optim.lr_scheduler.LambdaLR(State.optimizer, lambda step: State.learning_rate)
    content = json.loads((Path(folder) / "batches.json").read_text())
    State.lists = {name: [[content["rows"][row] for row in batch] for batch in batches] for name, batches in content["lists"].items()}
    State.padded = {}
    return {"torch": torch.__version__, "threads": torch.get_num_threads()}


def batches_of(name, pad_to):
    """Made once, before anything is timed, as on the other side."""
    key = (name, pad_to)
    if key not in State.padded:
        State.padded[key] = [collate(rows, pad_to or longest(rows)) for rows in State.lists[name]]
    return State.padded[key]


def prepare(attention):
    if State.model.config._attn_implementation != attention:
        State.model.set_attn_implementation(attention)


def train(list, passes, attention, autocast, padTo, learningRate):
    prepare(attention)
    model, optimizer, schedule = State.model.train(), State.optimizer, State.schedule
    State.learning_rate = learningRate
    for group in optimizer.param_groups:
        group["lr"] = learningRate
    batches = batches_of(list, padTo)
    steps, losses = [], []
    start = before = time.perf_counter()
    for _ in range(passes):
        for batch in batches:
            with torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
                loss = model(**batch).loss
            loss.backward()
            torch.nn.utils.clip_grad_norm_(model.parameters(), CLIP_NORM)
            optimizer.step()
            schedule.step()
            optimizer.zero_grad()
            losses.append(loss.item())
            now = time.perf_counter()
            steps.append(now - before)
            before = now
    return {"seconds": before - start, "steps": steps, "losses": losses}


def evaluate(list, attention, autocast, padTo, passes=1):
    prepare(attention)
    model = State.model.eval()
    batches = batches_of(list, padTo)
    start = time.perf_counter()
    with torch.inference_mode(), torch.autocast("cpu", dtype=torch.bfloat16, enabled=autocast):
        for _ in range(passes):
            logits = []
            for batch in batches:
                output = model(**{name: tensor for name, tensor in batch.items() if name != "labels"})
                logits += output.logits.float().flatten().tolist()
    return {"seconds": time.perf_counter() - start, "logits": logits}


def memory(reset=False):
    """Linux tells the largest resident size in status; writing 5 to clear_refs begins a new one."""
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    answer = {"peak": 1024 * int(status["VmHWM"].split()[0]), "resident": 1024 * int(status["VmRSS"].split()[0])}
    if reset:
        Path("/proc/self/clear_refs").write_text("5")
    return answer


COMMANDS = {"open": open_folder, "train": train, "evaluate": evaluate, "memory": memory}

for line in sys.stdin:
    request = json.loads(line)
    try:
        answer = COMMANDS[request.pop("command")](**request)
    except Exception:
        answer = {"error": traceback.format_exc()}
    print(json.dumps(answer), flush=True)
