"""Word documents, made here by hand, with all that libraries are known to leave out."""

from __future__ import annotations

import io
import time
import zipfile
from pathlib import Path

import pytest

from index.errors import ReadError
from index.passages.outline import contexts
from index.readers.office import docx, docx_walk
from index.types import Parsed
from tests.index.readers.work import calls

FIXTURES = Path(__file__).parents[4] / "shared/data/fixtures"
_W = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
_STRICT = "http://purl.oclc.org/ooxml/wordprocessingml/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"
_SPACES = (
    'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
    ' xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
    ' xmlns:v="urn:schemas-microsoft-com:vml"'
    f' xmlns:r="{_OFFICE}"'
)
_KINDS = {
    "styles": "styles", "footnotes": "footnotes", "endnotes": "endnotes",
    "comments": "comments", "header1": "header", "header2": "header", "footer1": "footer",
}  # fmt: skip


def package(
    body: str, *, space: str = _W, core: str = "", stored: bool = False, **parts: str
) -> bytes:
    """A .docx with this body; ``parts`` are the insides of others, by name."""
    related = "".join(
        f'<Relationship Id="{name}" Type="{_OFFICE}/{_KINDS[name]}" Target="{name}.xml"/>'
        for name in parts
    )
    core_type = "http://schemas.openxmlformats.org/package/2006/relationships/metadata"
    root = (
        f'<Relationship Id="a" Type="{_OFFICE}/officeDocument" Target="word/document.xml"/>'
        f'<Relationship Id="b" Type="{core_type}/core-properties" Target="docProps/core.xml"/>'
    )
    packed = io.BytesIO()
    with zipfile.ZipFile(
        packed, "w", zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    ) as file:
        file.writestr("_rels/.rels", f'<Relationships xmlns="{_RELATIONS}">{root}</Relationships>')
        file.writestr("word/document.xml", document(f"<w:body>{body}</w:body>", space))
        file.writestr(
            "word/_rels/document.xml.rels",
            f'<Relationships xmlns="{_RELATIONS}">{related}</Relationships>',
        )
        for name, inside in parts.items():
            file.writestr(f"word/{name}.xml", document(inside, space))
        if core:
            file.writestr("docProps/core.xml", core)
    return packed.getvalue()


def document(inside: str, space: str = _W) -> str:
    return f'<w:document xmlns:w="{space}" {_SPACES}>{inside}</w:document>'


def run(text: str, properties: str = "") -> str:
    kept = f'<w:t xml:space="preserve">{text}</w:t>'
    return f"<w:r>{f'<w:rPr>{properties}</w:rPr>' if properties else ''}{kept}</w:r>"


def paragraph(inside: str, properties: str = "") -> str:
    inside = inside if inside.startswith("<") else run(inside)
    return f"<w:p>{f'<w:pPr>{properties}</w:pPr>' if properties else ''}{inside}</w:p>"


def styled(style: str, text: str) -> str:
    return paragraph(text, f'<w:pStyle w:val="{style}"/>')


def item(text: str) -> str:
    return paragraph(text, '<w:numPr><w:ilvl w:val="0"/><w:numId w:val="3"/></w:numPr>')


def cell(inside: str, properties: str = "") -> str:
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{inside}</w:tc>"


def table(*rows: str) -> str:
    return f"<w:tbl>{''.join(f'<w:tr>{row}</w:tr>' for row in rows)}</w:tbl>"


def box(text: str) -> str:
    return f"<w:txbxContent>{paragraph(text)}</w:txbxContent>"


def read(body: str, **parts: str) -> Parsed:
    return docx.read(package(body, **parts), "a.docx")


def rows(parsed: Parsed) -> list[tuple[str, int, str]]:
    return [(one.kind, one.level, one.span.of(parsed.text)) for one in parsed.sections]


def places(parsed: Parsed) -> list[tuple[str, str]]:
    return [(one.label, one.span.of(parsed.text)) for one in parsed.origins]


