"""English inflection for the lexicon's words: plurals, verb forms, articles."""

_PLURALS = {
    "person": "people",
    "child": "children",
    "man": "men",
    "woman": "women",
    "thief": "thieves",
    "sheep": "sheep",
}

# base -> (past, past participle) where the two are not base + "ed"
_IRREGULAR = {
    "find": ("found", "found"),
    "lose": ("lost", "lost"),
    "buy": ("bought", "bought"),
    "sell": ("sold", "sold"),
    "shut": ("shut", "shut"),
    "break": ("broke", "broken"),
    "eat": ("ate", "eaten"),
    "hit": ("hit", "hit"),
    "strike": ("struck", "struck"),
    "take": ("took", "taken"),
    "steal": ("stole", "stolen"),
    "run": ("ran", "run"),
    "sleep": ("slept", "slept"),
    "weep": ("wept", "wept"),
    "come": ("came", "come"),
    "leave": ("left", "left"),
    "speak": ("spoke", "spoken"),
    "sing": ("sang", "sung"),
    "stand": ("stood", "stood"),
    "sit": ("sat", "sat"),
    "give": ("gave", "given"),
    "send": ("sent", "sent"),
    "lend": ("lent", "lent"),
    "put": ("put", "put"),
    "know": ("knew", "known"),
    "think": ("thought", "thought"),
}

_DOUBLING = {"spot", "shut", "hit", "grab", "run", "nap", "sit", "hug", "tug", "put", "chat", "grin"}
_VOWELS = "aeiou"


def plural(noun: str) -> str:
    if noun in _PLURALS:
        return _PLURALS[noun]
    if noun.endswith(("s", "x", "ch", "sh")):
        return noun + "es"
    if noun.endswith("y") and noun[-2] not in _VOWELS:
        return noun[:-1] + "ies"
    return noun + "es" if noun in ("potato",) else noun + "s"


def _past_regular(verb: str) -> str:
    if verb.endswith("e"):
        return verb + "d"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return verb[:-1] + "ied"
    return verb + verb[-1] + "ed" if verb in _DOUBLING else verb + "ed"


def past(verb: str) -> str:
    return _IRREGULAR[verb][0] if verb in _IRREGULAR else _past_regular(verb)


def participle(verb: str) -> str:
    return _IRREGULAR[verb][1] if verb in _IRREGULAR else _past_regular(verb)


def third_person(verb: str) -> str:
    if verb.endswith(("s", "x", "ch", "sh")):
        return verb + "es"
    if verb.endswith("y") and verb[-2] not in _VOWELS:
        return verb[:-1] + "ies"
    return verb + "s"


def gerund(verb: str) -> str:
    if verb.endswith("e") and not verb.endswith("ee"):
        return verb[:-1] + "ing"
    return verb + verb[-1] + "ing" if verb in _DOUBLING else verb + "ing"


def article(next_word: str) -> str:
    return "an" if next_word[0] in _VOWELS else "a"


def sentence(text: str, end: str = ".") -> str:
    """First letter capital, final mark added; the text's own words are left as they are."""
    return text[0].upper() + text[1:] + end
