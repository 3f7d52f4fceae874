"""Makes models/tiny-bert: a WordPiece vocabulary and a BERT pre-trained on text of mini-GLUE's grammar. Run make_mini_glue.py first.

    python scripts/sample-data/make_tiny_bert.py [--out models/tiny-bert] [--steps 9000]

Seeded, but not the same byte for byte: the vocabulary's trainer breaks ties at random, and floating-point sums differ between processors.
"""

import argparse
import csv
from pathlib import Path

import torch
from transformers import BertForPreTraining

from sampledata import batches, corpus, pretrain, vocabulary

ROOT = Path(__file__).resolve().parents[2]
POSITIONS = 128


def _held_out(data: Path) -> set[frozenset[str]]:
    """The pairs of all dev and test files, as `corpus.passages` wants them."""
    pairs: set[frozenset[str]] = set()
    for path in sorted(data.glob("*/*.tsv")):
        if path.stem == "train":
            continue
        with path.open(encoding="utf-8", newline="") as file:
            rows = csv.reader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            for row in rows:
                texts = [field.replace('"', "").lower() for field in row if " " in field and not field.startswith("(")]
                pairs.add(frozenset(texts))
    return pairs


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--out", type=Path, default=ROOT / "models" / "tiny-bert")
    parser.add_argument("--data", type=Path, default=ROOT / "data" / "mini-glue", help="its dev and test pairs are kept out of the text")
    parser.add_argument("--seed", type=int, default=5)
    parser.add_argument("--passages", type=int, default=300_000)
    parser.add_argument("--steps", type=int, default=9_000)
    parser.add_argument("--batch", type=int, default=64)
    parser.add_argument("--layers", type=int, default=3)
    parser.add_argument("--heads", type=int, default=4)
    parser.add_argument("--learning-rate", type=float, default=1.5e-3)
    parser.add_argument("--mask", type=float, default=0.2)
    parser.add_argument("--threads", type=int, default=1, help="more pay only on an idle machine")
    arguments = parser.parse_args()

    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    passages = list(corpus.passages(arguments.passages, arguments.seed, _held_out(arguments.data)))
    texts = [text for passage in passages for text in (passage.first, passage.second) if text]
    tokenizer = vocabulary.train_tokenizer(texts, 2000, POSITIONS)
    print(f"{len(passages)} passages, vocabulary of {len(tokenizer)}", flush=True)

    encoded = batches.encode(passages, tokenizer)
    model = BertForPreTraining(pretrain.config(len(tokenizer), arguments.layers, arguments.heads, POSITIONS))
    stream = batches.batches(encoded, arguments.batch, len(tokenizer), arguments.mask, arguments.seed)
    pretrain.pretrain(model, stream, pretrain.Settings(arguments.steps, arguments.learning_rate))
    model.bert.float().save_pretrained(arguments.out)
    tokenizer.save_pretrained(arguments.out)
    words = sorted(tokenizer.get_vocab().items(), key=lambda item: item[1])
    (arguments.out / "model.safetensors").chmod(0o644)
    (arguments.out / "vocab.txt").write_text("\n".join(word for word, _ in words) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
