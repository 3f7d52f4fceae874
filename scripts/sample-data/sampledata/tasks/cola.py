"""CoLA: grammatical sentences, and the same with one rule broken.

Rules: agreement (also across a prepositional phrase), determiner and number, subcategorisation, reflexives, verb forms
after auxiliaries, word order, polarity items, a filled gap in a question.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass

from .. import grammar, lexicon, morphology
from ..morphology import sentence
from ..rows import Row

TRANSITIVE_ONLY = ("devour", "chase", "find", "lose", "hug", "repair", "praise", "ignore", "hit", "lift")
INTRANSITIVE_ONLY = ("sleep", "arrive", "laugh", "smile", "frown", "nap", "crawl", "cry", "rest")
CLAUSAL = ("thinks", "knows", "believes")
DITRANSITIVE = {"gave": "give", "sent": "send", "lent": "lend"}
SOURCES = ("gj04", "bc01", "r-67", "sgww85", "ad03")


@dataclass(frozen=True)
class Pair:
    good: str
    bad: str


def _person(rng: random.Random) -> str:
    return grammar.random_noun(rng, "person")


def _noun(rng: random.Random) -> str:
    return grammar.random_noun(rng, "person", "animal")


def _present(rng: random.Random) -> tuple[str, str]:
    """An intransitive predicate: singular form, plural form."""
    verb = rng.choice(INTRANSITIVE_ONLY)
    if rng.random() < 0.4:
        adjective = grammar.random_adjective(rng, "person")
        return rng.choice(
            ((f"is {adjective}", f"are {adjective}"), (f"has {morphology.participle(verb)}", f"have {morphology.participle(verb)}"))
        )
    return morphology.third_person(verb), verb


def _agreement(rng: random.Random) -> Pair:
    many = rng.random() < 0.5
    head, other = _noun(rng), _noun(rng)
    subject = morphology.plural(head) if many else head
    link = rng.choice(("near", "behind", "beside", "with"))
    attractor = other if many else morphology.plural(other)
    middle = f" {link} the {attractor}" if rng.random() < 0.5 else ""
    singular, plural = _present(rng)
    good, bad = (plural, singular) if many else (singular, plural)
    return Pair(f"the {subject}{middle} {good}", f"the {subject}{middle} {bad}")


def _determiner(rng: random.Random) -> Pair:
    noun = _noun(rng)
    verb = morphology.past(rng.choice(INTRANSITIVE_ONLY))
    if rng.random() < 0.5:
        determiner = rng.choice(("every", "this", "each", "that"))
        return Pair(f"{determiner} {noun} {verb}", f"{determiner} {morphology.plural(noun)} {verb}")
    determiner = rng.choice(("many", "these", "three", "most", "several"))
    return Pair(f"{determiner} {morphology.plural(noun)} {verb}", f"{determiner} {noun} {verb}")


def _subcategorisation(rng: random.Random) -> Pair:
    subject, target = f"the {_noun(rng)}", f"the {_person(rng)}"
    if rng.random() < 0.5:
        verb = rng.choice(TRANSITIVE_ONLY)
        kind = rng.choice(lexicon.VERB[verb].objects)
        return Pair(f"{subject} {morphology.past(verb)} the {grammar.random_noun(rng, kind)}", f"{subject} {morphology.past(verb)}")
    verb = morphology.past(rng.choice(INTRANSITIVE_ONLY))
    return Pair(f"{subject} {verb} near {target}", f"{subject} {verb} {target}")


def _ditransitive(rng: random.Random) -> Pair:
    verb, thing = rng.choice(list(DITRANSITIVE)), grammar.random_noun(rng, "thing", "food", "instrument")
    giver, taker = grammar.random_name(rng), _person(rng)
    good = rng.choice((f"{giver} {verb} the {taker} the {thing}", f"{giver} {verb} the {thing} to the {taker}"))
    return Pair(
        good,
        rng.choice(
            (
                f"{giver} {verb} to the {taker}",
                f"{giver} {verb} the {taker} to the {thing} the",
                f"{giver} {verb} of the {thing} the {taker}",
            )
        ),
    )


def _reflexive(rng: random.Random) -> Pair:
    gender = rng.choice("fm")
    own, other = ("herself", "himself") if gender == "f" else ("himself", "herself")
    subject = (
        rng.choice(lexicon.NAMES[gender])
        if rng.random() < 0.5
        else "the " + rng.choice({"f": ("woman", "girl"), "m": ("man", "boy")}[gender])
    )
    verb = morphology.past(rng.choice(("praise", "notice", "love", "hate", "help", "criticize")))
    return Pair(f"{subject} {verb} {own}", f"{subject} {verb} {rng.choice((other, 'themselves', own + ' ' + own))}")


def _auxiliary(rng: random.Random) -> Pair:
    subject, verb = f"the {_noun(rng)}", rng.choice(("eat", "sing", "run", "leave", "sleep", "take", "speak"))
    forms = {"has": morphology.participle(verb), "did not": verb, "is": morphology.gerund(verb), "will": verb, "can": verb}
    auxiliary = rng.choice(list(forms))
    wrong = [f for f in {verb, morphology.gerund(verb), morphology.third_person(verb)} if f != forms[auxiliary]]
    return Pair(f"{subject} {auxiliary} {forms[auxiliary]}", f"{subject} {auxiliary} {rng.choice(sorted(wrong))}")


def _order(rng: random.Random) -> Pair:
    words = grammar.clause_text(grammar.random_clause(rng), grammar.PLAIN, rng).split()
    shuffled = list(words)
    start = rng.randrange(len(words) - 1)
    shuffled[start], shuffled[start + 1] = shuffled[start + 1], shuffled[start]
    return Pair(" ".join(words), " ".join(shuffled))


def _polarity_item(rng: random.Random) -> Pair:
    noun, verb = _person(rng), rng.choice(("sing", "leave", "sleep", "laugh", "cry"))
    form = morphology.participle(verb)
    good = rng.choice((f"no {noun} has ever {form}", f"the {noun} has never {form}", f"nobody has ever seen the {noun}"))
    return Pair(good, rng.choice((f"some {noun} has ever {form}", f"the {noun} has ever {form}", f"somebody has ever seen the {noun}")))


def _gap(rng: random.Random) -> Pair:
    verb = rng.choice([v for v in lexicon.VERBS if "person" in v.objects]).lemma
    subject, target = _person(rng), _person(rng)
    if rng.random() < 0.5:
        outer = rng.choice(CLAUSAL)
        name = grammar.random_name(rng)
        clause = f"{name} {outer} that the {subject} {morphology.past(verb)}"
        return Pair(f"{clause} the {target}", f"who {clause} the {target}")
    return Pair(f"who did the {subject} {verb}", f"who did the {subject} {verb} the {target}")


RULES: tuple[Callable[[random.Random], Pair], ...] = (
    _agreement,
    _agreement,
    _determiner,
    _subcategorisation,
    _ditransitive,
    _reflexive,
    _auxiliary,
    _order,
    _polarity_item,
    _gap,
)


def pair(rng: random.Random) -> Pair:
    while True:
        found = rng.choice(RULES)(rng)
        if found.good != found.bad:
            return found


def judged(rng: random.Random, good: bool) -> str:
    found = pair(rng)
    text = found.good if good else found.bad
    return sentence(text, "?" if text.startswith("who did") else ".")


def generate(rng: random.Random) -> Row:
    good = rng.random() < 0.7
    return Row(judged(rng, good), None, "1" if good else "0", genre=rng.choice(SOURCES))
