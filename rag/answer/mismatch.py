"""What is near a question and yet of something else, told by rule. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.passages.outline import is_row
from rag.answer.candidates import Candidate
from rag.answer.context import place_in_passage
from rag.question.analyse import Question
from rag.question.computing import extremes
from rag.text.answer_types import MONTH
from rag.text.words import fold, is_content, words

_NUMBERED = re.compile(r"\b(?P<of>[^\W\d_]{3,}) (?P<number>\d{1,4}[a-z]?)\b")  # "Boiler 1"
_MONTH = re.compile(MONTH)


def is_beyond(question: Question, ranked: Sequence[Candidate]) -> bool:
    """Whether the best sentence is a row of a table, and what is asked only all its rows tell.

    "Which ship is the largest?" is not answered by one ship, unless its row says so or the
    question names it.
    """
    wanted = extremes(question.text)
    if not wanted or not ranked or not is_row(ranked[0].document, ranked[0].span):
        return False
    best = ranked[0]
    row = {fold(word) for word in words(best.text)}
    said = row.union(fold(word) for heading in best.passage.headings for word in words(heading))
    named = {fold(word) for name in question.names for word in words(name)}
    return wanted.isdisjoint(said) and named.isdisjoint(row)


def is_of_another(question: Question, ranked: Sequence[Candidate]) -> bool:
    """Whether the best sentence is of "Boiler 2", and the question of "Boiler 1"."""
    if not ranked:
        return False
    around = _around(ranked[0])
    numbers = {found["number"] for found in _NUMBERED.finditer(around)}
    for asked in _NUMBERED.finditer(question.text):
        others = (one for one in _NUMBERED.finditer(around) if fold(one["of"]) == fold(asked["of"]))
        is_named = is_content(asked["of"]) and not _MONTH.fullmatch(asked["of"])
        if is_named and asked["number"] not in numbers and any(others):
            return True
    return False


def _around(one: Candidate) -> str:
    """The sentence with what stands over it and right before it."""
    at = place_in_passage(one)
    before = one.document[one.passage.sentences[at - 1]] if at else ""
    return " ".join([*one.passage.headings, before, one.text])
