"""BAM's training as the paper and its code describe it, written out from their formulas (PyTorch in float64, the encoder from Transformers).

It is given the rows of every task with their labels and stored teacher outputs, which rows make up each batch (a shuffle is nobody's formula), and
the length and base rate of the training. Everything else is here: copies and loss weights, the number of steps, lambda, rates, layer
multipliers, mixed targets, losses, clipping and Adam. Sources: google-research bam/ (data/task_weighting.py, run_classifier.py,
bert/optimization.py, task_specific/), and Clark et al. 2019, section 3.
"""  # noqa: E501

import math
from collections import Counter
from pathlib import Path

import torch
from peer import serve
from safetensors.torch import load_file, save_file
from torch_inputs import padded
from transformers import BertModel

EXPONENT = 0.75
WARMUP, WEIGHT_DECAY, CLIP = 0.1, 0.01, 1.0
BETA1, BETA2, EPSILON = 0.9, 0.999, 1e-6


def copies_and_weights(sizes):
    """`dataset_multiples`: whole copies bring every set near n^0.75, a loss weight does the rest; weights have mean 1 over the tasks."""
    largest = max(sizes)
    copies = [round(largest * (n / largest) ** EXPONENT / n) for n in sizes]
    weights = [n**EXPONENT / (n * c) for n, c in zip(sizes, copies)]
    mean = sum(weights) / len(weights)
    return copies, [w / mean for w in weights]


class Reference:
    """The code: summed loss, copies and weights, both orders, no bias correction, a linear score."""

    both_orders = True

    def __init__(self, sizes, batch, epochs):
        self.copies, self.weights = copies_and_weights(sizes)
        self.total_steps = math.ceil(sum(n * c for n, c in zip(sizes, self.copies)) / batch) * epochs

    def batch_loss(self, losses, tasks):
        return sum(self.weights[t] * loss for t, loss in zip(tasks, losses))

    def score(self, x):
        return x

    def corrections(self, _):
        return 1.0, 1.0


class Paper:
    """The paper: tasks sampled, no weights, the mean as loss, a sigmoid on the score, Adam as published."""

    both_orders = False
    copies = None

    def __init__(self, sizes, batch, epochs):
        self.total_steps = math.ceil(sum(sizes) * epochs / batch)

    def batch_loss(self, losses, _):
        return sum(losses) / len(losses)

    def score(self, x):
        return torch.sigmoid(x)

    def corrections(self, updates):
        return 1 - BETA1**updates, 1 - BETA2**updates


def learning_rate(step, total, base):
    """Warm-up to step `warm`, then decay to 0 that has counted from step 0."""
    warm = int(total * WARMUP)
    return base * step / warm if step < warm else base * (1 - step / total)


def layer_multiplier(name, layers, alpha):
    if name.startswith("heads."):
        return 1.0
    if name.startswith("bert.pooler."):
        return alpha
    if name.startswith("bert.embeddings."):
        return alpha ** (layers + 2)
    return alpha ** (layers + 1 - int(name.removeprefix("bert.encoder.layer.").split(".")[0]))


def example_loss(task, row, output, gold_weight, method):
    """Cross-entropy against, or squared distance from, lambda * label + (1 - lambda) * teacher."""
    teacher = torch.tensor(row["teacher"], dtype=torch.float64)
    if task["kind"] == "regression":
        target = gold_weight * row["label"] + (1 - gold_weight) * teacher[0]
        return (method.score(output[0]) - target) ** 2
    gold = torch.nn.functional.one_hot(torch.tensor(int(row["label"])), task["outputs"]).double()
    target = gold_weight * gold + (1 - gold_weight) * torch.softmax(teacher, -1)
    return -(target * torch.log_softmax(output, -1)).sum()


