"""Blocks put together: text, sections, pages and places."""

from __future__ import annotations

import pytest

from index.errors import ReadError
from index.passages.chunk import chunk
from index.passages.outline import contexts, place
from index.structure.builder import Builder, Part
from index.structure.tables import has_header, is_record
from index.types import About, Document, Origin, Parsed, Span


def document(parsed: Parsed) -> Document:
    return Document(
        "d", (), "t", "x/y", parsed.text, parsed.sections, parsed.date, "f", "t", (), parsed.about
    )


def test_a_table_has_its_columns_as_heading_and_each_row_as_a_unit() -> None:
    build = Builder()
    build.heading("Ships", 1, "sheet Ships")
    rows = [["Name", "Built in"], ["Aurora  II", "1903"], ["", ""], ["Vega", ""]]
    build.table(rows, lambda row: f"Ships, row {row + 1}", page=None)
    build.paragraph("All of them sail. None was sold.", "note")
    parsed = build.finish()
    assert parsed.text == (
        "Ships\n\nName | Built in\nAurora II | 1903\nVega |\n\nAll of them sail. None was sold."
    )
    found = [
        (one.span.of(parsed.text), headings)
        for one, headings in contexts(parsed.sections, parsed.text)
    ]
    assert found == [
        ("Aurora II | 1903", ("Ships", "Name | Built in")),
        ("Vega |", ("Ships", "Name | Built in")),
        ("All of them sail. None was sold.", ("Ships",)),
    ]
    at = parsed.text.index("Aurora")
    assert place(document(parsed), Span(at, at + 5)).section == "Ships, row 2"
    drafts = list(
        chunk(parsed.text, parsed.sections, count=lambda t: [len(x) for x in t], window=900)
    )
    assert [len(draft.sentences) for draft in drafts] == [1, 1, 2]
    assert [one.label for one in parsed.origins if one.span.start == at] == ["Ships, row 2"]


def test_a_table_that_begins_with_an_empty_row_stands_alone() -> None:
    build = Builder()
    build.table([["Name", "Age"], ["Ada", "36"]], lambda row: f"row {row + 1}")
    build.table([["", ""], ["3", "4"], ["5", "6"]], lambda row: f"row {row + 9}")
    parsed = build.finish()
    assert parsed.text == "Name | Age\nAda | 36\n\n3 | 4\n5 | 6"
    found = [headings for _, headings in contexts(parsed.sections, parsed.text)]
    assert found == [("Name | Age",), (), ()]


def test_a_row_of_several_sentences_is_quoted_whole() -> None:
    build = Builder()
    build.table([["Name", "Remark"], ["Vega", "It leaks. Mend it."]], lambda row: f"row {row + 1}")
    parsed = build.finish()
    (draft,) = chunk(parsed.text, parsed.sections, count=lambda t: [len(x) for x in t], window=900)
    assert [one.of(parsed.text) for one in draft.sentences] == ["Vega | It leaks. Mend it."]


def test_names_with_their_values_have_no_names_of_columns() -> None:
    """The first of them was taken for these, and could not be quoted."""
    build = Builder()
    rows = [["Maker", "Volta"], ["Year", "2016"], ["Fuel", "gas"]]
    build.table(rows, lambda row: f"row {row + 1}")
    parsed = build.finish()
    assert [one.kind for one in parsed.sections] == ["row"] * 3


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["Maker", "Volta"], ["Year", "2016"], ["Fuel", "gas"]], True),
        ([["Item", "Price"], ["Bolt", "2"], ["Nut", "1"]], False),
        ([["Name", "Town"], ["Ada", "Ayr"], ["Bo", "Oban"]], False),
        ([["Name", "Note", "No."], ["Ada", "2", "1"], ["Bo", "old", "2"]], False),
        ([["Maker", "Volta"]], False),
    ],
)
def test_whether_rows_are_names_with_their_values(rows: list[list[str]], expected: bool) -> None:
    assert is_record(rows) is expected


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["Name", "Age"], ["Ada", "36"]], True),
        ([["Ada", "36"], ["Bo", "40"]], False),
        ([["Name", "Name"], ["Ada", "36"]], False),
        ([["Name", ""], ["Ada", "36"]], False),
        ([["Name", "Age", ""], ["Ada", "36", ""]], True),
        ([["Name", "Age"]], False),
        ([["Name"], ["Ada"]], False),
        ([["Region", "2021", "2022"], ["North", "5", "6"]], True),
        ([["", "2021", "2022"], ["Sales", "5", "6"]], True),
        ([["Born in", "2001"], ["Died in", "2004"]], False),
        ([["", "name", "age"], ["0", "Ada", "36"]], True),
    ],
)
def test_whether_the_first_row_names_the_columns(rows: list[list[str]], expected: bool) -> None:
    assert has_header(rows) is expected