STYLES = """\
<w:style w:type="paragraph" w:default="1" w:styleId="Standard"><w:name w:val="Normal"/></w:style>
<w:style w:type="paragraph" w:styleId="berschrift1"><w:name w:val="heading 1"/>
  <w:pPr><w:outlineLvl w:val="0"/></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Kapitel"><w:name w:val="Kapitel"/>
  <w:basedOn w:val="berschrift1"/></w:style>
<w:style w:type="paragraph" w:styleId="Zwei"><w:name w:val="Überschrift 2"/></w:style>
<w:style w:type="paragraph" w:styleId="Titel"><w:name w:val="Title"/></w:style>
<w:style w:type="paragraph" w:styleId="Verzeichnis1"><w:name w:val="toc 1"/></w:style>
<w:style w:type="paragraph" w:styleId="Punkte"><w:name w:val="Punkte"/>
  <w:pPr><w:numPr><w:numId w:val="1"/></w:numPr></w:pPr></w:style>
<w:style w:type="paragraph" w:styleId="Kreis"><w:name w:val="Kreis"/>
  <w:basedOn w:val="Kreis"/></w:style>
"""


def test_headings_have_the_level_of_their_style_in_any_language() -> None:
    body = (
        styled("Titel", "The Harbour") + styled("Verzeichnis1", "Ships\t3")
        + styled("Kapitel", "Ships") + paragraph("There are four.")
        + styled("Zwei", "Ferries") + styled("Kreis", "Two of them sail.")
        + paragraph("Docks", '<w:pStyle w:val="Kapitel"/><w:outlineLvl w:val="9"/>')
    )  # fmt: skip
    parsed = read(body, styles=STYLES)
    assert parsed.title == "The Harbour"
    assert rows(parsed) == [
        ("heading", 1, "The Harbour"),
        ("navigation", 0, "Ships 3"),
        ("heading", 2, "Ships"),
        ("text", 0, "There are four."),
        ("heading", 3, "Ferries"),
        ("text", 0, "Two of them sail.\n\nDocks"),
    ]


def test_headings_without_a_style_sheet() -> None:
    body = styled("Heading1", "Ships") + paragraph("One.") + styled("Titre2", "Docks")
    assert [one[:2] for one in rows(read(body))] == [("heading", 1), ("text", 0), ("heading", 2)]


def test_a_bold_line_heads_what_follows_but_a_bold_question_does_not() -> None:
    bold = "<w:b/>"
    body = (
        paragraph(run("Opening hours", bold)) + paragraph("From nine to five.")
        + paragraph(run("Is it open?", bold)) + paragraph("It is.")
        + paragraph(run("Not ", bold) + run("all of it")) + paragraph("End.")
    )  # fmt: skip
    assert [one for one in rows(read(body)) if one[0] == "heading"] == [
        ("heading", 1, "Opening hours")
    ]


def test_items_stay_with_their_list_and_have_places_of_their_own() -> None:
    body = paragraph("Bring:") + item("A rope.") + styled("Punkte", "A lamp.") + paragraph("Go.")
    parsed = read(body, styles=STYLES)
    assert rows(parsed) == [
        ("list", 0, "Bring:\n\nA rope.\n\nA lamp."), ("text", 0, "Go."),
    ]  # fmt: skip
    assert places(parsed)[1:3] == [("paragraph 2", "A rope."), ("paragraph 3", "A lamp.")]


def test_a_table_keeps_rows_merged_cells_and_nested_tables() -> None:
    nested = table(cell(paragraph("in")) + cell(paragraph("side")))
    wide = cell(paragraph("Total"), '<w:gridSpan w:val="2"/>')
    body = paragraph("Before.") + table(
        cell(paragraph("Name")) + cell(paragraph("Port")) + cell(paragraph("Year")),
        cell(paragraph("Vega"), '<w:vMerge w:val="restart"/>')
        + cell(paragraph("Oslo") + nested + paragraph("or Bergen"))
        + cell(paragraph("1903")),
        cell("<w:p/>", "<w:vMerge/>") + cell(paragraph("Kiel")) + cell(paragraph("1910")),
        wide + cell(paragraph("2")),
    )  # fmt: skip
    parsed = read(body)
    assert places(parsed)[1:] == [
        ("table 1, row 1", "Name | Port | Year"),
        ("table 1, row 2", "Vega | Oslo or Bergen | 1903"),
        ("table 1, row 3", "| Kiel | 1910"),
        ("table 1, row 4", "Total |  | 2"),
        ("table 2, row 1", "in | side"),
    ]
    found = {
        one.span.of(parsed.text): heads for one, heads in contexts(parsed.sections, parsed.text)
    }
    assert found["| Kiel | 1910"] == ("Name | Port | Year",)


def test_a_table_for_the_layout_is_read_as_text() -> None:
    long = " ".join(["The ferry sails at nine."] * 60)
    parsed = read(table(cell(paragraph("Left.")) + cell(paragraph(long))), styles=STYLES)
    assert rows(parsed) == [("text", 0, f"Left.\n\n{long}")]
    boxed = table(cell(styled("berschrift1", "Ships") + paragraph("Four.")))
    assert rows(read(boxed, styles=STYLES)) == [("heading", 1, "Ships"), ("text", 0, "Four.")]


