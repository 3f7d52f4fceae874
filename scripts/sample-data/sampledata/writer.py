"""GLUE's official files: names, headers, columns, tabs without quoting.

One function per task and layout; each returns the header (None: the file has none) and the rows' fields. Columns no
reader of ours uses (identifiers, parses, annotators' votes) are filled with plausible values of the right form.
"""

import random
from collections.abc import Callable
from pathlib import Path

from .rows import Row

Table = tuple[list[str] | None, list[list[str]]]
Layout = Callable[[str, list[Row], random.Random], Table]


def _binary_parse(text: str) -> str:
    """A right-branching parse over blank-separated words: the official column's form, not a linguist's analysis."""
    words = text.rstrip(".").split()
    return f"{''.join(f'( {word} ' for word in words[:-1])}{words[-1]}{' )' * (len(words) - 1)}"


def _flat_parse(text: str) -> str:
    return f"(ROOT (FRAG {' '.join(f'(X {word})' for word in text.rstrip('.').split())}))"


def _cola(split: str, rows: list[Row], rng: random.Random) -> Table:
    if split == "test":
        return ["index", "sentence"], [[str(i), row.text_a] for i, row in enumerate(rows)]
    return None, [[row.genre, row.label, "" if row.label == "1" else "*", row.text_a] for row in rows]


def _sst2(split: str, rows: list[Row], rng: random.Random) -> Table:
    if split == "test":
        return ["index", "sentence"], [[str(i), row.text_a] for i, row in enumerate(rows)]
    return ["sentence", "label"], [[row.text_a + " ", row.label] for row in rows]  # the official files end each sentence with a blank


def _pair_fields(row: Row) -> list[str]:
    assert row.text_b is not None
    return [row.text_a, row.text_b]


def _mrpc(split: str, rows: list[Row], rng: random.Random) -> Table:
    first = "index" if split == "test" else "Quality"
    header = [first, "#1 ID", "#2 ID", "#1 String", "#2 String"]
    ids = iter(rng.sample(range(100_000, 3_000_000), 2 * len(rows)))
    return header, [
        [str(i) if split == "test" else row.label, str(next(ids)), str(next(ids)), *_pair_fields(row)] for i, row in enumerate(rows)
    ]


def _stsb(split: str, rows: list[Row], rng: random.Random) -> Table:
    header = ["index", "genre", "filename", "year", "old_index", "source1", "source2", "sentence1", "sentence2", "score"]
    fields = []
    for i, row in enumerate(rows):
        origin = [row.genre, row.genre.removeprefix("main-"), "2026", f"{i:04d}", "none", "none"]
        fields.append([str(i), *origin, *_pair_fields(row), row.label])
    return (header, fields) if split != "test" else (header[:-1], [line[:-1] for line in fields])


def _qqp(split: str, rows: list[Row], rng: random.Random) -> Table:
    if split == "test":
        return ["id", "question1", "question2"], [[str(i), *_pair_fields(row)] for i, row in enumerate(rows)]
    header = ["id", "qid1", "qid2", "question1", "question2", "is_duplicate"]
    ids = iter(rng.sample(range(1, 540_000), 3 * len(rows)))
    return header, [[str(next(ids)), str(next(ids)), str(next(ids)), *_pair_fields(row), row.label] for row in rows]


def _votes(label: str, rng: random.Random) -> list[str]:
    """Five annotators of whom at least three give the gold label."""
    others = [name for name in ("entailment", "neutral", "contradiction") if name != label]
    votes = [label] * 3 + [label if rng.random() < 0.8 else rng.choice(others) for _ in range(2)]
    rng.shuffle(votes)
    return votes


def _mnli(split: str, rows: list[Row], rng: random.Random) -> Table:
    header = ["index", "promptID", "pairID", "genre", "sentence1_binary_parse", "sentence2_binary_parse"]
    header += ["sentence1_parse", "sentence2_parse", "sentence1", "sentence2"]
    fields = []
    for i, (row, prompt) in enumerate(zip(rows, rng.sample(range(1, 150_000), len(rows)), strict=True)):
        texts = _pair_fields(row)
        parses = [*map(_binary_parse, texts), *map(_flat_parse, texts)]
        mark = row.label[0] if not split.startswith("test") else "x"
        fields.append([str(i), str(prompt), f"{prompt}{mark}", row.genre, *parses, *texts])
    if split.startswith("test"):
        return header, fields
    if split == "train":
        return [*header, "label1", "gold_label"], [line + [row.label] * 2 for line, row in zip(fields, rows, strict=True)]
    names = [f"label{n}" for n in range(1, 6)] + ["gold_label"]
    return header + names, [line + _votes(row.label, rng) + [row.label] for line, row in zip(fields, rows, strict=True)]


def _labelled_pair(first: str, second: str) -> Layout:
    def table(split: str, rows: list[Row], rng: random.Random) -> Table:
        if split in ("test", "diagnostic"):
            return ["index", first, second], [[str(i), *_pair_fields(row)] for i, row in enumerate(rows)]
        return ["index", first, second, "label"], [[str(i), *_pair_fields(row), row.label] for i, row in enumerate(rows)]

    return table


LAYOUTS: dict[str, Layout] = {
    "CoLA": _cola,
    "SST-2": _sst2,
    "MRPC": _mrpc,
    "STS-B": _stsb,
    "QQP": _qqp,
    "MNLI": _mnli,
    "QNLI": _labelled_pair("question", "sentence"),
    "RTE": _labelled_pair("sentence1", "sentence2"),
    "WNLI": _labelled_pair("sentence1", "sentence2"),
    "diagnostic": _labelled_pair("sentence1", "sentence2"),
}


def write(root: Path, folder: str, splits: dict[str, list[Row]], seed: int) -> None:
    (root / folder).mkdir(parents=True, exist_ok=True)
    for split, rows in splits.items():
        header, fields = LAYOUTS[folder](split, rows, random.Random(f"{seed}/{folder}/{split}/columns"))
        lines = ["\t".join(line) for line in ([header] if header else []) + fields]
        (root / folder / f"{split}.tsv").write_text("\n".join(lines) + "\n", encoding="utf-8")
