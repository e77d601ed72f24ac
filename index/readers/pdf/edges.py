"""Headers, footers and page numbers: lines at a page's edge that come again on other pages."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from index.readers.pdf.layout import Line, grouped, line_of
from index.readers.pdf.words import Page, Word

_EDGE = 3  # lines from the top and from the bottom that may be a header or a footer
_CELLS = 3  # in such a line; more are a table's
_NUMBERS = 16  # in a line, that may count the pages
_NEAR = 6.0  # points by which a header's place may differ
_NUMBER = re.compile(r"\d{1,5}")
_ROMAN = re.compile(
    r"[\W_]{0,3}(m{0,3}(?:cm|cd|d?c{0,3})(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3}))[\W_]{0,3}"
)
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10, "l": 50, "c": 100, "d": 500, "m": 1000}

Key = tuple[str, str, int | None]  # the edge, the text, and how far its number is from the page's


@dataclass(frozen=True, slots=True)
class Edges:
    """A page's words without its header and footer. ``top`` and ``bottom`` are what the first
    page says of these: there nothing has come before that they repeat."""

    words: tuple[Word, ...]
    top: tuple[Word, ...] = ()
    bottom: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True)
class _Line:
    page: int
    edge: str
    away: float  # from that edge, in points
    keys: tuple[Key, ...]
    words: tuple[Word, ...]


def without_edges(pages: Sequence[Page]) -> list[Edges]:
    """For each page its words; all of them, where the file has one page."""
    lines = [line for page in pages for line in _at_edges(page)]
    places: dict[Key, list[tuple[float, int]]] = defaultdict(list)
    for line in lines:
        for key in line.keys:
            places[key].append((line.away, line.page))
    for found in places.values():
        found.sort()
    needed = min(3, sum(bool(page.words) for page in pages))
    first = min((page.number for page in pages if page.words), default=0)
    dropped: dict[int, set[int]] = defaultdict(set)
    kept: dict[str, list[Word]] = defaultdict(list)
    ended = set[tuple[int, str]]()  # edges with a line that is none, which come from the outside
    for line in lines:
        repeated = [key for key in line.keys if _pages_near(places[key], line.away) >= needed]
        if needed < 2 or not repeated or (line.page, line.edge) in ended:
            ended.add((line.page, line.edge))
            continue
        dropped[line.page].update(word.at for word in line.words)
        if line.page == first and all(key[2] is None for key in repeated):
            kept[line.edge] += line.words
    return [
        Edges(
            _without(page.words, dropped[page.number]),
            tuple(kept["top"]) if page.number == first else (),
            tuple(kept["bottom"]) if page.number == first else (),
        )
        for page in pages
    ]


def _without(words: tuple[Word, ...], dropped: Collection[int]) -> tuple[Word, ...]:
    return tuple([word for word in words if word.at not in dropped]) if dropped else words


def _pages_near(places: Sequence[tuple[float, int]], away: float) -> int:
    low = bisect_left(places, (away - _NEAR, 0))
    high = bisect_right(places, (away + _NEAR, 1 << 60))
    return len({page for _, page in places[low : min(high, low + 64)]})


def _at_edges(page: Page) -> Iterator[_Line]:
    level = [word for word in page.words if word.angle == 0]
    lines = grouped(level)
    count = min(_EDGE, (len(lines) + 1) // 2)
    for line in map(line_of, lines[:count]):
        away = page.height - line.base
        yield _Line(page.number, "top", away, tuple(_keys("top", line, page)), line.words)
    for line in map(line_of, reversed(lines[max(count, len(lines) - _EDGE) :])):
        keys = tuple(_keys("bottom", line, page))
        yield _Line(page.number, "bottom", line.base, keys, line.words)


def _keys(edge: str, line: Line, page: Page) -> Iterator[Key]:
    """The text as it is, where it has letters; with each number that may count the pages."""
    text = line.text.casefold()
    if len(text) > 300 or len(line.cells()) > _CELLS:
        return
    if any(map(str.isalpha, text)):
        yield edge, text, None
    for found in list(_NUMBER.finditer(text))[:_NUMBERS]:
        without = text[: found.start()] + "#" + text[found.end() :]
        yield edge, without, int(found[0]) - page.number
    roman = _ROMAN.fullmatch(text)
    if roman and roman[1]:
        yield edge, text.replace(roman[1], "#", 1), _roman(roman[1]) - page.number


def _roman(text: str) -> int:
    values = [_ROMAN_VALUES[one] for one in text]
    following = [*values[1:], 0]
    return sum(-a if a < b else a for a, b in zip(values, following, strict=True))
