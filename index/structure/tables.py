"""Tables: whether their first row names the columns, and how they are told in plain text.

In plain text it is lines whose cells stand under one another, parted by blanks or tabs.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from index.structure import shapes
from index.structure.dates import YEAR
from index.structure.pieces import CELLS, TABLE_LEVEL, Mark, Marks, Piece, lines_of
from index.types import Span

LEAST_ROWS = 3
SENTENCE = 8  # words; a cell of as many that ends like a sentence is one
LEAST_GAP = 2  # blanks between two columns, in each line
LONGEST = 400  # code points of a row
LONGEST_PAIR = 60  # of a row of two cells: longer lines are two columns of running text
MOST_NAMES = 3  # lines that the names of the columns may take

_YEAR = re.compile(rf"{YEAR}(?:[/–-]\d{{2,4}})?\Z")
_GAP = re.compile(r"\S(?: {2,}|\t+ *)(?=\S)")
_RULE = re.compile(r"[\s|+=_-]+")


@dataclass(frozen=True, slots=True)
class _Row:
    span: Span
    cells: Sequence[str]  # none of a rule


def has_header(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first row names the columns: words or years, none twice, in every cell that is
    filled below, except that the names of the rows may have no name themselves."""
    if len(rows) < 2 or not rows[0]:
        return False
    first, second = rows[0], rows[1]
    named = [i for i, cell in enumerate(first) if cell]
    filled = {i for row in rows[1:] for i, cell in enumerate(row) if cell}
    below = {i: second[i] for i in named if i < len(second)}
    years = {i for i in named if _YEAR.match(first[i]) and not _YEAR.match(below.get(i, ""))}
    words = {i for i in named if any(map(str.isalpha, first[i])) and len(first[i]) < 100}
    is_named = words | years == set(named) and (bool(words) or not first[0])
    different = len({first[i] for i in named}) == len(named) > 1
    return is_named and different and filled - {0} <= set(named)


def is_record(rows: Sequence[Sequence[str]]) -> bool:
    """Whether each row is a name and its value ("Maker | Volta", "Year | 2016"): two cells, and
    some of the values are numbers and some are not, as under the name of a column they are not."""
    values = [row[1] for row in rows[1:] if len(row) == 2 and row[1]]
    is_pair = all(len(row) <= 2 for row in rows)
    return is_pair and len(set(map(_has_digit, values))) > 1


def cut(text: str, pieces: Sequence[Piece]) -> tuple[list[Piece], Marks]:
    """The pieces with each row of a table as one of its own, and the marks of these."""
    found: list[Piece] = []
    marks: Marks = {}
    tables = end = 0
    for some in _ruled(pieces):
        block = Span(end, some[-1].span.end)
        end = block.end
        span = Span(some[0].span.start, end)
        parts = list(_parts(text, block, span)) if _GAP.search(span.of(text)) else []
        if not any(rows for _, rows in parts):
            found += some
            continue
        blanks = some[0].blanks
        for where, rows in parts:
            tables += bool(rows)
            for row, mark in _marked(rows, f"table {tables}") if rows else [(where, None)]:
                if mark:
                    marks[len(found)] = mark
                found.append(Piece(row, row.of(text), blanks))
                blanks = 0
    return found, marks


