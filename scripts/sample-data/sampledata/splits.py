"""Sizes, and the drawing of rows: splits that do not overlap, training labels with noise.

Pairs are kept apart over all tasks, not only within one: an RTE dev pair among MNLI's training pairs would leak its
label to a multi-task model.
"""

import random
from dataclasses import dataclass, replace

from .rows import Generator, Row
from .tasks import ax, cola, mnli, mrpc, qnli, qqp, rte, sst2, stsb, wnli

NOISE = 0.07


@dataclass(frozen=True)
class Task:
    folder: str
    sizes: dict[str, int]  # file name without .tsv -> rows
    generate: Generator
    labels: tuple[str, ...]  # empty: a score from 0 to 5
    shares: tuple[float, ...] = ()  # of each label, in every split; empty: as the generator draws them
    noise: float = NOISE
    mismatched: Generator | None = None

    def wanted(self, split: str) -> dict[str, int]:
        """How many rows of each label a split has; the last label takes what rounding leaves."""
        counts = {label: round(share * self.sizes[split]) for label, share in zip(self.labels, self.shares, strict=False)}
        if counts:
            counts[self.labels[-1]] = self.sizes[split] - sum(list(counts.values())[:-1])
        return counts

    def generator(self, split: str) -> Generator:
        return self.mismatched if self.mismatched is not None and split.endswith("mismatched") else self.generate


_ENTAILMENT = ("entailment", "not_entailment")

TASKS: tuple[Task, ...] = (
    Task("CoLA", {"train": 700, "dev": 400, "test": 200}, cola.generate, ("0", "1"), (0.3, 0.7)),
    Task("SST-2", {"train": 1100, "dev": 300, "test": 200}, sst2.generate, ("0", "1"), (0.45, 0.55)),
    Task("MRPC", {"train": 350, "dev": 300, "test": 200}, mrpc.generate, ("0", "1"), (0.32, 0.68)),
    Task("STS-B", {"train": 450, "dev": 300, "test": 200}, stsb.generate, ()),
    Task("QQP", {"train": 2700, "dev": 400, "test": 300}, qqp.generate, ("0", "1"), (0.63, 0.37)),
    Task(
        "MNLI",
        {"train": 3000, "dev_matched": 400, "dev_mismatched": 400, "test_matched": 300, "test_mismatched": 300},
        mnli.matched,
        ("entailment", "neutral", "contradiction"),
        (0.34, 0.33, 0.33),
        mismatched=mnli.mismatched,
    ),
    Task("QNLI", {"train": 1300, "dev": 400, "test": 200}, qnli.generate, _ENTAILMENT, (0.5, 0.5)),
    Task("RTE", {"train": 220, "dev": 300, "test": 300}, rte.generate, _ENTAILMENT, (0.52, 0.48)),
    # WNLI's official labels were written with the sentences, by experts: no noise there.
    Task("WNLI", {"train": 70, "dev": 71, "test": 100}, wnli.generate, ("0", "1"), (0.55, 0.45), noise=0.0),
    Task("diagnostic", {"diagnostic": 150}, ax.generate, ()),
)


def _noisy(row: Row, task: Task, rng: random.Random) -> Row:
    if rng.random() >= task.noise:
        return row
    wrong = rng.choice([label for label in task.labels if label != row.label]) if task.labels else f"{rng.randrange(26) / 5:.3f}"
    return replace(row, label=wrong)


def key(row: Row) -> frozenset[str]:
    """A pair's identity whatever its order; quotation marks and case do not make it another pair."""
    return frozenset(text.replace('"', "").lower() for text in (row.text_a, row.text_b) if text is not None)


def draw(task: Task, seed: int, seen: set[frozenset[str]]) -> dict[str, list[Row]]:
    """All splits of a task; adds their pairs to `seen`. Dev and test are drawn first, so they keep the generator's own balance."""
    splits: dict[str, list[Row]] = {}
    for split in sorted(task.sizes, key=lambda name: name == "train"):
        rng = random.Random(f"{seed}/{task.folder}/{split}")
        rows: list[Row] = []
        wanted = task.wanted(split)
        while len(rows) < task.sizes[split]:
            row = task.generator(split)(rng)
            if key(row) in seen or wanted.get(row.label, 1) == 0:
                continue
            seen.add(key(row))
            if row.label in wanted:
                wanted[row.label] -= 1
            rows.append(_noisy(row, task, rng) if split == "train" else row)
        splits[split] = rows
    return splits


def check_disjoint(drawn: dict[str, dict[str, list[Row]]]) -> None:
    """No pair stands in two splits, of whatever tasks."""
    owners: dict[frozenset[str], str] = {}
    for folder, splits in drawn.items():
        for split, rows in splits.items():
            for row in rows:
                owner = owners.setdefault(key(row), f"{folder}/{split}")
                assert owner == f"{folder}/{split}", f"{row} is in {owner} and in {folder}/{split}"
