"""The quickstart's chain by a Python program on Transformers: tokenise, train a teacher for each task, ask each about its training set,
train a multi-task model and a distilled one with teacher annealing, score all on dev, keep the models.

python bench/opponents/quickstart.py DATA MODEL OUT THREADS bf16|fp32: data/mini-glue, models/tiny-bert, a folder to write. Prints the
scores as JSON. Epochs, batches, rates, sampling and losses are those of the preset `quickstart`; batches are padded to their longest, bf16
by autocast.
"""

import json
import math
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import nn
from torch.nn import functional
from transformers import AutoTokenizer, BertModel
from transformers.utils import logging

logging.disable_progress_bar()

SINGLE = {"epochs": 3, "batch": 32, "rate": 5e-4, "alpha": 1.0}
MULTI = {"epochs": 4, "batch": 64, "rate": 1e-3, "alpha": 0.9}
MAX_LENGTH, WARMUP, EXPONENT, DROPOUT, SEED = 64, 0.1, 0.75, 0.1, 1
EVALUATION_BATCH = 128


@dataclass(frozen=True)
class Task:
    """Columns of the data files; no labels for regression, whose scores go to 5."""

    folder: str
    texts: tuple[int, ...]
    label: int
    labels: tuple[str, ...] = ("0", "1")
    header: bool = True
    metric: str = "accuracy"
    dev: tuple[str, ...] = ("dev",)


ENTAILMENT = ("entailment", "not_entailment")
TASKS = {
    "cola": Task("CoLA", (3,), 1, header=False, metric="matthews"),
    "sst2": Task("SST-2", (0,), 1),
    "mrpc": Task("MRPC", (3, 4), 0),
    "stsb": Task("STS-B", (7, 8), -1, (), metric="spearman"),
    "qqp": Task("QQP", (3, 4), 5),
    "mnli": Task("MNLI", (8, 9), -1, ("contradiction", "entailment", "neutral"), dev=("dev_matched", "dev_mismatched")),
    "qnli": Task("QNLI", (1, 2), 3, ENTAILMENT),
    "rte": Task("RTE", (1, 2), 3, ENTAILMENT),
    "wnli": Task("WNLI", (1, 2), 3),
}


def read(task, split, data, tokenizer):
    """[(ids, types, label)]"""
    lines = (data / task.folder / f"{split}.tsv").read_text().splitlines()[task.header :]
    rows = [line.split("\t") for line in lines]
    texts = [[row[column] for row in rows] for column in task.texts]
    encoded = tokenizer(*texts, truncation=True, max_length=MAX_LENGTH)
    gold = [task.labels.index(row[task.label]) if task.labels else float(row[task.label]) / 5 for row in rows]
    return list(zip(encoded["input_ids"], encoded["token_type_ids"], gold))


def collate(examples):
    """Padded to the longest: what a BERT takes."""
    longest = max(len(ids) for ids, _, _ in examples)
    ids = torch.tensor([ids + [0] * (longest - len(ids)) for ids, _, _ in examples])
    types = torch.tensor([types + [0] * (longest - len(types)) for _, types, _ in examples])
    lengths = torch.tensor([len(ids) for ids, _, _ in examples])
    return {"input_ids": ids, "token_type_ids": types, "attention_mask": (torch.arange(longest) < lengths[:, None]).long()}


class MultiTask(nn.Module):
    def __init__(self, folder, tasks):
        super().__init__()
        self.bert = BertModel.from_pretrained(folder, attn_implementation="eager")
        self.dropout = nn.Dropout(DROPOUT)
        self.heads = nn.ModuleDict({name: nn.Linear(self.bert.config.hidden_size, len(TASKS[name].labels) or 1) for name in tasks})
        for head in self.heads.values():
            nn.init.trunc_normal_(head.weight, std=0.02, a=-0.04, b=0.04)
            nn.init.zeros_(head.bias)

    def forward(self, examples, tasks):
        """Of each task that occurs: the places of its examples, and their logits (for regression the score)."""
        with torch.autocast("cpu", dtype=torch.bfloat16, enabled=PRECISION == "bf16"):
            pooled = self.dropout(self.bert(**collate(examples)).pooler_output)
            outputs = {}
            for name in dict.fromkeys(tasks):
                places = [i for i, task in enumerate(tasks) if task == name]
                outputs[name] = places, self.heads[name](pooled[places])
        return {n: (places, out.float() if TASKS[n].labels else out.float().sigmoid()) for n, (places, out) in outputs.items()}


def optimizer_of(model, shape):
    """AdamW without decay on biases and norms, and rates that fall by alpha from layer to layer downwards."""
    layers = model.bert.config.num_hidden_layers
    groups = {}
    for name, parameter in model.named_parameters():
        if name.startswith("heads"):
            depth = 0
        elif "pooler" in name:
            depth = 1
        else:
            depth = layers + 1 - int(name.split("layer.")[1].split(".")[0]) if "encoder" in name else layers + 2
        decays = not (name.endswith(".bias") or "LayerNorm" in name)
        groups.setdefault((depth, decays), []).append(parameter)
    return torch.optim.AdamW(
        [
            {"params": parameters, "lr": shape["rate"] * shape["alpha"] ** depth, "weight_decay": 0.01 if decays else 0.0}
            for (depth, decays), parameters in groups.items()
        ],
        eps=1e-6,
        fused=True,
    )


