"""Presentations: a page for each slide, in the order in which they are shown, with its notes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from lxml import etree

from index.errors import ReadError
from index.readers.office import drawing, pptx_slides
from index.readers.office.ooxml import Package, local, open_package
from index.readers.office.pptx_slides import Block, Layout, Words
from index.readers.office.properties import embedded, related, roots, title_and_date
from index.structure.builder import Builder
from index.structure.pieces import CELLS
from index.types import About, Parsed

_MAIN = "ppt/presentation.xml"


@dataclass(slots=True)
class _Deck:
    """What slides share. ``shown``: backgrounds and footers, which are told once."""

    package: Package
    warnings: list[str] = field(default_factory=list)
    layouts: dict[str, list[etree._Element]] = field(default_factory=dict)
    authors: Mapping[str, str] = field(default_factory=dict)
    shown: set[str] = field(default_factory=set)
    title: str = ""  # of the first slide, if it has one


@dataclass(frozen=True, slots=True)
class _Note:
    """Words that belong to a slide and are not on it."""

    text: str
    what: str
    speaker: str | None = None


def read(data: bytes, name: str) -> Parsed:
    """The text of a presentation. Raises ReadError."""
    package = open_package(data, _MAIN, ".pptx")
    root = package.xml(package.main)
    if root is None or local(root.tag) != "presentation":
        raise ReadError("is no presentation: give it the ending of what it is")
    deck = _Deck(package)
    deck.authors = _authors(deck)
    build = Builder()
    parts = list(dict.fromkeys(_slides(package, root)))
    unread, hidden = [], []
    for number, part in enumerate(parts, 1):
        slide = next(roots(package, [part], deck.warnings), None)
        if slide is not None and slide.get("show") in ("0", "false"):
            hidden.append(number)
        if slide is None or not _put_slide(build, deck, part, slide, number):
            unread.append(number)
    if hidden:
        shown = ", ".join(map(str, hidden[:20])) + " …" * (len(hidden) > 20)
        deck.warnings.append(f"hidden slides are read all the same: {shown}")
    title, date = title_and_date(package, deck.warnings)
    own = title or deck.title or PurePath(name).stem
    about = About(unit="slide", total=len(parts), unread=tuple(unread))
    return build.finish(title=own, date=date, about=about, warnings=deck.warnings)


def _slides(package: Package, root: etree._Element) -> Iterator[str]:
    names = {one.id: one.name for one in package.relations if one.kind == "slide"}
    for one in root.iter("{*}sldId"):
        yield names.get(drawing.relation(one), f"slide {one.get('id')}")  # one that is missing


def _put_slide(build: Builder, deck: _Deck, part: str, slide: etree._Element, number: int) -> bool:
    """Whether there was any text on it or in its notes."""
    layout, behind = _layout(deck, part)
    found = list(pptx_slides.blocks(slide, layout))
    notes = [*_once(deck, "footer", _footers(found)), *_once(deck, "background", behind)]
    notes += _notes(deck, part)
    deck.warnings += embedded(deck.package, part)
    said = [block for block in found if not isinstance(block, Words) or block.kind != "footer"]
    if not said and not notes:
        return False
    label = f"slide {number}"
    first = said[0] if said and isinstance(said[0], Words) else None
    if first and first.kind == "title":
        deck.title = deck.title or (first.text if number == 1 else "")
    else:
        build.heading(label.capitalize(), 1, label, page=number)
    for block in said:
        _put_block(build, block, label, number)
    for note in notes:
        place = f"{label}, {note.what}"
        build.paragraph(note.text, place, page=number, kind="note", speaker=note.speaker)
    return bool(said) or any(note.what == "notes" for note in notes)


def _put_block(build: Builder, block: Block, label: str, number: int) -> None:
    place = f"{label}, {block.what}" if block.what else label
    if not isinstance(block, Words):
        build.table(block.rows, lambda at: f"{place} row {at + 1}", page=number,
                    header=block.header)  # fmt: skip
    elif block.kind == "title":
        build.heading(block.text, 1, place, page=number)
    else:
        build.paragraph(block.text, place, page=number, kind=block.kind)


def _layout(deck: _Deck, part: str) -> tuple[Layout, list[str]]:
    """Where a slide's placeholders stand, and what is written behind it."""
    package, warnings = deck.package, deck.warnings
    names = [one.name for one in package.related("slideLayout", part)][:1]
    name = names[0] if names else ""
    if name not in deck.layouts:
        masters = [one.name for one in package.related("slideMaster", name)] if name else []
        deck.layouts[name] = list(roots(package, [*names, *masters[:1]], warnings))
    behind = deck.layouts[name]
    places: dict[pptx_slides.Key, pptx_slides.Place] = {}
    for root in reversed(behind):
        places |= pptx_slides.places(root)
    parts = {
        one.id: root
        for kind in ("chart", "diagramData")
        for one in package.related(kind, part)
        for root in roots(package, [one.name], warnings)
    }
    return Layout(places, parts), [text for root in behind for text in pptx_slides.background(root)]


def _footers(found: list[Block]) -> list[str]:
    return [one.text for one in found if isinstance(one, Words) and one.kind == "footer"]


def _once(deck: _Deck, what: str, texts: list[str]) -> Iterator[_Note]:
    """Footers and what layouts show, at the first slide that has it."""
    for text in texts:
        if text not in deck.shown:
            deck.shown.add(text)
            yield _Note(text, what)


def _notes(deck: _Deck, part: str) -> Iterator[_Note]:
    """The speaker's notes, then comments."""
    for root in related(deck.package, part, "notesSlide", deck.warnings):
        found = list(pptx_slides.blocks(root, Layout()))
        yield from _once(deck, "footer of the notes", _footers(found))
        for block in found:
            if not isinstance(block, Words):
                yield from (_Note(CELLS.join(row), "notes") for row in block.rows if any(row))
            elif block.kind not in ("footer", "title"):
                yield _Note(block.text, "notes")
    for root in related(deck.package, part, "comments", deck.warnings):
        for one in root.iter("{*}cm", "{*}reply"):
            texts = [child.text or "" for child in one if local(child.tag) == "text"]
            bodies = [child for child in one if local(child.tag) == "txBody"]
            text = "\n".join(
                [*texts, *(line for body in bodies for line in drawing.paragraphs(body))]
            )
            if text.strip():
                yield _Note(text, "comment", deck.authors.get(one.get("authorId", "")) or None)


def _authors(deck: _Deck) -> dict[str, str]:
    return {
        one.get("id", ""): one.get("name", "")
        for kind in ("commentAuthors", "authors")
        for root in related(deck.package, deck.package.main, kind, deck.warnings)
        for one in root
    }
