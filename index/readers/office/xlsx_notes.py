"""What stands beside the cells of a sheet: comments, text boxes, diagrams, print headers."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from index.readers.office import drawing
from index.readers.office.ooxml import Package
from index.readers.office.properties import embedded, related, roots
from index.readers.office.xlsx_cells import rich

_PRINT_CODE = re.compile(r'&(?:"[^"]*"|K[0-9A-Fa-f]{6}|\d{1,3}|[A-Za-z])')


@dataclass(frozen=True, slots=True)
class Note:
    """``place`` says where on the sheet."""

    text: str
    place: str
    speaker: str | None = None


def notes(
    package: Package, part: str, print_lines: Sequence[str], warnings: list[str]
) -> Iterator[Note]:
    """Those of one sheet that hold words, without what a person sees twice."""
    for text in dict.fromkeys(_PRINT_CODE.sub(" ", line).strip() for line in print_lines):
        if any(map(str.isalpha, text)):
            yield Note(text, "print header")
    yield from _comments(package, part, warnings)
    for one in package.related("drawing", part):
        for root in roots(package, [one.name], warnings):
            boxes = (drawing.paragraphs(box) for box in drawing.every(root, "txBody"))
            yield from (Note("\n".join(box), "text box") for box in boxes if box)
        for kind, place in (("chart", "chart"), ("diagramData", "diagram")):
            for root in related(package, one.name, kind, warnings):
                words = "\n".join(drawing.paragraphs(root))
                yield from [Note(words, place)] if words else []
    warnings += embedded(package, part)


def _comments(package: Package, part: str, warnings: list[str]) -> Iterator[Note]:
    """Comments; where one was answered, the whole talk instead of the copy for old programs."""
    threads = list(related(package, part, "threadedComment", warnings))
    people = _people(package, warnings) if threads else {}
    talks = [note for root in threads for note in _talk(root, people)]
    yield from talks
    known = {note.place for note in talks}
    for root in related(package, part, "comments", warnings):
        authors = [one.text or "" for one in root.iter("{*}author")]
        for one in root.iter("{*}comment"):
            note = _comment(one, authors)
            if note.text and note.place not in known:
                yield note


def _comment(element: etree._Element, authors: Sequence[str]) -> Note:
    text = "".join(rich(one) for one in element.iterfind("{*}text")).strip()
    at = element.get("authorId", "")
    author = authors[int(at)] if at.isdecimal() and int(at) < len(authors) else ""
    own = text.removeprefix(f"{author}:").strip() if author else text
    return Note(own, _place(element), author or None)


def _talk(root: etree._Element, people: Mapping[str, str]) -> Iterator[Note]:
    for one in root.iter("{*}threadedComment"):
        text = "".join(part.text or "" for part in one.iterfind("{*}text")).strip()
        if text:
            yield Note(text, _place(one), people.get(one.get("personId", "")))


def _people(package: Package, warnings: list[str]) -> dict[str, str]:
    return {
        one.get("id", ""): one.get("displayName", "")
        for root in related(package, package.main, "person", warnings)
        for one in root.iter("{*}person")
    }


def _place(element: etree._Element) -> str:
    return f"{element.get('ref', 'cell')}, comment"
