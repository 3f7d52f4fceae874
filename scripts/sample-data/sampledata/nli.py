"""Premise and hypothesis pairs with a known relation: the common ground of MNLI, RTE, AX and part of QNLI."""

import random
from dataclasses import dataclass

from . import edits, grammar
from .grammar import Clause
from .morphology import sentence

RELATIONS = ("entailment", "neutral", "contradiction")


@dataclass(frozen=True)
class Inference:
    premise: str
    hypothesis: str
    relation: str
    phenomenon: str


def _edited(clause: Clause, relation: str, rng: random.Random) -> edits.Edit | None:
    """The clause after one entailing edit in some cases, then the edit that decides the relation."""
    used: frozenset[str] = frozenset()
    if rng.random() < 0.35:
        first = edits.choose(edits.entailing(clause, rng), rng, frozenset({"determiner"}))
        if first is not None:
            clause, used = first.clause, frozenset({first.slot})
    if relation == "entailment":
        if not used and rng.random() < 0.15:
            return edits.Edit(clause, "paraphrase", "")
        return edits.choose(edits.entailing(clause, rng), rng, used)
    if relation == "contradiction":
        return edits.choose(edits.contradicting(clause, rng), rng, used)
    # A changed quantifier turns the polarity of the slot edited before, so the two are not combined.
    avoid = used | ({"determiner", "roles"} if used else frozenset())
    return edits.choose(edits.neutral(clause, rng), rng, avoid)


def _premise(clause: Clause, rng: random.Random, second: float) -> str:
    text = grammar.clause_text(clause, grammar.random_style(rng, 0.2), rng)
    if rng.random() >= second:
        return sentence(text)
    other = grammar.clause_text(grammar.random_clause(rng, grammar.SIMPLE_DETERMINERS), grammar.random_style(rng, 0.2), rng)
    connective = rng.choice(("and", "while"))
    return sentence(f"{text} {connective} {other}" if rng.random() < 0.5 else f"{other} {connective} {text}")


def inference(rng: random.Random, relation: str, second: float = 0.15) -> Inference:
    """`second`: probability that the premise holds a second, unconnected clause."""
    while True:
        clause = grammar.random_clause(rng)
        edit = _edited(clause, relation, rng)
        if edit is None:
            continue
        premise = _premise(clause, rng, second)
        hypothesis = sentence(grammar.clause_text(edit.clause, grammar.random_style(rng, 0.3), rng))
        if premise != hypothesis:
            return Inference(premise, hypothesis, relation, edit.phenomenon)
