"""Word documents (.docx, .docm): the XML walked once, for libraries leave out too much of it.

Tracked insertions are text and deletions are not; text boxes, content controls, notes and
comments are; headers and footers come once, at the end.
"""

from __future__ import annotations

from collections.abc import Sequence

from index.errors import ReadError
from index.readers import parse
from index.readers.office import docx_graphics
from index.readers.office.blocks import Block, Look, Paragraph
from index.readers.office.docx_styles import looks
from index.readers.office.docx_walk import Context, blocks_of
from index.readers.office.ooxml import Package, open_package
from index.readers.office.pour import Pour
from index.readers.office.properties import title_and_date
from index.structure.builder import Builder
from index.types import Parsed

_NOTES = ("footnotes", "endnotes", "comments")
_EMBEDDED = ("package", "oleObject")
_INSERTED = (".htm", ".html", ".xhtml", ".mht", ".mhtml", ".txt", ".rtf")  # and read with it


def read(data: bytes, name: str) -> Parsed:  # noqa: ARG001 - one signature for all readers
    """The text and its sections; places are named "paragraph 12", "table 2, row 3". Raises
    ReadError."""
    package = open_package(data, "word/document.xml", ".docx")
    root = package.xml(package.main)
    if root is None:
        raise ReadError("is damaged: it has no text part")
    context, warnings = _context(package)
    body = blocks_of(root, context)
    del root
    build = Builder()
    pour = Pour(build)
    pour.body(body)
    pour.notes([note for key, note in context.notes.items() if key not in context.used])
    for kind in ("header", "footer"):
        for part in sorted({one.name for one in package.related(kind)}):
            pour.running(kind, _part(package, part, context, warnings))
    title, date = title_and_date(package, warnings)
    warnings += [*context.tally.warnings(), *_unread(package)]
    try:
        return build.finish(title=title or pour.title, date=date, warnings=warnings)
    except ReadError as error:
        raise ReadError(_why_empty(package) or str(error)) from error


def _context(package: Package) -> tuple[Context, list[str]]:
    """The styles, and the notes that the body will refer to."""
    warnings: list[str] = []
    sheets = [one.name for one in package.related("styles")]
    try:
        known, default = looks(package.xml(sheets[0]) if sheets else None)
    except ReadError as error:
        known, default = looks(None)
        warnings.append(f"its styles could not be read: it {error}")
    context = Context(known, default, lambda id: _refer(package, id, warnings))
    for kind in _NOTES:
        for one in package.related(kind):
            _part(package, one.name, context, warnings)
    return context, warnings


def _part(package: Package, name: str, context: Context, warnings: list[str]) -> tuple[Block, ...]:
    """What is in a part besides the main one; it may be damaged without harm to the others."""
    try:
        root = package.xml(name)
    except ReadError as error:
        warnings.append(f"a part of it ({name}) was not read: it {error}")
        return ()
    return () if root is None else blocks_of(root, context)


def _refer(package: Package, id: str, warnings: list[str]) -> tuple[str, tuple[Block, ...]] | None:
    """What the body refers to for showing it in its place."""
    relation = next((one for one in package.relations if one.id == id), None)
    if relation is None or relation.kind not in ("chart", "diagramData", "aFChunk"):
        return None
    try:
        if relation.kind == "aFChunk":
            return "inserted file", _inserted(package, relation.name)
        root = package.xml(relation.name)
    except ReadError as error:
        warnings.append(f"a part of it ({relation.name}) was not read: it {error}")
        return None
    if root is None:
        return None
    if relation.kind == "chart":
        return "chart", docx_graphics.chart(root)
    return "diagram", docx_graphics.diagram(root)


def _inserted(package: Package, name: str) -> tuple[Block, ...]:
    """A file in another format that is shown as a part of the text."""
    data = package.data(name) or b""
    if not name.casefold().endswith(_INSERTED):
        raise ReadError("is of a format that is not read there: open the document and save it")
    parsed = parse(data, name)
    return tuple(
        Paragraph(
            one.span.of(parsed.text),
            Look(one.level) if one.kind == "heading" else Look(kind=_kind(one.kind)),
        )
        for one in parsed.sections
    )


def _kind(kind: str) -> str | None:
    return kind if kind in ("navigation", "code") else None


def _unread(package: Package) -> Sequence[str]:
    names = _embedded(package)
    if not names:
        return ()
    shown = ", ".join(names[:5]) + (" …" if len(names) > 5 else "")
    return (f"files that are embedded in it were not read: {shown}",)


def _embedded(package: Package) -> list[str]:
    found = (one.name for kind in _EMBEDDED for one in package.related(kind))
    return sorted(name.rpartition("/")[2] for name in found)


def _why_empty(package: Package) -> str | None:
    embedded = _embedded(package)
    if embedded:
        return f"has no text of its own, only embedded files ({', '.join(embedded[:5])}): save them"
    if any(package.related("image")):
        return "has no text, only images: have their text recognised (OCR)"
    return None
