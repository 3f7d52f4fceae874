"""RTE: MNLI's phenomena in two classes, with a second clause in most premises. Too few examples to learn them from."""

import random

from .. import nli
from ..rows import Row


def generate(rng: random.Random) -> Row:
    if rng.random() < 0.5:
        relation, label = "entailment", "entailment"
    else:
        relation, label = rng.choice(("neutral", "contradiction")), "not_entailment"
    found = nli.inference(rng, relation, second=0.4)
    return Row(found.premise, found.hypothesis, label)