def schedule_of(optimizer, steps):
    warmup = int(steps * WARMUP)
    return torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: step / warmup if step < warmup else 1 - step / steps)


def plan(sizes, shape, generator):
    """Batches of (task, index): each example draws its task with P ~ size^0.75 and takes the next of that task's shuffled order."""
    count = math.ceil(sum(sizes.values()) * shape["epochs"])
    shares = np.array([size**EXPONENT for size in sizes.values()])
    drawn = generator.choice(len(sizes), size=count, p=shares / shares.sum()) if len(sizes) > 1 else np.zeros(count, dtype=int)
    orders = {name: iter(()) for name in sizes}
    names = list(sizes)
    picked = []
    for task in drawn:
        name = names[task]
        index = next(orders[name], None)
        if index is None:
            orders[name] = iter(generator.permutation(sizes[name]).tolist())
            index = next(orders[name])
        picked.append((name, index))
    return [picked[i : i + shape["batch"]] for i in range(0, count, shape["batch"])]


def loss_of(outputs, examples, batch, teachers, gold_weight):
    """Mean over the batch of cross-entropy with mixed targets, or of the squared error."""
    total = 0.0
    for name, (places, output) in outputs.items():
        gold = torch.tensor([examples[i][2] for i in places])
        target = functional.one_hot(gold, output.shape[1]).float() if TASKS[name].labels else gold[:, None]
        if teachers:
            answers = teachers[name][[batch[i][1] for i in places]]
            target = gold_weight * target + (1 - gold_weight) * answers
        total = total - (target * output.log_softmax(-1)).sum() if TASKS[name].labels else total + ((output - target) ** 2).sum()
    return total / len(batch)


def train(folder, sets, shape, teachers=None):
    torch.manual_seed(SEED)
    model = MultiTask(folder, sets).train()
    batches = plan({name: len(rows) for name, rows in sets.items()}, shape, np.random.default_rng(SEED))
    optimizer = optimizer_of(model, shape)
    schedule = schedule_of(optimizer, len(batches))
    for step, batch in enumerate(batches):
        examples = [sets[name][index] for name, index in batch]
        outputs = model(examples, [name for name, _ in batch])
        loss = loss_of(outputs, examples, batch, teachers, step / len(batches))
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        optimizer.zero_grad()
    return model.eval()


@torch.inference_mode()
def predict(model, name, rows):
    """[rows, outputs] logits or scores, in the rows' order; batches by length."""
    order = sorted(range(len(rows)), key=lambda i: len(rows[i][0]))
    outputs = [None] * len(rows)
    for start in range(0, len(rows), EVALUATION_BATCH):
        places = order[start : start + EVALUATION_BATCH]
        _, output = model([rows[i] for i in places], [name] * len(places))[name]
        for i, row in zip(places, output):
            outputs[i] = row
    return torch.stack(outputs)


def score(name, outputs, rows):
    gold = np.array([label for _, _, label in rows])
    metric = TASKS[name].metric
    if metric == "spearman":
        values = outputs[:, 0].numpy()
        ranks = [(v[:, None] > v).sum(1) + ((v[:, None] == v).sum(1) - 1) / 2 for v in (values, gold)]
        return float(np.corrcoef(*ranks)[0, 1])
    predicted = outputs.argmax(-1).numpy()
    if metric == "matthews":
        return float(np.corrcoef(predicted, gold)[0, 1]) if predicted.std() > 0 else 0.0
    return float((predicted == gold).mean())


def main(data, folder, out):
    tokenizer = AutoTokenizer.from_pretrained(folder)
    sets = {name: read(task, "train", data, tokenizer) for name, task in TASKS.items()}
    dev = {(name, split): read(task, split, data, tokenizer) for name, task in TASKS.items() for split in task.dev}
    scores = {"single": {}, "multi": {}, "single-multi": {}}

    def keep(arm, model, names):
        for (name, split), rows in dev.items():
            if name in names:
                scores[arm][f"{name} {split}"] = score(name, predict(model, name, rows), rows)
        target = out / arm / "-".join(names)
        model.bert.save_pretrained(target)
        tokenizer.save_pretrained(target)
        torch.save(model.heads.state_dict(), target / "heads.pt")

    teachers = {}
    for name, rows in sets.items():
        model = train(folder, {name: rows}, SINGLE)
        keep("single", model, [name])
        outputs = predict(model, name, rows)
        teachers[name] = outputs.softmax(-1) if TASKS[name].labels else outputs
    for arm, answers in [("multi", None), ("single-multi", teachers)]:
        keep(arm, train(folder, sets, MULTI, answers), list(sets))
    print(json.dumps(scores))


torch.set_num_threads(int(sys.argv[4]))
PRECISION = sys.argv[5]
main(Path(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
