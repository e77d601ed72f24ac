"""Tables on a PDF page: rows of cells, told by the white between them."""

from __future__ import annotations

import math
import re
from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.readers.pdf.layout import CELL, Line, Zone
from index.readers.pdf.words import Word

MARKER = re.compile(
    r"\(?(?:\d{1,3}(?:\.\d{1,3}){0,4}|[a-zA-Z]|[ivx]{1,5})[.)]|(?:\d|\.){1,3}\.\d{1,3}|\.\d{1,3}"
)
_BULLET = re.compile(r"[•‣◦▪●■□○➢➔✓❖]|[–—*-]\s")
_ALIGNED = 1.5  # points

Cell = tuple[Word, ...]
Rows = tuple[tuple[Cell, ...], ...]


def stretches(zone: Zone) -> Iterator[tuple[list[Line], bool]]:
    """Lines that follow one another, and whether they are rows of a table."""
    lines = zone.lines
    several = _rowlike(zone)
    at = 0
    while at < len(lines):
        end = at + 1
        if several[at]:
            while end < len(lines) and _goes_on(lines, several, end, zone):
                end += 1
            while not several[end - 1]:
                end -= 1
        yield list(lines[at:end]), sum(several[at:end]) > 1
        at = end


def _rowlike(zone: Zone) -> list[bool]:
    """For each line whether it has cells. Among lines of running text one of few words may be
    stretched to both edges: it has not."""
    several = [_has_cells(line) for line in zone.lines]
    if 2 * sum(several) >= len(several):
        return several
    left, right = zone.x0, zone.x1
    return [
        row and not (line.x0 - left < 2 * line.size and right - line.x1 < 2 and _is_even(line))
        for line, row in zip(zone.lines, several, strict=True)
    ]


def _is_even(line: Line) -> bool:
    gaps = [b.x0 - a.x1 for a, b in pairwise(line.words)]
    return len(gaps) < 6 and max(gaps) < 1.3 * min(gaps)


def _has_cells(line: Line) -> bool:
    cells = line.cells()
    if len(cells) == 2 and len(cells[0]) == 1:
        return not (MARKER.fullmatch(cells[0][0].text) or is_bullet(cells[0][0].text))
    return len(cells) > 1


def is_bullet(text: str) -> bool:
    return bool(_BULLET.match(text + " "))


def _goes_on(lines: Sequence[Line], several: Sequence[bool], at: int, zone: Zone) -> bool:
    """A row, or what is left of one: a short line close under a row."""
    above, line = lines[at - 1], lines[at]
    apart = (above.base - line.base) / max(above.size, line.size)
    if several[at]:
        return 0 < apart < 4
    short = line.x1 - line.x0 < 0.5 * (zone.x1 - zone.x0)
    if line.bold and not above.bold:
        return False
    row_follows = at + 1 < len(lines) and several[at + 1]
    return short and 0 < apart < 2 and (row_follows or line.x0 > zone.x0 + 2 * line.size)


def rows_of(lines: Sequence[Line]) -> Rows:
    """Cells in their columns. A line that has nothing in the first one belongs to the row above
    it, if it stands close."""
    grid = _grid(lines)
    rows: list[list[list[Word]]] = []
    above: Line | None = None
    for line in lines:
        row = _in_columns(line, grid)
        filled = [i for i, cell in enumerate(row) if cell]
        is_close = above is not None and above.base - line.base < 1.3 * line.size
        if rows and is_close and filled[0] > 0 and all(rows[-1][i] for i in filled):
            for i in filled:
                rows[-1][i] += row[i]
        else:
            rows.append(row)
        above = line
    return tuple(tuple(tuple(cell) for cell in row) for row in rows)


@dataclass(frozen=True, slots=True)
class _Grid:
    """Where the columns of a table meet, and where the cells of each column begin."""

    cuts: Sequence[float]
    starts: Sequence[Sequence[float]]  # one more than cuts

    def column(self, word: Word) -> int:
        return bisect_left(self.cuts, min((word.x0 + word.x1) / 2, word.x0 + 2 * word.size))

    def begins(self, word: Word, column: int) -> bool:
        starts = self.starts[column]
        at = bisect_left(starts, word.x0 - _ALIGNED)
        return at < len(starts) and starts[at] <= word.x0 + _ALIGNED


def _grid(lines: Sequence[Line]) -> _Grid:
    """Without those columns that only one row has, as a title does."""
    cuts = _cuts(lines)
    bare = _Grid(cuts, [[] for _ in range(len(cuts) + 1)])
    if len(lines) > 3:
        filled = Counter(
            column for line in lines for column, cell in enumerate(_in_columns(line, bare)) if cell
        )
        cuts = [cut for number, cut in enumerate(cuts) if filled[number + 1] > 1]
    grid = _Grid(cuts, [[] for _ in range(len(cuts) + 1)])
    starts: list[list[float]] = [[] for _ in range(len(cuts) + 1)]
    for line in lines:
        for cell in line.cells()[1:]:
            starts[grid.column(cell[0])].append(cell[0].x0)
    return _Grid(cuts, [sorted(one) for one in starts])


def _in_columns(line: Line, grid: _Grid) -> list[list[Word]]:
    """The line's words by column. Words that stand close stay together, unless one begins where
    others of its column do."""
    row: list[list[Word]] = [[] for _ in range(len(grid.cuts) + 1)]
    at, before = 0, None
    for word in line.words:
        column = grid.column(word)
        is_new = before is None or word.x0 - before.x1 >= 0.6 * word.size
        if column > at and (is_new or grid.begins(word, column)):
            at = column
        row[at].append(word)
        before = word
    return row


def _cuts(lines: Sequence[Line]) -> list[float]:
    """White in three lines of four, and in a wide gap of one; of a white stretch the place that
    is in wide gaps of most lines."""
    changes: dict[float, list[int]] = defaultdict(lambda: [0, 0])  # white, wide
    for line in lines:
        gaps = [(a.x1, b.x0) for a, b in pairwise(line.words)]
        for start, end in [(-math.inf, line.x0), *gaps, (line.x1, math.inf)]:
            is_wide = CELL * line.size < end - start < math.inf
            if end - start >= 0.6 * line.size:
                for place, by in ((start, 1), (end, -1)):
                    changes[place][0] += by
                    changes[place][1] += by * is_wide
    cuts, best = list[float](), (0, 0, 0.0, 0.0)
    white = wide = 0
    for place, following in pairwise(sorted(changes)):
        white += changes[place][0]
        wide += changes[place][1]
        if white >= 0.75 * len(lines):
            best = max(best, (wide, white, following - place, (place + following) / 2))
        else:
            cuts += [best[3]] if best[0] else []
            best = (0, 0, 0.0, 0.0)
    return cuts
