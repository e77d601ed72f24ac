"""Text recognised in pictures of pages, where the tesseract program is there."""

from __future__ import annotations

import pytest

from index.errors import ReadError
from index.readers import pdf
from index.readers.pdf import ocr
from tests.index.readers.made_pdf import Page, Text
from tests.index.readers.made_pdf import pdf as made

LINES = ["The ferry sails to the island every morning.", "It returns in the evening with the mail."]


def test_a_page_is_drawn_as_a_grey_picture() -> None:
    image = ocr.picture(made([Page([Text(50, 700, "Vega", 40)])]), 1)
    assert image is not None
    head, size, most, body = image.data.split(b"\n", 3)
    width, height = map(int, size.split())
    assert (head, most) == (b"P5", b"255")
    assert (width, height) == (2500, 3334)
    assert len(body) == width * height
    assert min(body) < 50 < 250 < max(body)
    assert image.height == 800


def test_a_page_that_is_not_there_gives_no_picture() -> None:
    assert ocr.picture(made([Page()]), 2) is None
    assert ocr.picture(b"no pdf", 1) is None


def test_the_program_is_asked_for_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    image = ocr.picture(made([Page([Text(50, 700, "Vega", 40)])]), 1)
    assert image is not None
    assert ocr.program() is None
    with pytest.raises(ReadError, match="not installed"):
        ocr.words_in(image)


@pytest.mark.skipif(ocr.program() is None, reason="the tesseract program is not installed")
def test_text_and_places_are_recognised() -> None:
    page = Page([Text(50, 700 - 30 * i, line, 16) for i, line in enumerate(LINES)])
    image = ocr.picture(made([page]), 1)
    assert image is not None
    words = ocr.words_in(image)
    parsed = pdf.read(made([Page(has_picture=True)]), "scan.pdf", {1: words})
    assert parsed.text == " ".join(LINES)
    assert parsed.about.recognised == (1,)
    (found,) = [one for one in parsed.origins if one.span.of(parsed.text) == "returns"]
    (wanted,) = [
        one for one in pdf.read(made([page]), "a.pdf").origins
        if one.span.start == found.span.start
    ]  # fmt: skip
    assert found.box == pytest.approx(wanted.box, abs=2)
