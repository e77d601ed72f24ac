"""RTF, made here by hand: encodings, tables, what is text and what is not, wrong and cut off."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import ReadError
from index.readers import rtf
from index.types import Parsed
from tests.index.readers.work import calls

FIXTURES = Path(__file__).parents[4] / "shared/data/fixtures"
FONTS = (
    rb"{\fonttbl{\f0\fcharset0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 Mincho;}"
    rb"{\f3\fcharset2 Symbol;}{\f4\fcharset238{\*\panose 01}Arial CE;}}"
)
STYLES = (
    rb"{\stylesheet{\ql Normal;}{\s1\outlinelevel0 Kapitel;}{\s2 heading 2;}{\s3 Title;}"
    rb"{\*\cs10 Default Font;}}"
)


def read(body: bytes, head: bytes = FONTS + STYLES) -> Parsed:
    return rtf.read(rb"{\rtf1\ansi\ansicpg1252\deff0" + head + body + b"}", "a.rtf")


def rows(parsed: Parsed) -> list[tuple[str, int, str]]:
    return [(one.kind, one.level, one.span.of(parsed.text)) for one in parsed.sections]


def places(parsed: Parsed) -> list[tuple[str, str]]:
    return [(one.label, one.span.of(parsed.text)) for one in parsed.origins]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (rb"caf\'e9", "café"),
        (rb"\f1 \'cc\'e8\'f0\f0  \'e9", "Мир é"),
        (rb"\f2 \'93\'fa\'96\'7b", "日本"),
        (rb"\f2 \'93\'fa\'96{", "日"),
        (rb"\f3 a\f0  \'b7", "α ·"),
        (rb"\f4 \'e8", "č"),
        (rb"\u1052?\uc2\u1080??\uc0\u1088!", "Мир!"),
        (rb"a\u-10179?\u-8704?", "a😀"),
        (rb"\u8364\'80 and \uc1\u65 \'42C", "€ and AC"),
        (rb"{\upr{Mir}{\*\ud{\u1052?ir}}}", "Мir"),
        (rb"a\~b\_c\-d\tab e\line f\emdash g\{\}\\", "a\u00a0b\u2011cd\te\nf—g{}\\"),
        (b"wra\r\npped", "wrapped"),
        (b"one\\\ntwo", "one\n\ntwo"),
        (rb"\v hid\v0 den", "den"),
        (rb"{\deleted ten}{\revised nine}", "nine"),
        (rb"x{\pict\wmetafile8 0a0b}{\*\shppict{\pict 00}}{\pict\bin5 }}}}}}y", "xy"),
        (rb"{\object\objemb{\*\objclass Word}{\*\objdata 0102}{\result shown}}", "shown"),
        (rb'{\field{\*\fldinst HYPERLINK "x"}{\fldrslt{\ul A link}}}', "A link"),
        (rb"Page {\field{\*\fldinst PAGE}{\fldrslt 7}}!", "Page !"),
        (rb'{\field{\*\fldinst SYMBOL 97 \\f "Symbol" \\s 10}{\fldrslt}}', "α"),
        (rb"a{\xe index}{\*\unheard of}{\*\bkmkstart b}z", "az"),
        (rb"text\*\cs7 more", "textmore"),
    ],
)
def test_characters_and_what_is_none(body: bytes, text: str) -> None:
    assert read(body).text.replace("\ufffd", "").rstrip() == text


def test_the_document_s_own_code_page() -> None:
    data = rb"{\rtf1\ansi\ansicpg1251{\fonttbl{\f0 Arial;}}\f0 \'cc\'e8\'f0}"
    assert rtf.read(data, "a.rtf").text == "Мир"


def test_words_are_in_the_default_font_until_it_changes() -> None:
    data = rb"{\rtf1\ansi\deff1{\fonttbl{\f0\fcharset0 A;}{\f1\fcharset204 B;}}\'cc{\f0 \'e9}\'e8}"
    assert rtf.read(data, "a.rtf").text == "Мéи"


def test_what_a_page_does_not_know_is_counted() -> None:
    assert read(rb"a\'81b").warnings == ("1 characters are not known; they are shown as \ufffd",)


def test_headings_by_style_and_outline_and_lists() -> None:
    body = (
        rb"\pard\s3 The Harbour\par\pard\s1 Ships\par\pard There are four.\par"
        rb"\pard\s2 Ferries\par\pard Two.\par{\pard\outlinelevel0 Docks\par}"
        rb"\pard{\listtext\tab 1.\tab}\ls1 A rope.\par{\pntext a)}A lamp.\par\pard End.\par"
    )
    assert rows(read(body)) == [
        ("heading", 1, "The Harbour"),
        ("heading", 2, "Ships"),
        ("text", 0, "There are four."),
        ("heading", 3, "Ferries"),
        ("text", 0, "Two."),
        ("heading", 2, "Docks"),
        ("list", 0, "A rope.\n\nA lamp."),
        ("text", 0, "End."),
    ]


def test_a_table_keeps_its_rows_and_the_one_within() -> None:
    body = (
        rb"Before.\par\trowd\cellx1\cellx2\pard\intbl Name\cell Port\cell\row"
        rb"\trowd\cellx1\cellx2\pard\intbl Vega\cell Oslo\par or Bergen\par\pard\intbl\itap2 in"
        rb"\nestcell side\nestcell{\*\nesttableprops\trowd\nestrow}{\nonesttables\par}"
        rb"\pard\intbl\cell\row\pard After.\par"
    )
    assert places(read(body)) == [
        ("paragraph 1", "Before."),
        ("table 1, row 1", "Name | Port"),
        ("table 1, row 2", "Vega | Oslo or Bergen"),
        ("table 2, row 1", "in | side"),
        ("paragraph 2", "After."),
    ]


def test_a_row_of_a_program_that_does_not_say_where_it_stands() -> None:
    body = rb"\trowd\cellx1\cellx2 a\cell b\cell\row\trowd\cellx1\cellx2 c\cell d\cell\row End.\par"
    assert places(read(body)) == [
        ("table 1, row 1", "a | b"), ("table 1, row 2", "c | d"), ("paragraph 1", "End."),
    ]  # fmt: skip


def test_notes_comments_boxes_headers() -> None:
    shape = rb"{\shp{\*\shpinst{\sp{\sn x}{\sv y}}{\shptxt In a box.\par}}{\shprslt{\*\do "
    shape += rb"{\dptxbxtext In a box.\par}}}}"
    body = (
        rb"{\header Harbour Board, Oslo, Norway\par}{\footerr Secret\par}"
        rb"One{\super\chftn{\footnote\pard\plain {\super\chftn} See p. 4.\par}}, two"
        rb"{\*\atnid A}{\*\atnauthor Ada}\chatn{\*\annotation{\*\atndate 1}Really?}, three"
        rb"{\footnote\ftnalt Last.}" + shape + rb".\par End.\par"
    )
    parsed = read(body)
    assert places(parsed) == [
        ("paragraph 1", "One, two, three."), ("text box 1", "In a box."), ("paragraph 2", "End."),
        ("footnote 1", "See p. 4."), ("comment 1", "Really?"), ("endnote 1", "Last."),
        ("header", "Harbour Board, Oslo, Norway"), ("footer", "Secret"),
    ]  # fmt: skip
    assert [one.speaker for one in parsed.sections if one.kind == "note"][:3] == [
        None, "Ada", None,
    ]  # fmt: skip


def test_title_and_date() -> None:
    info = rb"{\info{\title Ships}{\author Ada}{\creatim\yr2021\mo5\dy3\hr10}{\revtim\yr2022}}"
    parsed = read(info + b"Text.")
    assert (parsed.text, parsed.title, parsed.date) == ("Text.", "Ships", "2021-05-03")
    assert read(rb"{\info{\creatim\yr2021\mo0\dy0}}Text.").date is None


def test_places_have_the_file_s_characters_where_the_text_has_others() -> None:
    assert read(rb"co\-op").origins[0].raw == "co\u00adop"


@pytest.mark.parametrize(
    ("data", "text", "warning"),
    [
        (rb"{\rtf1 One.\par Two {\b and", "One.\n\nTwo and", "its end is missing"),
        (rb"{\rtf1 One.\par}} Two.\par}", "One.\n\nTwo.", "its braces do not match"),
        (rb"{\rtf1 a\trowd\intbl b\cell c", "a\n\nb | c", "its end is missing"),
        (rb"{\rtf1 a{\footnote b", "a\n\nb", "its end is missing"),
        (b"{\\rtf1 a\\", "a", "its end is missing"),
        (rb"{\rtf1 a\bin99999999999 b", "a", "its end is missing"),
        (b"{\\rtf1 " + b"{" * 5_000 + b"deep" + b"}" * 5_001, "deep", "it nests too deeply"),
    ],
)
def test_wrong_or_cut_off_is_read_as_far_as_it_goes(data: bytes, text: str, warning: str) -> None:
    parsed = rtf.read(data, "a.rtf")
    assert parsed.text == text
    assert parsed.warnings[0].startswith(warning)


def test_every_cut_of_a_document_ends_well() -> None:
    whole = (
        rb"{\rtf1\ansi" + FONTS + STYLES + rb"{\info{\title T}}\trowd\intbl a\cell\itap2 b\nestcell"
        rb"{\*\nesttableprops\nestrow}\pard\intbl\cell\row{\footnote n\par}{\*\shpinst{\shptxt x}}"
        rb"\u8364?\'e9{\field{\*\fldinst PAGE}{\fldrslt 1}}}"
    )
    for end in range(6, len(whole)):
        try:
            assert rtf.read(whole[:end], "a.rtf").warnings
        except ReadError as error:
            assert "no text" in str(error)  # noqa: PT017 - the cuts before the first word


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"Just text", "not RTF"),
        (rb"{\rtf1 }", "no text"),
        (rb"{\rtf1{\pict 00}}", "only images"),
        (rb"{\rtf1{\object{\*\objdata 00}}}", "only 1 embedded"),
    ],
)
def test_what_cannot_be_read_says_why(data: bytes, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        rtf.read(data, "a.rtf")


@pytest.mark.parametrize(
    "one",
    [
        rb"\par", rb"{", rb"}", rb"{}", rb"\'e9", rb"\u8364?", rb"{\footnote x}",
        rb"\trowd\intbl a\cell\row", rb"\trowd", rb"\nestcell", rb"{\fonttbl{\f0 A;}}",
        rb"{\field{\*\fldinst X}{\fldrslt y}}", rb"{\*\shpinst{\shptxt x\par}}", rb"\b x",
        rb"{\fonttbl a", rb"\itap9 x\nestcell",
    ],
)  # fmt: skip
def test_twice_as_much_is_twice_the_work(one: bytes) -> None:
    once, twice = (
        calls(rtf.read, rb"{\rtf1 word " + one * n + rb"end \par}", "a.rtf") for n in (500, 1_000)
    )
    assert twice < 2.2 * once


@pytest.mark.skipif(not FIXTURES.is_dir(), reason="the fixtures are not there")
def test_real_documents_are_read_or_refused_with_a_reason() -> None:
    files = list(FIXTURES.rglob("*.rtf"))
    assert len(files) > 40
    empty = [file.name for file in files if not words(file)]
    assert len(empty) < 5  # those hold only pictures and other files


def words(file: Path) -> int:
    try:
        return len(rtf.read(file.read_bytes(), file.name).text.split())
    except ReadError as error:
        assert str(error)  # noqa: PT017
        return 0
