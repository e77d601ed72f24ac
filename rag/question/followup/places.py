"""What "there" stands for: a place, named or of a kind that people go to. Pure."""

from __future__ import annotations

import re

from index.structure.dates import MONTHS
from rag.text.phrases import noun_phrases
from rag.text.verbs import CARRYING, MOTION, TAKING
from rag.text.words import fold, names, word_set, words

WEEKDAY = "(?:mon|tues|wednes|thurs|fri|satur|sun)day"
TIME_NAME = re.compile(  # names that nothing is said of by a pronoun
    rf"(?:{WEEKDAY}s?|{'|'.join(MONTHS)}|christmas|easter|spring|summer|autumn|winter|"
    r"[ap]\.?m)\.?(?: \d+)*",
    re.I,
)
_KINDS = word_set(  # of places
    "airport abbey apartment archive arena bakery bank bar barn basement bathroom bay beach "
    "bridge building bunker cafe café camp campsite campus canteen castle cathedral cave cellar "
    "cemetery centre center chapel church cinema city classroom clinic club coast college convent "
    "cottage court courtyard depot desk district dormitory embassy estate factory farm fort "
    "garage garden gallery gym hall harbour harbor hospital hostel hotel house hut inn island "
    "isle kitchen laboratory lake laundry library lighthouse lobby lodge lounge mall mansion "
    "market mill mine monastery mosque mountain museum nursery office palace park pharmacy pier "
    "pitch plant balcony bedroom boat bus carpark forest lawn lift pavement plane road roof ship "
    "square stairs stairwell street train tram woods playground pool port prison pub quarry "
    "restaurant river room school shelter shop shore stadium station store studio summit "
    "supermarket synagogue temple terminal terrace theatre theater tower town university valley "
    "venue village villa ward warehouse wharf workshop yard zoo"
)
_TAKEN = word_set("it them him her me us you people")
_BARE = word_set("home work school")
_ON = word_set(
    "balcony beach boat bus coast farm floor island isle lawn pier plane roof ship terrace train"
)
_ANYWHERE = _BARE | word_set("abroad here outside inside online overseas town")
DEFINITE = re.compile(r"(?:the|my|your|our) ", re.I)
_LIES = re.compile(r" (?:at|in|on|of) (?:the )?[A-Z][\w’'-]*(?: [A-Z][\w’'-]*)*")
_AT = re.compile(r"\b(?:at|from|to) (home|work|school)\b", re.I)
_NEAR = re.compile(r"\b(?:in|at|to|from|near|inside|around)\s+(?:the\s+)?$", re.I)
PLACE_BEFORE = re.compile(rf"{_NEAR.pattern}|\b(?:of|for)\s+(?:the\s+)?$", re.I)
_BEFORE_THERE = re.compile(
    r"(?P<adverb>\b(?:over|up|down|out) )?"
    r"(?P<preposition>\b(?:in|from|near|to|around|inside|through|past|outside|by) )?$",
    re.I,
)


def place_in(question: str, answer: str) -> str | None:
    """The place that was last spoken of: named, or a thing that people go to."""
    kinds = _of_a_kind(question)
    placed = [span for span in [*_named(question), *kinds] if _NEAR.search(question[: span[0]])]
    asked = next((question[a:b] for a, b in sorted(placed, key=_inner_first)[-1:]), None)
    if asked is None and (word := _AT.search(question)):
        return word[1]
    told = [(a, b) for a, b in _named(answer) if _NEAR.search(answer[:a])]
    answered = next((answer[a:b] for a, b in told[-1:]), None)
    thing = next((question[a:b] for a, b in kinds[-1:]), None)
    weakly = next((question[a:b] for a, b in _named(question)[-1:]), None)
    is_where = question.lower().startswith("where ")
    order = (asked, answered, thing, weakly) if is_where else (asked, thing, weakly, answered)
    return next((place for place in order if place), None)


def is_place(noun: str) -> bool:
    return noun in _KINDS or noun in _ANYWHERE


def put_place(text: str, start: int, end: int, place: str) -> str:
    """ "In there" is in it, "go there" is to it, "from there" keeps its preposition."""
    before = _BEFORE_THERE.search(text[:start])
    assert before  # it may be empty
    kept, said = text[: before.start()], (before["preposition"] or "").strip()
    heard = [fold(word) for word in words(kept)[-4:]]
    if heard[-1:] == ["back"]:
        heard.pop()
    moves = said != "in" and _moves(heard)
    on = not _ON.isdisjoint(map(fold, words(place)))
    usual = "to" if moves else "at" if place in _BARE else "on" if on else "in"
    return f"{kept}{said if said and said not in {'in', 'to'} else usual} {place}{text[end:]}"


def _moves(heard: list[str]) -> bool:
    """ "go", "bring my dog", "take him" before "there" """
    taken = len(heard) > 1 and heard[-2] in TAKING and heard[-1] in _TAKEN
    return taken or (heard[-1:] != [] and (heard[-1] in MOTION or bool(CARRYING & set(heard[:-1]))))


def innermost(name: str, frame: str) -> tuple[int, int]:
    """ "Kazakhstan" of "GDP of Kazakhstan"; all of "Romeo and Juliet"."""
    start = frame.find(name)
    end = start + len(name)
    start += name.rfind(" of ") + 4 if " of " in name else 0
    pair = re.search(r"[^\W\d_]+(?: [^\W\d_]+)? and $", frame[:start])
    return (pair.start() if pair and pair[0][0].isupper() else start), end


def _named(text: str) -> list[tuple[int, int]]:
    """Where names stand that a preposition makes places, with their article."""
    spans = [innermost(name, text) for name in names(text)]
    places = [(a, b) for a, b in spans if PLACE_BEFORE.search(text[:a])]
    return [(with_article(text, a), b) for a, b in places if not TIME_NAME.fullmatch(text[a:b])]


def _of_a_kind(text: str) -> list[tuple[int, int]]:
    """Where places stand that are told by their noun: "the museum at Low Mill"."""
    found = []
    for phrase in noun_phrases(text):
        end = phrase.start + len(phrase.text)
        inner = phrase.text.rfind(" of ") + 4 if " of the " in phrase.text else 0
        start, said = phrase.start + inner, phrase.text[inner:]
        heads = words(said) if phrase.is_name else words(said.split(" of ")[0])[-1:]
        if (phrase.is_name or DEFINITE.match(said)) and _KINDS & {fold(word) for word in heads}:
            more = _LIES.match(text[end:])
            found.append((start, end + (more.end() if more else 0)))
    return found


def _inner_first(span: tuple[int, int]) -> tuple[int, int]:
    """What lies around another comes after it, else what is said later."""
    return span[1], -span[0]


def with_article(text: str, start: int) -> int:
    return start - 4 if text[max(0, start - 4) : start].lower() == "the " else start
