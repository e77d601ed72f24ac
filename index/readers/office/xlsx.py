"""Workbooks: a heading for each sheet, its rows as units, then its comments and drawn words.

Cells read as they are shown. What is hidden is read too, and said: a hidden row counts in the
sums that are shown.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePath

from lxml import etree

from index.errors import ReadError
from index.readers.office import drawing, grid
from index.readers.office.grid import Room
from index.readers.office.ooxml import Package, local, open_package
from index.readers.office.properties import title_and_date
from index.readers.office.xlsx_cells import Book, Cells, read_cells, shared_strings, style_codes
from index.readers.office.xlsx_notes import notes
from index.structure.builder import Builder
from index.types import About, Parsed

_MAIN = "xl/workbook.xml"
_SHEETS = ("worksheet", "chartsheet", "dialogsheet", "xlMacrosheet")


@dataclass(frozen=True, slots=True)
class _Sheet:
    name: str
    part: str
    hidden: bool


def read(data: bytes, name: str) -> Parsed:
    """The text of a workbook. Raises ReadError."""
    package = open_package(data, _MAIN, ".xlsx")
    root = package.xml(package.main)
    if root is None or local(root.tag) != "workbook":
        raise ReadError("is no workbook: give it the ending of what it is")
    book, room, warnings = _book(package, root), Room(), list[str]()
    build = Builder()
    sheets = list(_sheets(package, root))
    unread = []
    for number, sheet in enumerate(sheets, 1):
        if room.full:
            warnings.append(f"the sheet {sheet.name} is not read")
            unread.append(number)
        elif not _put_sheet(build, package, sheet, book, room, warnings):
            unread.append(number)
    title, date = title_and_date(package, warnings)
    about = About(unit="sheet", total=len(sheets), unread=tuple(unread))
    own = title or PurePath(name).stem  # the first heading is only the first sheet's name
    return build.finish(title=own, date=date, about=about, warnings=warnings)


def _book(package: Package, root: etree._Element) -> Book:
    strings = [package.data(one.name) for one in package.related("sharedStrings")]
    styles = [package.xml(one.name) for one in package.related("styles")]
    about = next(root.iter("{*}workbookPr"), None)
    return Book(
        shared_strings(strings[0]) if strings and strings[0] else (),
        style_codes(styles[0]) if styles and styles[0] is not None else (),
        about is not None and about.get("date1904") in ("1", "true"),
    )


def _sheets(package: Package, root: etree._Element) -> Iterator[_Sheet]:
    parts = {one.id: one.name for one in package.relations if one.kind in _SHEETS}
    for one in root.iter("{*}sheet"):
        part = parts.get(drawing.relation(one), "")
        yield _Sheet(one.get("name", "sheet"), part, one.get("state", "visible") != "visible")


def _put_sheet(
    build: Builder, package: Package, sheet: _Sheet, book: Book, room: Room, warnings: list[str]
) -> bool:
    """Whether there was any text in it."""
    data = package.data(sheet.part) if sheet.part else None
    if data is None:
        warnings.append(f"the sheet {sheet.name} is missing in the file")
        return False
    cells = read_cells(data, book, room)
    beside = list(notes(package, sheet.part, cells.print_lines, warnings))
    warnings += _said(sheet, cells, room)
    if not cells.rows and not beside:
        return False
    build.heading(sheet.name, 1, f"sheet {sheet.name}")
    grid.put(build, cells.rows, lambda number: f"{sheet.name}, row {number}", level=2)
    for one in beside:
        place = f"{sheet.name}, {one.place}"
        build.paragraph(one.text, place, kind="note", speaker=one.speaker)
    return True


def _said(sheet: _Sheet, cells: Cells, room: Room) -> Iterator[str]:
    if sheet.hidden and cells.rows:
        yield f"the sheet {sheet.name} is hidden in the file and read all the same"
    for count, what in ((cells.hidden_rows, "row"), (cells.hidden_columns, "column")):
        if count:
            things = f"{count:,} hidden {what}{'s' * (count > 1)}"
            yield f"{things} of the sheet {sheet.name} read all the same"
    if cells.without_value:
        yield (
            f"{cells.without_value:,} formulas of the sheet {sheet.name} have no result in the "
            "file: open it in a spreadsheet program and save it"
        )
    if room.full:
        last = cells.rows[-1].number if cells.rows else 0
        yield (
            f"the sheet {sheet.name} is read up to row {last:,} only ({grid.MAX_ROWS:,} rows and "
            f"{grid.MAX_CHARACTERS // 1_000_000} million characters are read of a file): split it"
        )