def _ruled(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Pieces that may be one table: a rule under all columns is a piece of its own."""
    some: list[Piece] = []
    for piece in pieces:
        if some and (piece.blanks or not _goes_over(some[-1], piece)):
            yield some
            some = []
        some.append(piece)
    if some:
        yield some


def _goes_over(above: Piece, below: Piece) -> bool:
    """Whether a table may go on from one piece to the next: at a rule that underlines no title."""
    last, first = above.text.rsplit("\n", 1)[-1], below.text.split("\n", 1)[0]
    has_rule = any(_RULE.fullmatch(line) for line in (last, first))
    return has_rule and not above.underlined and _may_be_row(last) and _may_be_row(first)


def _parts(text: str, block: Span, span: Span) -> Iterator[tuple[Span, list[_Row]]]:
    """Running text and tables of ``span`` in their order; of a table also its rows.

    ``block`` reaches back to the piece before: a first line has its indentation there.
    """
    every = (line.shift(block.start) for line in lines_of(block.of(text)))
    lines = [line for line in every if line.end > span.start]
    of_table: list[tuple[Span, int]] = []
    tables: list[list[_Row]] = [[]]
    for is_row, group in groupby(lines, lambda line: _may_be_row(line.of(text))):
        some = list(group)
        rows = _rows(text, some) if is_row else []
        if rows:
            tables.append(rows)
        of_table += [(line, (len(tables) - 1) * bool(rows)) for line in some]
    for number, members in groupby(of_table, lambda one: one[1]):
        inside = [line for line, _ in members]
        yield Span(inside[0].start, inside[-1].end).stripped(text), tables[number]


def _may_be_row(line: str) -> bool:
    """A rule may run under all columns at once."""
    is_row = _GAP.search(line) is not None or _RULE.fullmatch(line) is not None
    return len(line) <= LONGEST and is_row


def _rows(text: str, lines: Sequence[Span]) -> list[_Row]:
    """Empty where the lines are no table."""
    rules = [_RULE.fullmatch(line.of(text)) is not None for line in lines]
    said = [line.of(text) for line, is_rule in zip(lines, rules, strict=True) if not is_rule]
    if len(said) < LEAST_ROWS or not (cells := _by_tabs(said) or _by_blanks(said)):
        return []
    if any(shapes.BULLET.match(line) for line in said) or any(map(_says_sentences, cells)):
        return []
    left = iter(cells)
    return [
        _Row(line.stripped(text), () if is_rule else next(left))
        for line, is_rule in zip(lines, rules, strict=True)
    ]


def _by_tabs(lines: Sequence[str]) -> list[list[str]]:
    """The cells of each line, where all have as many."""
    cells = [[cell.strip() for cell in line.split("\t")] for line in lines]
    return cells if len(cells[0]) > 1 and len({len(row) for row in cells}) == 1 else []


def _by_blanks(lines: Sequence[str]) -> list[list[str]]:
    """The cells of each line, where the same places are blank in all of them."""
    spread = [line.expandtabs() for line in lines]
    width = max(map(len, spread))
    filled = [any(line[at : at + 1].strip() for line in spread) for at in range(width)]
    columns: list[tuple[int, int]] = []
    for is_filled, group in groupby(range(width), lambda at: filled[at]):
        places = list(group)
        if not is_filled:
            continue
        start, end = places[0], places[-1] + 1
        if columns and start - columns[-1][1] < LEAST_GAP:
            start = columns.pop()[0]
        columns.append((start, end))
    long = any(len(line.strip()) > LONGEST_PAIR for line in spread)
    if len(columns) < 2 or (len(columns) == 2 and long):
        return []
    return [[line[start:end].strip() for start, end in columns] for line in spread]


def _says_sentences(cells: Sequence[str]) -> bool:
    """A list or talk whose lines begin at the same place is no table."""
    return any(shapes.ends_sentence(cell) and len(cell.split()) >= SENTENCE for cell in cells)


def _marked(rows: Sequence[_Row], name: str) -> Iterator[tuple[Span, Mark]]:
    names = rows[: _names(rows)]
    if names:
        columns = zip(*(one.cells for one in names if one.cells), strict=True)
        title = CELLS.join(" ".join(filter(None, column)) for column in columns)
        yield Span(names[0].span.start, names[-1].span.end), Mark("heading", TABLE_LEVEL, title)
    below = [one for one in rows[len(names) :] if one.cells]
    for number, one in enumerate(below, 2 if names else 1):
        level = TABLE_LEVEL if number == 1 else 0
        yield one.span, Mark("row", level, f"{name}, row {number}")


def _names(rows: Sequence[_Row]) -> int:
    """How many of the first rows name the columns: those over a rule, or words over a column of
    numbers. In doubt none, for what names the columns is not quoted."""
    top = next((n for n, one in enumerate(rows) if one.cells), 0)  # a rule may stand over them
    rule = next((n for n in range(top + 1, len(rows)) if not rows[n].cells), len(rows))
    if rule - top <= MOST_NAMES and _are_one(rows[top:rule]) and rule + 1 < len(rows):
        return rule + 1
    last = next((n for n in range(1, len(rows)) if not _goes_on(rows[n])), len(rows))
    under = [one.cells for one in rows[last:] if one.cells]
    named = last <= MOST_NAMES and len(under) > 1 and rows[0].cells
    return last if named and _counted(rows[0].cells, under) else 0


def _are_one(rows: Sequence[_Row]) -> bool:
    return all(map(_goes_on, rows[1:]))


def _goes_on(row: _Row) -> bool:
    """Whether a line only goes on with the cells of the one before."""
    return bool(row.cells) and not row.cells[0]


def _counted(names: Sequence[str], under: Sequence[Sequence[str]]) -> bool:
    """Whether some column has a word on top and a number in each row below."""
    return any(
        name and not _has_digit(name) and all(_has_digit(row[at]) for row in under)
        for at, name in enumerate(names)
        if at
    )


def _has_digit(cell: str) -> bool:
    return any(map(str.isdigit, cell))
