"""OpenDocument texts, made here by hand."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path

import pytest

from index.errors import ReadError
from index.readers.office import odt
from index.types import Parsed
from tests.index.readers.work import calls

FIXTURES = Path(__file__).parents[4] / "shared/data/fixtures"
_NAMES = "urn:oasis:names:tc:opendocument:xmlns"
_SPACES = " ".join(
    f'xmlns:{short}="{_NAMES}:{name}:1.0"'
    for short, name in {
        "office": "office", "text": "text", "table": "table", "draw": "drawing",
        "style": "style", "meta": "meta", "fo": "xsl-fo-compatible", "svg": "svg-compatible",
    }.items()
)  # fmt: skip
_DC = 'xmlns:dc="http://purl.org/dc/elements/1.1/"'


def package(body: str, *, styles: str = "", automatic: str = "", **others: str) -> bytes:
    content = (
        f"<office:automatic-styles>{automatic}</office:automatic-styles>"
        f"<office:body><office:text>{body}</office:text></office:body>"
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        file.writestr("content.xml", document(content))
        file.writestr("styles.xml", document(styles))
        for name, inside in others.items():
            file.writestr(name.replace("_", "."), inside)
    return packed.getvalue()


def document(inside: str) -> str:
    return f"<office:document {_SPACES} {_DC}>{inside}</office:document>"


def read(body: str, **parts: str) -> Parsed:
    return odt.read(package(body, **parts), "a.odt")


def p(text: str, style: str = "Standard") -> str:
    return f'<text:p text:style-name="{style}">{text}</text:p>'


def cell(inside: str, attributes: str = "") -> str:
    return f"<table:table-cell {attributes}>{inside}</table:table-cell>"


def row(*cells: str) -> str:
    return f"<table:table-row>{''.join(cells)}</table:table-row>"


def rows(parsed: Parsed) -> list[tuple[str, int, str]]:
    return [(one.kind, one.level, one.span.of(parsed.text)) for one in parsed.sections]


def places(parsed: Parsed) -> list[tuple[str, str]]:
    return [(one.label, one.span.of(parsed.text)) for one in parsed.origins]


STYLES = """\
<style:style style:name="P1" style:family="paragraph" style:parent-style-name="Title"/>
<style:style style:name="P2" style:family="paragraph" style:parent-style-name="P2"/>
<style:style style:name="Mine" style:family="paragraph" style:default-outline-level="2"/>
<style:style style:name="T1" style:family="text">
  <style:text-properties fo:font-weight="bold"/></style:style>
<style:style style:name="T2" style:family="text">
  <style:text-properties text:display="none"/></style:style>