def test_a_text_box_comes_once_after_its_paragraph() -> None:
    both = (
        f"<mc:AlternateContent><mc:Choice>{box('In a box.')}</mc:Choice><mc:Fallback><w:pict>"
        f"<v:textbox>{box('In a box.')}</v:textbox></w:pict></mc:Fallback></mc:AlternateContent>"
    )
    old = f"<mc:Choice/><mc:Fallback>{box('Old.')}</mc:Fallback>"
    old = f"<mc:AlternateContent>{old}</mc:AlternateContent>"
    body = paragraph(f"{run('Around ')}<w:r>{both}</w:r>{run('it.')}") + paragraph(
        f"<w:r>{old}</w:r>"
    )
    assert places(read(body)) == [
        ("paragraph 1", "Around it."), ("text box 1", "In a box."), ("text box 2", "Old."),
    ]  # fmt: skip


def test_content_controls_links_and_fields_are_text_and_instructions_are_not() -> None:
    field = (
        '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> PAGE </w:instrText></w:r>'
        f'<w:r><w:fldChar w:fldCharType="separate"/></w:r>{run("17")}'
        '<w:r><w:fldChar w:fldCharType="end"/></w:r>'
    )
    body = (
        f"<w:sdt><w:sdtPr><w:alias w:val='x'/></w:sdtPr><w:sdtContent>{paragraph('Chosen.')}"
        "</w:sdtContent></w:sdt>"
        + paragraph(f'<w:hyperlink r:id="x">{run("A link")}</w:hyperlink>{run(" on.")}')
        + paragraph(f'<w:fldSimple w:instr=" AUTHOR ">{run("Ada")}</w:fldSimple>{run(" wrote.")}')
        + paragraph(f"{run('Page ')}{field}{run('!')}")
        + f"<w:smartTag>{paragraph('Smart.')}</w:smartTag>"
    )
    assert read(body).text.split("\n\n") == [
        "Chosen.", "A link on.", "Ada wrote.", "Page !", "Smart.",
    ]  # fmt: skip


def test_inserted_text_is_text_and_deleted_or_hidden_text_is_not() -> None:
    body = paragraph(
        run("Price: ")
        + "<w:del><w:r><w:delText>ten</w:delText></w:r></w:del>"
        + f"<w:ins>{run('nine')}</w:ins>"
        + f"<w:moveFrom>{run('gone')}</w:moveFrom>"
        + run("secret", "<w:vanish/>")
        + run(" euros.", '<w:vanish w:val="0"/>')
    )
    parsed = read(body)
    assert parsed.text == "Price: nine euros."
    assert parsed.warnings == (
        "hidden text was left out (6 characters)",
        "deleted text that it still holds was left out (7 characters)",
    )


def test_notes_and_comments_come_where_their_section_ends() -> None:
    body = (
        styled("berschrift1", "Ships")
        + paragraph(run("One.") + '<w:r><w:footnoteReference w:id="7"/></w:r>')
        + paragraph(run("Two.") + '<w:r><w:commentReference w:id="1"/></w:r>')
        + styled("berschrift1", "Docks")
        + paragraph(run("Three.") + '<w:r><w:endnoteReference w:id="2"/></w:r>')
    )
    notes = f'<w:footnote w:id="0" w:type="separator">{paragraph("---")}</w:footnote>'
    parsed = read(
        body,
        styles=STYLES,
        footnotes=notes + f'<w:footnote w:id="7">{paragraph("See p. 4.")}</w:footnote>',
        endnotes=f'<w:endnote w:id="2">{paragraph("Last.")}</w:endnote>',
        comments=f'<w:comment w:id="1" w:author="Ada">{paragraph("Really?")}</w:comment>'
        f'<w:comment w:id="9" w:author="Bo">{paragraph("Lost.")}</w:comment>',
    )
    assert places(parsed) == [
        ("paragraph 1", "Ships"), ("paragraph 2", "One."), ("paragraph 3", "Two."),
        ("footnote 1", "See p. 4."), ("comment 1", "Really?"),
        ("paragraph 4", "Docks"), ("paragraph 5", "Three."),
        ("endnote 1", "Last."), ("comment 2", "Lost."),
    ]  # fmt: skip
    assert [one.speaker for one in parsed.sections if one.kind == "note"] == [
        None, "Ada", None, "Bo",
    ]  # fmt: skip


