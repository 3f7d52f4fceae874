"""What a generator yields, before the writer gives it the columns of its official file."""

import random
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Row:
    text_a: str
    text_b: str | None
    label: str  # the official file's own wording; STS-B: a number with three decimals
    genre: str = ""


Generator = Callable[[random.Random], Row]


def weighted(rng: random.Random, options: dict[str, float]) -> str:
    return rng.choices(list(options), list(options.values()))[0]
