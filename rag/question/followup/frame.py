"""The phrases of the last question in whose place one of a follow-up may stand. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from index.structure.dates import MONTHS
from rag.question.followup.places import WEEKDAY, is_place
from rag.text.people import is_people
from rag.text.phrase import Phrase
from rag.text.phrases import noun_phrases
from rag.text.verbs import ALSO_NOUNS, BASE, THIRD_PERSON, VERBS
from rag.text.words import AUX, STOP, WH, WORD, fold, is_adjacent, names, word_set, words

_OPENS = word_set(
    "in on at for by from with without during after before since until till to of about between "
    "against under over above below within inside outside near through into via per among beyond "
    "behind across around"
)
PREPOSITION = re.compile(
    rf"(?P<preposition>{'|'.join(sorted(_OPENS))}|as|than|up to|more than|less than) ", re.I
)
_TIME_HEADS = word_set(
    "year years month months week weeks weekend weekends weekday weekdays day days morning "
    "mornings afternoon afternoons evening evenings night nights noon midnight spring summer "
    "autumn fall winter season century decade today tomorrow yesterday now holidays christmas "
    "easter then past future rest pm am o'clock"
)
_DATED = re.compile(
    r"\b(?:1\d{3}|20\d{2})s?\b|\b\d{1,2}(?:[.:]\d\d)? ?(?:[ap]\.?m\b|o['’]clock)|"
    rf"\b{WEEKDAY}s?\b|\b(?:{'|'.join(name for name in MONTHS if name != 'may')})\b|"
    r"\b\d{1,2} may\b|\bmay \d|^(?-i:(?:early |late |mid-)?May)$",
    re.I,
)
_ADVERBS_OF_TIME = re.compile(r"(?:last|next|this|every|each) [a-z]+|today|tomorrow|yesterday|now")
_PEOPLES = frozenset(["German", "Norman", "Ottoman", "Roman"])  # end like "woman"
_LEAD = re.compile(r" (?:of|in|at|on|for|with|from|to) ")
_ARTICLE = re.compile(r"(?P<the>the|my|your|our|his|her|its|their|this|these|those) |(?P<a>an?) ")


@dataclass(frozen=True, slots=True)
class Kind:
    """What a phrase is like. ``what``: "time", "amount", "name", "people", "place" or "thing"."""

    what: str
    form: str  # "the", "a" or "bare"
    plural: bool


@dataclass(frozen=True, slots=True)
class Slot:
    """A phrase and where it stands; ``outer`` is where its preposition begins, if it has one."""

    start: int
    end: int
    text: str
    kind: Kind
    preposition: str = ""
    outer: int = 0
    after: str = ""


def kind_of(text: str) -> Kind:
    article = _ARTICLE.match(text.lower())
    form = "bare" if not article else "the" if article["the"] else "a"
    rest = text[article.end() :] if article else text
    head = head_of(rest)
    plural = (
        " and " in text
        or bool(re.search(r"[^s'’iu]s$", head))
        or (is_people(head) and (head in {"people", "men", "women", "children", "staff"}))
    )
    return Kind(_what(rest, head), form, plural)


def _what(text: str, head: str) -> str:
    if _DATED.search(text) or head in _TIME_HEADS:
        return "time"
    if re.match(r"\d", text):
        return "amount"
    if is_name(text):
        return "name"
    if is_people(head):
        return "people"
    return "place" if is_place(head) else "thing"


def is_name(text: str) -> bool:
    first = next(iter(words(text)), "")
    if not first or (" " not in text and is_people(first) and first not in _PEOPLES):
        return False
    lowered = fold(first) if fold(first) in STOP else first
    last = next(iter(words(_LEAD.split(text)[0])[-1:]), "")
    if not last[:1].isupper() and not last[:1].isdigit():
        return False
    return bool(names(f"x {lowered}{text[text.find(first) + len(first) :]}"))


def head_of(text: str) -> str:
    """The last word before another preposition, folded."""
    return fold(next(iter(words(_LEAD.split(text)[0])[-1:]), ""))


def phrase_slots(frame: str) -> list[Slot]:
    """The noun phrases, "the price of the pump" cut to what it is the price of."""
    return [_slot(phrase, frame) for phrase in noun_phrases(frame) if not phrase.is_generic]


def _slot(phrase: Phrase, frame: str) -> Slot:
    end = phrase.start + len(phrase.text)
    text = frame[phrase.start : end]
    return Slot(phrase.start, end, text, kind_of(text), after=phrase.after)


def prepositional_slots(frame: str) -> list[Slot]:
    """What stands after each preposition, up to the next one, a verb or a mark."""
    tokens = list(WORD.finditer(frame))
    return [slot for at in range(len(tokens)) if (slot := _prepositional(frame, tokens, at))]


def _prepositional(frame: str, tokens: list[re.Match[str]], at: int) -> Slot | None:
    preposition = fold(tokens[at].group())
    if preposition not in _OPENS:
        return None
    taken = list(_object(frame, tokens[at:], preposition))
    if not taken:
        return None
    start, end = taken[0].start(), taken[-1].end()
    text = frame[start:end]
    return Slot(start, end, text, kind_of(text), preposition, tokens[at].start())


def _object(frame: str, tokens: list[re.Match[str]], preposition: str) -> Iterator[re.Match[str]]:
    for before, match in pairwise(tokens):
        word, rest = fold(match.group()), frame[match.start() :]
        first = before is tokens[0]
        pairs = word == "and" and (
            preposition == "between" or frame[match.end() + 1 :][:1].isupper()
        )
        if not is_adjacent(frame, before, match) and frame[before.end() : match.start()].strip():
            return
        if (
            (word in AUX | WH and not match.group()[0].isupper())
            or (word in _OPENS and word != "of")
            or word in {"if", "because", "or"}
        ):
            return
        if word == "and" and not pairs:
            return
        if not first and (_ADVERBS_OF_TIME.match(rest) or _is_verb(match.group(), before.group())):
            return
        if first and preposition == "to" and word in BASE - ALSO_NOUNS:
            return  # "to register a car"
        yield match


def _is_verb(word: str, before: str) -> bool:
    if word[0].isupper() or before in STOP:
        return False
    participle = len(word) > 4 and word.endswith("ed") and not word.startswith("un")
    return participle or word in VERBS | THIRD_PERSON or word in BASE - ALSO_NOUNS
