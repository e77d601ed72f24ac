"""The words of a page put into lines, and the lines into the order in which they are read.

A page is cut from the top down: a stretch with white space down through all of it, and running
text on both sides of that, is read column after column; all else line after line, so that the
cells of a table's row stay together.
"""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from operator import attrgetter
from statistics import median

import regex  # type: ignore[import-untyped]

from index.readers.pdf.words import Word

_SAME_LINE = 0.45  # of the size: a raised or lowered character still stands on its line
_SMALL, _LARGE = 0.75, 1.35  # of the usual size: beyond these it is unusual
_GUTTER = 0.8  # of the size: less is a space between words
CELL = 2.0  # of the size: more is a space between cells
_MARGIN = 0.08  # of the width: columns are wider
_DEEPEST = 4  # columns within columns
_TRIES = 3  # bands at the top of a run that may not be of it
_COLUMN_LINES = 3
_COLUMN_LETTERS = 12  # in a line of running text
_BACKWARD = regex.compile(r"[\p{Script=Hebrew}\p{Script=Arabic}\p{Script=Syriac}\p{Script=Thaana}]")
_LEFT, _BASE, _AT = attrgetter("x0"), attrgetter("base"), attrgetter("at")

Gap = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Line:
    """Words from left to right (from right to left, where they are written so)."""

    words: tuple[Word, ...]
    x0: float
    x1: float
    base: float
    size: float
    bold: bool
    angle: int = 0

    @property
    def text(self) -> str:
        return " ".join([word.text for word in self.words])

    def cells(self) -> list[list[Word]]:
        """The words cut where the space between them is too wide for a line of text."""
        cells = [[self.words[0]]]
        wide = CELL * self.size
        for before, word in pairwise(self.words):
            if word.x0 - before.x1 > wide:
                cells.append([])
            cells[-1].append(word)
        return cells


