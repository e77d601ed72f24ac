"""CSV and TSV: a row is a unit, under the names of its columns."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import PurePath

from index.errors import ReadError
from index.readers.decode import decode
from index.readers.office import grid
from index.readers.office.grid import Room, Row
from index.structure.builder import Builder
from index.types import Parsed

_DELIMITERS = "\t;|,"  # of two that fit as well the first: a comma may be in numbers
_NONE = "\x1f"  # stands in no text
_SAMPLE = 1 << 16
_FEW = 0.2  # rows that a delimiter must cut alike, of all
csv.field_size_limit(1 << 30)  # the limit is that of all characters together
_SAID = re.compile(r"sep=(.)\r?\n", re.IGNORECASE)  # how spreadsheets are told


@dataclass(frozen=True, slots=True)
class _Way:
    """How cells are set apart. ``quotes``: a cell in quotes may hold line ends and delimiters."""

    delimiter: str
    spaces: bool  # after a delimiter, before a quote
    quotes: bool = True


def read(data: bytes, name: str) -> Parsed:
    """The rows, counted from 1 with that of the names. Raises ReadError."""
    decoded = decode(data)
    text = decoded.text.replace("\r\r\n", "\r\n")
    said = _SAID.match(text)
    text = text[said.end() :] if said else text
    delimiter = said[1] if said else _delimiter(text[:_SAMPLE])
    way = _Way(delimiter, f'{delimiter} "' in text[:_SAMPLE])
    room, warnings = Room(), list(decoded.warnings)
    try:
        rows = list(_rows(text, way, room))
    except csv.Error:  # a quotation mark that is never closed takes in the rest of the file
        warnings.append("a quotation mark is not closed: each line is read as a row")
        room = Room()
        rows = list(_rows(text, replace(way, quotes=False), room))
    if not rows and room.full:
        raise ReadError(f"has a row of over {grid.MAX_CHARACTERS // 1_000_000} million characters")
    build = Builder()
    grid.put(build, rows, lambda number: f"row {number}", level=1)
    if room.full:
        warnings.append(
            f"read up to row {rows[-1].number if rows else 0:,} only ({grid.MAX_ROWS:,} rows and "
            f"{grid.MAX_CHARACTERS // 1_000_000} million characters are read of a file): split it"
        )
    return build.finish(title=PurePath(name).stem, warnings=warnings)


def _rows(text: str, way: _Way, room: Room) -> Iterator[Row]:
    """The rows with anything in them, as far as there is room. Raises csv.Error."""
    record: list[str] = []
    for number, record in enumerate(_records(text, way), 1):
        cells = [" ".join(cell.split()) for cell in record]
        while cells and not cells[-1]:
            cells.pop()
        if cells and not room.take(cells):
            break
        if cells:
            yield Row(number, tuple(cells))
    if way.quotes and any("\n" in cell for cell in record) and text.count('"') % 2:
        raise csv.Error("a quotation mark is not closed")


def _records(text: str, way: _Way) -> Iterator[list[str]]:
    return csv.reader(
        io.StringIO(text, newline=""),
        delimiter=way.delimiter,
        skipinitialspace=way.spaces,
        quoting=csv.QUOTE_MINIMAL if way.quotes else csv.QUOTE_NONE,
    )


def _delimiter(sample: str) -> str:
    """The one that cuts most rows into the same number of cells."""
    shares = {one: _share(sample, one) for one in _DELIMITERS}
    best = max(shares, key=lambda one: shares[one])
    return best if shares[best] >= _FEW else _NONE


def _share(sample: str, delimiter: str) -> float:
    widths: list[int] = []
    try:
        for record in _records(sample, _Way(delimiter, f'{delimiter} "' in sample)):
            if any(record):
                widths.append(len(record))
    except csv.Error:
        pass
    counts = Counter(width for width in widths if width > 1)
    return max(counts.values(), default=0) / max(1, len(widths))
