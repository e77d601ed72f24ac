"""PDFs made by hand, with known answers; the fixtures where they are there."""

from __future__ import annotations

import random
import re
import time
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pypdfium2
import pytest

from index.errors import ReadError
from index.passages.outline import contexts
from index.passages.sentences import split_sentences
from index.readers import pdf as reader
from index.readers.pdf.words import Word
from index.types import About, Origin, Parsed, Section, Span
from tests.index.readers.made_pdf import HEIGHT, Page, Text, lines, pdf

FIXTURES = Path(__file__).parents[4] / "shared/data/fixtures"
LEFT = [
    "The ferry was built in the year",
    "1903 and it sailed for a hundred",
    "years between both of the towns.",
    "It carried horses and the mail.",
]
RIGHT = [
    "A bridge took over its work in",
    "the spring. Nobody wept for the",
    "old boat, which leaked in every",
    "storm that came from the west.",
]
BODY = ["This line is as long as the others of the text are, all of them,",
        "and so is the second line, which ends with a stop just here too."]  # fmt: skip


def read(*pages: Page, **more: object) -> Parsed:
    return reader.read(pdf(pages, **more), "a.pdf")  # type: ignore[arg-type]


def at(parsed: Parsed, quote: str) -> tuple[Section, list[Origin]]:
    """The section in which a quote starts, and its places."""
    start = parsed.text.index(quote)
    span = Span(start, start + len(quote))
    section = next(one for one in parsed.sections if one.span.start <= start < one.span.end)
    return section, [one for one in parsed.origins if one.span.overlaps(span)]


def squashed(text: str) -> str:
    return re.sub(r"[\W_]", "", text)


def glyphs(data: bytes, places: list[Origin]) -> str:
    """What PDFium finds in the boxes: an independent way back to the file."""
    with pypdfium2.PdfDocument(data) as document:
        return glyphs_of([page.get_textpage() for page in document], places)


def glyphs_of(text_pages: list[Any], places: list[Origin]) -> str:
    found = []
    for one in places:
        assert one.page
        assert one.box
        left, bottom, right, top = one.box
        margin = 0.12 * (top - bottom)  # lines that stand close reach into one another's boxes
        found.append(
            text_pages[one.page - 1].get_text_bounded(
                left + 0.2, bottom + margin, right - 0.2, top - margin
            )
        )
    return "".join(found)


def test_pages_and_places() -> None:
    data = pdf([Page(lines(50, 700, BODY)), Page(lines(50, 700, ["The ferry is here."]))])
    parsed = reader.read(data, "a.pdf")
    section, places = at(parsed, "The ferry is here.")
    assert section.page == 2
    assert [one.label for one in places] == ["page 2"] * 4
    assert squashed(glyphs(data, places)) == "Theferryishere"
    assert parsed.about.unit == "page"
    assert (parsed.about.total, parsed.about.unread) == (2, ())
    assert parsed.warnings == ()
    assert reader.read(data, "a.pdf") == parsed


def test_lines_are_joined_to_paragraphs() -> None:
    """By a gap, an indent, and a line that ends early."""
    short = [
        "It was mended in the autumn.",
        "Another paragraph begins with this line and goes on so",
    ]
    texts = [*lines(50, 700, BODY), *lines(50, 660, BODY), Text(62, 636, BODY[0]),
             *lines(50, 624, [BODY[1], *short])]  # fmt: skip
    whole = " ".join(BODY)
    assert read(Page(texts)).text.split("\n\n") == [whole, whole, f"{whole} {short[0]}", short[1]]


def test_columns_are_read_one_after_the_other() -> None:
    """In whatever order the file has their lines; what stands over them comes first."""
    left, right = lines(50, 640, LEFT), lines(300, 640, RIGHT)
    title = Text(50, 700, "A heading over both of the columns of text", 18)
    rows = [one for pair in zip(left, right, strict=True) for one in pair]
    wanted = " ".join([*LEFT, *RIGHT])
    for texts in ([title, *left, *right], [*right, *left, title], [title, *rows]):
        text = read(Page(texts)).text
        assert " ".join(text.split("\n\n")[1:]) == wanted
        assert text.startswith(title.text)


def test_a_row_of_a_table_keeps_its_cells() -> None:
    rows = [
        ("Name", "Built", "Home port"),
        ("Aurora", "1903", "Oslo"),
        ("Vega of Bergen", "", "Turku"),
    ]
    texts = [Text(50 + 120 * x, 700 - 14 * y, cell)
             for y, row in enumerate(rows) for x, cell in enumerate(row) if cell]  # fmt: skip
    data = pdf([Page([*texts, *lines(50, 600, BODY)])])
    parsed = reader.read(data, "a.pdf")
    shown = [(one.kind, one.span.of(parsed.text).strip(), over[-1:])
             for one, over in contexts(parsed.sections, parsed.text)]  # fmt: skip
    names = ("Name | Built | Home port",)
    assert shown == [
        ("row", "Aurora | 1903 | Oslo", names),
        ("row", "Vega of Bergen |  | Turku", names),
        ("text", " ".join(BODY), ()),
    ]
    section, places = at(parsed, "Vega of Bergen |  | Turku")
    assert section.title == "page 1, row 3"
    assert squashed(glyphs(data, places)) == "VegaofBergenTurku"


