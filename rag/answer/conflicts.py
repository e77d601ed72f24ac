"""Sentences that say the same of the same thing, with another number, date or name. Pure.

A warning that is wrong costs more than one that is missing. So two sentences differ only if
nearly all of their other words are the same, exactly one value in each does not agree with the
other's, and nothing else may explain it: another name, another year, "now" and "then",
"at least" and "about".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from rag.question.coordination import named_pairs
from rag.text.answer_types import NAME
from rag.text.people import TITLES
from rag.text.values import Value, agree, root, same_measure, values
from rag.text.words import fold, is_content, is_negation, names, word_set, words

_MOST_SHARED, _LEAST_SHARED = 0.75, 0.6  # of the content words of the shorter, of the longer
# One of these on one side alone says that another thing, time or case is meant.
_SCOPE = word_set(
    "now then currently today formerly previously initially originally later earlier still already "
    "first second third fourth fifth last next former new old other another only average mean "
    "minimum maximum total alone each per half men women male female boys girls north south east "
    "west northern southern eastern western upper lower will would could might may should planned "
    "expected estimated proposed forecast target goal budgeted projected if unless before after "
    "every daily weekly monthly yearly annually annual quarterly since until another additional "
    "more less further"
)
# What happens once: a second date or doer contradicts the first.
_ONCE = word_set(
    "born died founded established opened built completed signed adopted launched published "
    "invented discovered created designed written composed painted directed constructed "
    "inaugurated abolished ratified erected demolished finished premiered"
)
_INDEFINITE = re.compile(r"\W*(?:an?|another|some|one|several|many|two|three)\b", re.I)
_BY = re.compile(rf"\bby\s+(?:[a-z]+\s+){{0,3}}?(?P<it>{NAME.pattern})")
_IS = re.compile(
    rf"^\W*(?P<what>The [^,.;:]{{3,80}}?) (?:is|was) (?P<it>{NAME.pattern})(?=\W*$|[,;])"
)
_WORDS = {"number": "numbers", "date": "dates", "name": "names"}
_KINDS = {
    "number": ("number",),
    "money": ("number",),
    "duration": ("number",),
    "date": ("date",),
}


@dataclass(frozen=True, slots=True)
class Conflict:
    """``first`` and ``second`` are places in the sequence that was given, in its order.

    ``kind``: "number", "date" or "name"; ``values``: as the two sentences write them. ``sure``:
    they say it of the same thing, as far as can be seen.
    """

    first: int
    second: int
    kind: str
    values: tuple[str, str]
    sure: bool = True

    def warning(self, first_number: int, second_number: int) -> str:
        """For the numbers of the two citations."""
        one, other = self.values
        told = "" if self.sure else ", perhaps not of the same thing"
        return (
            f"Two quotes give different {_WORDS[self.kind]}{told}: "
            f"“{one}” [{first_number}] and “{other}” [{second_number}]."
        )


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence taken apart; ``rest`` holds the roots of its content words outside of values."""

    text: str
    values: tuple[Value, ...]
    rest: frozenset[str]
    all: frozenset[str]
    names: frozenset[str]


def conflicts(sentences: Sequence[str]) -> list[Conflict]:
    """The pairs that contradict each other, in order; sentences of different places are given."""
    return _pairs(sentences, _differ)


def rivals(answer_type: str, sentences: Sequence[str], question: str = "") -> list[Conflict]:
    """Pairs that answer a question of a type with different values, however they are worded.

    For sentences that answer about equally well. Each must hold exactly one value of the type,
    and the two must not be said to count different things, nor each be of something else that the
    question names ("When were the Falcon and the Kestrel launched?").
    """
    kinds = _KINDS.get(answer_type)
    things = [(_content(one), _content(other)) for one, other in named_pairs(question)]

    def differ(one: _Said, other: _Said) -> tuple[str, str, str] | None:
        if kinds is None:
            return None
        pair = [tuple(v for v in said.values if v.kind in kinds) for said in (one, other)]
        if any(len(found) != 1 for found in pair):
            return None
        (mine,), (theirs,) = pair
        named = mine.of and theirs.of and not mine.unit
        if agree(mine, theirs) or mine.unit != theirs.unit:
            return None
        if any(_are_of_two(pair, one.text, other.text) for pair in things):
            return None
        if named and not same_measure(mine, theirs):
            return None
        return mine.kind, mine.text, theirs.text

    return [replace(one, sure=False) for one in _pairs(sentences, differ)]


