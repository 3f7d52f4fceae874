"""AX, the diagnostic set: MNLI's relations, one phenomenon at a time, without labels in the distributed file."""

import random

from .. import nli
from ..rows import Row


def generate(rng: random.Random) -> Row:
    found = nli.inference(rng, rng.choice(nli.RELATIONS), second=0.1)
    return Row(found.premise, found.hypothesis, found.relation)