def test_headers_and_footers_come_once_at_the_end() -> None:
    letter = paragraph("Harbour Board, 4 Quay Street, Oslo")
    parsed = read(paragraph("Text."), header1=letter, header2=letter, footer1=paragraph("Secret"))
    assert rows(parsed) == [
        ("text", 0, "Text."),
        ("note", 0, "Harbour Board, 4 Quay Street, Oslo"),
        ("navigation", 0, "Secret"),
    ]


def test_tabs_breaks_hyphens_and_signs() -> None:
    body = paragraph(
        "<w:r><w:t>co</w:t><w:softHyphen/><w:t>op</w:t><w:tab/><w:t>e</w:t><w:noBreakHyphen/>"
        '<w:t>mail</w:t><w:br/><w:sym w:font="Symbol" w:char="F061"/><w:t>.</w:t></w:r>'
    )
    parsed = read(body)
    assert parsed.text == "coop\te\u2011mail\nα."
    assert parsed.origins[0].raw == "co\u00adop\te\u2011mail\nα."
    assert read(paragraph("plain")).origins[0].raw is None


def test_formulas_stand_in_a_row() -> None:
    fraction = (
        "<m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>c</m:t></m:r></m:den></m:f>"
    )
    assert read(f"<w:p><m:oMath>{fraction}</m:oMath></w:p>").text == "(a+b)/c"


def test_text_behind_a_comment_and_in_the_strict_format() -> None:
    body = "<w:p><w:r><w:t>be<!-- x -->hi<?y?>nd</w:t></w:r></w:p>"
    assert read(body).text == "behind"
    assert docx.read(package(body, space=_STRICT), "a.docx").text == "behind"


def test_a_file_that_is_shown_in_its_place() -> None:
    body = paragraph("Before.") + '<w:altChunk r:id="part"/>' + paragraph("After.")
    relation = f'<Relationship Id="part" Type="{_OFFICE}/aFChunk" Target="part.txt"/>'
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("word/document.xml", document(f"<w:body>{body}</w:body>"))
        file.writestr("word/part.txt", "Harbour Notes\n\nIt is open.\n")
        file.writestr("word/_rels/document.xml.rels", f"<R>{relation}</R>")
    assert rows(docx.read(packed.getvalue(), "a.docx")) == [
        ("text", 0, "Before."),
        ("heading", 1, "Harbour Notes"),
        ("text", 0, "It is open.\n\nAfter."),
    ]


def test_title_and_date_of_its_properties() -> None:
    core = (
        '<c:coreProperties xmlns:c="c" xmlns:dc="d" xmlns:t="t"><dc:title>Ships </dc:title>'
        "<t:created>2021-05-03T10:00:00Z</t:created></c:coreProperties>"
    )
    parsed = docx.read(package(paragraph("Text."), core=core), "a.docx")
    assert (parsed.title, parsed.date, parsed.about.date_from) == (
        "Ships",
        "2021-05-03",
        "metadata",
    )


def test_its_date_is_that_of_the_last_saving_not_of_its_template() -> None:
    core = (
        '<c:coreProperties xmlns:c="c" xmlns:t="t"><t:created>2009-01-02T10:00:00Z</t:created>'
        "<t:modified>2023-05-03T10:00:00Z</t:modified></c:coreProperties>"
    )
    assert docx.read(package(paragraph("Text."), core=core), "a.docx").date == "2023-05-03"


@pytest.mark.parametrize("day", ["2024-02-30", "2021-13-01", "1601-01-01", "٢٠٢١-٠٥-٠٣", "soon"])
def test_a_day_that_there_is_not_is_no_date(day: str) -> None:
    core = (
        f'<c:coreProperties xmlns:c="c" xmlns:t="t"><t:created>{day}</t:created></c:coreProperties>'
    )
    assert docx.read(package(paragraph("Text."), core=core), "a.docx").date is None


def test_text_that_is_not_understood_is_told() -> None:
    parsed = read(paragraph("Text.") + f"<w:unheard>{'lost ' * 100}</w:unheard>")
    assert parsed.warnings == ("some of its text was not understood (400 characters)",)


def test_a_damaged_part_is_told_and_the_rest_is_read() -> None:
    parsed = read(paragraph("Text."), styles="<w:style>", comments="<w:")
    assert parsed.text == "Text."
    assert [one.split(":")[0] for one in parsed.warnings] == [
        "its styles could not be read",
        "a part of it (word/comments.xml) was not read",
    ]


