"""Workbooks: what a person sees in the cells, at the sheet's own rows."""

from __future__ import annotations

import io
import re
import zipfile
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.comments import Comment

from index.errors import ReadError
from index.passages.outline import contexts
from index.readers.archive import parse_xml
from index.readers.office import grid
from index.readers.office.xlsx import read
from index.types import Parsed

FIXTURES = Path(__file__).parents[3] / "../shared/data/fixtures"
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"


def saved(book: Workbook) -> bytes:
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


def sheet(rows: list[list[Any]], name: str = "Budget") -> Workbook:
    book = Workbook()
    page = book.active
    page.title = name
    for row in rows:
        page.append(row)
    return book


def with_part(data: bytes, name: str, change: Any) -> bytes:
    """The same file with one part of it changed."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.namelist():
            new.writestr(one, change(old.read(one)) if one == name else old.read(one))
    return out.getvalue()


def quoted(parsed: Parsed) -> list[tuple[str, str, tuple[str, ...]]]:
    """Text, place and headings of all that may be quoted."""
    return [
        (one.span.of(parsed.text), one.title, headings)
        for one, headings in contexts(parsed.sections, parsed.text)
    ]


def lines(parsed: Parsed) -> list[str]:
    return [text for text, _, _ in quoted(parsed)]


def test_a_row_is_quoted_under_sheet_title_and_columns_with_its_own_number() -> None:
    rows = [["Costs of the harbour"], [], ["Item", "2021"], ["Cranes", 12], [], ["Ropes", 3]]
    parsed = read(saved(sheet(rows)), "x.xlsx")
    over = ("Budget", "Costs of the harbour", "Item | 2021")
    assert quoted(parsed) == [
        ("Cranes | 12", "Budget, row 4", over),
        ("Ropes | 3", "Budget, row 6", over),
    ]
    at = parsed.text.index("Ropes")
    assert [one.label for one in parsed.origins if one.span.start == at] == ["Budget, row 6"]
    assert (parsed.about.unit, parsed.about.total, parsed.about.unread) == ("sheet", 1, ())


def test_a_second_table_has_its_own_title_and_names() -> None:
    rows = [["Income"], ["From", "Sum"], ["Fees", 5], [], ["Costs"], ["For", "Price"], ["Tar", 7]]
    parsed = read(saved(sheet(rows)), "x.xlsx")
    assert [(text, over) for text, _, over in quoted(parsed)] == [
        ("Fees | 5", ("Budget", "Income", "From | Sum")),
        ("Tar | 7", ("Budget", "Costs", "For | Price")),
    ]


def test_prose_is_text_and_empty_columns_are_left_out() -> None:
    rows = [
        [None, None, "Name", None, "Age"],
        [None, None, "Ada", None, 36],
        [],
        [None, "It ends."],
    ]
    parsed = read(saved(sheet(rows)), "x.xlsx")
    assert parsed.text == "Budget\n\nName | Age\nAda | 36\n\nIt ends."
    assert [one.kind for one in parsed.sections][-2:] == ["row", "text"]


def test_cells_read_as_they_are_shown() -> None:
    book = sheet([["k"], [0.1 + 0.2], [0.125], [1234.5], [True], [date(2024, 1, 1)], [-5]])
    page = book.active
    for cell, code in (("A3", "0.0%"), ("A4", '#,##0.00 "kg"'), ("A7", "0;[Red](0)")):
        page[cell].number_format = code
    parsed = read(saved(book), "x.xlsx")
    assert lines(parsed) == ["k", "0.3", "12.5%", "1,234.50 kg", "TRUE", "2024-01-01", "(5)"]


def test_formulas_show_their_stored_results_and_it_is_said_where_there_are_none() -> None:
    data = saved(sheet([["a", "b"], [1, "=A2+1"], [2, "=A3+1"]]))
    stored = with_part(
        data,
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb"<f>A2\+1</f><v ?(/|></v)>", b"<f>A2+1</f><v>2</v>", xml),
    )
    parsed = read(stored, "x.xlsx")
    assert lines(parsed) == ["1 | 2", "2"]
    assert any("1 formulas" in one for one in parsed.warnings)


def test_a_cell_merged_over_rows_belongs_to_each_of_them() -> None:
    book = sheet([["Side", "Name"], ["North", "Ada"], [None, "Bo"], ["South", "Cy"]])
    book.active.merge_cells("A2:A3")
    assert lines(read(saved(book), "x.xlsx")) == ["North | Ada", "North | Bo", "South | Cy"]


def test_what_is_hidden_is_read_and_said() -> None:
    book = sheet([["Name", "Age"], ["Ada", 36], ["Bo", 40]])
    book.active.row_dimensions[3].hidden = True
    book.active.column_dimensions["B"].hidden = True
    book.create_sheet("Lists").append(["secret", "list"])
    book["Lists"].sheet_state = "hidden"
    parsed = read(saved(book), "x.xlsx")
    assert "Bo | 40" in lines(parsed)
    assert "secret | list" in lines(parsed)
    assert len(parsed.warnings) == 3
    assert any("Lists is hidden" in one for one in parsed.warnings)


def test_comments_are_notes_of_their_author() -> None:
    book = sheet([["Name", "Age"], ["Ada", 36]])
    book.active["B2"].comment = Comment("Ann:\nAsk her again.", "Ann")
    parsed = read(saved(book), "x.xlsx")
    note = parsed.sections[-1]
    assert (note.kind, note.speaker, note.span.of(parsed.text)) == ("note", "Ann", "Ask her again.")
    assert parsed.origins[-1].label == "Budget, B2, comment"


def test_shared_strings_of_several_runs_without_how_they_are_pronounced() -> None:
    strings = (
        f'<sst xmlns="{MAIN}"><si><r><t>東</t></r><r><t>京_x000D_tower</t></r>'
        '<rPh sb="0" eb="1"><t>トウ</t></rPh></si></sst>'
    )
    cell = b'<sheetData><row r="1"><c r="A1" t="s"><v>0</v></c></row></sheetData>'
    data = with_part(
        saved(sheet([["x"]])),
        "xl/worksheets/sheet1.xml",
        lambda xml: re.sub(rb"<sheetData>.*</sheetData>", cell, xml),
    )
    kind = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/sharedStrings"
    relation = f'<Relationship Id="s" Type="{kind}" Target="/xl/strings.xml"/></Relationships>'
    data = with_part(
        data,
        "xl/_rels/workbook.xml.rels",
        lambda xml: xml.replace(b"</Relationships>", relation.encode()),
    )
    out = io.BytesIO(data)
    with zipfile.ZipFile(out, "a") as file:
        file.writestr("xl/strings.xml", strings)
    data = out.getvalue()
    assert "東京" in read(data, "x.xlsx").text
    assert "トウ" not in read(data, "x.xlsx").text


def test_a_sheet_that_claims_a_million_rows_is_quick() -> None:
    book = sheet([["Name", "Age"], ["Ada", 36]])
    book.active["A1048576"] = "the last"
    book.active["XFD5"] = "far"
    parsed = read(saved(book), "x.xlsx")
    assert quoted(parsed)[-1][1] == "Budget, row 1048576"
    assert len(parsed.text) < 100


def test_rows_over_the_limit_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(grid.Room.__init__, "__defaults__", (3, 1000, False))
    book = sheet([["n", "m"], *([i, "x"] for i in range(9))])
    book.create_sheet("More").append(["never"])
    parsed = read(saved(book), "x.xlsx")
    assert lines(parsed) == ["0 | x", "1 | x"]
    assert parsed.about.unread == (2,)
    assert any("up to row 3 only" in one for one in parsed.warnings)


def test_title_date_and_empty_sheets() -> None:
    book = sheet([["Name", "Age"], ["Ada", 36]])
    book.create_sheet("Empty")
    parsed = read(saved(book), "ages.xlsx")
    assert (parsed.title, parsed.about.unread) == ("ages", (2,))
    assert parsed.date == date.today().isoformat()  # when it was saved
    book.properties.title = "Ages of all"
    assert read(saved(book), "ages.xlsx").title == "Ages of all"


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "old"),
        (saved(sheet([])), "no text"),
        (saved(sheet([["x"]]))[:-900], "damaged"),
    ],
)
def test_what_cannot_be_read(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read(data, "x.xlsx")


def test_a_document_type_definition_is_refused() -> None:
    bomb = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>'
    data = with_part(saved(sheet([["x"]])), "xl/worksheets/sheet1.xml", lambda xml: bomb + xml)
    with pytest.raises(ReadError, match="DTD"):
        read(data, "x.xlsx")


def test_the_same_bytes_give_the_same() -> None:
    data = saved(sheet([["Name", "Age"], ["Ada", 36]]))
    assert read(data, "x.xlsx") == read(data, "x.xlsx")


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="../shared/data is not here")
def test_every_shared_text_of_a_fixture_that_is_read_is_there() -> None:
    for path in FIXTURES.rglob("*.xlsx"):
        data = path.read_bytes()
        try:
            text = read(data, path.name).text
        except ReadError:
            continue
        with zipfile.ZipFile(io.BytesIO(data)) as file:
            missing = [
                one for one in _strings(file) if " ".join(one.split()) not in " ".join(text.split())
            ]
        assert sum(map(len, missing)) < 200, path.name


def _strings(file: zipfile.ZipFile) -> list[str]:
    """Whole plain strings, those that some cell refers to."""
    found: list[str] = []
    for name in file.namelist():
        if name.endswith("sharedStrings.xml"):
            for one in parse_xml(file.read(name)):
                plain = [part.text or "" for part in one if part.tag.endswith("}t")]
                found += [text for text in plain if "_x" not in text]
    return found
