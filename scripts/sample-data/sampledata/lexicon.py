"""The words every task shares, and how they are related.

Relations are stored once, on the word that owns them (`parent` is the hypernym); the lookup tables at the end are
derived. A word that is missing here cannot appear in any task except SST-2's and WNLI's own small word lists.
"""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class Noun:
    lemma: str
    kind: str  # person, animal, vehicle, food, instrument, container, thing, or plant
    parent: str | None = None
    synonyms: tuple[str, ...] = ()
    gender: str | None = None  # m or f, where the word fixes it


@dataclass(frozen=True)
class Verb:
    lemma: str
    objects: tuple[str, ...] = ()  # kinds of noun it takes; empty: intransitive
    subjects: tuple[str, ...] = ("person",)
    parent: str | None = None
    synonyms: tuple[str, ...] = ()
    antonym: str | None = None


@dataclass(frozen=True)
class Adjective:
    lemma: str
    kinds: tuple[str, ...]  # kinds of noun it describes
    synonyms: tuple[str, ...] = ()
    antonym: str | None = None
    parent: str | None = None
    comparative: str | None = None
    group: str = field(default="")  # two different words of one group exclude each other (colours)


def _nouns(kind: str, rows: str) -> list[Noun]:
    """Each row: `lemma[:m|:f] [= synonym ...] [< parent]`."""
    nouns = []
    for row in rows.strip().splitlines():
        head, _, parent = row.partition("<")
        lemma, _, synonyms = head.partition("=")
        word, _, gender = lemma.strip().partition(":")
        nouns.append(Noun(word, kind, parent.strip() or None, tuple(synonyms.split()), gender or None))
    return nouns


NOUNS: list[Noun] = [
    *_nouns(
        "person",
        """
        person
        child = kid < person
        man:m < person
        woman:f < person
        boy:m < child
        girl:f < child
        doctor = physician < person
        surgeon < doctor
        teacher = instructor < person
        lawyer = attorney < person
        musician < person
        pianist < musician
        drummer < musician
        violinist < musician
        artist < person
        painter < artist
        sculptor < artist
        athlete < person
        swimmer < athlete
        boxer < athlete
        scientist < person
        chemist < scientist
        biologist < scientist
        worker < person
        farmer < worker
        baker < worker
        driver < worker
        criminal < person
        thief = robber < criminal
        nurse < person
        soldier < person
        """,
    ),
    *_nouns(
        "animal",
        """
        animal = creature
        dog = hound < animal
        puppy < dog
        poodle < dog
        cat < animal
        kitten < cat
        horse < animal
        pony < horse
        bird < animal
        sparrow < bird
        eagle < bird
        owl < bird
        sheep < animal
        lamb < sheep
        rabbit = bunny < animal
        monkey < animal
        """,
    ),
    *_nouns(
        "vehicle",
        """
        vehicle
        car = automobile < vehicle
        taxi = cab < car
        truck = lorry < vehicle
        bus = coach < vehicle
        bicycle = bike < vehicle
        boat < vehicle
        canoe < boat
        """,
    ),
    *_nouns(
        "food",
        """
        fruit
        apple < fruit
        pear < fruit
        banana < fruit
        cherry < fruit
        vegetable
        carrot < vegetable
        onion < vegetable
        potato < vegetable
        dessert
        cake < dessert
        pie < dessert
        cookie = biscuit < dessert
        """,
    ),
    *_nouns(
        "instrument",
        """
        instrument
        piano < instrument
        guitar < instrument
        violin < instrument
        flute < instrument
        """,
    ),
    *_nouns(
        "container",
        """
        container
        box < container
        basket < container
        bottle < container
        bag = sack < container
        """,
    ),
    *_nouns(
        "thing",
        """
        garment
        coat = jacket < garment
        hat = cap < garment
        shirt < garment
        dress = gown < garment
        seat
        chair < seat
        bench < seat
        sofa = couch < seat
        tool
        hammer < tool
        saw < tool
        shovel = spade < tool
        toy
        doll < toy
        kite < toy
        puzzle < toy
        book
        novel < book
        dictionary < book
        jewel
        ring < jewel
        necklace < jewel
        """,
    ),
    *_nouns(
        "plant",
        """
        plant
        flower < plant
        rose < flower
        tulip < flower
        lily < flower
        tree < plant
        oak < tree
        pine < tree
        """,
    ),
]

_GOODS = ("vehicle", "food", "instrument", "container", "thing", "plant")
_GEAR = ("vehicle", "instrument", "container", "thing")
_LIVE = ("person", "animal")

