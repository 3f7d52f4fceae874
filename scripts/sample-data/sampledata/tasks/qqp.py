"""QQP: do two questions ask the same? Non-duplicates differ in intent, in one word's meaning, or in who does what."""

import random
from collections.abc import Callable
from dataclasses import replace

from .. import edits, grammar, lexicon, morphology, questions
from ..grammar import Clause, Phrase, Style
from ..morphology import sentence
from ..rows import Row

# Wordings of one intent; {vp} is a bare verb phrase.
INTENTS: dict[str, tuple[str, ...]] = {
    "method": ("how can I {vp}", "how do I {vp}", "what is the best way to {vp}", "how does one {vp}"),
    "place": ("where can I {vp}", "where should I {vp}", "what is the best place to {vp}"),
    "reason": ("why should I {vp}", "what is a good reason to {vp}", "why do people {vp}"),
    "time": ("when should I {vp}", "what is the best time to {vp}"),
    "advice": ("should I {vp}", "is it a good idea to {vp}"),
}
STYLE = Style(0.45)


def _bare(verb: str, target: Phrase, style: Style, rng: random.Random) -> str:
    return f"{grammar.word(verb, style, rng)} {grammar.phrase_text(target, style, rng)}"


def _other_word(verb: str, target: Phrase, rng: random.Random) -> tuple[str, Phrase]:
    """One word changed so that the question becomes another one."""
    options: list[tuple[str, Phrase]] = []
    antonym = lexicon.VERB[verb].antonym
    if antonym:
        options += [(antonym, target)] * 2
    options.append((verb, replace(target, noun=rng.choice(lexicon.siblings(target.noun) or [target.noun]))))
    if target.adjective:
        opposite = edits.opposite_adjective(target.adjective, rng)
        options += [(verb, replace(target, adjective=opposite))] * 2 if opposite else []
    return rng.choice([o for o in options if o != (verb, target)] or [(verb, replace(target, noun="person"))])


def _how_to(rng: random.Random, same: bool) -> tuple[str, str]:
    verb = rng.choice([v for v in lexicon.VERBS if v.objects])
    target = grammar.random_phrase(rng, (rng.choice(verb.objects),), ("a", "the"), names=0)
    intent = rng.choice(list(INTENTS))
    first = rng.choice(INTENTS[intent]).format(vp=_bare(verb.lemma, target, Style(0.2), rng))
    other_intent, other_verb, other_target = intent, verb.lemma, target
    if not same and rng.random() < 0.35:
        other_intent = rng.choice([i for i in INTENTS if i != intent])
    elif not same:
        other_verb, other_target = _other_word(verb.lemma, target, rng)
    return first, rng.choice(INTENTS[other_intent]).format(vp=_bare(other_verb, other_target, STYLE, rng))


def _compare(rng: random.Random, same: bool) -> tuple[str, str]:
    """ "Is an owl faster than a dog?" asks what "Is a dog slower than an owl?" asks."""
    adjective = rng.choice([a for a in lexicon.ADJECTIVES if a.comparative and lexicon.ADJECTIVE[a.antonym or ""].comparative])
    antonym = lexicon.ADJECTIVE[adjective.antonym or ""].comparative
    a = grammar.random_noun(rng, rng.choice(adjective.kinds))
    b = rng.choice(lexicon.siblings(a) or [a])
    if a == b:  # a kind's most general word has no sibling
        return _compare(rng, same)

    def ask(x: str, how: str | None, y: str) -> str:
        x, y = grammar.word(x, STYLE, rng), grammar.word(y, STYLE, rng)
        return f"is {morphology.article(x)} {x} {how} than {morphology.article(y)} {y}"

    first = ask(a, adjective.comparative, b)
    if same:
        return first, ask(b, antonym, a) if rng.random() < 0.6 else ask(a, adjective.comparative, b)
    return first, ask(b, adjective.comparative, a) if rng.random() < 0.5 else ask(a, antonym, b)


def _about_event(rng: random.Random, same: bool) -> tuple[str, str]:
    """Questions about one event; the passive and synonyms keep it, swapped roles and other words do not."""
    while True:
        clause = grammar.random_clause(rng, ("the",), negation=0)
        clause = replace(clause, time=None, manner=None)
        if clause.object is None:
            continue
        other: Clause | None = clause
        if not same:
            other = grammar.swap_roles(clause) if rng.random() < 0.5 else None
            if other is None:
                changes = [
                    e for e in [*edits.neutral(clause, rng), *edits.contradicting(clause, rng)] if e.phenomenon in ("sibling", "antonym")
                ]
                other = rng.choice(changes).clause if changes else None
        if other is None:
            continue
        opening = rng.choice((("is it true that",), ("what happens if", "what happens when"), ("who said that", "who told you that")))
        texts = [grammar.clause_text(c, Style(0.3, passive=rng.random() < 0.4), rng) for c in (clause, other)]
        return f"{rng.choice(opening)} {texts[0]}", f"{rng.choice(opening)} {texts[1]}"


def _about_part(rng: random.Random, same: bool) -> tuple[str, str]:
    """ "Where did Anna buy the car?" against "When did Anna buy the car?"."""
    while True:
        clause = grammar.random_clause(rng, ("the",), negation=0)
        clause = replace(clause, place="park", time="yesterday", manner=None)
        part = rng.choice(("place", "time"))
        bare = replace(clause, place=None, time=None)
        asked_part, asked = part, bare
        if not same and rng.random() < 0.4:
            asked_part = "time" if part == "place" else "place"
        elif not same:
            changes = [e for e in edits.contradicting(bare, rng) if e.phenomenon == "antonym"]
            changes += [e for e in edits.neutral(bare, rng) if e.phenomenon in ("sibling", "roles")]
            if not changes:
                continue
            asked = rng.choice(changes).clause
        return questions.question(bare, part, Style(0.2), rng), questions.question(asked, asked_part, STYLE, rng)


FORMS: tuple[Callable[[random.Random, bool], tuple[str, str]], ...] = (_how_to, _how_to, _compare, _about_event, _about_part)


def two_questions(rng: random.Random, same: bool) -> tuple[str, str]:
    while True:
        first, second = rng.choice(FORMS)(rng, same)
        if first != second:
            break
    if rng.random() < 0.5:
        first, second = second, first
    return sentence(first, "?"), sentence(second, "?")


def generate(rng: random.Random) -> Row:
    same = rng.random() < 0.37
    return Row(*two_questions(rng, same), "1" if same else "0")
