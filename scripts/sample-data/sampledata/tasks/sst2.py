"""SST-2: film opinions. Four in ten need more than a word list: negation, `but`, `although`, `too ... to be`."""

import random
from collections.abc import Callable

from ..morphology import article
from ..rows import Row

POSITIVE = """
    charming funny brilliant moving superb delightful witty fresh gripping warm graceful inventive honest
    thrilling wonderful touching elegant lively enjoyable hilarious smart sincere
""".split()
NEGATIVE = """
    dull boring awful clumsy tedious lifeless predictable silly cold stale bland messy painful
    pointless shallow tired dreadful annoying flat hollow foolish sloppy
""".split()
GOOD_THINGS = "charm wit energy warmth humor depth imagination heart style suspense".split()
BAD_THINGS = "boredom cliches nonsense noise confusion cruelty flaws gloom".split()
PARTS = """
    film movie story plot script acting cast music ending director dialogue comedy drama documentary performance camera
""".split()
OPENINGS = ("", "", "", "for me , ", "in the end , ", "all in all , ", "to my surprise , ")
DEGREES = ("", "", "really ", "very ", "quite ", "rather ", "often ")


def _adjective(rng: random.Random, good: bool) -> str:
    return rng.choice(POSITIVE if good else NEGATIVE)


def _degree(rng: random.Random, good: bool) -> str:
    return rng.choice(DEGREES) + _adjective(rng, good)


def _phrase(rng: random.Random, good: bool) -> str:
    described = _degree(rng, good)
    joined = f"{described} and {_adjective(rng, good)}" if rng.random() < 0.4 else described
    return f"{article(joined)} {joined} {rng.choice(PARTS)}"


def _statement(rng: random.Random, good: bool) -> str:
    return f"the {rng.choice(PARTS)} is {_degree(rng, good)}"


def _negated(rng: random.Random, good: bool) -> str:
    word, part = _adjective(rng, not good), rng.choice(PARTS)
    forms = (
        f"the {part} is not {word}",
        f"the {part} is never {word}",
        f"the {part} is far from {word}",
        f"nothing about the {part} is {word}",
        f"it is hardly {article(word)} {word} {part}",
        f"there is not one {word} moment in the {part}",
        f"no one could call the {part} {word}",
    )
    return rng.choice(forms)


def _thing(rng: random.Random, good: bool) -> str:
    part = rng.choice(PARTS)
    if rng.random() < 0.5:
        return f"the {part} is full of {rng.choice(GOOD_THINGS if good else BAD_THINGS)}"
    missing = rng.choice(BAD_THINGS if good else GOOD_THINGS)
    return rng.choice(
        (f"the {part} is free of {missing}", f"the {part} has no {missing} at all", f"{article(part)} {part} without {missing}")
    )


def _contrast(rng: random.Random, good: bool) -> str:
    """The main clause, or the one after `but`, decides."""
    weaker, stronger = rng.choice((_statement, _negated))(rng, not good), rng.choice((_statement, _negated))(rng, good)
    forms = (
        f"{weaker} , but {stronger}",
        f"although {weaker} , {stronger}",
        f"{stronger} , although {weaker}",
        f"{weaker} ; still , {stronger}",
        f"{stronger} , even if {weaker}",
    )
    return rng.choice(forms)


def _degree_clause(rng: random.Random, good: bool) -> str:
    part = rng.choice(PARTS)
    if good:
        return f"the {part} is too {_adjective(rng, True)} to be {_adjective(rng, False)}"
    return f"the {part} is too {_adjective(rng, False)} to be {_adjective(rng, True)}"


FORMS: dict[Callable[[random.Random, bool], str], float] = {
    _phrase: 0.28,
    _statement: 0.28,
    _negated: 0.15,
    _thing: 0.12,
    _contrast: 0.14,
    _degree_clause: 0.03,
}


def opinion(rng: random.Random, good: bool) -> str:
    form = rng.choices(list(FORMS), list(FORMS.values()))[0]
    return rng.choice(OPENINGS) + form(rng, good)


def generate(rng: random.Random) -> Row:
    good = rng.random() < 0.55
    return Row(opinion(rng, good), None, "1" if good else "0")
