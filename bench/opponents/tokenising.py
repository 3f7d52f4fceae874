"""The tokenizers library as Python programs call it: one batch of pairs, ids taken out as lists."""

import json
import sys
import time
from pathlib import Path

from tokenizers import Tokenizer

state = {}


def open_files(texts, tokenizer, max_length):
    state["pairs"] = [tuple(pair) for pair in json.loads(Path(texts).read_text())]
    state["tokenizer"] = Tokenizer.from_file(tokenizer)
    state["tokenizer"].no_padding()
    state["tokenizer"].enable_truncation(max_length, strategy="longest_first")
    return {}


def encode():
    start = time.perf_counter()
    state["ids"] = [encoding.ids for encoding in state["tokenizer"].encode_batch(state["pairs"])]
    return {"seconds": time.perf_counter() - start}


def write(file):
    encode()
    Path(file).write_text(json.dumps([token for ids in state["ids"] for token in ids]))
    return {}


COMMANDS = {"open": open_files, "encode": encode, "write": write}

for line in sys.stdin:
    request = json.loads(line)
    print(json.dumps(COMMANDS[request.pop("command")](**request)), flush=True)
