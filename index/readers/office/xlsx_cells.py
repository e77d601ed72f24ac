"""The cells of a workbook's sheet, as they are shown, read in one pass over its XML."""

from __future__ import annotations

import io
import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from lxml import etree

from index.errors import ReadError
from index.readers.office.grid import Room, Row
from index.readers.office.number_formats import BUILT_IN, GENERAL, shown_number
from index.readers.office.ooxml import local

_AGAIN = "save it again with the program it comes from"
_LETTERS = re.compile(r"[A-Z]{1,3}\Z")
_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")
_MOST_COLUMNS = 16_384
_MOST_FILLED = 200_000  # cells of merged ranges


@dataclass(frozen=True, slots=True)
class Book:
    """What cells refer to: shared strings, the number formats of styles, the first day."""

    strings: Sequence[str] = ()
    codes: Sequence[str] = ()
    since_1904: bool = False


@dataclass(slots=True)
class Cells:
    """A sheet's rows and what is to be said of them."""

    rows: list[Row] = field(default_factory=list)
    hidden_rows: int = 0
    hidden_columns: int = 0
    without_value: int = 0  # formulas that no result was stored of
    print_lines: list[str] = field(default_factory=list)  # above and below each printed page


def stream(data: bytes, *names: str) -> Iterator[etree._Element]:
    """The elements of these names, each whole and then forgotten. Raises ReadError."""
    context = etree.iterparse(
        io.BytesIO(data), tag=[f"{{*}}{name}" for name in names], resolve_entities=False,
        no_network=True, load_dtd=False, dtd_validation=False, attribute_defaults=False,
        huge_tree=False, recover=False, remove_comments=True, remove_pis=True,
    )  # fmt: skip
    try:
        for number, (_, element) in enumerate(context):
            if not number and element.getroottree().docinfo.internalDTD is not None:
                raise ReadError(f"has a document type definition (DTD) in its XML: {_AGAIN}")
            yield element
            element.clear()
            parent = element.getparent()
            while parent is not None and parent[0] is not element:
                del parent[0]
    except etree.XMLSyntaxError as error:
        raise ReadError(f"is damaged in its XML: {_AGAIN}, or copy it again") from error


def shared_strings(data: bytes) -> list[str]:
    return [rich(one) for one in stream(data, "si")]


def style_codes(root: etree._Element) -> list[str]:
    """The number format of each style."""
    codes = dict(BUILT_IN)
    for one in root.iterfind("{*}numFmts/{*}numFmt"):
        codes[_number(one.get("numFmtId")) or 0] = one.get("formatCode", GENERAL)
    styles = root.iterfind("{*}cellXfs/{*}xf")
    return [codes.get(_number(one.get("numFmtId")) or 0, GENERAL) for one in styles]


def read_cells(data: bytes, book: Book, room: Room) -> Cells:
    """The rows that something stands in, as far as there is room."""
    found = Cells()
    merged: list[str] = []
    hidden: list[range] = []
    number = 0
    for element in stream(data, "row", "col", "mergeCell", "headerFooter"):
        name = local(element.tag)
        if name == "row":
            number = _number(element.get("r")) or number + 1
            cells = _row(element, book, found)
            if not any(cells):
                continue
            if not room.take(cells):
                break
            found.rows.append(Row(number, cells))
            found.hidden_rows += _is_on(element.get("hidden"))
        elif name == "mergeCell":
            merged.append(element.get("ref", ""))
        elif name == "col":
            if _is_on(element.get("hidden")):
                first, last = _number(element.get("min")), _number(element.get("max"))
                hidden.append(range((first or 1) - 1, min(last or 0, _MOST_COLUMNS)))
        else:
            found.print_lines += [one.text or "" for one in element]
    found.rows.sort(key=lambda row: row.number)
    _fill(found.rows, merged, room)
    if hidden:
        used = {i for row in found.rows for i, cell in enumerate(row.cells) if cell}
        found.hidden_columns = len(used & {i for columns in hidden for i in columns})
    return found


def cell_place(name: str) -> tuple[int, int]:
    """Column and row of "B12", both from 1; zeros for another name."""
    letters = name.replace("$", "").rstrip("0123456789")
    row = _number(name.replace("$", "")[len(letters) :])
    return (_column(letters), row) if row else (0, 0)


@lru_cache(maxsize=20_000)  # there are 16,384
def _column(letters: str) -> int:
    """The number of column "AB", from 1; 0 for what is none."""
    if not _LETTERS.match(letters):
        return 0
    column = 0
    for letter in letters:
        column = 26 * column + ord(letter) - 64
    return column


def unescape(text: str) -> str:
    """Characters that XML cannot hold are written "_x000D_"."""
    return _ESCAPE.sub(lambda match: chr(int(match[1], 16)), text) if "_x" in text else text


def _row(element: etree._Element, book: Book, found: Cells) -> tuple[str, ...]:
    cells: list[str] = []
    column = 0
    for cell in element:
        column = _column(cell.get("r", "").rstrip("0123456789")) or column + 1
        text = _text(cell, book, found)
        text = " ".join(text.split()) if "\n" in text else text.strip()
        if not text or column > _MOST_COLUMNS:
            continue
        cells += [""] * (column - len(cells))
        cells[column - 1] = cells[column - 1] or text
    return tuple(cells)


def _text(cell: etree._Element, book: Book, found: Cells) -> str:
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return "".join(rich(one) for one in cell if local(one.tag) == "is")
    value, formula = None, False
    for one in cell:
        name = local(one.tag)
        value = one.text if name == "v" else value
        formula |= name == "f"
    if value is None:
        found.without_value += formula and kind != "str"
        return ""
    if kind == "s":
        at = _number(value)
        return book.strings[at] if at is not None and at < len(book.strings) else ""
    if kind == "n":
        style = _number(cell.get("s")) or 0
        code = book.codes[style] if style < len(book.codes) else GENERAL
        return shown_number(value, code, since_1904=book.since_1904)
    if kind == "b":
        return "TRUE" if value.strip() == "1" else "FALSE"
    if kind == "d":
        return str(value).removesuffix("T00:00:00").replace("T", " ")
    return unescape(value)


def rich(element: etree._Element) -> str:
    """Its runs together; how Japanese words are pronounced, in small print, is left out."""
    runs = (one for one in element if local(one.tag) in ("t", "r"))
    texts = (
        one.text or "" if local(one.tag) == "t" else "".join(t.text or "" for t in one.iter("{*}t"))
        for one in runs
    )
    return unescape("".join(texts))


def _fill(rows: list[Row], merged: Sequence[str], room: Room) -> None:
    """What is shown beside several rows, in one cell merged over them, belongs to each."""
    numbers = [row.number for row in rows]
    left = _MOST_FILLED
    for ref in merged:
        begin, _, end = ref.partition(":")
        (column, top), (_, bottom) = cell_place(begin), cell_place(end)
        at, stop = bisect_left(numbers, top), bisect_left(numbers, bottom + 1)
        if not column or stop - at < 2 or rows[at].number != top or stop - at > left:
            continue
        text = "".join(rows[at].cells[column - 1 : column])
        left -= stop - at
        room.characters -= len(text) * (stop - at)
        if not text or room.characters < 0:
            continue
        for i in range(at + 1, stop):
            cells = list(rows[i].cells)
            cells += [""] * (column - len(cells))
            cells[column - 1] = text
            rows[i] = Row(numbers[i], tuple(cells))


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


def _is_on(text: str | None) -> bool:
    return text in ("1", "true")
