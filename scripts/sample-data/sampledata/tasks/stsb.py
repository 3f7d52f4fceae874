"""STS-B: how similar, from 0 to 5. Each difference in meaning has a price; wording is free."""

import random
from dataclasses import replace

from .. import edits, grammar, lexicon
from ..grammar import Clause
from ..morphology import sentence
from ..rows import Row

GENRES = ("main-news", "main-captions", "main-forums")
# Price of an edit by phenomenon, in points of the 0..5 scale.
PRICES = {"modifier": 0.7, "hypernym": 0.8, "sibling": 1.6, "antonym": 2.2, "negation": 2.2, "roles": 1.8, "quantifier": 1.0}


def _edited(clause: Clause, count: int, rng: random.Random) -> tuple[Clause, float]:
    score, used = 5.0, frozenset({"determiner"})
    for _ in range(count):
        kinds = (edits.entailing, edits.neutral, edits.neutral, edits.contradicting)
        edit = edits.choose(rng.choice(kinds)(clause, rng), rng, used)
        if edit is not None:
            clause, used = edit.clause, used | {edit.slot}
            score -= PRICES[edit.phenomenon]
    return clause, score


def _same_topic(clause: Clause, rng: random.Random) -> tuple[Clause, float]:
    """Another event that shares a participant or a place at most."""
    other = grammar.random_clause(rng, ("the", "a"))
    if rng.random() < 0.5 and clause.subject.kind in lexicon.VERB[other.verb].subjects:
        return replace(other, subject=clause.subject, negated=False), 1.1
    if clause.place and rng.random() < 0.5:
        return replace(other, place=clause.place), 0.6
    return other, 0.2


def generate(rng: random.Random) -> Row:
    clause = grammar.random_clause(rng, ("the", "the", "a", *lexicon.NUMBERS[:3]))
    while True:
        if rng.random() < 0.25:
            other, score = _same_topic(clause, rng)
        else:
            other, score = _edited(clause, rng.choice((0, 0, 1, 1, 2, 2, 3)), rng)
        first = sentence(grammar.clause_text(clause, grammar.random_style(rng, 0.3), rng))
        second = sentence(grammar.clause_text(other, grammar.random_style(rng, 0.5), rng))
        if first != second:
            break
    # The official scores are means over five raters: multiples of 0.2.
    judged = min(5.0, max(0.0, score + rng.gauss(0.0, 0.2)))
    return Row(first, second, f"{round(judged * 5) / 5:.3f}", rng.choice(GENRES))