VERBS: list[Verb] = [
    Verb("chase", _LIVE, _LIVE, synonyms=("pursue",)),
    Verb("watch", _LIVE + _GOODS, _LIVE, synonyms=("observe",)),
    Verb("notice", _LIVE + _GOODS, _LIVE, synonyms=("spot",), antonym="ignore"),
    Verb("ignore", _LIVE + _GOODS, _LIVE, synonyms=("disregard",), antonym="notice"),
    Verb("help", _LIVE, synonyms=("assist",), antonym="hinder"),
    Verb("hinder", _LIVE, synonyms=("impede",), antonym="help"),
    Verb("love", _LIVE + _GOODS, _LIVE, synonyms=("adore",), antonym="hate"),
    Verb("hate", _LIVE + _GOODS, _LIVE, synonyms=("detest",), antonym="love"),
    Verb("praise", ("person",), synonyms=("commend",), antonym="criticize"),
    Verb("criticize", ("person",), synonyms=("blame",), antonym="praise"),
    Verb("find", _GOODS, synonyms=("discover",), antonym="lose"),
    Verb("lose", _GOODS, synonyms=("misplace",), antonym="find"),
    Verb("buy", _GOODS, synonyms=("purchase",), antonym="sell"),
    Verb("sell", _GOODS, antonym="buy"),
    Verb("open", ("container",), antonym="close"),
    Verb("close", ("container",), synonyms=("shut",), antonym="open"),
    Verb("push", _GEAR, synonyms=("shove",), antonym="pull"),
    Verb("pull", _GEAR, synonyms=("tug",), antonym="push"),
    Verb("carry", ("container", "thing", "instrument"), synonyms=("haul",)),
    Verb("repair", _GEAR, synonyms=("fix",), antonym="break"),
    Verb("break", _GEAR, synonyms=("damage",), antonym="repair"),
    Verb("eat", ("food",), _LIVE, synonyms=("consume",)),
    Verb("devour", ("food",), _LIVE, parent="eat"),
    Verb("cook", ("food",), synonyms=("prepare",)),
    Verb("bake", ("food",), parent="cook"),
    Verb("fry", ("food",), parent="cook"),
    Verb("touch", _LIVE, _LIVE),
    Verb("hug", _LIVE, parent="touch", synonyms=("embrace",)),
    Verb("kiss", _LIVE, parent="touch"),
    Verb("hit", _LIVE, synonyms=("strike",)),
    Verb("kick", _LIVE, parent="hit"),
    Verb("punch", _LIVE, parent="hit"),
    Verb("take", _GEAR, synonyms=("grab",)),
    Verb("steal", _GEAR, parent="take"),
    Verb("borrow", _GEAR, parent="take"),
    Verb("accept", _GOODS, antonym="refuse"),
    Verb("refuse", _GOODS, synonyms=("reject",), antonym="accept"),
    Verb("lift", _GEAR, synonyms=("raise",), antonym="lower"),
    Verb("lower", _GEAR, antonym="lift"),
    Verb("move", subjects=_LIVE),
    Verb("run", subjects=_LIVE, parent="move"),
    Verb("sprint", subjects=_LIVE, parent="run"),
    Verb("walk", subjects=_LIVE, parent="move"),
    Verb("stroll", subjects=("person",), parent="walk"),
    Verb("crawl", subjects=_LIVE, parent="move"),
    Verb("rest", subjects=_LIVE, synonyms=("relax",)),
    Verb("sleep", subjects=_LIVE, parent="rest"),
    Verb("nap", subjects=_LIVE, parent="sleep", synonyms=("doze",)),
    Verb("laugh", synonyms=("chuckle",), antonym="cry"),
    Verb("cry", synonyms=("weep",), antonym="laugh"),
    Verb("arrive", subjects=_LIVE, synonyms=("come",), antonym="leave"),
    Verb("leave", subjects=_LIVE, synonyms=("depart",), antonym="arrive"),
    Verb("smile", synonyms=("grin",), antonym="frown"),
    Verb("frown", synonyms=("scowl",), antonym="smile"),
    Verb("speak", synonyms=("talk",)),
    Verb("shout", parent="speak", synonyms=("yell",)),
    Verb("whisper", parent="speak", synonyms=("murmur",)),
    Verb("perform"),
    Verb("sing", parent="perform"),
    Verb("dance", parent="perform"),
    Verb("stand", subjects=_LIVE, antonym="sit"),
    Verb("sit", subjects=_LIVE, antonym="stand"),
]

_ALL = _LIVE + _GOODS

