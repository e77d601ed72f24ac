"""Rows of cells, as spreadsheets and CSV files have them, put into a document.

Rows stand in blocks between empty rows. Lines above a block's columns are its title; a block that
has neither a title nor names of its own goes on under the names of the columns before it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.structure import shapes
from index.structure.builder import Builder
from index.structure.pieces import CELLS
from index.structure.tables import has_header

MAX_ROWS = 100_000  # of a file: each becomes a unit of its own, to be embedded
MAX_CHARACTERS = 20_000_000
_PROSE = 80  # code points of a cell that stands alone: a longer one is text, no entry of a list
_TITLE_LINES = 3

Label = Callable[[int], str]


@dataclass(frozen=True, slots=True)
class Row:
    """``number`` as a person counts in the spreadsheet, from 1."""

    number: int
    cells: tuple[str, ...]


@dataclass(slots=True)
class Room:
    """What may still be read of a file."""

    rows: int = MAX_ROWS
    characters: int = MAX_CHARACTERS
    full: bool = False

    def take(self, cells: Sequence[str]) -> bool:
        """Whether a row of these cells has room; an empty cell takes some of it too."""
        length = sum(map(len, cells)) + len(CELLS) * len(cells)
        self.full |= not self.rows or length > self.characters
        if not self.full:
            self.rows -= 1
            self.characters -= length
        return not self.full


def put(build: Builder, rows: Sequence[Row], label: Label, level: int) -> None:
    """``label`` names a row by its number; ``level`` is that of tables' titles."""
    table: list[Row] = []
    named = False
    above: list[Row] = []
    for block in _blocks(rows):
        at = _first_of_several(block)
        above, rest = above + block[:at], block[at:]
        if not rest and len(above) <= _TITLE_LINES:
            continue  # they may head the next block
        begins = has_header([one.cells for one in _narrow(rest)])
        if above or begins:
            _table(build, table, label, named)
            table, named = [], begins
        _lines(build, above, label, level if rest else 0)
        if len(table) == 1 and not named:  # names that an empty row sets off
            named = has_header([one.cells for one in _narrow(table + rest)])
        table += rest
        above = []
    _table(build, table, label, named)
    _lines(build, above, label, 0)


def _blocks(rows: Sequence[Row]) -> Iterator[list[Row]]:
    """Runs of rows with nothing empty between them."""
    block: list[Row] = []
    for row in rows:
        if not any(row.cells):
            continue
        if block and row.number != block[-1].number + 1:
            yield block
            block = []
        block.append(row)
    if block:
        yield block


def _first_of_several(block: Sequence[Row]) -> int:
    """Where the rows of several cells begin, below lines that stand alone."""
    return next((i for i, row in enumerate(block) if sum(map(bool, row.cells)) > 1), len(block))


def _narrow(rows: Sequence[Row]) -> list[Row]:
    """Without the columns that are empty in all of them."""
    used = sorted({i for row in rows for i, cell in enumerate(row.cells) if cell})
    if not used or used == list(range(max(len(row.cells) for row in rows))):
        return list(rows)
    return [
        Row(row.number, tuple(row.cells[i] if i < len(row.cells) else "" for i in used))
        for row in rows
    ]


def _table(build: Builder, rows: Sequence[Row], label: Label, named: bool) -> None:
    narrow = _narrow(rows)
    cells = [row.cells for row in narrow]
    build.table(cells, lambda at: label(narrow[at].number), header=named)


def _lines(build: Builder, rows: Sequence[Row], label: Label, level: int) -> None:
    """Lines of one cell: the first may head what is below, where there is a ``level`` for it."""
    entries: list[Row] = []
    for row in rows:
        text = next(filter(None, row.cells))
        is_prose = len(text) > _PROSE or shapes.ends_sentence(text)
        if level and not is_prose and not shapes.KEY_VALUE.match(text):
            build.heading(text, level, label(row.number))
            level = 0
        elif is_prose:
            _table(build, entries, label, False)
            entries = []
            build.paragraph(text, label(row.number))
        else:
            entries.append(row)
    _table(build, entries, label, False)
