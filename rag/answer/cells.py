"""The cell of a table's row that answers: the one under the column that the question names. Pure.

The cross-encoder has learned little of tables: of several numbers it may mark any.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import replace

from index.passages.cells import Cell, cells
from index.passages.outline import columns, is_row
from index.types import Span
from rag.answer.candidates import Candidate
from rag.question.analyse import Question
from rag.text.values import root
from rag.text.words import all_said, fold, is_content, words

_MEASURED = {  # "how wide"
    "wide": "width",
    "high": "height",
    "tall": "height",
    "long": "length",
    "deep": "depth",
    "heavy": "weight",
    "old": "age",
    "fast": "speed",
    "far": "distance",
    "hot": "temperature",
    "big": "size",
    "large": "size",
}
_HOW = re.compile(rf"\bhow ({'|'.join(_MEASURED)}) (?:is|are|was|were)\b", re.IGNORECASE)
_LEAST_STEM = 5  # letters that "weigh" and "weight" must share


def in_cells(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The highlight of each row of a table lies in one cell, or there is none."""
    asked = _asked(question)
    return [
        replace(one, highlight=_marked(asked, one)) if is_row(one.document, one.span) else one
        for one in ranked
    ]


def _asked(question: Question) -> set[str]:
    measured = [_MEASURED[fold(word)] for word in _HOW.findall(question.text)]
    return {root(word) for word in [*words(question.text), *measured]}


def _unsaid(asked: Set[str], one: Candidate) -> list[Cell]:
    """The row's cells but for those that the question names: it asks for another."""
    row = cells(one.text, columns(one.document, one.span))
    return [cell for cell in row if not all_said(cell.text, asked, root)]


def _marked(asked: Set[str], one: Candidate) -> Span | None:
    row = _unsaid(asked, one)
    mark = one.highlight
    read = next((cell for cell in row if mark and cell.span.overlaps(mark)), None)
    named = _best(row, asked)
    if read and read in named:
        return read.span
    if named and (read is None or _has_digit(read) == _has_digit(named[0])):
        return named[0].span if len(named) == 1 else None
    alike = [cell for cell in row if read and _has_digit(cell) == _has_digit(read)]
    return mark.common(read.span) if mark and read and (named or len(alike) == 1) else None


def _best(row: Sequence[Cell], asked: Set[str]) -> list[Cell]:
    """Those whose columns have most of the question's words in their names, if any has one."""
    counts = [_named(cell.name, asked) for cell in row]
    most = max(counts, default=0)
    return [cell for cell, count in zip(row, counts, strict=True) if most and count == most]


def _named(name: str, asked: Set[str]) -> int:
    stems = {root(word) for word in words(name) if is_content(word)}
    return sum(any(_same(stem, other) for other in asked) for stem in stems)


def _same(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= _LEAST_STEM and longer.startswith(shorter))


def _has_digit(cell: Cell) -> bool:
    return any(map(str.isdigit, cell.text))