"""


def test_headings_titles_and_contents() -> None:
    body = (
        p("The Harbour", "P1")
        + f"<text:table-of-content><text:index-body>{p('Ships 3')}</text:index-body>"
        "<text:table-of-content-source><text:index-title-template>Contents"
        "</text:index-title-template></text:table-of-content-source></text:table-of-content>"
        '<text:h text:outline-level="1">Ships</text:h>' + p("There are four.", "P2")
        + p("Ferries", "Mine") + p("Two.") + p('<text:span text:style-name="T1">Docks</text:span>')
        + p("One.")
    )  # fmt: skip
    parsed = read(body, automatic=STYLES)
    assert parsed.title == "The Harbour"
    assert rows(parsed) == [
        ("heading", 1, "The Harbour"),
        ("navigation", 0, "Ships 3"),
        ("heading", 2, "Ships"),
        ("text", 0, "There are four."),
        ("heading", 3, "Ferries"),
        ("text", 0, "Two."),
        ("heading", 4, "Docks"),
        ("text", 0, "One."),
    ]
    assert parsed.warnings == ()


def test_white_space_is_one_space_unless_it_is_an_element() -> None:
    body = p(
        " a\n  b <text:span> c</text:span><text:s text:c='2'/>d<text:tab/>e<text:line-break/> f"
        "<text:a> g</text:a>"
    )
    assert read(body).text == "a b c  d\te\nf g"


def test_soft_hyphens_are_dropped_and_kept_as_the_file_has_them() -> None:
    parsed = read(p("co\u00adop e\u2011mail"))
    assert parsed.text == "coop e\u2011mail"
    assert parsed.origins[0].raw == "co\u00adop e\u2011mail"


def test_lists_and_what_stands_in_them() -> None:
    inner = f"<text:list><text:list-item>{p('A wick.')}</text:list-item></text:list>"
    body = (
        p("Bring:")
        + f"<text:list><text:list-item>{p('A lamp.')}{inner}</text:list-item>"
        + f"<text:list-item>{p('A rope.')}</text:list-item></text:list>"
        + p("Go.")
    )
    assert rows(read(body)) == [
        ("list", 0, "Bring:\n\nA lamp.\n\nA wick.\n\nA rope."), ("text", 0, "Go."),
    ]  # fmt: skip


def test_a_table_keeps_rows_merged_cells_and_nested_tables() -> None:
    nested = f"<table:table>{row(cell(p('in')), cell(p('side')))}</table:table>"
    covered = "<table:covered-table-cell/>"
    wide = cell(p("Total"), 'table:number-columns-spanned="2"')
    body = (
        "<table:table><table:table-header-rows>"
        + row(cell(p("1900")), cell(p("1910")), cell(p("1920")))
        + "</table:table-header-rows>"
        + row(cell(p("Vega")), cell(p("Oslo") + nested), cell(p("three")))
        + row(wide, covered, cell(p("2")))
        + "</table:table>"
    )
    parsed = read(body)
    assert places(parsed) == [
        ("table 1, row 1", "1900 | 1910 | 1920"),
        ("table 1, row 2", "Vega | Oslo | three"),
        ("table 1, row 3", "Total |  | 2"),
        ("table 2, row 1", "in | side"),
    ]
    assert parsed.sections[0].kind == "heading"


def test_boxes_notes_and_comments() -> None:
    note = (
        '<text:note text:note-class="endnote"><text:note-citation>1</text:note-citation>'
        f"<text:note-body>{p('See p. 4.')}</text:note-body></text:note>"
    )
    comment = (
        "<office:annotation><dc:creator>Ada</dc:creator><dc:date>2020-01-01</dc:date>"
        f"{p('Really?')}</office:annotation>"
    )
    frame = (
        f"<draw:frame><draw:text-box>{p('In a box.')}</draw:text-box><svg:title>x</svg:title>"
        "<svg:desc>A picture of a box</svg:desc></draw:frame>"
    )
    body = p(f"One{note}, two{comment}, three{frame}.") + p("End.")
    parsed = read(body)
    assert places(parsed) == [
        ("paragraph 1", "One, two, three."), ("text box 1", "In a box."), ("paragraph 2", "End."),
        ("endnote 1", "See p. 4."), ("comment 1", "Really?"),
    ]  # fmt: skip
    assert [one.speaker for one in parsed.sections if one.kind == "note"] == [None, "Ada"]


def test_deleted_and_hidden_text_is_left_out_and_told() -> None:
    body = (
        "<text:tracked-changes><text:changed-region><text:deletion><office:change-info>"
        f"<dc:creator>Bo</dc:creator></office:change-info>{p('ten')}</text:deletion>"
        "</text:changed-region></text:tracked-changes>"
        + p("Price: <text:change-start/>nine<text:change-end/>")
        + p('Open<text:span text:style-name="T2">secret</text:span> end.')
        + f'<text:section text:display="none">{p("away")}</text:section>'
    )
    parsed = read(body, automatic=STYLES)
    assert parsed.text == "Price: nine\n\nOpen end."
    assert parsed.warnings == (
        "hidden text was left out (10 characters)",
        "deleted text that it still holds was left out (5 characters)",
    )


def test_headers_properties_and_damaged_parts() -> None:
    page = f"<style:master-page><style:header>{p('Harbour Board, Oslo, Norway')}</style:header>"
    page += f"<style:footer>{p('<text:page-number>3</text:page-number>')}</style:footer>"
    meta = "<dc:title>Ships</dc:title><meta:creation-date>2021-05-03T10:00:00</meta:creation-date>"
    parsed = read(p("Text."), styles=f"{page}</style:master-page>", meta_xml=document(meta))
    assert rows(parsed) == [("text", 0, "Text."), ("note", 0, "Harbour Board, Oslo, Norway")]
    assert (parsed.title, parsed.date) == ("Ships", "2021-05-03")
    saved = read(p("Text."), meta_xml=document(f"{meta}<dc:date>2023-02-01T08:00:00</dc:date>"))
    assert saved.date == "2023-02-01"
    broken = read(p("Text."), meta_xml="<no")
    assert broken.text == "Text."
    assert broken.warnings[0].startswith("a part of it (meta.xml) was not read: it is damaged")


def test_text_that_is_not_understood_is_told() -> None:
    parsed = read(p("Text.") + f"<draw:unheard>{'lost ' * 100}</draw:unheard>")
    assert parsed.warnings == ("some of its text was not understood (400 characters)",)


def locked() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("META-INF/manifest.xml", "<a><manifest:encryption-data/></a>")
        file.writestr("content.xml", b"\x01\x02")
    return packed.getvalue()


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (locked(), "password"),
        (b"PK\x03\x04 and no more", "damaged"),
        (package("<text:p>"), "damaged"),
        (package(p("A &x; B")), "DTD"),
        (package(p("")), "no text"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        odt.read(data, "a.odt")


@pytest.mark.parametrize(
    "one",
    [
        "<text:p/>",
        p("a<text:s/>b<text:span>c</text:span>"),
        f"<table:table>{row(cell(p('x')), cell(p('y')))}</table:table>",
        p(f"<draw:frame><draw:text-box>{p('Small.')}</draw:text-box></draw:frame>"),
        p(f"x<text:note><text:note-body>{p('Small.')}</text:note-body></text:note>"),
    ],
    ids=["empty", "spans", "tables", "boxes", "notes"],
)
def test_twice_as_much_is_twice_the_work(one: str) -> None:
    once, twice = (calls(odt.read, package(one * n + p("End.")), "a.odt") for n in (300, 600))
    assert twice < 2.1 * once


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the fixtures are not there")
def test_real_documents_are_read_or_refused_with_a_reason() -> None:
    files = list(FIXTURES.rglob("*.odt"))
    assert len(files) > 10
    assert not [file.name for file in files if not is_whole(file)]


def is_whole(file: Path) -> bool:
    """Nothing is lost without a word, and every place has words."""
    try:
        parsed = odt.read(file.read_bytes(), file.name)
    except ReadError as error:
        return bool(str(error))
    lost = any("not understood" in one for one in parsed.warnings)
    return not lost and all(one.span.of(parsed.text).strip() for one in parsed.origins)