def adam(named, moments, step, rate_of, method):
    """Clips to the global norm and updates; returns the norm. A head that the batch has no example of has gradient zero, as its loss is masked."""  # noqa: E501
    for p in named.values():
        if p.grad is None:
            p.grad = torch.zeros_like(p)
    norm = math.sqrt(sum(float((p.grad**2).sum()) for p in named.values()))
    correction1, correction2 = method.corrections(step + 1)
    with torch.no_grad():
        for name, p in named.items():
            gradient = p.grad * (CLIP / max(norm, CLIP))
            m, v = moments[name]
            m.mul_(BETA1).add_((1 - BETA1) * gradient)
            v.mul_(BETA2).add_((1 - BETA2) * gradient**2)
            update = (m / correction1) / ((v / correction2).sqrt() + EPSILON)
            if not ("LayerNorm" in name or name.endswith(".bias")):
                update = update + WEIGHT_DECAY * p
            p.sub_(rate_of(name) * update)
            p.grad = None
    return norm


def inputs_of(row):
    return {"ids": row["ids"], "types": [int(i >= row["boundary"]) for i in range(len(row["ids"]))]}


def wrong_copies(method, tasks, order):
    """How many examples the epochs hold another number of times than their task has copies."""
    if method.copies is None:
        return None
    per_epoch = len(order) // 2
    epochs = [Counter(tuple(one) for batch in order[start : start + per_epoch] for one in batch) for start in (0, per_epoch)]
    return sum(any(epoch[t, i] != method.copies[t] for epoch in epochs) for t, task in enumerate(tasks) for i in range(len(task["rows"])))


def wrong_orders(method, tasks):
    wrong = 0
    for task in (task for task in tasks if task["symmetric"]):
        pairs = {(tuple(r["ids"][1 : r["boundary"] - 1]), tuple(r["ids"][r["boundary"] : -1])) for r in task["rows"]}
        wrong += sum(((b, a) in pairs) != method.both_orders for a, b in pairs)
    return wrong


def train(request):
    folder, tasks, order, shape = Path(request["folder"]), request["tasks"], request["order"], request["shape"]
    method = {"reference": Reference, "paper": Paper}[request["preset"]](
        [len(task["rows"]) for task in tasks], shape["batchSize"], shape["epochs"]
    )
    model = BertModel.from_pretrained(request["model"], attn_implementation="eager").double().eval()
    weights = load_file(folder / "initial.safetensors")
    named = {f"bert.{name}": p for name, p in model.named_parameters()}
    for task in tasks:
        for part in ("weight", "bias"):
            name = f"heads.{task['name']}.classifier.{part}"
            named[name] = torch.nn.Parameter(weights[name].double())
    layers, alpha = model.config.num_hidden_layers, shape["layerDecay"]
    moments = {name: (torch.zeros_like(p), torch.zeros_like(p)) for name, p in named.items()}
    trace = {"losses": [], "lambdas": [], "rates": [], "norms": []}
    for step, batch in enumerate(order):
        constant = request["distillWeight"]
        gold_weight = step / method.total_steps if constant is None else 1 - constant
        rows = [tasks[t]["rows"][i] for t, i in batch]
        pooled = model(**padded([inputs_of(row) for row in rows])).pooler_output
        losses = []
        for (t, _), row, vector in zip(batch, rows, pooled):
            head = f"heads.{tasks[t]['name']}.classifier"
            output = named[f"{head}.weight"] @ vector + named[f"{head}.bias"]
            losses.append(example_loss(tasks[t], row, output, gold_weight, method))
        loss = method.batch_loss(losses, [t for t, _ in batch])
        loss.backward()
        rate = learning_rate(step, method.total_steps, shape["learningRate"])
        norm = adam(named, moments, step, lambda name, rate=rate: rate * layer_multiplier(name, layers, alpha), method)
        for key, value in zip(trace, (loss.item(), gold_weight, rate, norm)):
            trace[key].append(value)
    save_file({name: p.detach().float().contiguous() for name, p in named.items()}, folder / "final.safetensors")
    checks = {"wrongCopies": wrong_copies(method, tasks, order), "wrongOrders": wrong_orders(method, tasks)}
    return trace | checks | {"totalSteps": method.total_steps}


def answer(request, _):
    return [train(run) for run in request["runs"]]


serve(answer)
