"""The cell of a table's row that answers: the one under the column that the question names. Pure.

The cross-encoder reads a row without the names of its columns beside the cells; of several numbers
it marks any.
"""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from dataclasses import dataclass, replace
from itertools import accumulate

from index.passages.outline import columns, is_row
from index.structure.pieces import CELLS
from index.types import Span
from rag.answer.candidates import Candidate
from rag.question.analyse import Question
from rag.text.values import root
from rag.text.words import fold, is_content, words

_CELL = re.compile(r"[^|\t\s](?:[^|\t\s]| (?! ))*")  # parted by "|", tabs or several blanks
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


@dataclass(frozen=True, slots=True)
class _Cell:
    span: Span  # within the row
    text: str
    name: str  # of its column; "" where the row does not tell which it is


def in_cells(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The highlight of each row of a table lies in one cell, or there is none."""
    measured = [_MEASURED[fold(word)] for word in _HOW.findall(question.text)]
    asked = {root(word) for word in [*words(question.text), *measured]}
    return [
        replace(one, highlight=_marked(asked, one)) if is_row(one.document, one.span) else one
        for one in ranked
    ]


def _marked(asked: Set[str], one: Candidate) -> Span | None:
    cells = _cells(one.text, columns(one.document, one.span))
    cells = [cell for cell in cells if not _says(cell.text, asked)]
    mark = one.highlight
    read = next((cell for cell in cells if mark and cell.span.overlaps(mark)), None)
    named = _best(cells, asked)
    if read and read in named:
        return read.span
    if named and (read is None or _has_digit(read) == _has_digit(named[0])):
        return named[0].span if len(named) == 1 else None
    alike = [cell for cell in cells if read and _has_digit(cell) == _has_digit(read)]
    return _both(mark, read.span) if mark and read and (named or len(alike) == 1) else None


def _cells(row: str, header: str | None) -> list[_Cell]:
    names = header.split(CELLS) if header else []
    parts = row.split(CELLS)
    if len(parts) == len(names) > 1:  # some may be empty
        starts = accumulate((len(part) + len(CELLS) for part in parts[:-1]), initial=0)
        spans = [
            Span(start, start + len(part)).stripped(row)
            for part, start in zip(parts, starts, strict=True)
        ]
    else:
        spans = [Span(*found.span()).stripped(row) for found in _CELL.finditer(row)]
        names = names if len(names) == len(spans) else [""] * len(spans)
    pairs = zip(spans, names, strict=True)
    return [_Cell(span, span.of(row), name) for span, name in pairs if len(span)]


def _says(cell: str, asked: Set[str]) -> bool:
    """Whether the question names what the cell says: it asks for another."""
    said = {root(word) for word in words(cell)}
    return bool(said) and said <= asked


def _best(cells: Sequence[_Cell], asked: Set[str]) -> list[_Cell]:
    """Those whose columns have most of the question's words in their names, if any has one."""
    counts = [_named(cell.name, asked) for cell in cells]
    most = max(counts, default=0)
    return [cell for cell, count in zip(cells, counts, strict=True) if most and count == most]


def _named(name: str, asked: Set[str]) -> int:
    stems = {root(word) for word in words(name) if is_content(word)}
    return sum(any(_same(stem, other) for other in asked) for stem in stems)


def _same(one: str, other: str) -> bool:
    shorter, longer = sorted((one, other), key=len)
    return one == other or (len(shorter) >= _LEAST_STEM and longer.startswith(shorter))


def _has_digit(cell: _Cell) -> bool:
    return any(map(str.isdigit, cell.text))


def _both(one: Span, other: Span) -> Span:
    return Span(max(one.start, other.start), min(one.end, other.end))
