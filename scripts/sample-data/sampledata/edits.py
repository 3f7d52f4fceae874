"""Changes to a clause with a known effect on entailment.

The effect of making a word more general depends on where it stands: upwards it entails ("a puppy slept" gives "a dog
slept"), under negation, `no` and in the restrictor of `every` it does not, and the more special word does. `polarity`
decides; everything else follows from it.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from . import grammar, lexicon
from .grammar import Clause, Phrase

_DEFINITE = ("the", "name")


@dataclass(frozen=True)
class Edit:
    clause: Clause
    phenomenon: str
    slot: str  # what was changed; two edits of different slots may be combined


def polarity(clause: Clause, slot: str) -> int:
    """+1 where general follows from special, -1 where special follows from general, 0 where neither does."""
    determiner = clause.subject.determiner
    if slot.startswith("subject"):
        return {"every": -1, "no": -1, "most": 0}.get(determiner, 1)
    return -1 if clause.negated or determiner == "no" else 1


def _phrases(clause: Clause) -> Iterator[tuple[str, Phrase]]:
    yield "subject", clause.subject
    if clause.object is not None:
        yield "object", clause.object


def _replace_phrase(clause: Clause, slot: str, phrase: Phrase) -> Clause:
    return replace(clause, subject=phrase) if slot == "subject" else replace(clause, object=phrase)


def _fits(clause: Clause, verb: str) -> bool:
    entry = lexicon.VERB[verb]
    if clause.subject.kind not in entry.subjects:
        return False
    return clause.object.kind in entry.objects if clause.object is not None else not entry.objects


def generalisations(clause: Clause) -> Iterator[Edit]:
    for slot, phrase in _phrases(clause):
        if phrase.determiner == "name":
            continue
        for noun in lexicon.ancestors(phrase.noun):
            yield Edit(_replace_phrase(clause, slot, replace(phrase, noun=noun)), "hypernym", f"{slot}.noun")
        if phrase.adjective:
            yield Edit(_replace_phrase(clause, slot, replace(phrase, adjective=None)), "modifier", f"{slot}.adjective")
            for adjective in lexicon.ancestors(phrase.adjective):
                yield Edit(_replace_phrase(clause, slot, replace(phrase, adjective=adjective)), "hypernym", f"{slot}.adjective")
    for verb in lexicon.ancestors(clause.verb):
        if _fits(clause, verb):
            yield Edit(replace(clause, verb=verb), "hypernym", "verb")
    for slot in ("manner", "place", "time"):
        if getattr(clause, slot):
            yield Edit(replace(clause, **{slot: None}), "modifier", slot)
    if clause.place in lexicon.PLACES and lexicon.PLACES[clause.place][2]:
        yield Edit(replace(clause, place=lexicon.PLACES[clause.place][2]), "hypernym", "place")


def specialisations(clause: Clause, rng: random.Random) -> Iterator[Edit]:
    for slot, phrase in _phrases(clause):
        if phrase.determiner == "name":
            continue
        for noun in lexicon.descendants(phrase.noun):
            yield Edit(_replace_phrase(clause, slot, replace(phrase, noun=noun)), "hypernym", f"{slot}.noun")
        if phrase.adjective is None:
            adjective = grammar.random_adjective(rng, phrase.kind)
            yield Edit(_replace_phrase(clause, slot, replace(phrase, adjective=adjective)), "modifier", f"{slot}.adjective")
    for verb in lexicon.descendants(clause.verb):
        if _fits(clause, verb):
            yield Edit(replace(clause, verb=verb), "hypernym", "verb")
    if clause.manner is None:
        yield Edit(replace(clause, manner=rng.choice(list(lexicon.MANNERS))), "modifier", "manner")
    if clause.place is None:
        yield Edit(replace(clause, place=rng.choice(list(lexicon.PLACES))), "modifier", "place")
    if clause.time is None:
        yield Edit(replace(clause, time=rng.choice(lexicon.TIMES)), "modifier", "time")


def _with_determiner(clause: Clause, determiner: str, negated: bool = False) -> Edit:
    return Edit(replace(clause, subject=replace(clause.subject, determiner=determiner), negated=negated), "quantifier", "determiner")


def entailing(clause: Clause, rng: random.Random) -> list[Edit]:
    edits = [edit for edit in generalisations(clause) if polarity(clause, edit.slot) > 0]
    edits += [edit for edit in specialisations(clause, rng) if polarity(clause, edit.slot) < 0]
    determiner = clause.subject.determiner
    if determiner in ("every", "most", *lexicon.NUMBERS):
        edits.append(_with_determiner(clause, "some"))
    if not clause.negated and determiner == "the":
        edits.append(_with_determiner(clause, "a"))
    if not clause.negated and determiner == "name":
        edits.append(Edit(replace(clause, subject=Phrase("a", "person")), "hypernym", "determiner"))
    return edits


def neutral(clause: Clause, rng: random.Random) -> list[Edit]:
    edits = [edit for edit in generalisations(clause) if polarity(clause, edit.slot) <= 0]
    edits += [edit for edit in specialisations(clause, rng) if polarity(clause, edit.slot) >= 0]
    swapped = grammar.swap_roles(clause)
    if swapped is not None:
        edits += [Edit(swapped, "roles", "roles")] * 2
    for slot, phrase in _phrases(clause):
        if phrase.determiner != "name":
            sibling = replace(phrase, noun=rng.choice(lexicon.siblings(phrase.noun) or [phrase.noun]))
            if sibling != phrase:
                edits.append(Edit(_replace_phrase(clause, slot, sibling), "sibling", f"{slot}.noun"))
    if clause.subject.determiner in ("some", "most"):
        edits.append(_with_determiner(clause, "every"))
    if clause.subject.determiner == "some":
        edits.append(_with_determiner(clause, rng.choice(("most", *lexicon.NUMBERS[:3]))))
    if clause.negated and lexicon.VERB[clause.verb].antonym:
        edits.append(Edit(replace(clause, verb=lexicon.VERB[clause.verb].antonym, negated=False), "antonym", "verb"))
    return edits


def contradicting(clause: Clause, rng: random.Random) -> list[Edit]:
    determiner = clause.subject.determiner
    edits: list[Edit] = []
    if determiner in _DEFINITE:
        edits += [Edit(replace(clause, negated=not clause.negated), "negation", "negation")] * 2
    if not clause.negated and determiner in ("every", "some", "a", *lexicon.NUMBERS):
        edits.append(_with_determiner(clause, "no"))
    if determiner == "no":
        edits += [_with_determiner(clause, d) for d in ("some", "every", rng.choice(lexicon.NUMBERS))]
    if determiner == "every":
        edits.append(_with_determiner(clause, "some", negated=True))
    if determiner in lexicon.NUMBERS:
        edits.append(_with_determiner(clause, rng.choice([n for n in lexicon.NUMBERS if n != determiner])))
    if clause.negated or determiner not in ("the", "name", "every"):
        return edits
    if lexicon.VERB[clause.verb].antonym:
        edits += [Edit(replace(clause, verb=lexicon.VERB[clause.verb].antonym), "antonym", "verb")] * 2
    if clause.manner:
        edits.append(Edit(replace(clause, manner=lexicon.MANNERS[clause.manner][1]), "antonym", "manner"))
    for slot, phrase in _phrases(clause):
        if phrase.adjective and phrase.determiner == "the":
            opposite = opposite_adjective(phrase.adjective, rng)
            if opposite:
                edits.append(Edit(_replace_phrase(clause, slot, replace(phrase, adjective=opposite)), "antonym", f"{slot}.adjective"))
    return edits


def opposite_adjective(adjective: str, rng: random.Random) -> str | None:
    """The antonym, or another member of a group of words that exclude each other (colours)."""
    entry = lexicon.ADJECTIVE[adjective]
    if entry.group:
        return rng.choice([a.lemma for a in lexicon.ADJECTIVES if a.group == entry.group and a.lemma != adjective])
    return entry.antonym


def choose(edits: list[Edit], rng: random.Random, avoid: frozenset[str] = frozenset()) -> Edit | None:
    """One edit, the phenomenon drawn first so that frequent kinds of edit do not crowd out the rest."""
    usable = [edit for edit in edits if edit.slot not in avoid]
    if not usable:
        return None
    phenomenon = rng.choice(sorted({edit.phenomenon for edit in usable}))
    return rng.choice([edit for edit in usable if edit.phenomenon == phenomenon])
