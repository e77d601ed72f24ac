"""Where rows of a table answer: those that the question asks for, and all of them. Pure."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.passages.outline import section_of
from index.types import Section
from rag.answer.candidates import Candidate
from rag.answer.whole_list import Terms
from rag.question.analyse import Question
from rag.text.words import fold, is_negation, word_set, words

# Before a number they say which: "under 8 m" is another row than "8 to 12 m".
_LIMITS = word_set("under over above below up before after until since")
_WHOLE = frozenset(("keywords", "list", "summary"))  # kinds of questions that no one row answers
_SEVERAL = 2  # quoted rows of a table, with which it is said how many others fit as well
_LOOKED_AT = 500  # rows of a table, on each side of the best


def with_its_rows(
    question: Question,
    chosen: Sequence[Candidate],
    ranked: Sequence[Candidate],
    most: int,
    terms: Terms,
) -> list[Candidate]:
    """Without the rows that have only some of the question's words that a better one of their
    table has, and with all that fit as well as the best, where the question asks for the table's
    rows and there is room for them."""
    found = _fitting(question, chosen, terms)
    quoted = _of_best(found)
    if question.kind not in _WHOLE or len(quoted) < _SEVERAL:
        return found
    if not _are_asked_for(question, found[0], terms):
        return found
    known: dict[int, Candidate] = {}
    for one in ranked:
        row = _row(one)
        if row and one.share and one.document is found[0].document:
            known.setdefault(row.span.start, one)
    here = {row.span.start for row in map(_row, quoted) if row}
    missing = [start for start in _alike(question, found[0], terms) if start not in here]
    if len(found) + len(missing) > most or not known.keys() >= set(missing):
        return found
    share = min(one.share for one in quoted)  # that of a row that was not read closely is no guide
    return found + [replace(known[start], share=share) for start in missing]


def rows_left_out(question: Question, chosen: Sequence[Candidate], terms: Terms) -> list[str]:
    """A warning where several rows of the best one's table are quoted, and not all that fit."""
    ranked = sorted(chosen, key=lambda one: -one.share)
    quoted = {row.span.start for row in map(_row, _of_best(ranked)) if row}
    if len(quoted) < _SEVERAL:
        return []
    fitting = quoted | set(_alike(question, ranked[0], terms))
    if fitting == quoted:
        return []
    path = ranked[0].document.path  # a text that is in no file has none
    said = f"{len(fitting)} rows of a table may be meant, of which {len(quoted)} are quoted."
    return [f"{path}: {said}" if path else said]


def _fitting(question: Question, chosen: Sequence[Candidate], terms: Terms) -> list[Candidate]:
    found: list[Candidate] = []
    for one in chosen:
        own = _said(question, one.text, terms)
        better = (other for other in found if _are_of_one_table(one, other))
        if not any(own < _said(question, other.text, terms) for other in better):
            found.append(one)
    return found


def _said(question: Question, row: str, terms: Terms) -> set[str]:
    """The question's words that the row has."""
    asked = {term for word in question.terms for term in terms(word)}
    limits = {fold(word) for word in words(question.text)} & _LIMITS
    return (asked & set(terms(row))) | (limits & {fold(word) for word in words(row)})


def _are_asked_for(question: Question, best: Candidate, terms: Terms) -> bool:
    """Whether all of the question's words stand in a row or over its table."""
    over = [best.document.title or "", *best.passage.headings, best.text]
    asked = {term for word in question.terms for term in terms(word)}
    return bool(asked) and asked <= set(terms("\n".join(over)))


def _alike(question: Question, best: Candidate, terms: Terms) -> list[int]:
    """Where the rows of its table begin that have the words of the question that it has, and say
    "no" as it does: "yes" and "no" are what rows are told apart by."""
    own, denies = _said(question, best.text, terms), _denies(best.text)
    rows = [(row.span.start, best.document[row.span]) for row in _table(best)]
    return [
        start
        for start, text in rows
        if own <= _said(question, text, terms) and _denies(text) == denies
    ]


def _denies(row: str) -> bool:
    return any(is_negation(word) for word in words(row))


def _of_best(ranked: Sequence[Candidate]) -> list[Candidate]:
    return [one for one in ranked if _are_of_one_table(one, ranked[0])]


def _are_of_one_table(one: Candidate, other: Candidate) -> bool:
    row = _row(one)
    return one.document is other.document and row is not None and row in _table(other)


def _row(one: Candidate) -> Section | None:
    section = section_of(one.document, one.span)
    return section if section and section.kind == "row" else None


def _table(one: Candidate) -> list[Section]:
    """The rows of the table that a row is of, in their order; of a long one those around it."""
    sections = one.document.sections
    at = bisect_right(sections, one.span.start, key=lambda section: section.span.start)
    before = list(_run(sections[max(0, at - _LOOKED_AT) : at][::-1]))
    return [*reversed(before), *_run(sections[at : at + _LOOKED_AT])]


def _run(sections: Sequence[Section]) -> Iterator[Section]:
    """The rows that follow one another; what is no text between them is no end."""
    for one in sections:
        if one.kind == "row":
            yield one
        elif one.kind != "navigation":
            return
