"""What a file's bytes are, whatever its name says: by searching, nothing is opened or unpacked."""

from __future__ import annotations

import re
import struct

from index.readers import unread
from index.readers.formats import BY_NAME, Format
from index.readers.unread import Unread

_HEAD = 4096  # bytes
_HTML = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?(?:<!--(?:(?!-->).){0,2000}-->\s*)?"
    rb"<(?:!doctype\s+html|html)[\s>]",
    re.IGNORECASE | re.DOTALL,
)
_PDF = re.compile(rb"(?:\xef\xbb\xbf)?\s*%PDF-\d")
_SAVED_PAGE = re.compile(
    rb"\s*(?:From: <Saved by |MIME-Version: ?1\.0\s+Content-Type: multipart/re)"
)
_WORD_XML = re.compile(rb"<\?mso-application\s+progid=")
_OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_STREAMS = (  # of what stands in an OLE2 file; mails and documents may hold one another, in order
    ("EncryptedPackage", unread.LOCKED),
    ("__substg1.0_", unread.MSG),
    ("WordDocument", unread.DOC),
    ("PowerPoint Document", unread.PPT),
    ("Workbook", unread.XLS),
    ("Book", unread.XLS),
)
_SIGNS = (
    (b"\x1f\x8b\x08", unread.ARCHIVE),
    (b"BZh", unread.ARCHIVE),
    (b"\xfd7zXZ\0", unread.ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", unread.ARCHIVE),
    (b"Rar!\x1a\x07", unread.ARCHIVE),
    (b"\x28\xb5\x2f\xfd", unread.ARCHIVE),
    (b"\x89PNG\r\n", unread.IMAGE),
    (b"\xff\xd8\xff", unread.IMAGE),
    (b"GIF8", unread.IMAGE),
    (b"II*\0", unread.IMAGE),
    (b"MM\0*", unread.IMAGE),
    (b"ID3", unread.SOUND),
    (b"OggS", unread.SOUND),
    (b"fLaC", unread.SOUND),
    (b"\x1aE\xdf\xa3", unread.SOUND),
    (b"\x7fELF", unread.PROGRAM),
    (b"MZ", unread.PROGRAM),
    (b"SQLite format 3\0", unread.DATABASE),
)
_MIMETYPES = (  # of the first entry, stored as it is
    (b"application/epub+zip", BY_NAME["epub"]),
    (b"application/vnd.oasis.opendocument.text", BY_NAME["odt"]),
    (b"application/vnd.oasis.opendocument.spreadsheet", unread.ODS),
    (b"application/vnd.oasis.opendocument.presentation", unread.ODP),
    (b"application/vnd.oasis.opendocument.graphics", unread.ODG),
)
_ENTRIES = (
    (b"word/document", BY_NAME["docx"]),
    (b"xl/workbook.bin", unread.XLSB),
    (b"xl/workbook", BY_NAME["xlsx"]),
    (b"ppt/presentation", BY_NAME["pptx"]),
    (b"META-INF/container.xml", BY_NAME["epub"]),
)


def sniff(data: bytes) -> Format | Unread | None:
    """None where the bytes do not tell, as with any plain text."""
    head = data[:_HEAD]
    if data.startswith(b"PK\x03\x04"):
        return _zip(data)
    if data.startswith(_OLE2):
        return _ole2(data)
    if _PDF.match(head):
        return BY_NAME["pdf"]
    if data.startswith(b"{\\rtf"):
        return BY_NAME["rtf"]
    if _WORD_XML.search(head):
        return unread.WORD_XML
    if _HTML.match(head):
        return BY_NAME["html"]
    if _SAVED_PAGE.match(head):
        return BY_NAME["mhtml"]
    return _binary(head)


def _binary(head: bytes) -> Unread | None:
    if not re.search(rb"[\0-\x06\x0e-\x1a]", head):
        return None  # a text may begin with "MZ"
    if head[257:262] == b"ustar":
        return unread.ARCHIVE
    if head[4:8] == b"ftyp":
        return unread.IMAGE if head[8:11] in (b"hei", b"avi", b"mif") else unread.SOUND
    if head[:4] == b"RIFF":
        return unread.IMAGE if head[8:12] == b"WEBP" else unread.SOUND
    return next((kind for sign, kind in _SIGNS if head.startswith(sign)), None)


def _ole2(data: bytes) -> Unread:
    """By the names of its streams, which stand in UTF-16 among the rest."""
    streams = (kind for name, kind in _STREAMS if name.encode("utf-16-le") in data)
    return next(streams, unread.OLD_OFFICE)


def _zip(data: bytes) -> Format | Unread:
    if data[30:38] == b"mimetype":
        content = data[38:120]
        kinds = [kind for mimetype, kind in _MIMETYPES if content.startswith(mimetype)]
        if kinds:
            return kinds[0]
    names = _directory(data)
    return next((kind for name, kind in _ENTRIES if name in names), unread.ARCHIVE)


def _directory(data: bytes) -> bytes:
    """The list of entries at a ZIP archive's end; all of it where that is not there."""
    at = data.rfind(b"PK\x05\x06")
    if at < 0 or at + 20 > len(data):
        return data
    (size,) = struct.unpack_from("<I", data, at + 12)
    return data[max(0, at - size) : at]
