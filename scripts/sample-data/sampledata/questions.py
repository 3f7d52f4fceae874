"""Questions about a clause (QNLI, and the pre-training text): which part they ask for and how it is worded."""

import random
from dataclasses import replace

from . import grammar, lexicon
from .grammar import Clause, Style

ASKABLE = ("subject", "object", "place", "time", "manner")


def askable(clause: Clause) -> list[str]:
    """The parts a question can ask for, given that the clause says them."""
    parts = [part for part in ("place", "time", "manner") if getattr(clause, part)]
    if clause.object is not None:
        parts.append("object")
    if clause.subject.kind == "person" and clause.subject.determiner in ("the", "a", "name"):
        parts.append("subject")
    return parts


def _extras(clause: Clause, style: Style, rng: random.Random) -> str:
    parts = []
    if clause.manner:
        parts.append(grammar.word(clause.manner, style, rng))
    if clause.place:
        parts.append(grammar.place_text(clause.place, style, rng))
    if clause.time:
        parts.append(clause.time)
    return "".join(" " + part for part in parts)


def question(clause: Clause, part: str, style: Style, rng: random.Random) -> str:
    """`part` is asked for; what else the clause says stays in the question."""
    if part == "subject":
        rest = replace(clause, subject=grammar.Phrase("name", "who"))
        return grammar.clause_text(rest, Style(style.synonyms), rng)
    subject = grammar.phrase_text(clause.subject, style, rng)
    verb = grammar.word(clause.verb, style, rng)
    if part == "object":
        assert clause.object is not None
        asked = "who" if clause.object.kind == "person" else f"which {lexicon.NOUN[clause.object.noun].kind}"
        return f"{asked} did {subject} {verb}" + _extras(clause, style, rng)
    opening = {"place": "where", "time": "when", "manner": "how"}[part]
    rest = replace(clause, **{part: None})
    target = "" if clause.object is None else " " + grammar.phrase_text(clause.object, style, rng)
    return f"{opening} did {subject} {verb}{target}" + _extras(rest, style, rng)
