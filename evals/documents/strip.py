"""The words of a file by the plainest way there is: told without the readers, to check them.

What is not text is stripped from the markup by regular expressions. That finds too much (a menu,
a hidden field) rather than too little, and knows no order, which is what a check needs.
"""

from __future__ import annotations

import email
import email.policy
import html
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from pathlib import PurePath

MOST = 20_000_000  # bytes of one part of an archive
LONGEST = 50  # characters of a word: more are an encoded file
_NO_TEXT = re.compile(
    r"<!--.*?-->|<(script|style|head|noscript|svg)\b.*?</\1\s*>", re.DOTALL | re.IGNORECASE
)
_TAG = re.compile(r"<[^<>]*>")
_PARTS = {
    "docx": (
        r"word/(?:document|footnotes|endnotes|comments)\.xml",
        r"<w:t(?: [^>]*)?>([^<]*)</w:t>",
    ),
    "pptx": (r"ppt/(?:slides|notesSlides)/[^/]+\.xml", r"<a:t>([^<]*)</a:t>"),
    "xlsx": (r"xl/sharedStrings\.xml", r"<t(?: [^>]*)?>([^<]*)</t>"),
    "odt": (r"content\.xml", r">([^<>]+)<"),
    "epub": (r".*\.x?html?", ""),
}


def plain_strip(data: bytes, name: str) -> str | None:
    """None for a format that there is no independent way for, or a file that it fails on."""
    kind = PurePath(name).suffix.lstrip(".").lower()
    kind = {"docm": "docx", "xlsm": "xlsx", "htm": "html", "xhtml": "html"}.get(kind, kind)
    ways: dict[str, Callable[[bytes], str]] = {
        **{one: lambda data: _zipped(data, *_PARTS[kind]) for one in _PARTS},
        "html": lambda data: _markup(data.decode("utf-8", "replace")),
        "eml": _mail,
        "pdf": _pdf,
    }
    try:
        return ways[kind](data) if kind in ways else None
    except Exception:  # the file is broken: its reader says so, or was more patient
        return None


def missing(stripped: str, text: str) -> int:
    """How many characters the words have that the text lacks, each word counted once.

    Without regard to what stands between letters: a line's hyphen, the border of a cell.
    """
    ours = _squeeze(text)
    words = {_squeeze(word) for word in stripped.split() if len(word) <= LONGEST}
    return sum(len(word) for word in words if word not in ours)


def _squeeze(text: str) -> str:
    return "".join(filter(str.isalnum, text)).casefold()


def _zipped(data: bytes, part: str, text: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as file:
        names = [name for name in file.namelist() if re.fullmatch(part, name, re.IGNORECASE)]
        parts = [file.open(name).read(MOST).decode("utf-8", "replace") for name in names]
    if not text:
        return "\n".join(map(_markup, parts))
    return html.unescape("\n".join(one for part in parts for one in re.findall(text, part)))


def _markup(text: str) -> str:
    return html.unescape(_TAG.sub(" ", _NO_TEXT.sub(" ", text)))


def _mail(data: bytes) -> str:
    message = email.message_from_bytes(data, policy=email.policy.default)
    return "\n".join(_bodies(message))


def _bodies(message: email.message.EmailMessage) -> Iterator[str]:
    for part in message.walk():
        if part.get_content_type() == "text/plain" and not part.get_filename():
            yield str(part.get_content())


def _pdf(data: bytes) -> str:
    import pypdfium2  # type: ignore[import-untyped]

    with pypdfium2.PdfDocument(data) as document:
        return "\n".join(page.get_textpage().get_text_range() for page in document)