@dataclass(frozen=True, slots=True)
class Zone:
    """Lines that stand under one another, from the top."""

    lines: tuple[Line, ...]

    @property
    def x0(self) -> float:
        return min(line.x0 for line in self.lines)

    @property
    def x1(self) -> float:
        return max(line.x1 for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Band:
    """Words between two level lines that cut none, and the gaps among them."""

    words: list[Word]
    free: list[Gap]
    left: float
    right: float


def zones(words: Sequence[Word]) -> list[Zone]:
    """All words, each once. Text that is turned comes after the level text, or before it where
    most of the page is turned."""
    by_angle: dict[int, list[Word]] = {}
    for word in words:
        by_angle.setdefault(word.angle, []).append(word)
    found = []
    for _, group in sorted(by_angle.items(), key=lambda item: (-len(item[1]), item[0])):
        found += [Zone(tuple(lines_of(part))) for part in _in_order(group, 0)]
    return found


def lines_of(words: Sequence[Word]) -> list[Line]:
    """Lines from the top."""
    return [line_of(line) for line in grouped(words)]


def grouped(words: Sequence[Word]) -> list[list[Word]]:
    """Words by lines, from the top. A word of an unusual size, such as a note's number or a
    large initial, goes to the nearest line or stands on its own: it draws no lines together."""
    if not words:
        return []
    sizes = sorted([word.size for word in words])
    usual = sizes[len(sizes) // 2]
    if sizes[0] >= _SMALL * usual and sizes[-1] <= _LARGE * usual:
        return _by_base(words)
    lines = _by_base([word for word in words if _SMALL * usual <= word.size <= _LARGE * usual])
    bases = [-line[0].base for line in lines]
    alone = []
    for word in words:
        if not _SMALL * usual <= word.size <= _LARGE * usual:
            at = bisect_left(bases, -word.base)
            near = [i for i in (at - 1, at) if 0 <= i < len(lines)]
            best = min(near, key=lambda i: abs(bases[i] + word.base))
            if abs(bases[best] + word.base) <= _SAME_LINE * max(word.size, usual):
                lines[best].append(word)
            else:
                alone.append(word)
    return sorted([*lines, *_by_base(alone)], key=lambda line: -line[0].base)


def _by_base(words: Iterable[Word]) -> list[list[Word]]:
    """Words stand on one line when their bases are near each other."""
    lines: list[list[Word]] = []
    base = size = 0.0
    for word in sorted(sorted(words, key=_LEFT), key=_BASE, reverse=True):
        own = word.size
        if lines and base - word.base <= _SAME_LINE * (size if size > own else own):
            lines[-1].append(word)
            if own > size:
                base, size = word.base, own
        else:
            lines.append([word])
            base, size = word.base, own
    return lines


def line_of(words: list[Word]) -> Line:
    """Its size and weight are those of most of its characters."""
    foreign = [word.text for word in words if not word.text.isascii()]
    backward = sum(map(bool, map(_BACKWARD.search, foreign)))
    words.sort(key=_AT if 2 * backward > len(words) else _LEFT)
    size = words[0].size
    if len({word.size for word in words}) > 1:
        letters: dict[float, int] = {}
        for word in words:
            letters[word.size] = letters.get(word.size, 0) + len(word.text)
        size = max(letters, key=lambda one: (letters[one], one))
    return Line(
        tuple(words),
        min([word.x0 for word in words]),
        max([word.x1 for word in words]),
        next(word.base for word in words if word.size == size),
        size,
        all(word.bold or not any(map(str.isalnum, word.text)) for word in words),
        words[0].angle,
    )


def _in_order(words: list[Word], depth: int) -> list[list[Word]]:
    """The words in stretches that are each read line by line."""
    if depth == _DEEPEST:
        return [words]
    left, right = min([word.x0 for word in words]), max([word.x1 for word in words])
    margin = _MARGIN * (right - left)
    least = _GUTTER * median([word.size for word in words])
    inner = (left + margin, right - margin)
    found: list[list[Word]] = []
    is_open = False  # the last stretch of ``found`` may go on
    for columns in _parts([_band(one, inner, least) for one in _bands(words)], least):
        if len(columns) > 1:
            for column in columns:
                found += _in_order(column, depth + 1)
        elif is_open:
            found[-1] += columns[0]
        else:
            found.append(columns[0])
        is_open = len(columns) == 1
    return found


def _parts(bands: Sequence[_Band], least: float) -> Iterator[list[list[Word]]]:
    """Bands that follow one another: in columns, or in one piece."""
    at = tries = 0
    while at < len(bands):
        end, gaps = _run(bands, at, least)
        columns = _columns([word for band in bands[at:end] for word in band.words], gaps)
        if len(columns) == 1 and gaps and tries < _TRIES:  # the first may only seem to belong
            tries += 1
            end = at + 1
            columns = [list(bands[at].words)]
        else:
            tries = 0
        yield columns
        at = end


def _bands(words: Iterable[Word]) -> list[list[Word]]:
    """Words between which no level line can be drawn, from the top."""
    bands: list[list[Word]] = []
    bottom = 0.0
    for word in sorted(words, key=lambda word: -word.base - 0.6 * word.size):
        base, size = word.base, word.size
        low = base - 0.1 * size
        if bands and base + 0.6 * size > bottom:
            bands[-1].append(word)
            bottom = low if low < bottom else bottom
        else:
            bands.append([word])
            bottom = low
    return bands


def _band(words: list[Word], inner: Gap, least: float) -> _Band:
    free = _free(words, inner, least)
    return _Band(words, free, min([word.x0 for word in words]), max([word.x1 for word in words]))


def _run(bands: Sequence[_Band], at: int, least: float) -> tuple[int, list[Gap]]:
    """Where the bands from ``at`` end that have gaps down through all of them, with words on
    both sides, or that have none; and these gaps."""
    gaps, between = list[Gap](), list[Gap]()
    ends = (math.inf, -math.inf)
    for number in range(at, len(bands)):
        band = bands[number]
        common = _common(gaps, band.free, least) if number > at else band.free
        ends = min(ends[0], band.left), max(ends[1], band.right)
        still = _within(common, ends)
        if number > at and not still and (between or _within(band.free, (band.left, band.right))):
            return number, between
        gaps, between = common, still
    return len(bands), between


def _within(gaps: Iterable[Gap], ends: Gap) -> list[Gap]:
    return [gap for gap in gaps if ends[0] < gap[0] and gap[1] < ends[1]]


def _free(band: Iterable[Word], inner: Gap, least: float) -> list[Gap]:
    """Where no word of the band stands."""
    gaps, at = [], inner[0]
    end = inner[1]
    for word in sorted(band, key=_LEFT):
        start = word.x0 if word.x0 < end else end
        if start - at >= least:
            gaps.append((at, start))
        at = word.x1 if word.x1 > at else at
    if end - at >= least:
        gaps.append((at, end))
    return gaps


def _common(first: Sequence[Gap], second: Sequence[Gap], least: float) -> list[Gap]:
    found, i, j = [], 0, 0
    while i < len(first) and j < len(second):
        (start, end), (other_start, other_end) = first[i], second[j]
        start = other_start if other_start > start else start
        if end < other_end:
            i += 1
        else:
            end = other_end
            j += 1
        if end - start >= least:
            found.append((start, end))
    return found


def _columns(words: Sequence[Word], gaps: Sequence[Gap]) -> list[list[Word]]:
    """The words cut at the gaps if that makes columns of running text, else in one piece.

    Where not all gaps do, the widest alone may.
    """
    tried = [gaps] if gaps else []
    if len(gaps) > 1:
        tried.append([max(gaps, key=lambda gap: gap[1] - gap[0])])
    for cuts in tried:
        columns = _cut(words, [(start + end) / 2 for start, end in cuts])
        if len(columns) > 1 and _are_columns(columns):
            return columns
    return [list(words)]


def _cut(words: Sequence[Word], at: Sequence[float]) -> list[list[Word]]:
    """``at`` rises. The words of each column, without those that are empty."""
    columns: list[list[Word]] = [[] for _ in range(len(at) + 1)]
    for word in words:
        columns[bisect_right(at, word.x0)].append(word)
    return [column for column in columns if column]


def _are_columns(columns: Sequence[Sequence[Word]]) -> bool:
    """Each is filled by lines of running text. Less is asked of those that the file itself has
    one after the other, as no table is written."""
    apart = all(
        max(word.at for word in before) < min(word.at for word in after)
        for before, after in pairwise(columns)
    )
    lines = [grouped(column) for column in columns]
    most = max(len(column) for column in lines)
    if most < _COLUMN_LINES or (not apart and min(map(len, lines)) < 2):
        return False
    return all(_is_running(column, apart) for column in lines)


def _is_running(lines: Sequence[list[Word]], apart: bool) -> bool:
    letters = median([sum([len(word.text) for word in line]) for line in lines])
    if apart:
        return letters >= _COLUMN_LETTERS / 2
    ends = [(min([word.x0 for word in line]), max([word.x1 for word in line])) for line in lines]
    width = max(end for _, end in ends) - min(start for start, _ in ends)
    full = sum(end - start >= 0.6 * width for start, end in ends)
    single = sum(_is_one_cell(line) for line in lines)
    return letters >= _COLUMN_LETTERS and 2 * full >= len(lines) and 4 * single >= 3 * len(lines)


def _is_one_cell(line: list[Word]) -> bool:
    line.sort(key=_LEFT)
    return all(b.x0 - a.x1 <= CELL * b.size for a, b in pairwise(line))
