"""Makes data/mini-glue: nine small tasks and a diagnostic set in GLUE's official file formats, and their baselines.

    python scripts/sample-data/make_mini_glue.py [--seed 11] [--out data/mini-glue]

The same seed gives the same bytes.
"""

import argparse
import json
from pathlib import Path

from sampledata import baselines, readme, splits, writer
from sampledata.rows import Row

ROOT = Path(__file__).resolve().parents[2]


def _mean_words(rows: list[Row]) -> float:
    return sum(len(f"{row.text_a} {row.text_b or ''}".split()) for row in rows) / len(rows)


def _rounded(scores: object) -> object:
    if isinstance(scores, dict):
        return {name: _rounded(value) for name, value in scores.items()}
    return round(scores, 4) if isinstance(scores, float) else scores


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seed", type=int, default=11)
    parser.add_argument("--out", type=Path, default=ROOT / "data" / "mini-glue")
    arguments = parser.parse_args()

    seen: set[frozenset[str]] = set()
    drawn = {task.folder: splits.draw(task, arguments.seed, seen) for task in splits.TASKS}
    splits.check_disjoint(drawn)
    scores: dict[str, dict] = {}
    print(f"{'task':<11}{'metric':<10}{'majority':>9}{'bag of words':>14}{'train':>7}{'words':>7}")
    for folder, parts in drawn.items():
        writer.write(arguments.out, folder, parts, arguments.seed)
        if folder not in baselines.SCORED:
            continue
        found = _rounded(baselines.baselines(folder, parts["train"], parts.get("dev") or parts["dev_matched"]))
        scores[baselines.SCORED[folder][0]] = found
        metric = found["metric"]
        row = f"{found['majority'][metric]:>9.3f}{found['bagOfWords'][metric]:>14.3f}"
        print(f"{folder:<11}{metric:<10}{row}{len(parts['train']):>7}{_mean_words(parts['train']):>7.1f}")
    readme.update_table(arguments.out / "README.md", splits.TASKS, scores)
    (arguments.out / "baselines.json").write_text(json.dumps(scores, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