def test_words_divided_at_a_line_end_are_joined() -> None:
    texts = [
        "Nobody had foreseen the inter-",
        "ruption of the well-known ser-",
        "vice by the post-",
        "War boats, nor the well-",
        "known cause.",
    ]
    data = pdf([Page(lines(50, 700, texts))])
    parsed = reader.read(data, "a.pdf")
    assert parsed.text == (
        "Nobody had foreseen the interruption of the well-known service by the post-War boats, "
        "nor the well-known cause."
    )
    _, places = at(parsed, "interruption")
    assert [one.span.of(parsed.text) for one in places] == ["inter", "ruption"]
    assert [one.raw for one in places] == ["inter-", None]
    assert squashed(glyphs(data, places)) == "interruption"


def test_headers_footers_and_page_numbers_are_left_out() -> None:
    def page(number: int) -> Page:
        head = [Text(50, 770, "Report on Ferries"), Text(400, 770, "May 2020")]
        foot = [Text(300, 30, f"Page {number} of 4")]
        body = [f"Page {number} tells of boat number {number * 7}.", "Nothing else is said here."]
        return Page([*head, *lines(50, 700, body), *foot])

    parsed = read(*[page(number) for number in range(1, 5)])
    assert parsed.text.count("Report on Ferries") == 1
    assert at(parsed, "Report on Ferries")[0].page == 1
    assert "of 4" not in parsed.text
    for number in range(1, 5):
        assert at(parsed, f"tells of boat number {number * 7}.")[0].page == number


def test_a_line_that_comes_twice_in_many_pages_is_no_header() -> None:
    pages = [
        Page(lines(50, 700, [f"Chapter of the {number}. boat", BODY[1]])) for number in "abcdef"
    ]
    twice = Page(lines(50, 700, ["The same sentence stands here.", BODY[1]]))
    assert read(*pages, twice, twice).text.count("The same sentence stands here.") == 2


def test_a_paragraph_goes_on_over_a_page_break_and_no_sentence_is_cut() -> None:
    first = ["The boats were sold. The last of them sailed on for many years and"]
    second = [
        "reached the age of ninety before it sank in the deep harbour there.",
        "It is there still.",
    ]
    data = pdf([Page([*lines(50, 700, first), Text(50, 60, "1 A note at the foot.", 7)]),
                Page(lines(50, 700, second))])  # fmt: skip
    parsed = reader.read(data, "a.pdf")
    whole = " ".join([*first, *second])
    assert parsed.text == f"{whole}\n\n1 A note at the foot."
    quote = whole[21:-19]
    assert [one.of(parsed.text) for one in split_sentences(parsed.text, Span(0, len(whole)))][
        1
    ] == quote
    section, places = at(parsed, quote)
    assert section.page == 1
    assert quote in section.span.of(parsed.text)
    assert {one.page for one in places} == {1, 2}
    assert squashed(glyphs(data, places)) == squashed(quote)
    assert at(parsed, "It is there still.")[0].page == 2


def test_headings_by_size_weight_and_outline() -> None:
    texts = [Text(50, 740, "Ferries of the North", 20), *lines(50, 700, BODY),
             Text(50, 660, "Why they sank", 10, "F2"), *lines(50, 640, BODY),
             Text(50, 600, "3.1 Of their masters", 10), *lines(50, 580, BODY)]  # fmt: skip
    parsed = read(Page(texts), outline=[("Of their masters", 0)])
    found = [(one.title, one.level) for one in parsed.sections if one.kind == "heading"]
    assert found == [("Ferries of the North", 1), ("Why they sank", 2), ("3.1 Of their masters", 1)]
    assert parsed.title == "Ferries of the North"


def test_lines_that_lead_to_pages_are_no_text_but_numbers_of_another_kind_are() -> None:
    entries = ["Of boats ............ 2", "Of ropes ............ 4", "Of sails ............ 9"]
    texts = [*lines(50, 700, entries), *lines(50, 600, BODY)]
    assert {one.kind for one in read(Page(texts)).sections} == {"navigation", "text"}
    prices = [
        entry[:-1] + price for entry, price in zip(entries, ("910", "85", "999"), strict=True)
    ]
    assert {one.kind for one in read(Page([*lines(50, 700, prices)])).sections} == {"text"}


