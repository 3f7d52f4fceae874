"""WNLI: who does the pronoun stand for? Some pairs of sentences differ in one word that turns the answer around."""

import random

from .. import lexicon
from ..morphology import sentence
from ..rows import Row

# (event, reason, True where the pronoun stands for the first name); {p} is the pronoun
SCHEMAS: tuple[tuple[str, str, bool], ...] = (
    ("{a} thanked {b} because", "had received help", True),
    ("{a} thanked {b} because", "had given help", False),
    ("{a} praised {b} because", "was proud of the result", True),
    ("{a} praised {b} because", "had done the work well", False),
    ("{a} could not lift {b} because", "was too weak", True),
    ("{a} could not lift {b} because", "was too heavy", False),
    ("{a} asked {b} for advice because", "needed an answer", True),
    ("{a} asked {b} for advice because", "knew the answer", False),
    ("{a} lent {b} a coat because", "had two coats", True),
    ("{a} lent {b} a coat because", "was cold", False),
    ("{a} could not see {b} because", "was too short", True),
    ("{a} could not see {b} because", "was well hidden", False),
    ("{a} chased {b} because", "wanted the ring back", True),
    ("{a} chased {b} because", "had stolen the ring", False),
    ("{a} paid {b} after", "had received the bill", True),
    ("{a} paid {b} after", "had delivered the piano", False),
    ("{a} beat {b} in the race although", "had a slow start", True),
    ("{a} beat {b} in the race although", "had a fast start", False),
    ("{a} visited {b} in the hospital because", "had some time", True),
    ("{a} visited {b} in the hospital because", "was ill", False),
)


def _schema(rng: random.Random, holds: bool | None) -> tuple[str, str, bool]:
    gender = rng.choice("fm")
    a, b = rng.sample(lexicon.NAMES[gender], 2)
    event, reason, first = rng.choice(SCHEMAS)
    pronoun = "she" if gender == "f" else "he"
    holds = rng.random() < 0.5 if holds is None else holds
    named = a if first == holds else b
    premise = sentence(f"{event.format(a=a, b=b)} {pronoun} {reason}")
    return premise, sentence(f"{named} {reason}"), holds


def resolved(rng: random.Random) -> tuple[str, str]:
    """A sentence, and what its pronoun's clause says of the one it stands for."""
    premise, hypothesis, _ = _schema(rng, True)
    return premise, hypothesis


def generate(rng: random.Random) -> Row:
    premise, hypothesis, holds = _schema(rng, None)
    return Row(premise, hypothesis, "1" if holds else "0")
