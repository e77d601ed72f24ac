"""Where in its file a quote stands, found again from the file."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import httpx
import pytest

from index.types import About, Document, Origin, Section, Source, Span
from rag.answer.places import known, lines, spots
from rag.settings import Settings
from rag.types import Json
from tests.fakes import FakeEmbedder
from tests.index.readers.made_pdf import Page, Text, pdf
from tests.index.sandbox.scans import WORDS, calls, stand_in
from tests.rag.worlds import open_engine
from tests.web.conftest import Connect
from tests.web.test_security import is_problem
from tests.web.test_upload import Home, send

if TYPE_CHECKING:
    from playwright.sync_api import Page as Tab

FIRST = "The ferry left the harbour at nine in the morning."
SECOND = "Ada Holt keeps the maps of all the rivers in a drawer of the exam-"
THIRD = "ination room, which nobody else may open without her leave."


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    one = Home(tmp_path, Settings())
    yield one
    one.engine.close()


@pytest.fixture
def api(home: Home, connect: Connect) -> httpx.Client:
    return connect(home.engine)


def book() -> bytes:
    return pdf(
        [
            Page([Text(72, 700, FIRST)]),
            Page([Text(72, 500, SECOND), Text(72, 488, THIRD)]),
        ]
    )


def find(api: httpx.Client, name: str, data: bytes, quote: str) -> Json:
    document = send(api, name, data).json()
    text = api.get(f"/v1/documents/{document['id']}/text").text
    start = text.index(quote)
    ends = {"start": start, "end": start + len(quote)}
    reply = api.get(f"/v1/documents/{document['id']}/place", params=ends)
    assert reply.status_code == 200
    found: Json = reply.json()
    assert found["schema"] == "citewell.place/1"
    assert (found["document_id"], found["path"]) == (document["id"], name)
    assert found["places"][0]["start"] == start
    assert found["places"][-1]["end"] == start + len(quote)
    return found


def test_a_quote_out_of_a_scan_has_its_page_and_boxes(
    connect: Connect, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = stand_in(tmp_path / "bin", monkeypatch)
    api = connect(open_engine(tmp_path / "home", FakeEmbedder(), settings=Settings(ocr=True)))
    data = pdf([Page([Text(72, 700, FIRST)]), Page(has_picture=True), Page(has_picture=True)])
    (place,) = find(api, "scan.pdf", data, FIRST)["places"]
    assert (place["page"], calls(program)) == (1, 2)
    (only,) = api.get("/v1/documents").json()["documents"]
    text = api.get(f"/v1/documents/{only['id']}/text").text
    assert text == f"{FIRST}\n\n{WORDS}\n\n{WORDS}"
    ends = {"start": text.rindex("words"), "end": len(text)}
    found = api.get(f"/v1/documents/{only['id']}/place", params=ends).json()
    assert calls(program) == 3  # of the quote's own page alone
    (place,) = found["places"]
    assert (found["file_changed"], place["label"], place["page"]) == (False, "page 3", 3)
    ((left, _, right, _),) = place["boxes"]
    assert left == pytest.approx(300 * 72 / 300, abs=0.1)
    assert right == pytest.approx(880 * 72 / 300, abs=0.1)


# -- over files ----------------------------------------------------------------------------


def test_a_quote_in_a_pdf_has_its_page_and_boxes(api: httpx.Client) -> None:
    found = find(api, "book.pdf", book(), FIRST)
    (place,) = found["places"]
    assert (found["file_changed"], place["label"], place["page"]) == (False, "page 1", 1)
    assert "raw" not in place
    ((left, bottom, right, top),) = place["boxes"]
    assert left == pytest.approx(72, abs=2)
    assert 697 <= bottom <= 701 < 705 <= top <= 712
    assert 200 < right - left < 220


def test_a_box_covers_the_quoted_words_and_no_others(api: httpx.Client) -> None:
    (place,) = find(api, "book.pdf", book(), "harbour at nine")["places"]
    (whole,) = find(api, "book.pdf", book(), FIRST)["places"]
    (box,), (line,) = place["boxes"], whole["boxes"]
    assert line[0] + 50 < box[0] < box[2] < line[2] - 50


def test_a_joined_word_shows_what_the_file_has(api: httpx.Client) -> None:
    (place,) = find(api, "book.pdf", book(), "drawer of the examination room")["places"]
    assert (place["label"], place["page"]) == ("page 2", 2)
    assert place["raw"].startswith("drawer of the exam-")
    assert len(place["boxes"]) == 2
    upper, lower = place["boxes"]
    assert upper[1] > lower[1]
    assert upper[0] > lower[0]


def test_a_row_of_a_workbook(api: httpx.Client) -> None:
    from openpyxl import Workbook

    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Budget"
    for row in (("Item", "Cost"), ("Boats", 1200), ("Ropes", 75)):
        sheet.append(row)
    data = io.BytesIO()
    made.save(data)
    found = find(api, "budget.xlsx", data.getvalue(), "Ropes")
    assert [one["label"] for one in found["places"]] == ["Budget, row 3"]
    id = found["document_id"]
    assert api.get(f"/v1/documents/{id}").json()["title"] == "budget"


def test_a_slide(api: httpx.Client) -> None:
    from pptx import Presentation

    made = Presentation()
    for title in ("Boats", "Harbours"):
        slide = made.slides.add_slide(made.slide_layouts[1])
        slide.shapes.title.text = title
        slide.placeholders[1].text = f"All about {title.lower()} is said on this slide."
    data = io.BytesIO()
    made.save(data)
    (place,) = find(api, "talk.pptx", data.getvalue(), "All about harbours")["places"]
    assert (place["label"], place["page"], place["boxes"]) == ("slide 2", 2, [])


def test_a_line_of_plain_text(api: httpx.Client) -> None:
    text = "First line here.\r\nSecond line here.\r\n\r\nThe ferry left at nine.\r\n"
    (place,) = find(api, "a.txt", text.encode(), "The ferry left")["places"]
    assert (place["label"], place["page"], place["boxes"]) == ("line 4", None, [])


# -- what stands in the way ------------------------------------------------------------------


@pytest.mark.parametrize("changed", [b"something else", pdf([Page([Text(72, 700, "No.")])]), None])
def test_of_a_file_that_changed_only_what_is_known(
    api: httpx.Client, home: Home, changed: bytes | None
) -> None:
    find(api, "book.pdf", book(), SECOND[:20])
    (name,) = home.stored()
    path = home.path / "uploads" / name
    path.unlink() if changed is None else path.write_bytes(changed)
    document = api.get("/v1/documents").json()["documents"][0]
    start = home.engine.document(document["id"]).text.index("Ada")  # type: ignore[union-attr]
    ends = {"start": start, "end": start + 8}
    found = api.get(f"/v1/documents/{document['id']}/place", params=ends).json()
    assert found["file_changed"]
    assert found["places"] == [{"label": "page 2", "page": 2, "boxes": [], **ends}]


def test_another_place_of_the_same_content_does(api: httpx.Client, home: Home) -> None:
    find(api, "book.pdf", book(), FIRST)
    path = home.put("copy.pdf", book())
    path.write_bytes(b"changed")
    id = api.get("/v1/documents").json()["documents"][0]["id"]
    found = api.get(f"/v1/documents/{id}/place", params={"start": 0, "end": 9}).json()
    assert (found["path"], found["file_changed"]) == ("copy.pdf", False)


@pytest.mark.parametrize(
    "ends",
    [
        {"start": "0", "end": "10000"},
        {"start": "5", "end": "5"},
        {"start": "6", "end": "5"},
        {"start": "-1", "end": "5"},
        {"start": "a", "end": "5"},
        {"start": "0", "end": "9" * 400},
        {"start": "0"},
        {},
    ],
)
def test_a_stretch_that_is_none(api: httpx.Client, ends: dict[str, str]) -> None:
    id = send(api, "a.txt", FIRST.encode()).json()["id"]
    assert is_problem(api.get(f"/v1/documents/{id}/place", params=ends), 422)


def test_a_document_that_is_not_there(api: httpx.Client) -> None:
    assert is_problem(api.get("/v1/documents/none/place", params={"start": 0, "end": 1}), 404)


def test_a_page_of_another_site_learns_nothing(api: httpx.Client) -> None:
    reply = api.get(
        "/v1/documents/none/place", params={"start": 0, "end": 1}, headers={"Host": "evil.example"}
    )
    assert is_problem(reply, 421)


# -- origins to places ------------------------------------------------------------------------


def document(text: str, sections: Sequence[Section], media_type: str = "text/html") -> Document:
    return Document(
        "id", (Source("/r", "a"),), "a", media_type, text, tuple(sections), None, "f", "t",
        about=About(unit="slide"),
    )  # fmt: skip


def test_a_quote_over_two_pages_has_two_places() -> None:
    text = "One two three four."
    origins = [
        Origin(Span(0, 7), "page 1", 1, (10, 10, 60, 20)),
        Origin(Span(8, 13), "page 2", 2, (10, 90, 40, 100)),
        Origin(Span(14, 19), "page 2", 2, (42, 90, 70, 100), "fo\u00adur."),
    ]
    found = spots(document(text, [Section(Span(0, 19), "text")]), Span(4, 19), origins)
    assert [one.to_dict() for one in found] == [
        {"label": "page 1", "page": 1, "boxes": [[10, 10, 60, 20]], "start": 4, "end": 7},
        {
            "label": "page 2",
            "page": 2,
            "boxes": [[10, 90, 70, 100]],
            "start": 8,
            "end": 19,
            "raw": "three fo\u00adur.",
        },
    ]


def test_boxes_of_other_lines_and_columns_stay_apart() -> None:
    boxes = [(0, 0, 20, 10), (22, 0, 40, 12), (300, 0, 320, 10), (0, -14, 20, -4), (0, -14, 20, -4)]
    run = [Origin(Span(i, i + 1), "page 1", 1, box) for i, box in enumerate(boxes)]
    assert list(lines([*run, Origin(Span(9, 10), "page 1", 1)])) == [
        (0, 0, 40, 12),
        (300, 0, 320, 10),
        (0, -14, 20, -4),
    ]


def test_what_is_known_without_the_file() -> None:
    text = "Head\nOne.\nTwo | 2\nThree.\n"
    sections = [
        Section(Span(0, 4), "heading", "Head", 1),
        Section(Span(5, 9), "text", page=3),
        Section(Span(10, 17), "row", "Costs, row 2"),
        Section(Span(18, 24), "text", "Head"),
    ]
    found = known(document(text, sections), Span(6, 23))
    assert [(one.label, one.page, one.span) for one in found] == [
        ("slide 3", 3, Span(6, 9)),
        ("Costs, row 2", None, Span(10, 17)),
        ("Head", None, Span(18, 23)),
    ]
    plain = known(document(text, sections[3:], "text/plain"), Span(18, 20))
    assert [one.label for one in plain] == ["line 4"]


# -- the page ----------------------------------------------------------------------------------


@pytest.mark.browser
def test_a_source_names_its_page_or_slide(api: httpx.Client, page: Tab) -> None:
    from playwright.sync_api import expect
    from pptx import Presentation

    made = Presentation()
    slide = made.slides.add_slide(made.slide_layouts[1])
    slide.shapes.title.text = "Harbours"
    slide.placeholders[1].text = "The pilot boat waits at the northern harbour."
    data = io.BytesIO()
    made.save(data)
    send(api, "talk.pptx", data.getvalue())
    send(api, "book.pdf", book())
    page.goto(str(api.base_url))
    for question, place in (
        ("Who keeps the maps of all the rivers?", "book.pdf · page 2"),
        ("Where does the pilot boat wait?", "Harbours · talk.pptx · slide 1"),
    ):
        page.locator("#question").fill(question)
        page.locator("#question").press("Enter")
        expect(page.locator(".turn").last.locator(".sources li").first).to_contain_text(place)
