"""MNLI: entailment, neutral, contradiction. The mismatched sets wrap the same phenomena in genres unseen in training."""

import random

from .. import nli
from ..rows import Row

GENRES = ("fiction", "government", "telephone")
MISMATCHED_GENRES = ("letters", "verbatim")


def _quoted(text: str) -> str:
    """A stray quotation mark, as the official files hold them."""
    return '"' + text


def matched(rng: random.Random) -> Row:
    found = nli.inference(rng, rng.choice(nli.RELATIONS))
    premise = _quoted(found.premise) if rng.random() < 0.01 else found.premise
    return Row(premise, found.hypothesis, found.relation, rng.choice(GENRES))


def mismatched(rng: random.Random) -> Row:
    found = nli.inference(rng, rng.choice(nli.RELATIONS), second=0.3)
    opening = {"letters": "I am writing to say that ", "verbatim": "As you know , "}
    genre = rng.choice(MISMATCHED_GENRES)
    premise = opening[genre] + found.premise[0].lower() + found.premise[1:]
    return Row(_quoted(premise) if rng.random() < 0.01 else premise, found.hypothesis, found.relation, genre)
