"""EPUB: the parts of a book in the order they are read, each a page of HTML."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from lxml import etree

from index.errors import ReadError
from index.readers.archive import Archive, open_archive, parse_xml
from index.readers.web import html, html_meta
from index.structure.builder import Builder
from index.types import About, Parsed

_DOCTYPE = re.compile(rb"<!DOCTYPE[^\[\]<>]{0,1000}>")  # names a DTD, which is not fetched
_PAGES = ("application/xhtml+xml", "text/html", "application/x-dtbook+xml", "application/xml", "")
_FONTS_ONLY = ("http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC")
_DAMAGED = "is no whole EPUB book: copy it again, or convert it to EPUB again"


@dataclass(frozen=True, slots=True)
class _Book:
    """``spine``: the names of the parts in the archive. ``titles``: theirs in the contents."""

    spine: tuple[str, ...]
    titles: dict[str, str]
    title: str | None
    date: str | None


def read(data: bytes, name: str) -> Parsed:  # noqa: ARG001 - one signature for all readers
    """The text of a book and its sections. Raises ReadError."""
    archive = open_archive(data)
    _refuse_locked(archive)
    book = _book(archive)
    build = Builder()
    unread, warnings = [], []
    for number, part in enumerate(book.spine, 1):
        if part not in archive:
            warnings.append(f"part {number} of {len(book.spine)} is missing in the book")
            unread.append(number)
            continue
        page = _page(archive.read(part))
        if page is None:
            unread.append(number)
            continue
        warnings += [f"part {number}: {warning}" for warning in page.warnings]
        title = book.titles.get(part, "")
        if title and not any(one.kind == "heading" for one in page.blocks):
            build.heading(title, 1, f"part {number}, {title}")
        menus = [block.around for block in page.blocks]
        html.add(build, page, menus=menus, prefix=f"part {number}, ")
    about = About(unit="part", total=len(book.spine), unread=tuple(unread))
    return build.finish(title=book.title, date=book.date, about=about, warnings=warnings)


def _page(data: bytes) -> html.Page | None:
    """None for a part without text, such as a cover."""
    if not data.strip():
        return None
    page = html.open_page(html_meta.text_of(data).text, xml=True)
    has_text = any(any(map(str.isalnum, block.text)) for block in page.blocks)
    return page if has_text else None


def _refuse_locked(archive: Archive) -> None:
    """Fonts are often encrypted in free books, too."""
    if "META-INF/encryption.xml" not in archive:
        return
    root = _xml(archive, "META-INF/encryption.xml")
    for one in root.iter("{*}EncryptedData"):
        method = one.find("{*}EncryptionMethod")
        if method is None or method.get("Algorithm") not in _FONTS_ONLY:
            raise ReadError(
                "is protected against copying (DRM): use a copy without protection from its seller"
            )


def _book(archive: Archive) -> _Book:
    if "META-INF/container.xml" not in archive:
        raise ReadError(_DAMAGED)
    container = _xml(archive, "META-INF/container.xml")
    roots = [one.get("full-path", "") for one in container.iter("{*}rootfile")]
    package = next((normpath(one) for one in roots if normpath(one) in archive), None)
    if package is None:
        raise ReadError(_DAMAGED)
    root = _xml(archive, package)
    items = {one.get("id", ""): one for one in root.iter("{*}item")}
    spine = root.find("{*}spine")
    wanted = [items.get(one.get("idref", "")) for one in root.iter("{*}itemref")]
    pages = [one for one in wanted if one is not None and one.get("media-type", "") in _PAGES]
    names = dict.fromkeys(_name(package, one.get("href", "")) for one in pages)
    contents = items.get(spine.get("toc", "") if spine is not None else "")
    place = _name(package, contents.get("href", "")) if contents is not None else ""
    own = (one for one in items.values() if "nav" in one.get("properties", "").split())
    navs = [_name(package, one.get("href", "")) for one in own]
    titles = _first(_points(archive, place)) or _first(
        link for nav in navs for link in _links(archive, nav)
    )
    return _Book(tuple(names), titles, _title(root), _date(root))


def _first(titles: Iterable[tuple[str, str]]) -> dict[str, str]:
    """What the contents call each part: the first of the chapters in it."""
    found: dict[str, str] = {}
    for part, title in titles:
        found.setdefault(part, " ".join(title.split())[:200])
    return found


def _points(archive: Archive, name: str) -> Iterator[tuple[str, str]]:
    """The entries of the contents (NCX), each with its part."""
    root = _contents(archive, name)
    for point in root.iter("{*}navPoint") if root is not None else ():
        label, target = point.find("{*}navLabel/{*}text"), point.find("{*}content")
        if label is not None and target is not None:
            yield _name(name, target.get("src", "")), label.text or ""


def _links(archive: Archive, name: str) -> Iterator[tuple[str, str]]:
    """The same of contents that are a page, as books have them since EPUB 3."""
    root = _contents(archive, name)
    for nav in root.iter("{*}nav") if root is not None else ():
        if "toc" in nav.get("{http://www.idpf.org/2007/ops}type", "").split():
            for link in nav.iter("{*}a"):
                yield _name(name, link.get("href", "")), "".join(link.itertext())


def _contents(archive: Archive, name: str) -> etree._Element | None:
    """Where the contents are not in order, the parts go without titles."""
    try:
        return _xml(archive, name) if name in archive else None
    except ReadError:
        return None


def _xml(archive: Archive, name: str) -> etree._Element:
    return parse_xml(_DOCTYPE.sub(b"", archive.read(name), count=1))


def _name(base: str, href: str) -> str:
    """The entry that a reference in another means."""
    return normpath(join(dirname(base), unquote(href.partition("#")[0])))


def _title(root: etree._Element) -> str | None:
    for one in root.iter("{http://purl.org/dc/elements/1.1/}title"):
        if title := " ".join((one.text or "").split()):
            return title
    return None


def _date(root: etree._Element) -> str | None:
    """When the book was published, not when its file was made."""
    found = [
        (one.get("{http://www.idpf.org/2007/opf}event", ""), html_meta.iso(one.text or ""))
        for one in root.iter("{http://purl.org/dc/elements/1.1/}date")
    ]
    for wanted in ("publication", "original-publication", ""):
        for event, date in found:
            if event == wanted and date:
                return date
    return None
