"""PDF: the text layer by pages, put into columns, paragraphs, headings and tables by its layout."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]

from index.errors import ReadError
from index.readers.pdf.blocks import Block, blocks_of
from index.readers.pdf.edges import without_edges
from index.readers.pdf.flow import write
from index.readers.pdf.headings import title_key, with_contents, with_headings
from index.readers.pdf.layout import zones
from index.readers.pdf.words import Page, Word, read_page
from index.structure.builder import Builder
from index.types import About, Parsed

Recognised = Mapping[int, Sequence[Sequence[Any]]]  # words by page, each as ``Word`` has it

_DATE = re.compile(r"(?:D:)?(\d{4})(\d\d)(\d\d)")
_FIRST_YEAR = 1993  # of the format
_NAME = re.compile(
    r"\.(?:docx?|dotx?|rtf|odt|pdf|indd|qxd|tex|dvi|ps|p65|fm|wpd|pub|html?)\Z", re.I
)
_MADE_BY = re.compile(r"\AMicrosoft (?:Word|PowerPoint) - ", re.IGNORECASE)
_NO_TITLE = re.compile(
    r"(?:untitled|\(anonymous\)|\(?unspecified\)?|no title|title|document\d*)\Z", re.I
)
_EMPTY = "the file is empty: put text into it, or remove it from the folder"
_MOST_TITLES = 2_000
_BAD = 0.02  # of the characters
_XFA = (2, 3)  # the kinds of form whose text is not in the pages


def read(data: bytes, name: str, recognised: Recognised | None = None) -> Parsed:  # noqa: ARG001
    """The text layer with pages and places. Raises ReadError.

    ``recognised``: words that were recognised in the picture of a page, by its number; they are
    used for pages that have no text layer.
    """
    document = _open(data)
    try:
        total = len(document)
        pages = [read_page(document, number) for number in range(1, total + 1)]
        empty = {page.number for page in pages if not (page.words or page.is_blank)}
        recognised = recognised or {}
        seen = tuple(sorted(empty & recognised.keys()))
        pages = [_with_words(page, recognised, seen) for page in pages]
        unread = tuple(sorted(empty - set(seen)))
        _refuse(pages)
        about = About(unit="page", total=total, unread=unread, recognised=seen)
        warnings = [*_warnings(document, pages, unread), *_of_pictures(pages, seen)]
        if not any(page.words or page.notes for page in pages):  # a scan, which is listed as unread
            return Parsed("", (), _title(document), None, tuple(warnings), about)
        build = Builder()
        write(_marked(document, list(_blocks(pages))), build)
        parsed = build.finish(title=_title(document), about=about, warnings=warnings)
        return _dated(parsed, _stated(document, "CreationDate"))
    finally:
        document.close()


def _open(data: bytes) -> Any:
    if not data.strip():
        raise ReadError(_EMPTY)
    try:
        document = pdfium.PdfDocument(data)
    except pdfium.PdfiumError as error:
        raise ReadError(_why(error, data)) from error
    if len(document) == 0:
        document.close()
        raise ReadError("has no pages in it: make it again from its source")
    return document


def _why(error: Any, data: bytes) -> str:
    """PDFium may give the reason of another file that it could not open before this one."""
    code = getattr(error, "err_code", None) if b"/Encrypt" in data else None
    if code == pdfium_c.FPDF_ERR_PASSWORD:
        return "is protected by a password: save it without one"
    if code == pdfium_c.FPDF_ERR_SECURITY:
        return "is protected in a way that is not known: save it without protection"
    return "is damaged or was cut off, no PDF can be read from it: copy it again, or repair it"


def _with_words(page: Page, recognised: Recognised, seen: Sequence[int]) -> Page:
    if page.number not in seen:
        return page
    return replace(page, words=tuple(map(_word, recognised[page.number])))


def _word(values: Sequence[Any]) -> Word:
    left, bottom, right, top = values[2]
    return Word(*values)._replace(box=(left, bottom, right, top))


def _of_pictures(pages: Sequence[Page], seen: Sequence[int]) -> Iterator[str]:
    with_text = [page.number for page in pages if page.number in seen and page.words]
    without = [number for number in seen if number not in with_text]
    if with_text:
        yield f"text was recognised in pictures ({_numbers(with_text)}): it may be wrong"
    if without:
        yield f"no text was recognised in pictures ({_numbers(without)})"


def _refuse(pages: Sequence[Page]) -> None:
    """Raises ReadError where nothing can be read."""
    if any(page.words or page.notes for page in pages):
        return
    if all(page.is_blank for page in pages):
        raise ReadError("has nothing on its pages: make it again from its source")
    if all(page.is_broken for page in pages):
        raise ReadError("is damaged, none of its pages can be opened: copy it again, or repair it")


def _marked(document: Any, blocks: Sequence[Block]) -> list[Block]:
    return with_headings(with_contents(blocks, len(document)), _outline(document))


def _blocks(pages: Sequence[Page]) -> Iterator[Block]:
    for page, edges in zip(pages, without_edges(pages), strict=True):
        yield from _aside(edges.top, page.number)
        for zone in zones(edges.words):
            yield from blocks_of(zone, page.number)
        yield from _aside(edges.bottom, page.number)
        yield from (Block("note", page.number, notes=(note,)) for note in page.notes)


def _aside(words: Sequence[Word], page: int) -> Iterator[Block]:
    for zone in zones(words):
        for block in blocks_of(zone, page):
            yield replace(block, is_aside=True)


def _warnings(document: Any, pages: Sequence[Page], unread: Sequence[int]) -> Iterator[str]:
    total = len(pages)
    if unread:
        have = "has" if len(unread) == 1 else "have"
        yield (
            f"{len(unread)} of {_pages(total)} {have} no text layer: what is on "
            f"{'it' if len(unread) == 1 else 'them'} was not read ({_numbers(unread)})"
        )
    broken = [page.number for page in pages if page.is_broken]
    if broken:
        yield f"{_pages(len(broken))} could not be opened ({_numbers(broken)})"
    bad = sum(page.bad for page in pages)
    if bad > _BAD * sum(len(word.text) for page in pages for word in page.words):
        yield f"{bad} characters have no known meaning in its fonts; they are shown as \ufffd"
    outside = [page.number for page in pages if page.outside]
    if outside:
        yield f"text beyond the edges of the page was left out ({_numbers(outside)})"
    attached = pdfium_c.FPDFDoc_GetAttachmentCount(document.raw)
    if attached > 0:
        files = "1 attached file was" if attached == 1 else f"{attached} attached files were"
        yield f"{files} not read: save them beside it"
    if document.get_formtype() in _XFA:
        yield "it is a form (XFA) of which only what stands in the pages was read"


def _pages(count: int) -> str:
    return "1 page" if count == 1 else f"{count} pages"


def _numbers(pages: Sequence[int]) -> str:
    """ "pages 1, 3–5": runs put together, and no more than ten."""
    runs: list[list[int]] = []
    for page in pages:
        if runs and page == runs[-1][1] + 1:
            runs[-1][1] = page
        else:
            runs.append([page, page])
    shown = [str(a) if a == b else f"{a}–{b}" for a, b in runs[:10]]
    more = ["…"] if len(runs) > 10 else []
    return f"page{'s' if len(pages) > 1 else ''} {', '.join(shown + more)}"


def _outline(document: Any) -> dict[str, int]:
    """Levels, from 1, of the titles in the file's outline."""
    found: dict[str, int] = {}
    try:
        for mark, _ in zip(document.get_toc(), range(_MOST_TITLES), strict=False):
            key = title_key(mark.get_title() or "")
            if len(key) > 2:
                found.setdefault(key, mark.level + 1)
    except (pdfium.PdfiumError, UnicodeDecodeError):
        return {}
    return found


def _metadata(document: Any, key: str) -> str:
    try:
        return str(document.get_metadata_value(key)).strip("\0 \t\r\n")
    except (pdfium.PdfiumError, UnicodeDecodeError):
        return ""


def _title(document: Any) -> str | None:
    """What the metadata states, unless it is only the name of the file it was made from."""
    title = " ".join(_MADE_BY.sub("", _metadata(document, "Title")).split())
    if _NAME.search(title) or _NO_TITLE.match(title) or not any(map(str.isalpha, title)):
        return None
    return title


def _stated(document: Any, key: str) -> str | None:
    found = _DATE.match(_metadata(document, key))
    try:
        stated = date(*(int(one) for one in found.groups())) if found else None
    except ValueError:
        return None
    return stated.isoformat() if stated and stated.year >= _FIRST_YEAR else None


def _dated(parsed: Parsed, created: str | None) -> Parsed:
    """The date in the text is the document's own; the metadata only say when the PDF was made.

    When it was last changed says nothing of the document and is not looked at.
    """
    if parsed.date or not created:
        return parsed
    return replace(parsed, date=created, about=replace(parsed.about, date_from="metadata"))
