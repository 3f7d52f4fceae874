"""MRPC: reports of one event in two wordings, or of two events that differ in a detail."""

import random
from dataclasses import replace

from .. import edits, grammar, lexicon
from ..grammar import Clause
from ..morphology import sentence
from ..rows import Row

SOURCES = ("a spokesman", "the police", "a witness", "the newspaper", "the mayor")
FRAMES = (
    "{source} said {clause}",
    "{source} said that {clause}",
    "{clause} , {source} said",
    "according to {source} , {clause}",
    "{clause}",
)


def _report(clause: Clause, second: Clause | None, source: str, rng: random.Random, synonyms: float) -> str:
    text = grammar.clause_text(clause, grammar.random_style(rng, synonyms), rng)
    if second is not None:
        other = grammar.clause_text(second, grammar.Style(synonyms), rng)
        text = rng.choice((f"{text} and {other}", f"{other} and {text}"))
    return sentence(rng.choice(FRAMES).format(source=source, clause=text))


def _changed(clause: Clause, rng: random.Random) -> Clause | None:
    """Another event: one antonym, other participant, number, day, or roles exchanged."""
    options = [
        edit.clause
        for edit in [*edits.neutral(clause, rng), *edits.contradicting(clause, rng)]
        if edit.phenomenon in ("sibling", "antonym", "negation")
    ]
    swapped = grammar.swap_roles(clause)
    if swapped is not None:
        options += [swapped] * 3
    if clause.subject.determiner in lexicon.NUMBERS:
        options += [
            replace(clause, subject=replace(clause.subject, determiner=n)) for n in lexicon.NUMBERS if n != clause.subject.determiner
        ]
    if clause.time:
        options.append(replace(clause, time=rng.choice([t for t in lexicon.TIMES if t != clause.time])))
    return rng.choice(options) if options else None


def reports(rng: random.Random, same: bool) -> tuple[str, str]:
    while True:
        clause = grammar.random_clause(rng, ("the", "the", "a", *lexicon.NUMBERS[:3]), negation=0.05)
        second = grammar.random_clause(rng, ("the", "a"), negation=0) if rng.random() < 0.25 else None
        other = clause if same else _changed(clause, rng)
        if other is None:
            continue
        if same and rng.random() < 0.3:  # official paraphrases leave out a detail now and then
            other = replace(other, manner=None)
        source = rng.choice(SOURCES)
        first = _report(clause, second, source, rng, 0.2)
        again = _report(other, second, source, rng, 0.4)
        if first != again:
            return first, again


def generate(rng: random.Random) -> Row:
    same = rng.random() < 0.68
    return Row(*reports(rng, same), "1" if same else "0")
