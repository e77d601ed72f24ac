"""Tables of a page: those that hold data as rows of cells; others only lay out the page."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree, html

Rows = tuple[tuple[str, ...], ...]
_SPACE = re.compile(r"[\s\xa0]+")
_UNSEEN = re.compile("[\xad\u200b\u2060\ufeff]+")
_MOST_COLUMNS = 100  # to which a cell's text is carried down
_MOST_SPANNED = 30
_MOST_ROWS = 1000
_LONG = 400  # code points: cells of this length hold paragraphs
_APART = frozenset((
    "p", "div", "br", "li", "h1", "h2", "h3", "h4", "h5", "h6", "dt", "dd", "table", "tr",
    "td",
))  # fmt: skip


def is_data(table: html.HtmlElement) -> bool:
    """Whether cells belong together by row: more than one in a row, and hardly any with more than
    a paragraph in it."""
    if table.get("role", "").casefold() in ("presentation", "none"):
        return False
    if next(table.iterdescendants("table", "form", "article", "h1", "h2"), None) is not None:
        return False
    rows = list(_rows(table))
    cells = [cell for row in rows for cell in row]
    if len(rows) < 2 or len(cells) < 2 * len(rows) - len(rows) // 3:
        return False
    if next(table.iterdescendants("th", "caption"), None) is not None:
        return True
    lengths = sorted(len(cell.text_content()) for cell in cells)
    return lengths[-1] < 4 * _LONG and lengths[len(lengths) * 9 // 10] < _LONG


def rows_of(table: html.HtmlElement) -> tuple[str, Rows, bool | None]:
    """Caption, cells, and whether the first row names the columns (None: to be seen).

    A cell that spans rows stands in each of them; one that spans columns in the first.
    """
    caption = next(table.iterchildren("caption"), None)
    found: list[tuple[str, ...]] = []
    below: dict[int, tuple[int, str]] = {}  # by column: rows it still spans, and its text
    for row in _rows(table):
        cells: list[str] = []
        following: dict[int, tuple[int, str]] = {}
        for cell in row:
            _take(below, cells, following)
            text, column = text_of(cell), len(cells)
            cells += [text] + [""] * (_number(cell, "colspan", _MOST_SPANNED) - 1)
            spans = _number(cell, "rowspan", _MOST_ROWS)
            if spans > 1 and column < _MOST_COLUMNS:
                following[column] = (spans - 1, text if len(text) < _LONG else "")
        _take(below, cells, following)
        below = following
        found.append(tuple(cells))
    return text_of(caption) if caption is not None else "", tuple(found), _has_names(table)


def text_of(element: html.HtmlElement) -> str:
    """On one line."""
    pieces: list[str] = []
    for event, one in etree.iterwalk(element, events=("start", "end")):
        if one.tag in _APART:
            pieces.append(" ")
        if event == "start" and one.tag not in ("script", "style"):
            pieces.append(one.text or "")
        elif event == "end" and one is not element:
            pieces.append(one.tail or "")
    return _SPACE.sub(" ", _UNSEEN.sub("", "".join(pieces))).strip()


def _take(
    below: dict[int, tuple[int, str]], cells: list[str], following: dict[int, tuple[int, str]]
) -> None:
    """The cells from rows above that come next."""
    while (column := len(cells)) in below:
        left, text = below.pop(column)
        cells.append(text)
        if left > 1:
            following[column] = (left - 1, text)


def _rows(table: html.HtmlElement) -> Iterator[list[html.HtmlElement]]:
    for row in table.iterdescendants("tr"):
        cells = list(row.iterchildren("td", "th"))
        if cells:
            yield cells


def _has_names(table: html.HtmlElement) -> bool | None:
    first = next(_rows(table), [])
    if len(first) > 1 and all(cell.tag == "th" for cell in first):
        return True
    return None


def _number(cell: html.HtmlElement, name: str, most: int) -> int:
    value = cell.get(name, "1").strip()[:5]
    return min(max(1, int(value)), most) if value.isdecimal() else 1