def test_sections_end_with_their_page() -> None:
    build = Builder()
    build.heading("Report", 1, "page 1", page=1)
    build.paragraph("One goes on", "page 1", page=1)
    build.paragraph("to its end.", "page 2", page=2, gap=" ")
    build.paragraph("Two.", "page 3", page=3)
    parsed = build.finish(about=About(unit="page", total=3))
    assert parsed.text == "Report\n\nOne goes on to its end.\n\nTwo."
    shown = [(one.kind, one.page, one.span.of(parsed.text).strip()) for one in parsed.sections]
    assert shown == [
        ("heading", 1, "Report"),
        ("text", 1, "One goes on"),
        ("text", 2, "to its end."),
        ("text", 3, "Two."),
    ]
    assert place(document(parsed), Span(parsed.text.index("Two"), len(parsed.text))).page == 3
    assert parsed.about == About(unit="page", total=3)


def test_who_speaks_is_found_in_paragraphs() -> None:
    build = Builder()
    for text in ("ANNA: Is the bridge safe?", "BEN: It is safe. We tested it.",
                 "ANNA: Since when?", "BEN: It was mended in May."):  # fmt: skip
        build.paragraph(text, "paragraph")
    parsed = build.finish()
    assert {"ANNA", "BEN"} <= {one.speaker for one in parsed.sections}


def test_places_finer_than_a_block() -> None:
    build = Builder()
    words = [Part(1, 4, Origin(Span(0, 0), "page 1", 1, (0, 0, 9, 9))),
             Part(5, 8, Origin(Span(0, 0), "page 1", 1, (9, 0, 19, 9), raw="t-wo"))]  # fmt: skip
    build.paragraph(" one two ", "page 1", parts=words)
    parsed = build.finish()
    assert [(one.span.of(parsed.text), one.raw) for one in parsed.origins] == [
        ("one", None),
        ("two", "t-wo"),
    ]


def test_a_date_says_where_it_stands() -> None:
    build = Builder()
    build.paragraph("3 May 2021", "paragraph 1")
    build.paragraph("The ferry was sold to Denmark.", "paragraph 2")
    assert build.finish().about.date_from == "text"
    assert build.finish(date="2020-01-02").about.date_from == "metadata"
    assert build.finish(date="2020-01-02").date == "2020-01-02"


def test_a_date_in_a_table_is_not_the_documents() -> None:
    build = Builder()
    build.table([["Day", "Sold"], ["2020-01-02", "5"]], lambda row: f"row {row + 1}")
    assert build.finish().date is None


def test_without_text_there_is_nothing_to_read() -> None:
    build = Builder()
    build.paragraph(" \n ", "page 1")
    with pytest.raises(ReadError, match="no text"):
        build.finish()


def test_a_file_within_a_file_stands_below_its_heading() -> None:
    inner = Builder()
    inner.heading("Costs", 1, "page 1", page=1)
    inner.table([["Item", "Euro"], ["Rope", "12"]], lambda row: f"row {row + 1}", page=2)
    build = Builder()
    build.heading("Attachment: a.pdf", 2, "attachment")
    build.include(inner.finish(), "a.pdf, ", 2)
    build.paragraph("Said after it.", "body")
    parsed = build.finish()
    found = [
        (one.span.of(parsed.text), headings)
        for one, headings in contexts(parsed.sections, parsed.text)
    ]
    assert found[0] == ("Rope | 12", ("Attachment: a.pdf", "Costs", "Item | Euro"))
    assert [(one.span.of(parsed.text), one.label, one.page) for one in parsed.origins[1:4]] == [
        ("Costs", "a.pdf, page 1", None),
        ("Item | Euro", "a.pdf, row 1", None),
        ("Rope | 12", "a.pdf, row 2", None),
    ]
    assert found[1] == ("Said after it.", ("Attachment: a.pdf", "Costs"))
