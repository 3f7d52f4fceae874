"""Clauses as meaning (lemmas and quantifiers), and their rendering as English text.

A `Clause` says what happened; a `Style` says how it is worded (synonyms, passive, fronted time). Two renderings of one
clause mean the same, whatever their styles: that is what paraphrase and entailment tasks rest on.
"""

import random
from dataclasses import dataclass, replace

from . import lexicon, morphology

PLURAL_DETERMINERS = {"some", "most", "few", "many", "all", *lexicon.NUMBERS}
# Passive keeps the meaning only where neither phrase's quantifier interacts with the other.
_PASSIVE_SAFE = {"the", "a", "name", *lexicon.NUMBERS}


@dataclass(frozen=True)
class Phrase:
    """A noun phrase. With determiner `name`, `noun` is a proper name and there is no adjective."""

    determiner: str
    noun: str
    adjective: str | None = None
    plural: bool = False

    @property
    def kind(self) -> str:
        return "person" if self.determiner == "name" else lexicon.NOUN[self.noun].kind


@dataclass(frozen=True)
class Clause:
    subject: Phrase
    verb: str
    object: Phrase | None = None
    manner: str | None = None
    place: str | None = None
    time: str | None = None
    negated: bool = False


@dataclass(frozen=True)
class Style:
    """`synonyms`: probability that a word with synonyms is replaced by one of them."""

    synonyms: float = 0.0
    passive: bool = False
    fronted: bool = False


PLAIN = Style()


def word(lemma: str, style: Style, rng: random.Random) -> str:
    choices = lexicon.SYNONYMS.get(lemma, ())
    return rng.choice(choices) if choices and rng.random() < style.synonyms else lemma


def phrase_text(phrase: Phrase, style: Style, rng: random.Random) -> str:
    if phrase.determiner == "name":
        return phrase.noun
    many = phrase.plural or phrase.determiner in PLURAL_DETERMINERS
    noun = word(phrase.noun, style, rng)
    words = [morphology.plural(noun) if many else noun]
    if phrase.adjective:
        words.insert(0, word(phrase.adjective, style, rng))
    determiner = morphology.article(words[0]) if phrase.determiner == "a" else phrase.determiner
    return " ".join([determiner, *words])


def is_plural(phrase: Phrase) -> bool:
    return phrase.plural or phrase.determiner in PLURAL_DETERMINERS


def can_be_passive(clause: Clause) -> bool:
    if clause.object is None or clause.subject.determiner not in _PASSIVE_SAFE:
        return False
    return clause.object.determiner in _PASSIVE_SAFE and not (clause.negated and clause.object.determiner == "a")


def _verb_phrase(clause: Clause, style: Style, rng: random.Random) -> str:
    verb = word(clause.verb, style, rng)
    if style.passive and can_be_passive(clause):
        assert clause.object is not None
        auxiliary = ("were" if is_plural(clause.object) else "was") + (" not" if clause.negated else "")
        return f"{auxiliary} {morphology.participle(verb)} by {phrase_text(clause.subject, style, rng)}"
    text = f"did not {verb}" if clause.negated else morphology.past(verb)
    return text if clause.object is None else f"{text} {phrase_text(clause.object, style, rng)}"


def place_text(place: str, style: Style, rng: random.Random) -> str:
    preposition = lexicon.PLACES[place][0] if place in lexicon.PLACES else "in"
    determiner = "the" if place in lexicon.PLACES else "a"
    return f"{preposition} {determiner} {word(place, style, rng)}"


def clause_text(clause: Clause, style: Style, rng: random.Random) -> str:
    """The clause without capital letter and full stop."""
    passive = style.passive and can_be_passive(clause)
    first = clause.object if passive and clause.object is not None else clause.subject
    parts = [phrase_text(first, style, rng), _verb_phrase(clause, style, rng)]
    if clause.manner:
        parts.append(word(clause.manner, style, rng))
    if clause.place:
        parts.append(place_text(clause.place, style, rng))
    text = " ".join(parts)
    if clause.time is None:
        return text
    return f"{clause.time} {text}" if style.fronted else f"{text} {clause.time}"


def random_style(rng: random.Random, synonyms: float = 0.3) -> Style:
    return Style(synonyms, passive=rng.random() < 0.25, fronted=rng.random() < 0.3)


def random_noun(rng: random.Random, *kinds: str) -> str:
    return rng.choice(lexicon.nouns_of(*kinds)).lemma


def random_adjective(rng: random.Random, kind: str) -> str:
    return rng.choice([a.lemma for a in lexicon.ADJECTIVES if kind in a.kinds])


def random_name(rng: random.Random) -> str:
    return rng.choice(lexicon.NAMES[rng.choice("fm")])


def random_phrase(rng: random.Random, kinds: tuple[str, ...], determiners: tuple[str, ...], names: float = 0.2) -> Phrase:
    """`names`: probability of a proper name where a person may stand."""
    if "person" in kinds and rng.random() < names:
        return Phrase("name", random_name(rng))
    noun = random_noun(rng, *kinds)
    adjective = random_adjective(rng, lexicon.NOUN[noun].kind) if rng.random() < 0.4 else None
    return Phrase(rng.choice(determiners), noun, adjective)


SIMPLE_DETERMINERS = ("the", "the", "a")
SUBJECT_DETERMINERS = ("the", "the", "the", "a", "some", "every", "no", "most", *lexicon.NUMBERS[:3])


def random_clause(rng: random.Random, determiners: tuple[str, ...] = SUBJECT_DETERMINERS, negation: float = 0.2) -> Clause:
    """A clause whose verb accepts its subject and object. Negation only with a definite subject, so that its scope is clear."""
    verb = rng.choice(lexicon.VERBS)
    subject = random_phrase(rng, verb.subjects, determiners)
    negated = subject.determiner in ("the", "name") and rng.random() < negation
    downward = negated or subject.determiner == "no"
    target = None
    if verb.objects:
        target = random_phrase(rng, (rng.choice(verb.objects),), ("a",) if downward else SIMPLE_DETERMINERS)
        if target.noun == subject.noun:
            return random_clause(rng, determiners, negation)
    return Clause(
        subject,
        verb.lemma,
        target,
        manner=rng.choice(list(lexicon.MANNERS)) if rng.random() < 0.2 else None,
        place=rng.choice(list(lexicon.PLACES)) if rng.random() < 0.35 else None,
        time=rng.choice(lexicon.TIMES) if rng.random() < 0.25 else None,
        negated=negated,
    )


def swap_roles(clause: Clause) -> Clause | None:
    """Subject and object exchanged, where both can be either."""
    if clause.object is None or clause.object.kind not in lexicon.VERB[clause.verb].subjects:
        return None
    if clause.subject.kind not in lexicon.VERB[clause.verb].objects:
        return None
    if clause.subject.determiner not in ("the", "name") or clause.object.determiner not in ("the", "name"):
        return None
    return replace(clause, subject=clause.object, object=clause.subject)
