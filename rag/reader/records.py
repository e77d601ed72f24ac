"""A table's row as the cross-encoder reads it: a record, each cell behind its column's name.

A row by itself ("146 | Mongolia | Tugrik") has the words of any question about the thing that it
is of; only the columns tell which of these it answers.
"""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass

from index.passages.cells import Cell, cells
from index.types import Span
from rag.text.words import all_said

MOST = 8  # cells of a record beside those that the question names


@dataclass(frozen=True, slots=True)
class Record:
    """``text`` holds each of the ``cells`` of a row at its place in ``places``."""

    text: str
    cells: tuple[Cell, ...]
    places: tuple[Span, ...]

    def in_row(self, mark: Span) -> Span | None:
        """What is marked of the row where ``mark`` lies in the text: of one cell, the most."""
        shares = [mark.common(place) for place in self.places]
        most = max(shares, key=len)
        if not len(most):
            return None
        at = shares.index(most)
        return most.shift(self.cells[at].span.start - self.places[at].start)


def as_records(row: str, names: str | None, asked: Set[str] = frozenset()) -> list[Record]:
    """One, or of a wide row several: each with the first cell or those that hold words of the
    question, ``asked`` (folded), and some of the others. None at all where the row does not tell
    which of its cells is of which column."""
    found = cells(row, names)
    if len(found) < 2 or not all(one.name for one in found):
        return []
    said = [one for one in found if all_said(one.text, asked)] or found[:1]
    others = [one for one in found if one not in said]
    if len(others) <= MOST:
        return [_record(found)]
    starts = range(0, len(others), MOST)
    return [_record([*said, *others[start : start + MOST]]) for start in starts]


def _record(found: Sequence[Cell]) -> Record:
    text, places = "", []
    for one in found:
        text += f"{'; ' if text else ''}{one.name}: "
        places.append(Span(len(text), len(text) + len(one.text)))
        text += one.text
    return Record(text, tuple(found), tuple(places))
