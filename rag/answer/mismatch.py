"""What is near a question and yet of something else, told by rule. Pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence, Set

from index.passages.outline import columns, is_row
from index.structure.dates import YEAR, label_of
from rag.answer.candidates import Candidate
from rag.answer.context import place_in_passage
from rag.question.analyse import Question
from rag.question.computing import extremes
from rag.text.answer_types import MONTH
from rag.text.values import root
from rag.text.words import fold, is_content, word_set, words

_NUMBERED = re.compile(  # "Boiler 1"; no "version 2" of "version 2.3"
    r"\b(?P<of>[^\W\d_]{3,}) (?P<number>\d{1,4}[a-z]?)\b(?!\.\d)"
)
_VERSION = re.compile(r"(?<![\w.])v?(\d{1,3}\.\d{1,3}\.\d{1,3})(?!\w|\.\d)")  # no date
_SECTION = re.compile(r"\d{1,3}(?:\.\d{1,3}){2,}\.? +(?=[^\W\d_])")  # "2.1.3 Installation"
_YEAR = re.compile(rf"(?<![\w.,/-]){YEAR}(?![\w/-]|[.,]\d)")
_MONTH = re.compile(MONTH)
# What a label says that only dates what is written, and no fact in it ("Born: 3 May 1990").
_STAMPS = word_set(
    "date dated published posted updated created issued sent received modified revised printed"
)
_OF_TIME = re.compile(r"\b(?:dates?|dated|days?|months?|years?|age|old|ago|time)\b", re.I)
NEARLY = 0.2  # of the best one's belief, that a sentence needs to answer in its place


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


def of_the_named(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Without sentences of "Boiler 2" or version 1.4.0 where the question is of "Boiler 1" or
    version 1.4.1; none where only much weaker ones are left."""
    if not any(map(str.isdigit, question.text)):
        return list(ranked)
    return _unless_weak([one for one in ranked if not is_of_another(question, one)], ranked)


def undated(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """Without lines that say no more than a date ("Date: 3 March 2024"), where none is asked for;
    none where only much weaker sentences are left.

    Lines that tell when something is ("Fair: 5 May 2024") stay where the best one is of them, or
    many things are asked for.
    """
    if _asks_for_date(question) or not ranked:
        return list(ranked)
    asked = {root(word) for word in words(question.text) if is_content(word)}
    best = label_of(ranked[0].text)
    facts = question.kind in {"list", "summary"} or (best is not None and not _is_stamp(best))
    found = [one for one in ranked if not _only_dates(question, asked, one, facts)]
    return _unless_weak(found, ranked)


def _unless_weak(left: list[Candidate], ranked: Sequence[Candidate]) -> list[Candidate]:
    """Those that are left of the ranked ones; none where all of them are much weaker."""
    return left if left and left[0].share >= NEARLY * ranked[0].share else []


def _asks_for_date(question: Question) -> bool:
    if question.answer_type in {"date", "duration"} or _OF_TIME.search(question.text):
        return True
    return question.kind == "yesno" and bool(_MONTH.search(question.text) or question.numbers)


def _only_dates(question: Question, asked: Set[str], one: Candidate, facts: bool) -> bool:
    """Whether a line is a date with a label that the question does not name: "Deadline" answers
    what the deadline is, but nothing answers who or where. ``facts``: all but stamps are asked for.
    """
    label = label_of(one.text)
    if label is None:
        return False
    if question.answer_type in {"thing", "none"} and asked & {root(word) for word in words(label)}:
        return False
    return _is_stamp(label) or not facts


def _is_stamp(label: str) -> bool:
    return any(fold(word) in _STAMPS for word in words(label))


def is_of_another(question: Question, one: Candidate) -> bool:
    """Whether a sentence is of another number, version or year's column than the question names."""
    around = _around(one)
    asked, said = _numbered(question.text), _numbered(around)
    numbers = {fold(word) for word in words(around)}.union(*said.values())
    return _lacks_year(question, one, around) or any(
        of in said and wanted.isdisjoint(numbers) for of, wanted in asked.items()
    )


def _numbered(text: str) -> dict[str, set[str]]:
    """The numbers by which a text tells things from others of their name."""
    found = defaultdict(set)
    for one in _NUMBERED.finditer(text):
        if is_content(one["of"]) and not _MONTH.fullmatch(one["of"]):
            found[fold(one["of"])].add(one["number"])
    for one in _VERSION.finditer(text):
        found["."].add(one[1])  # of whatever has versions
    return found


def _lacks_year(question: Question, one: Candidate, around: str) -> bool:
    """Whether a row has columns of some years, and none for those that the question names."""
    asked = set(_YEAR.findall(question.text))
    names = columns(one.document, one.span) if asked else None
    years = set(_YEAR.findall(names or ""))
    return len(years) > 1 and not asked & (years | set(_YEAR.findall(around)))


def _around(one: Candidate) -> str:
    """The sentence with what stands over it and right before it."""
    at = place_in_passage(one)
    before = one.document[one.passage.sentences[at - 1]] if at else ""
    titles = (_SECTION.sub("", title) for title in one.passage.headings)
    return " ".join([*titles, before, one.text])
