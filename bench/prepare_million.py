"""The peer of bench/prepare-million.mjs: Python's tokenizers with encode_batch on all cores, texts in memory, ids taken out."""

import json
import pathlib
import sys
import time

from tokenizers import Tokenizer

CHUNK = 2048


def main() -> None:
    file, model = sys.argv[1:]
    tokenizer = Tokenizer.from_file(str(pathlib.Path(model) / "tokenizer.json"))
    tokenizer.no_padding()
    tokenizer.enable_truncation(128)
    lines = pathlib.Path(file).read_text("utf-8").split("\n")[1:-1]
    pairs = [tuple(line.split("\t")[:2]) for line in lines]
    tokens = 0
    started = time.perf_counter()
    for start in range(0, len(pairs), CHUNK):
        for encoding in tokenizer.encode_batch(pairs[start : start + CHUNK]):
            tokens += len(encoding.ids)
    print(json.dumps({"rows": len(pairs), "tokens": tokens, "seconds": time.perf_counter() - started}))


if __name__ == "__main__":
    main()
