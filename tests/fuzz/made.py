"""A few small files of each kind, from the makers of the readers' own tests."""

from __future__ import annotations

from pptx import Presentation

from tests.index.readers import (
    made_pdf,
    test_docx,
    test_epub,
    test_html,
    test_mail,
    test_odt,
    test_pptx,
    test_rtf,
    test_subtitles,
    test_xlsx,
)

_TALK = (
    "THE FERRY\n\n12 May 2021\n\nAnna Berg: Why did it sink?\n\nBen: It was old.\n\n"
    "— And then?\n— It was sold.\n\n1. One\n2. Two\n\nHome\nSport\nBack to the list\n"
)
_MARKDOWN = (
    "---\ntitle: The ferry\ndate: 2021-05-12\n---\n# Ferry\n\nIt *sank*, [see](b).\n\n"
    "## Why\n\n- a\n- b\n\n> quoted\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n```\ncode\n```\n"
)
_CSV = 'name,year,"the price"\nFerry,1913,"1,000"\n"Har""bour",2021,\n'
_VTT = "WEBVTT\n\nNOTE x\n\n1\n00:01.000 --> 00:02.500 align:start\n<v Anna>It <b>sank</b>.</v>\n"
_RTF = (
    rb"{\info{\title The ferry}{\creatim\yr2021\mo5\dy3}}\pard\s1 Harbour\par\pard It sank \'e9"
    rb"\u8364?\par\trowd\cellx10\cellx20\intbl a\cell b\cell\row\pard{\footnote\pard Note.}"
    rb"{\field{\*\fldinst HYPERLINK x}{\fldrslt there}}\par"
)


def files(reader: str) -> list[bytes]:
    return _MAKERS[reader]()


def _text() -> list[bytes]:
    return [_TALK.encode(), _TALK.encode("utf-16"), "Café, naïve.".encode("cp1252")]


def _markdown() -> list[bytes]:
    return [_MARKDOWN.encode(), _TALK.encode()]


def _csv() -> list[bytes]:
    return [_CSV.encode(), _CSV.replace(",", "\t").encode(), _CSV.replace(",", ";").encode()]


def _subtitles() -> list[bytes]:
    return [test_subtitles.SRT.encode(), _VTT.encode()]


def _html() -> list[bytes]:
    page = f"<html lang=en><head><title>A</title></head><body>{test_html.ARTICLE}</body></html>"
    table = "<table><tr><th>a<th>b<tr><td rowspan=2>1<td>2<tr><td>3</table><ul><li>x<li>y</ul>"
    return [page.encode(), f"<html><body><h1>T</h1>{table}<p>End.</body></html>".encode()]


def _mail() -> list[bytes]:
    rich = test_mail.made("It was sold.\n\nOn 3 May 2021, Ben wrote:\n> Why?\n")
    rich.add_alternative("<p>It was <b>sold</b>.</p>", subtype="html")
    rich.add_attachment("a,b\n1,2\n", filename="a.csv")
    saved = (
        b"MIME-Version: 1.0\nContent-Type: multipart/related; boundary=b\n\n--b\n"
        b"Content-Type: text/html\n\n<html><p>It was sold.</p></html>\n--b--\n"
    )
    return [test_mail.made().as_bytes(), rich.as_bytes(), saved]


def _rtf() -> list[bytes]:
    head = test_rtf.FONTS + test_rtf.STYLES
    return [rb"{\rtf1\ansi\ansicpg1252\deff0" + head + _RTF + b"}"]


def _docx() -> list[bytes]:
    t = test_docx
    body = (
        t.styled("berschrift1", "Harbour") + t.paragraph("It sank.") + t.item("one")
        + t.table(t.cell(t.paragraph("a")) + t.cell(t.paragraph("b")),
                  t.cell(t.paragraph("1"), '<w:gridSpan w:val="2"/>'))
        + t.paragraph(t.run("See") + '<w:r><w:footnoteReference w:id="2"/></w:r>')
        + t.paragraph(f"<w:r><w:pict>{t.box('In a box.')}</w:pict></w:r>")
    )  # fmt: skip
    notes = f'<w:footnote w:id="2">{t.paragraph("A note.")}</w:footnote>'
    return [t.package(body, styles=t.STYLES, footnotes=notes, comments="", header1="")]


def _odt() -> list[bytes]:
    t = test_odt
    body = (
        '<text:h text:outline-level="1">Ships</text:h>' + t.p("There are four.", "P1")
        + "<table:table>" + t.row(t.cell(t.p("a")), t.cell(t.p("b")))
        + t.row(t.cell(t.p("1"), 'table:number-columns-repeated="2"')) + "</table:table>"
        + t.p("x<text:s text:c='3'/>y<text:note><text:note-body>"
              + t.p("A note.") + "</text:note-body></text:note>")
    )  # fmt: skip
    return [t.package(body, automatic=t.STYLES)]


def _epub() -> list[bytes]:
    return [test_epub.book(test_epub.package(list(test_epub.PARTS)))]


def _xlsx() -> list[bytes]:
    book = test_xlsx.sheet([["name", "when"], ["Ferry", 44000.5], ["=A1", True]])
    book.active["B2"].number_format = "yyyy-mm-dd"
    book.active.merge_cells("A3:B3")
    return [test_xlsx.saved(book)]


def _pptx() -> list[bytes]:
    deck = Presentation()
    one = test_pptx.slide(deck, test_pptx.TITLE_ONLY, "Harbour")
    test_pptx.box(one, "It was dredged.", 1, 1)
    one.notes_slide.notes_text_frame.text = "Say it."
    return [test_pptx.saved(deck)]


def _pdf() -> list[bytes]:
    words = ["The ferry left the har-", "bour at nine. It sank.", "", "A second paragraph here."]
    columns = [*made_pdf.lines(60, 700, words), *made_pdf.lines(330, 700, words)]
    page = made_pdf.Page([made_pdf.Text(60, 740, "Harbour", 18, "F2"), *columns])
    return [made_pdf.pdf([page, page], {"Title": "The ferry"}, [("Harbour", 0)])]


_MAKERS = {
    "text": _text, "markdown": _markdown, "csv": _csv, "subtitles": _subtitles, "html": _html,
    "mail": _mail, "rtf": _rtf, "docx": _docx, "odt": _odt, "epub": _epub, "xlsx": _xlsx,
    "pptx": _pptx, "pdf": _pdf,
}  # fmt: skip