def _pairs(
    sentences: Sequence[str], differ: Callable[[_Said, _Said], tuple[str, str, str] | None]
) -> list[Conflict]:
    said = [_taken_apart(text) for text in sentences]
    found = []
    for (first, one), (second, other) in combinations(enumerate(said), 2):
        if difference := differ(one, other):
            kind, *texts = difference
            found.append(Conflict(first, second, kind, (texts[0], texts[1])))
    return found


def _taken_apart(text: str) -> _Said:
    found = values(text)
    left, at = "", 0
    for value in found:
        left += text[at : value.span.start] + " "
        at = value.span.end
    left += text[at:]
    capitals = (root(word) for name in names(text) for word in words(name) if is_content(word))
    return _Said(
        text,
        tuple(found),
        _content(left),
        frozenset(fold(word) for word in words(left)),
        frozenset(capitals),
    )


def _are_of_two(things: tuple[frozenset[str], frozenset[str]], one: str, other: str) -> bool:
    """Whether each of two sentences speaks of another of two things."""
    of_one, of_other = ([thing <= _content(text) for thing in things] for text in (one, other))
    return of_one != of_other and any(of_one) and any(of_other)


def same_statement(one: str, other: str) -> bool:
    """Whether nearly all words outside of numbers and dates are the same."""
    return _say_the_same(_taken_apart(one).rest, _taken_apart(other).rest)


def _content(text: str) -> frozenset[str]:
    return frozenset(root(word) for word in words(text) if is_content(word))


def _differ(one: _Said, other: _Said) -> tuple[str, str, str] | None:
    """The kind and the two values in which two sentences differ, if only in these."""
    apart = one.all ^ other.all
    if apart & _SCOPE or any(is_negation(word) for word in apart):
        return None
    mine, theirs = _unmatched(one.values, other.values), _unmatched(other.values, one.values)
    if not mine and not theirs:
        return _name(one, other)
    if len(mine) != 1 or len(theirs) != 1 or mine[0].kind != theirs[0].kind:
        return None
    if not _say_the_same(one.rest, other.rest):
        return None
    left = (one.rest ^ other.rest) & (one.names | other.names)
    kind = mine[0].kind
    if kind == "number" and not left and same_measure(mine[0], theirs[0]):
        return kind, mine[0].text, theirs[0].text
    if kind == "date" and _is_one_event(one, other, left):
        return kind, mine[0].text, theirs[0].text
    return None


def _is_one_event(one: _Said, other: _Said, left: frozenset[str]) -> bool:
    """Something that happens once to the same thing; names on one side only may be more detail."""
    both_name = left & one.names and left & other.names
    once = one.all & other.all & _ONCE
    return bool(once) and not both_name and not any(map(_INDEFINITE.match, (one.text, other.text)))


def _unmatched(mine: Sequence[Value], theirs: Sequence[Value]) -> list[Value]:
    return [
        value
        for value in mine
        if not any(value.kind == other.kind and agree(value, other) for other in theirs)
    ]


def _say_the_same(one: frozenset[str], other: frozenset[str]) -> bool:
    shared = len(one & other)
    shorter, longer = sorted((len(one), len(other)))
    if one == other:
        return shared >= 2
    return shared >= 3 and shared >= _MOST_SHARED * shorter and shared >= _LEAST_SHARED * longer


def _name(one: _Said, other: _Said) -> tuple[str, str, str] | None:
    """Who did what is done once, or who is "the …"; all else must be the same."""
    for slot in (_BY, _IS):
        mine, theirs = slot.search(one.text), slot.search(other.text)
        if not mine or not theirs:
            continue
        my_name, their_name = mine["it"].rstrip("."), theirs["it"].rstrip(".")
        mine_words, their_words = _name_words(my_name), _name_words(their_name)
        if not mine_words or not their_words or mine_words & their_words:
            continue
        if mine_words <= other.rest or their_words <= one.rest:
            continue
        rest, rest_other = one.rest - mine_words, other.rest - their_words
        left = (rest ^ rest_other) & (one.names | other.names)
        once = one.all & other.all & _ONCE if slot is _BY else frozenset({"is"})
        definite = not any(map(_INDEFINITE.match, (one.text, other.text)))
        if once and definite and not left and _say_the_same(rest, rest_other):
            return "name", my_name, their_name
    return None


def _name_words(name: str) -> frozenset[str]:
    return frozenset(
        root(word) for word in words(name) if is_content(word) and fold(word) not in TITLES
    )
