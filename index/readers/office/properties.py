"""What the office formats have in common beside their text: title, date, damaged parts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from index.errors import ReadError
from index.readers.office.ooxml import Package, day, local

_NO_TITLE = frozenset({"powerpoint presentation", "presentation", "slide 1", "untitled"})
# Office documents, then OpenDocument.
_DATES = ("modified", "date", "created", "creation-date")
# What python-docx and python-pptx leave in a document that they make, from their own template.
_OF_TEMPLATES = frozenset({"2013-12-23T23:15:00Z", "2013-01-27T09:14:16Z", "2013-01-27T09:15:58Z"})
_FILES = ("package", "oleObject")


def title_and_date(package: Package, warnings: list[str]) -> tuple[str | None, str | None]:
    """As ``stated``, of an Office document."""
    return stated(next(related(package, "", "core-properties", warnings), None))


def stated(root: etree._Element | None) -> tuple[str | None, str | None]:
    """The title, unless it is the program's own, and the day on which it was last saved, else made.

    The day on which it was made is often that of the template, or of the older document that it
    was written over; what it says now was said when it was last saved.
    """
    elements = () if root is None else root.iter()
    found = {local(one.tag): (one.text or "").strip() for one in elements}
    title = found.get("title", "")
    dates = (day(found.get(name, "")) for name in _DATES if found.get(name) not in _OF_TEMPLATES)
    return None if title.casefold() in _NO_TITLE else title or None, next(filter(None, dates), None)


def related(
    package: Package, part: str, kind: str, warnings: list[str]
) -> Iterator[etree._Element]:
    """The parts of a kind that belong to a part; one that is damaged is no harm to the rest."""
    return roots(package, [one.name for one in package.related(kind, part)], warnings)


def roots(package: Package, names: Sequence[str], warnings: list[str]) -> Iterator[etree._Element]:
    for name in names:
        try:
            root = package.xml(name)
        except ReadError as error:
            warnings.append(f"a part of it ({name}) was not read: it {error}")
            continue
        if root is not None:
            yield root


def embedded(package: Package, part: str) -> Iterator[str]:
    """A warning where files are embedded in a part, which are not read."""
    count = sum(1 for kind in _FILES for _ in package.related(kind, part))
    if count:
        yield f"files that are embedded in it were not read ({count} in {part})"
