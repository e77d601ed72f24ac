"""Presentations: slides as they are shown, one after another, and boxes as they are read."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from typing import Any

import pytest
from pptx import Presentation
from pptx.chart.data import CategoryChartData
from pptx.enum.chart import XL_CHART_TYPE
from pptx.util import Inches

from index.errors import ReadError
from index.passages.outline import contexts
from index.readers.office.pptx import read
from index.types import Parsed

TITLE_AND_BODY, TITLE_ONLY, BLANK = 1, 5, 6


def saved(deck: Any) -> bytes:
    file = io.BytesIO()
    deck.save(file)
    return file.getvalue()


def slide(deck: Any, layout: int, title: str = "") -> Any:
    made = deck.slides.add_slide(deck.slide_layouts[layout])
    if title:
        made.shapes.title.text = title
    return made


def box(place: Any, text: str, left: float, top: float, height: float = 1) -> None:
    frame = place.shapes if hasattr(place, "shapes") else place
    shape = frame.add_textbox(Inches(left), Inches(top), Inches(2), Inches(height))
    shape.text_frame.text = text


def shown(parsed: Parsed) -> list[tuple[str, int | None, str]]:
    return [(one.kind, one.page, one.span.of(parsed.text)) for one in parsed.sections]


def test_slides_in_the_order_of_the_presentation_not_of_the_file() -> None:
    deck = Presentation()
    for title in ("Third", "First", "Second"):
        slide(deck, TITLE_ONLY, title)
    ids = deck.slides._sldIdLst
    ids.append(ids[0])
    parsed = read(saved(deck), "x.pptx")
    assert shown(parsed) == [
        ("heading", 1, "First"),
        ("heading", 2, "Second"),
        ("heading", 3, "Third"),
    ]
    assert (parsed.about.unit, parsed.about.total, parsed.title) == ("slide", 3, "First")


def test_boxes_from_the_top_down_and_side_by_side_from_the_left() -> None:
    deck = Presentation()
    made = slide(deck, TITLE_ONLY)
    box(made, "Below.", 1, 5)
    box(made, "Right.", 5, 2.2, height=2)
    box(made, "Left.", 1, 2.4, height=2)
    made.shapes.title.text = "The title"
    assert read(saved(deck), "x.pptx").text == "The title\n\nLeft.\n\nRight.\n\nBelow."


def test_a_placeholder_stands_where_its_layout_has_it() -> None:
    deck = Presentation()
    made = slide(deck, TITLE_AND_BODY, "T")
    made.placeholders[1].text_frame.text = "The body."
    box(made, "Above it.", 1, 0.1, height=0.2)
    box(made, "Below it.", 1, 7)
    assert read(saved(deck), "x.pptx").text == "T\n\nAbove it.\n\nThe body.\n\nBelow it."


def test_lines_with_bullets_are_a_list() -> None:
    deck = Presentation()
    made = slide(deck, TITLE_AND_BODY, "T")
    made.placeholders[1].text_frame.text = "Sales rose\nCosts fell"
    parsed = read(saved(deck), "x.pptx")
    assert shown(parsed)[1] == ("list", 1, "• Sales rose\n• Costs fell")


def test_groups_and_a_slide_without_a_title_which_has_its_number() -> None:
    deck = Presentation()
    slide(deck, TITLE_ONLY, "First")
    group = slide(deck, BLANK).shapes.add_group_shape()
    box(group, "In a group.", 1, 1)
    parsed = read(saved(deck), "x.pptx")
    last = contexts(parsed.sections, parsed.text)[-1]
    assert (last[0].span.of(parsed.text), last[0].page, last[1]) == ("In a group.", 2, ("Slide 2",))


def test_tables_are_rows_and_merged_cells_belong_to_each() -> None:
    deck = Presentation()
    made = slide(deck, TITLE_ONLY, "Ships")
    table = made.shapes.add_table(3, 2, Inches(1), Inches(2), Inches(4), Inches(2)).table
    for at, text in enumerate(["Port", "Name", "Riga", "Vega", "", "Aurora"]):
        table.cell(at // 2, at % 2).text = text
    table.cell(1, 0).merge(table.cell(2, 0))
    parsed = read(saved(deck), "x.pptx")
    found = [
        (one.span.of(parsed.text), one.title, over)
        for one, over in contexts(parsed.sections, parsed.text)
    ]
    assert found == [
        ("Riga | Vega", "slide 1, table row 2", ("Ships", "Port | Name")),
        ("Riga | Aurora", "slide 1, table row 3", ("Ships", "Port | Name")),
    ]


def test_a_chart_has_its_numbers_as_rows() -> None:
    deck = Presentation()
    data = CategoryChartData(number_format="0.0%")
    data.categories = ["North", "South"]
    data.add_series("2023", (0.125, 0.5))
    kind = XL_CHART_TYPE.COLUMN_CLUSTERED
    place = Inches(1), Inches(2), Inches(4), Inches(3)
    slide(deck, TITLE_ONLY, "Shares").shapes.add_chart(kind, *place, data)
    text = read(saved(deck), "x.pptx").text
    assert text.endswith("| 2023\nNorth | 12.5%\nSouth | 50.0%")


def test_notes_and_hidden_slides() -> None:
    deck = Presentation()
    made = slide(deck, TITLE_ONLY, "Plan")
    made.notes_slide.notes_text_frame.text = "Say that it is late."
    made._element.set("show", "0")
    parsed = read(saved(deck), "x.pptx")
    assert shown(parsed)[-1] == ("note", 1, "Say that it is late.")
    assert parsed.origins[-1].label == "slide 1, notes"
    assert parsed.warnings == ("hidden slides are read all the same: 1",)


def test_slides_without_text_are_unread() -> None:
    deck = Presentation()
    slide(deck, BLANK)
    slide(deck, TITLE_ONLY, "Words")
    slide(deck, BLANK)
    parsed = read(saved(deck), "x.pptx")
    assert parsed.about.unread == (1, 3)
    assert shown(parsed) == [("heading", 2, "Words")]


def test_footers_are_told_once() -> None:
    deck = Presentation()
    for title in ("One", "Two"):
        made = slide(deck, TITLE_AND_BODY, title)
        footer = made.placeholders[1]
        footer._element.nvSpPr.nvPr.find("{*}ph").set("type", "ftr")
        footer.text_frame.text = "Harbour board"
    assert read(saved(deck), "x.pptx").text == "One\n\nHarbour board\n\nTwo"


def test_a_thing_kept_in_two_forms_is_told_once() -> None:
    deck = Presentation()
    made = slide(deck, TITLE_ONLY, "T")
    box(made, "Only once.", 1, 3)
    data = saved(deck)
    out = io.BytesIO()
    space = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.namelist():
            part = old.read(one)
            if one == "ppt/slides/slide1.xml":
                begin, end = part.rindex(b"<p:sp>"), part.rindex(b"</p:sp>") + 7
                shape = part[begin:end]
                both = f"<mc:AlternateContent {space}><mc:Choice>".encode() + shape
                both += b"</mc:Choice><mc:Fallback>" + shape + b"</mc:Fallback>"
                part = part[:begin] + both + b"</mc:AlternateContent>" + part[end:]
            new.writestr(one, part)
    assert read(out.getvalue(), "x.pptx").text == "T\n\nOnly once."


def test_a_slide_that_is_damaged_is_said_and_the_rest_is_read() -> None:
    deck = Presentation()
    slide(deck, TITLE_ONLY, "One")
    slide(deck, TITLE_ONLY, "Two")
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(saved(deck))) as old, zipfile.ZipFile(out, "w") as new:
        for one in old.namelist():
            new.writestr(one, b"<p:sld" if one == "ppt/slides/slide1.xml" else old.read(one))
    parsed = read(out.getvalue(), "x.pptx")
    assert shown(parsed) == [("heading", 2, "Two")]
    assert parsed.about.unread == (1,)
    assert any("slide1.xml" in one for one in parsed.warnings)


def test_title_and_date_are_the_files_own_where_it_has_them() -> None:
    deck = Presentation()
    slide(deck, TITLE_ONLY, "One")
    deck.core_properties.title = "The harbour"
    assert read(saved(deck), "x.pptx").date is None  # python-pptx's own, of its template
    deck.core_properties.modified = datetime(2024, 5, 3)
    parsed = read(saved(deck), "x.pptx")
    assert (parsed.title, parsed.about.date_from) == ("The harbour", "metadata")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (saved(Presentation()), "no text"),
        (b"PK\x03\x04cut", "damaged"),
    ],
)
def test_what_cannot_be_read(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        read(data, "x.pptx")
