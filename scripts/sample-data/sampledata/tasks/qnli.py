"""QNLI: does the sentence answer the question? Negatives share the question's words and fail in one point."""

import random
from dataclasses import replace

from .. import edits, grammar, lexicon, questions
from ..grammar import Clause
from ..morphology import sentence
from ..rows import Row


def _answering(rng: random.Random) -> tuple[Clause, str]:
    while True:
        clause = grammar.random_clause(rng, ("the", "the", "a"), negation=0)
        parts = questions.askable(clause)
        if parts:
            return clause, rng.choice(parts)


def _spoil(clause: Clause, part: str, rng: random.Random) -> Clause | None:
    """A clause close to this one that no longer answers the question for `part`."""
    way = rng.choice(("missing", "missing", "other", "roles", "antonym"))
    if way == "missing" and part in ("place", "time", "manner"):
        other = rng.choice([p for p in ("place", "time", "manner") if p != part])
        value = {"place": rng.choice(list(lexicon.PLACES)), "time": rng.choice(lexicon.TIMES), "manner": rng.choice(list(lexicon.MANNERS))}
        return replace(clause, **{part: None, other: getattr(clause, other) or value[other]})
    if way == "roles":
        return grammar.swap_roles(clause)
    if way == "antonym" and lexicon.VERB[clause.verb].antonym:
        return replace(clause, verb=lexicon.VERB[clause.verb].antonym)
    if way == "other":
        kept = {f"{part}.noun", f"{part}.adjective", part, "determiner"}
        swapped = [e for e in edits.neutral(clause, rng) if e.phenomenon == "sibling" and e.slot not in kept]
        return rng.choice(swapped).clause if swapped else None
    return None


def _asked(clause: Clause, part: str, rng: random.Random) -> Clause:
    """The question names less than the sentence says, and sometimes with a more general word."""
    for slot in ("place", "time", "manner"):
        if slot != part and rng.random() < 0.6:
            clause = replace(clause, **{slot: None})
    if rng.random() < 0.3:
        general = [e for e in edits.generalisations(clause) if not e.slot.startswith(part)]
        if general:
            clause = rng.choice(general).clause
    return clause


def exchange(rng: random.Random, answers: bool) -> tuple[str, str]:
    """A question, and a sentence that answers it or not."""
    while True:
        clause, part = _answering(rng)
        said = clause if answers else _spoil(clause, part, rng)
        if said is None:
            continue
        asked = sentence(questions.question(_asked(clause, part, rng), part, grammar.Style(0.25), rng), "?")
        text = grammar.clause_text(said, grammar.random_style(rng, 0.2), rng)
        if rng.random() < 0.1:
            other = grammar.random_clause(rng, ("the", "a"), negation=0)
            text += " and " + grammar.clause_text(replace(other, place=None, time=None), grammar.PLAIN, rng)
        return asked, sentence(text)


def generate(rng: random.Random) -> Row:
    answers = rng.random() < 0.5
    asked, text = exchange(rng, answers)
    return Row(asked, text + '"' if rng.random() < 0.01 else text, "entailment" if answers else "not_entailment")