def test_pages_without_text_are_named() -> None:
    parsed = read(
        Page(lines(50, 700, BODY)), Page(has_picture=True), Page(), Page(has_picture=True)
    )
    assert parsed.about.unread == (2, 4)
    assert parsed.about.total == 4
    assert parsed.warnings == (
        "2 of 4 pages have no text layer: what is on them was not read (pages 2, 4)",
    )


def test_a_scan_is_a_document_without_text() -> None:
    """So that it is listed, and that an answer which is not found may stand in it."""
    parsed = read(Page(has_picture=True), Page(has_picture=True))
    assert (parsed.text, parsed.sections) == ("", ())
    assert parsed.about == About(unit="page", total=2, unread=(1, 2))
    assert "2 of 2 pages have no text layer" in parsed.warnings[0]


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b"  \n", "empty"),
        (b"%PDF-1.7\n", "damaged"),
        (b"\0\1\2" * 1000, "damaged"),
        (pdf([Page(lines(50, 700, BODY))])[:300], "damaged"),
        (pdf([Page(lines(50, 700, BODY))], password="secret"), "protected by a password"),
        (pdf([Page()]), "nothing on its pages"),
        (pdf([]), "damaged"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        reader.read(data, "a.pdf")


def test_a_file_that_opens_without_a_password_is_read() -> None:
    assert read(Page(lines(50, 700, BODY)), password="").text == " ".join(BODY)


@pytest.mark.parametrize("rotate", [0, 90, 180, 270])
def test_boxes_are_on_the_page_as_it_is_shown(rotate: int) -> None:
    """A page that begins at (100, 50), with one word a little right of and over its corner."""
    box = (100, 50, 100 + 600, 50 + HEIGHT)
    parsed = read(Page([Text(110, 60, "Vega", 10)], rotate, box=box))
    (found,) = parsed.origins
    assert found.box
    middle = (found.box[0] + found.box[2]) / 2, (found.box[1] + found.box[3]) / 2
    wanted = {0: (21, 13), 90: (13, 579), 180: (579, 787), 270: (787, 21)}
    assert middle == pytest.approx(wanted[rotate], abs=4)


def test_turned_text_is_read_by_itself() -> None:
    turned = b"BT 0 1 -1 0 560 100 Tm /F1 10 Tf (A stamp in the margin.) Tj ET"
    data = pdf([Page(lines(50, 700, BODY))]).replace(b"BT /F1", turned + b"\nBT /F1", 1)
    data = re.sub(
        rb"/Length \d+", b"/Length %d" % (data.index(b"endstream") - data.index(b"BT") - 1), data
    )
    assert reader.read(data, "a.pdf").text == " ".join(BODY) + "\n\nA stamp in the margin."


def test_the_date_is_that_of_the_text_else_of_making_never_of_the_last_change() -> None:
    info = {"CreationDate": "D:20200103120000Z", "ModDate": "D:20240101"}
    page = Page(lines(50, 700, BODY))
    made = read(page, info=info)
    assert (made.date, made.about.date_from) == ("2020-01-03", "metadata")
    dated = read(Page([Text(50, 740, "3 May 2019"), *lines(50, 700, BODY)]), info=info)
    assert (dated.date, dated.about.date_from) == ("2019-05-03", "text")
    assert read(page, info={"ModDate": "D:20240101"}).date is None
    assert read(page, info={"CreationDate": "D:20209999"}).date is None


@pytest.mark.parametrize(
    ("title", "expected"),
    [("On  Ferries", "On Ferries"), ("Microsoft Word - On Ferries", "On Ferries"),
     ("Microsoft Word - x1.doc", None), ("untitled", None), ("", None)],
)  # fmt: skip
def test_the_title(title: str, expected: str | None) -> None:
    assert read(Page(lines(50, 700, BODY)), info={"Title": title}).title == expected


def test_ligatures_are_letters_and_soft_hyphens_are_left_out() -> None:
    parsed = read(Page(lines(50, 700, ["A \x01ne and \x02at sur\x03face, \x01nd it."], font="F3")))
    assert parsed.text == "A fine and flat surface, find it."
    assert [one.raw for one in parsed.origins if one.raw] == ["sur\xadface,"]


def test_text_beyond_the_edges_is_left_out_and_that_is_said() -> None:
    parsed = read(Page([*lines(50, 700, BODY), Text(50, 2000, "Printer's mark")]))
    assert "Printer" not in parsed.text
    assert parsed.warnings == ("text beyond the edges of the page was left out (page 1)",)


def test_filled_fields_and_notes_are_read() -> None:
    annotations = (
        b"/Annots[<</Type/Annot/Subtype/Text/Rect[500 700 520 720]/Contents(Ask Ada about this.)>>"
        b"<</Type/Annot/Subtype/Widget/FT/Tx/T(n)/Rect[100 697 200 710]/V(Vega)>>"
        b"<</Type/Annot/Subtype/Widget/FT/Btn/T(b)/Rect[300 697 310 710]/V/Yes>>]"
    )
    parsed = read(Page([Text(50, 700, "Name:"), *lines(50, 650, BODY)], extra=annotations))
    assert parsed.text.split("\n\n") == ["Name: Vega", " ".join(BODY), "Ask Ada about this."]
    section, places = at(parsed, "Ask Ada")
    assert section.kind == "note"
    assert places[0].box == (500, 700, 520, 720)


def test_words_that_were_recognised_stand_for_a_page_without_text() -> None:
    words = [Word(text, None, (x, 700, x + 40, 710), x, x + 40, 702, 10, False, 0, i)
             for i, (text, x) in enumerate([("Recognised", 50), ("words.", 95)])]  # fmt: skip
    data = pdf([Page(lines(50, 700, BODY)), Page(has_picture=True)])
    parsed = reader.read(data, "a.pdf", recognised={1: words, 2: words})
    assert parsed.text == " ".join(BODY) + "\n\nRecognised words."
    assert parsed.about.recognised == (2,)
    assert parsed.about.unread == ()
    assert parsed.warnings == ("text was recognised in pictures (page 2): it may be wrong",)


def test_twice_the_words_take_twice_the_time() -> None:
    def seconds(count: int) -> float:
        dice = random.Random(1)
        texts = [Text(dice.uniform(0, 560), dice.uniform(10, 790), f"w{i}", dice.choice([1, 4, 8]))
                 for i in range(count)]  # fmt: skip
        data = pdf([Page(texts)])
        start = time.process_time()
        reader.read(data, "a.pdf")
        return time.process_time() - start

    seconds(100)
    assert seconds(16_000) < 12 * max(0.05, seconds(4_000))


def fixtures() -> Iterator[Path]:
    return (one for one in sorted(FIXTURES.rglob("*")) if one.suffix.lower() == ".pdf")


needs_fixtures = pytest.mark.skipif(
    not FIXTURES.is_dir(), reason="../shared/data/fixtures is not here"
)


@needs_fixtures
def test_every_fixture_ends_and_nothing_is_lost_without_a_word() -> None:
    """Of the words that PDFium's plain extraction gives; those at edges come on many pages."""
    files = list(fixtures())
    read_files = [path for path in files if _is_read_whole(path)]
    assert len(read_files) > 40


@cache
def _parsed(path: Path) -> Parsed | None:
    try:
        return reader.read(path.read_bytes(), path.name)
    except ReadError:
        return None


def _is_read_whole(path: Path) -> bool:
    parsed = _parsed(path)
    if parsed is None:
        return False
    words, joined = set(re.findall(r"\w+", parsed.text)), squashed(parsed.text)
    lost: Counter[str] = Counter()
    for page in pypdfium2.PdfDocument(path):
        text = re.sub("[\x02\ufffe]\\s*", "", page.get_textpage().get_text_range())
        lost.update(one for one in re.findall(r"\w+", text) if one not in words)
    once = sum(len(one) for one, times in lost.items() if times == 1 and one not in joined)
    assert once <= 200 or parsed.warnings, path.name
    return True


@needs_fixtures
def test_quotes_from_the_fixtures_lead_to_their_page_and_glyphs() -> None:
    right = exact = quotes = 0
    files = set()
    for path in fixtures():
        parsed = _parsed(path)
        document = pypdfium2.PdfDocument(path) if parsed else []
        if parsed is None or any(page.get_rotation() for page in document):
            continue
        text_pages = [page.get_textpage() for page in document]
        pages = [squashed(page.get_text_range()) for page in text_pages]
        for span in list(_quotes(parsed))[:500:12]:
            quote = squashed(span.of(parsed.text))
            found = [number for number, text in enumerate(pages, 1) if quote[:14] in text]
            section, places = at(parsed, span.of(parsed.text))
            if len(quote) < 14 or len(found) != 1 or section.span.start > span.start:
                continue
            files.add(path.name)
            quotes += 1
            right += section.page == found[0] == places[0].page
            exact += squashed(glyphs_of(text_pages, places)) == quote
    assert len(files) >= 10
    assert quotes >= 100
    assert right == quotes
    assert exact >= 0.95 * quotes  # boxes of lines that overlap hold more than the quote


def _quotes(parsed: Parsed) -> Iterator[Span]:
    for section in parsed.sections:
        if section.kind not in ("heading", "navigation", "row"):
            yield from split_sentences(parsed.text, section.span)
