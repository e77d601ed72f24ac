"""What a file is, told by its bytes where its name says something else."""

from __future__ import annotations

import pytest

from index.errors import ReadError
from index.readers import media_type, parse, told_type, unread, why_not_read
from index.readers.formats import BY_NAME, FORMATS, Format, are_within, versions, with_types
from index.readers.sniff import sniff
from index.readers.unread import Unread
from tests.index.readers.test_archive import zipped

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
DOCX = zipped({"[Content_Types].xml": b"<x/>", "word/document.xml": b"<x/>"})
XLSX = zipped({"[Content_Types].xml": b"<x/>", "xl/workbook.xml": b"<x/>"})
PPTX = zipped({"[Content_Types].xml": b"<x/>", "ppt/presentation.xml": b"<x/>"})
HTML = b"<!DOCTYPE html>\n<html><body><p>The ferry left the harbour at nine.</p></body></html>"


def ole2(stream: str) -> bytes:
    return OLE2 + stream.encode("utf-16-le") + bytes(64)


def odf(kind: str) -> bytes:
    first = f"application/{kind}".encode()
    return zipped([("mimetype", first), ("content.xml", b"<x/>")], packed=0)


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"%PDF-1.7\n%\xe2\xe3", "pdf"),
        (b"\xef\xbb\xbf\n%PDF-1.4", "pdf"),
        (b"{\\rtf1\\ansi x}", "rtf"),
        (HTML, "html"),
        (b"\xef\xbb\xbf \n<HTML>\n<body>", "html"),
        (b'<?xml version="1.0"?>\n<!-- saved -->\n<html xmlns="x">', "html"),
        (b"From: <Saved by Blink>\r\nSnapshot-Content-Location: x", "mhtml"),
        (b'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"', "mhtml"),
        (DOCX, "docx"),
        (XLSX, "xlsx"),
        (PPTX, "pptx"),
        (zipped({"word/document.xml": b"x", "word/embeddings/a.xlsx": XLSX}, packed=0), "docx"),
        (odf("vnd.oasis.opendocument.text"), "odt"),
        (odf("epub+zip"), "epub"),
        (zipped({"META-INF/container.xml": b"<x/>"}), "epub"),
        (odf("vnd.oasis.opendocument.spreadsheet"), unread.ODS),
        (zipped({"xl/workbook.bin": b"x"}), unread.XLSB),
        (zipped({"a.txt": b"x"}), unread.ARCHIVE),
        (b"PK\x03\x04", unread.ARCHIVE),
        (ole2("EncryptedPackage"), unread.LOCKED),
        (ole2("WordDocument"), unread.DOC),
        (ole2("Workbook"), unread.XLS),
        (ole2("PowerPoint Document"), unread.PPT),
        (ole2("__substg1.0_0037001F"), unread.MSG),
        (ole2("Something"), unread.OLD_OFFICE),
        (b"\x1f\x8b\x08\0" + bytes(9), unread.ARCHIVE),
        (b"x" * 100 + bytes(157) + b"ustar\0" + bytes(99), unread.ARCHIVE),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", unread.IMAGE),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", unread.IMAGE),
        (b"RIFF\0\0\0\0WEBP", unread.IMAGE),
        (b"RIFF\0\0\0\0WAVE", unread.SOUND),
        (b"\0\0\0\x18ftypheic", unread.IMAGE),
        (b"\0\0\0\x18ftypisom", unread.SOUND),
        (b'<?xml version="1.0"?><?mso-application progid="Word.Document"?>', unread.WORD_XML),
        (b"MZ\x90\0\x03\0\0\0", unread.PROGRAM),
        (b"MZ is how a program begins.", None),
        (b"GIF89a is an old format.", None),
        (b"%PDF files begin so.", None),
        (b"A page begins with <!DOCTYPE html> or <html>.", None),
        (b"", None),
    ],
)
def test_what_bytes_are(data: bytes, expected: str | Unread | None) -> None:
    found = sniff(data)
    assert (found.name if isinstance(found, Format) else found) == expected


@pytest.mark.parametrize(
    ("data", "name", "reason"),
    [
        (ole2("EncryptedPackage"), "a.docx", "^the file is protected by a password: save"),
        (ole2("WordDocument"), "a.docx", "Word before 2007, though its name ends in .docx"),
        (b"\x1f\x8b\x08\0" + bytes(9), "a.html", "an archive, though its name ends in .html"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "a.txt", "an image, though"),
        (zipped({"a.txt": b"x"}), "a.txt", "an archive, though"),
        (zipped({"a.txt": b"x"}), "a.zip", "^.zip is not a format that is read .an archive"),
        (b"", "a.pdf", "^the file is empty"),
        (b"x", "a", "^a name without an ending is not a format that is read: convert it"),
    ],
)  # fmt: skip
def test_what_is_refused(data: bytes, name: str, reason: str) -> None:
    with pytest.raises(ReadError, match=reason):
        parse(data, name)


def test_a_file_is_read_as_what_it_is_and_that_is_said() -> None:
    as_html = parse(HTML, "a.html")
    found = parse(HTML, "a.txt")
    assert found.text == as_html.text
    assert "ferry" in found.text
    assert found.warnings == (
        "its name does not end in .html, but it is HTML and read as such",
        *as_html.warnings,
    )


def test_the_type_is_that_of_the_bytes_else_of_the_name() -> None:
    assert told_type(DOCX, "a.txt") == BY_NAME["docx"].media_type
    assert told_type(b"anything", "a.pdf") == "application/pdf"
    assert told_type(HTML, "a.xhtml") == "application/xhtml+xml"
    assert told_type(zipped({"odd.xml": b"x"}), "a.docx") == BY_NAME["docx"].media_type


@pytest.mark.parametrize("ending", [".doc", ".xls", ".ppt", ".msg", ".zip", ".tar", ".gz", ".7z",
                                    ".rar", ".png", ".JPG", ".mp3", ".mp4"])  # fmt: skip
def test_known_formats_that_are_not_read_have_a_way_out(ending: str) -> None:
    assert media_type(f"a{ending}") is None
    said = why_not_read(f"a{ending}")
    assert said.startswith(f"{ending} is not a format that is read (")
    assert ": " in said
    assert "convert it to .txt, .pdf or .docx" not in said


def test_the_table_names_each_format_once() -> None:
    endings = [ending for one in FORMATS for ending in one.endings]
    assert len(set(endings)) == len(endings)
    assert len({one.media_type for one in FORMATS}) == len({one.name for one in FORMATS})
    assert all(media_type(f"A{ending.upper()}") for ending in endings)


def test_versions_are_of_what_a_home_holds() -> None:
    assert with_types("", ["text/plain", "text/plain", "no/thing"]) == BY_NAME["text"].mark
    text, markdown = BY_NAME["text"].mark, BY_NAME["markdown"].mark
    assert with_types(f"{text};{markdown}", ["text/plain"]) == f"{text};{markdown}"
    assert with_types(text, ["application/pdf"]) == f"{BY_NAME['pdf'].mark};{text}"
    assert are_within(f"{text};{markdown}", versions())
    assert are_within("", versions())
    assert not are_within("text-0", versions())
    assert not are_within("nothing-1", versions())