def test_an_entity_is_refused() -> None:
    packed = io.BytesIO()
    text = document(f"<w:body>{paragraph('A &x; B')}</w:body>")
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr("word/document.xml", f'<!DOCTYPE d [<!ENTITY x "y">]>{text}')
    with pytest.raises(ReadError, match="DTD"):
        docx.read(packed.getvalue(), "a.docx")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "EncryptedPackage".encode("utf-16-le"), "password"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1WordDocument", "save it as .docx"),
        (b"PK\x03\x04 and no more", "damaged"),
        (package("<w:p/>"), "no text"),
        (package("<w:p>"), "damaged"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        docx.read(data, "a.docx")


def test_many_empty_paragraphs_are_one_step_each(monkeypatch: pytest.MonkeyPatch) -> None:
    steps = 0
    enter = docx_walk._Walk.enter

    def counted(self: docx_walk._Walk, name: str, element: object) -> bool:
        nonlocal steps
        steps += 1
        return enter(self, name, element)

    monkeypatch.setattr(docx_walk._Walk, "enter", counted)
    data = package("<w:p/>" * 300_000 + paragraph("The end."), stored=True)
    assert places(docx.read(data, "a.docx")) == [("paragraph 1", "The end.")]
    assert steps == 300_000 + 5  # document, body, paragraph, run, text


@pytest.mark.parametrize(
    ("one", "times"),
    [
        (table(cell(paragraph("x")) + cell(paragraph("y"))), 200),
        ("<w:p><w:r><w:t>a<!---->b</w:t></w:r></w:p>", 500),
        (paragraph(f"<w:r>{box('Small.')}</w:r>"), 500),
        (item("An item."), 500),
        (paragraph('<w:r><w:fldChar w:fldCharType="begin"/></w:r>' + run("x")), 500),
    ],
    ids=["tables", "comments", "boxes", "items", "fields"],
)
def test_twice_as_much_is_twice_the_work(one: str, times: int) -> None:
    once, twice = (
        calls(docx.read, package(one * n, stored=True), "a.docx") for n in (times, 2 * times)
    )
    assert twice < 2.1 * once


def test_a_text_cut_by_a_million_comments() -> None:
    begin = time.process_time()
    data = package("<w:p><w:r><w:t>" + "a<!---->" * 1_000_000 + "</w:t></w:r></w:p>", stored=True)
    assert len(docx.read(data, "a.docx").text) == 1_000_000
    assert time.process_time() - begin < 10  # put together one by one it takes 25


def test_tables_nested_as_deep_as_xml_goes() -> None:
    body = "<w:tbl><w:tr><w:tc>" * 80 + paragraph("deep") + "</w:tc></w:tr></w:tbl>" * 80
    assert read(body).text == "deep"
    with pytest.raises(ReadError, match="deep"):
        read("<w:tbl><w:tr><w:tc>" * 90 + paragraph("deep") + "</w:tc></w:tr></w:tbl>" * 90)


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the fixtures are not there")
def test_real_documents_are_read_or_refused_with_a_reason() -> None:
    files = [*FIXTURES.rglob("*.docx"), *FIXTURES.rglob("*.docm")]
    assert len(files) > 60
    assert not [file.name for file in files if not is_whole(file)]


def is_whole(file: Path) -> bool:
    """Nothing is lost without a word, and every place has words."""
    try:
        parsed = docx.read(file.read_bytes(), file.name)
    except ReadError as error:
        return bool(str(error))
    lost = any("not understood" in one for one in parsed.warnings)
    return not lost and all(one.span.of(parsed.text).strip() for one in parsed.origins)


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the fixtures are not there")
def test_what_markitdown_expects_of_its_own_document() -> None:
    (file,) = FIXTURES.rglob("test_files/test.docx")
    parsed = docx.read(file.read_bytes(), file.name)
    headings = {one.title for one in parsed.sections if one.kind == "heading"}
    assert {"Abstract", "Introduction", "d666f1f7-46cb-42bd-9a39-9a39cf2a509f"} <= headings
    assert "314b0a30-5b04-470b-b9f7-eed2c2bec74a" in parsed.text
    assert "14 | 49e168b7-d2ae-407f-a055-2167576f39a1 | 15" in parsed.text
    assert parsed.title is not None
    assert parsed.title.startswith("AutoGen: Enabling Next-Gen LLM Applications")
