"""What workbooks and presentations have in common beside their package."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from lxml import etree

from index.errors import ReadError
from index.readers.office.ooxml import Package, day, local

_NO_TITLE = frozenset({"powerpoint presentation", "presentation", "slide 1", "untitled"})
_FILES = ("package", "oleObject")


def title_and_date(package: Package) -> tuple[str | None, str | None]:
    """The title, unless it is the program's own, and the day on which it was last saved.

    The day of creation is that of the template for most of these files.
    """
    warnings: list[str] = []
    root = next(related(package, "", "core-properties", warnings), None)
    found = {local(one.tag): (one.text or "").strip() for one in (() if root is None else root)}
    title = found.get("title", "")
    date = day(found.get("modified", "")) or day(found.get("created", ""))
    return None if title.casefold() in _NO_TITLE else title or None, date


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
