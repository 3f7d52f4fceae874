"""Plain text for pre-training: passages of two sentences, the second of which follows from, restates, denies, answers or adds to
the first, and single sentences.

Nothing here says which: a reader meets relations only as running text does, through what follows and, in part of the
passages, through a connective. Sentences of wrong grammar (CoLA's) never appear.
"""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from . import grammar, lexicon, morphology, nli
from .tasks import cola, mrpc, qnli, qqp, sst2, wnli

Pair = tuple[str, str]


@dataclass(frozen=True)
class Passage:
    first: str
    second: str  # empty: a sentence by itself
    kind: str  # passages of one kind are alike in style: what a wrong continuation is taken from


# Half of the inferences have one.
CONNECTIVES: dict[str, tuple[str, ...]] = {
    "entailment": ("so", "that is ,", "in other words ,", "this means that"),
    "neutral": ("maybe", "perhaps", "it may be that", "also ,"),
    "contradiction": ("but", "no ,", "actually ,", "in fact ,"),
}


def _joined(opening: str, text: str) -> str:
    return morphology.sentence(f"{opening} {text}" if opening else text)


def _inference(rng: random.Random) -> Pair:
    relation = rng.choices(nli.RELATIONS, (0.5, 0.25, 0.25))[0]
    found = nli.inference(rng, relation, second=0.15)
    hypothesis = found.hypothesis[:-1]
    opening = rng.choice(CONNECTIVES[relation]) if rng.random() < 0.5 else ""
    return found.premise, _joined(opening, hypothesis[0].lower() + hypothesis[1:])


def _restatement(rng: random.Random) -> Pair:
    clause = grammar.random_clause(rng)
    first = grammar.clause_text(clause, grammar.random_style(rng, 0.3), rng)
    second = grammar.clause_text(clause, grammar.random_style(rng, 0.5), rng)
    return morphology.sentence(first), _joined(rng.choice(("", "that is ,", "in other words ,")), second)


def _report(rng: random.Random) -> Pair:
    return mrpc.reports(rng, same=True)


def _answer(rng: random.Random) -> Pair:
    return qnli.exchange(rng, answers=True)


def _question(rng: random.Random) -> Pair:
    return qqp.two_questions(rng, same=True)


VERDICTS: dict[bool, tuple[str, ...]] = {
    True: ("I liked it", "what a good film", "great", "it is worth the money", "a good movie", "the best film of the year"),
    False: ("I hated it", "what a bad film", "terrible", "it is a waste of money", "a bad movie", "the worst film of the year"),
}


def _review(rng: random.Random) -> Pair:
    good = rng.random() < 0.5
    first = sst2.opinion(rng, good)
    return first, rng.choice(VERDICTS[good]) if rng.random() < 0.6 else sst2.opinion(rng, good)


def _grammatical(rng: random.Random) -> Pair:
    return cola.judged(rng, good=True), ""


def _definition(rng: random.Random) -> Pair:
    """A line of a dictionary."""
    return _dictionary_line(rng), ""


def _dictionary_line(rng: random.Random) -> str:
    entry = rng.choice((rng.choice(lexicon.NOUNS), rng.choice(lexicon.VERBS), rng.choice(lexicon.ADJECTIVES)))
    lines = [f"{entry.lemma} means {synonym}" for synonym in entry.synonyms]
    if entry.lemma in lexicon.NOUN:
        for parent in lexicon.ancestors(entry.lemma):
            lines.append(f"every {entry.lemma} is {morphology.article(parent)} {parent}")
            lines.append(f"{morphology.article(entry.lemma)} {entry.lemma} is a kind of {parent}")
    else:
        lines += [f"to {entry.lemma} is to {parent}" for parent in lexicon.ancestors(entry.lemma)]
    antonym = getattr(entry, "antonym", None)
    if antonym:
        lines.append(f"{entry.lemma} is the opposite of {antonym}")
    return morphology.sentence(rng.choice(lines)) if lines else _dictionary_line(rng)


def _reference(rng: random.Random) -> Pair:
    return wnli.resolved(rng)


KINDS: dict[Callable[[random.Random], Pair], float] = {
    _inference: 0.3,
    _restatement: 0.08,
    _report: 0.09,
    _answer: 0.13,
    _question: 0.12,
    _review: 0.16,
    _grammatical: 0.07,
    _definition: 0.03,
    _reference: 0.02,
}


def passages(count: int, seed: int, avoid: set[frozenset[str]]) -> Iterator[Passage]:
    """`avoid`: pairs (lower case) that must not appear: those of the sample's dev and test sets."""
    rng = random.Random(f"{seed}/corpus")
    kinds, weights = list(KINDS), list(KINDS.values())
    made = 0
    while made < count:
        kind = rng.choices(kinds, weights)[0]
        passage = kind(rng)
        if frozenset(text.lower() for text in passage if text) in avoid:
            continue
        made += 1
        yield Passage(*passage, kind.__name__)
