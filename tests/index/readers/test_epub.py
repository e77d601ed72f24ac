"""Books: order, chapters, metadata, and what cannot be read."""

from __future__ import annotations

import io
from zipfile import ZipFile

import pytest

from index.errors import ReadError
from index.passages.outline import contexts
from index.readers.web import epub

CONTAINER = (
    '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
    '<rootfile full-path="OEBPS/book.opf"/></rootfiles></container>'
)
XHTML = (
    '<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.1//EN" "xhtml11.dtd">'
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title/></head><body>{}</body></html>'
)
PARTS = {
    "two.xhtml": "<h1>Harbour</h1><p>It was dredged<a id='x'/> in May.</p>",
    "cover.xhtml": "<img src='c.png'/>",
    "one.xhtml": "<p>The ferry sank.</p>",
}
NCX = (
    '<!DOCTYPE ncx PUBLIC "-//NISO//DTD ncx 2005-1//EN" "ncx-2005-1.dtd">'
    '<ncx xmlns="http://www.daisy.org/z3986/2005/ncx/"><navMap><navPoint>'
    "<navLabel><text>The\n ferry</text></navLabel>"
    '<content src="text/one.xhtml#a"/></navPoint></navMap></ncx>'
)


def package(order: list[str], doctype: str = "") -> str:
    items = "".join(
        f'<item id="{name}" href="text/{name}" media-type="application/xhtml+xml"/>'
        for name in dict.fromkeys(order)
    )
    refs = "".join(f'<itemref idref="{name}"/>' for name in order)
    return (
        f'{doctype}<package xmlns="http://www.idpf.org/2007/opf" '
        'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:opf="http://www.idpf.org/2007/opf">'
        "<metadata><dc:title>The Strait</dc:title>"
        '<dc:date opf:event="modification">2022-01-01</dc:date>'
        '<dc:date opf:event="publication">1913-04-05</dc:date></metadata>'
        f'<manifest>{items}<item id="ncx" href="toc.ncx" media-type="application/x-dtbncx+xml"/>'
        f'</manifest><spine toc="ncx">{refs}</spine></package>'
    )


def book(opf: str, extra: dict[str, str] | None = None) -> bytes:
    out = io.BytesIO()
    with ZipFile(out, "w") as file:
        file.writestr("mimetype", "application/epub+zip")
        file.writestr("META-INF/container.xml", CONTAINER)
        file.writestr("OEBPS/book.opf", opf)
        file.writestr("OEBPS/toc.ncx", NCX)
        for name, body in PARTS.items():
            file.writestr(f"OEBPS/text/{name}", XHTML.format(body))
        for name, body in (extra or {}).items():
            file.writestr(name, body)
    return out.getvalue()


def test_chapters_are_named_by_the_contents_page_of_epub_3() -> None:
    nav = (
        '<!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml" '
        'xmlns:epub="http://www.idpf.org/2007/ops"><body><nav epub:type="landmarks"><ol><li>'
        '<a href="text/one.xhtml">Start</a></li></ol></nav><nav epub:type="toc"><ol><li>'
        '<a href="text/one.xhtml#a"><i>The</i> ferry</a></li><li>'
        '<a href="text/one.xhtml#b">Later</a></li></ol></nav></body></html>'
    )
    item = '<item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/>'
    opf = (
        package(["one.xhtml"]).replace(' toc="ncx"', "").replace("<manifest>", f"<manifest>{item}")
    )
    parsed = epub.read(book(opf, {"OEBPS/nav.xhtml": nav}), "a.epub")
    assert parsed.text == "The ferry\n\nThe ferry sank."
    assert contexts(parsed.sections, parsed.text)[0][1] == ("The ferry",)
    damaged = epub.read(book(opf, {"OEBPS/nav.xhtml": "<nav"}), "a.epub")
    assert damaged.text == "The ferry sank."


def test_parts_stand_in_the_order_of_reading() -> None:
    parsed = epub.read(book(package(["cover.xhtml", "one.xhtml", "two.xhtml"])), "a.epub")
    assert parsed.text == "The ferry\n\nThe ferry sank.\n\nHarbour\n\nIt was dredged in May."
    assert [headings for _, headings in contexts(parsed.sections, parsed.text)] == [
        ("The ferry",),
        ("Harbour",),
    ]
    assert (parsed.title, parsed.date) == ("The Strait", "1913-04-05")
    assert (parsed.about.unit, parsed.about.total, parsed.about.unread) == ("part", 3, (1,))
    assert [one.label for one in parsed.origins] == [
        "part 2, The ferry", "part 2, block 1", "part 3, Harbour", "part 3, Harbour",
    ]  # fmt: skip


def test_a_part_that_is_missing_is_told() -> None:
    parsed = epub.read(book(package(["one.xhtml", "gone.xhtml"])), "a.epub")
    assert parsed.warnings == ("part 2 of 2 is missing in the book",)
    assert parsed.about.unread == (2,)


def encryption(algorithm: str) -> str:
    return (
        '<encryption xmlns="urn:oasis:names:tc:opendocument:xmlns:container">'
        '<e:EncryptedData xmlns:e="http://www.w3.org/2001/04/xmlenc#">'
        f'<e:EncryptionMethod Algorithm="{algorithm}"/></e:EncryptedData></encryption>'
    )


def test_copy_protection_is_a_reason_and_hidden_fonts_are_none() -> None:
    locked = {"META-INF/encryption.xml": encryption("http://www.w3.org/2001/04/xmlenc#aes128-cbc")}
    with pytest.raises(ReadError, match="protected against copying"):
        epub.read(book(package(["one.xhtml"]), locked), "a.epub")
    fonts = {"META-INF/encryption.xml": encryption("http://www.idpf.org/2008/embedding")}
    assert "sank" in epub.read(book(package(["one.xhtml"]), fonts), "a.epub").text


def test_a_book_with_entities_of_its_own_is_refused() -> None:
    doctype = '<!DOCTYPE package [<!ENTITY x "boom">]>'
    with pytest.raises(ReadError, match="DTD"):
        epub.read(book(package(["one.xhtml"], doctype)), "a.epub")


def test_an_archive_that_is_no_book() -> None:
    out = io.BytesIO()
    with ZipFile(out, "w") as file:
        file.writestr("a.txt", "a")
    with pytest.raises(ReadError, match="no whole EPUB"):
        epub.read(out.getvalue(), "a.epub")


def test_without_text() -> None:
    with pytest.raises(ReadError, match="no text"):
        epub.read(book(package(["cover.xhtml"])), "a.epub")
