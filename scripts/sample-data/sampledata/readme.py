"""The table of sizes and baselines inside data/mini-glue/README.md; the prose around it is written by hand."""

import re
from pathlib import Path

from .baselines import SCORED
from .splits import Task

_TABLE = re.compile(r"(<!-- table: .*? -->\n).*?(<!-- end of table -->)", re.DOTALL)


def _count(task: Task, split: str) -> str:
    sizes = [rows for name, rows in task.sizes.items() if name.startswith(split)]
    return " + ".join(map(str, sizes)) or "-"


def _row(task: Task, scores: dict[str, dict]) -> str:
    cells = [task.folder, *(_count(task, split) for split in ("train", "dev", "test"))]
    if task.folder not in SCORED:
        return f"| {task.folder} (AX) | - | - | {sum(task.sizes.values())} | - | - | - |"
    found = scores[SCORED[task.folder][0]]
    metric = found["metric"]
    cells += [metric, f"{found['majority'][metric]:.3f}", f"{found['bagOfWords'][metric]:.3f}"]
    return f"| {' | '.join(cells)} |"


def update_table(readme: Path, tasks: tuple[Task, ...], scores: dict[str, dict]) -> None:
    """Rewrites the table between its two marks; a folder without a README (another --out) is left without."""
    if not readme.exists():
        return
    lines = ["| folder | train | dev | test | main metric | majority | bag of words |", "|---|---|---|---|---|---|---|"]
    lines += [_row(task, scores) for task in tasks]
    text, replaced = _TABLE.subn(lambda match: match[1] + "\n".join(lines) + "\n" + match[2], readme.read_text(encoding="utf-8"))
    if replaced != 1:
        raise ValueError(f"{readme}: expected one table between its marks, found {replaced}")
    readme.write_text(text, encoding="utf-8")