ADJECTIVES: list[Adjective] = [
    Adjective("big", _ALL, ("large",), "small", comparative="bigger"),
    Adjective("small", _ALL, ("little",), "big", comparative="smaller"),
    Adjective("huge", _ALL, ("enormous",), "tiny", parent="big"),
    Adjective("tiny", _ALL, ("minute",), "huge", parent="small"),
    Adjective("happy", _LIVE, ("glad",), "sad", comparative="happier"),
    Adjective("sad", _LIVE, ("unhappy",), "happy", comparative="sadder"),
    Adjective("rich", ("person",), ("wealthy",), "poor", comparative="richer"),
    Adjective("poor", ("person",), ("needy",), "rich", comparative="poorer"),
    Adjective("strong", _LIVE, ("powerful",), "weak", comparative="stronger"),
    Adjective("weak", _LIVE, ("feeble",), "strong", comparative="weaker"),
    Adjective("brave", _LIVE, ("courageous",), "timid", comparative="braver"),
    Adjective("timid", _LIVE, ("fearful",), "brave"),
    Adjective("clever", _LIVE, ("smart",), "stupid", comparative="cleverer"),
    Adjective("stupid", _LIVE, ("foolish",), "clever"),
    Adjective("clean", _ALL, ("spotless",), "dirty", comparative="cleaner"),
    Adjective("dirty", _ALL, ("filthy",), "clean", comparative="dirtier"),
    Adjective("heavy", _GOODS, ("weighty",), "light", comparative="heavier"),
    Adjective("light", _GOODS, (), "heavy", comparative="lighter"),
    Adjective("cheap", _GOODS, ("inexpensive",), "expensive", comparative="cheaper"),
    Adjective("expensive", _GOODS, ("costly",), "cheap"),
    Adjective("fast", ("animal", "vehicle"), ("quick",), "slow", comparative="faster"),
    Adjective("slow", ("animal", "vehicle"), ("sluggish",), "fast", comparative="slower"),
    Adjective("young", _LIVE, ("youthful",), "old", comparative="younger"),
    Adjective("old", _LIVE, ("aged",), "young", comparative="older"),
    *(Adjective(colour, _GOODS, group="colour") for colour in ("red", "blue", "green", "yellow", "black", "white")),
]

# Adverbs of manner: lemma -> (synonym, antonym)
MANNERS: dict[str, tuple[str, str]] = {
    "quickly": ("rapidly", "slowly"),
    "slowly": ("unhurriedly", "quickly"),
    "loudly": ("noisily", "quietly"),
    "quietly": ("silently", "loudly"),
    "happily": ("cheerfully", "sadly"),
    "sadly": ("unhappily", "happily"),
    "carefully": ("cautiously", "carelessly"),
    "carelessly": ("sloppily", "carefully"),
}

# Places: noun -> (preposition, synonym or None, hypernym or None)
PLACES: dict[str, tuple[str, str | None, str | None]] = {
    "kitchen": ("in", None, "room"),
    "bedroom": ("in", None, "room"),
    "garden": ("in", "yard", None),
    "park": ("in", None, None),
    "street": ("in", "road", None),
    "forest": ("in", "woods", None),
    "beach": ("on", "shore", None),
    "farm": ("on", None, None),
    "station": ("at", None, "building"),
    "market": ("at", None, None),
    "school": ("in", None, "building"),
    "hospital": ("in", "clinic", "building"),
    "library": ("in", None, "building"),
    "museum": ("in", None, "building"),
    "hotel": ("in", "inn", "building"),
    "village": ("in", None, None),
}

TIMES: tuple[str, ...] = (
    "yesterday",
    "last night",
    "last week",
    "in the morning",
    "in the evening",
    "on Monday",
    "on Tuesday",
    "on Friday",
    "on Sunday",
)

NAMES: dict[str, tuple[str, ...]] = {
    "f": ("Anna", "Maria", "Julia", "Sarah", "Emma", "Laura", "Nina", "Clara", "Alice", "Helen", "Ruth", "Diana"),
    "m": ("Peter", "John", "David", "Paul", "Simon", "Martin", "Oscar", "Victor", "Thomas", "Robert", "Henry", "Felix"),
}

NUMBERS: tuple[str, ...] = ("two", "three", "four", "five", "six")

NOUN: dict[str, Noun] = {noun.lemma: noun for noun in NOUNS}
VERB: dict[str, Verb] = {verb.lemma: verb for verb in VERBS}
ADJECTIVE: dict[str, Adjective] = {adjective.lemma: adjective for adjective in ADJECTIVES}

# A synonym is a surface choice: it inherits everything from the word it stands for.
SYNONYMS: dict[str, tuple[str, ...]] = {
    **{entry.lemma: entry.synonyms for entry in (*NOUNS, *VERBS, *ADJECTIVES)},
    **{adverb: (synonym,) for adverb, (synonym, _) in MANNERS.items()},
    **{place: (synonym,) if synonym else () for place, (_, synonym, _) in PLACES.items()},
}


def nouns_of(*kinds: str) -> list[Noun]:
    return [noun for noun in NOUNS if noun.kind in kinds]


def ancestors(lemma: str) -> list[str]:
    """Hypernyms of a noun, verb or adjective, nearest first."""
    entry = NOUN.get(lemma) or VERB.get(lemma) or ADJECTIVE.get(lemma)
    found: list[str] = []
    while entry is not None and entry.parent is not None:
        found.append(entry.parent)
        entry = NOUN.get(entry.parent) or VERB.get(entry.parent) or ADJECTIVE.get(entry.parent)
    return found


def descendants(lemma: str) -> list[str]:
    entries = (*NOUNS, *VERBS, *ADJECTIVES)
    return [entry.lemma for entry in entries if lemma in ancestors(entry.lemma)]


def related(a: str, b: str) -> bool:
    """True where one word is the other or its hypernym."""
    return a == b or a in ancestors(b) or b in ancestors(a)


def siblings(lemma: str) -> list[str]:
    """Nouns of the same kind that neither include nor are included by this one."""
    kind = NOUN[lemma].kind
    return [noun.lemma for noun in nouns_of(kind) if not related(noun.lemma, lemma)]
