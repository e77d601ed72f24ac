"""The words of what is drawn in office files: text boxes, diagrams, charts."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from lxml import etree

from index.readers.office.blocks import SOFT_HYPHEN
from index.readers.office.number_formats import shown_number
from index.readers.office.ooxml import local

_FORMS = "AlternateContent"
_MOST_POINTS = 1_000  # of a series in a chart


@dataclass(frozen=True, slots=True)
class Chart:
    """``rows``: a point of all series each, below the names of the series."""

    titles: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def children(element: etree._Element) -> Iterator[etree._Element]:
    """Of one thing that is kept in several forms only the first that has any."""
    for child in element:
        if local(child.tag) == _FORMS:
            yield from next((found for form in child if (found := list(children(form)))), [])
        else:
            yield child


def every(element: etree._Element, name: str) -> Iterator[etree._Element]:
    """All elements of a name inside, in order, none inside another of them."""
    for child in children(element):
        if local(child.tag) == name:
            yield child
        else:
            yield from every(child, name)


def first(element: etree._Element, *path: str) -> etree._Element | None:
    """The first child of the first name, in it the first of the second name, and so on."""
    found: etree._Element | None = element
    for name in path:
        if found is None:
            return None
        found = next((one for one in children(found) if local(one.tag) == name), None)
    return found


def relation(element: etree._Element, name: str = "id") -> str:
    """The id of the relation that an attribute of this name holds, in any of its namespaces."""
    ending = f"relationships}}{name}"
    return next((str(value) for key, value in element.items() if str(key).endswith(ending)), "")


def paragraphs(element: etree._Element) -> list[str]:
    return [text for one in every(element, "p") if (text := paragraph(one))]


def paragraph(element: etree._Element) -> str:
    """Its runs together; a slide's number, which counts itself, is left out."""
    return "".join(_runs(element)).replace(SOFT_HYPHEN, "").strip()


def _runs(element: etree._Element) -> Iterator[str]:
    for child in children(element):
        name = local(child.tag)
        if name == "t":
            yield child.text or ""
        elif name == "br":
            yield "\n"
        elif name == "tab":
            yield "\t"
        elif name != "fld" or child.get("type") != "slidenum":
            yield from _runs(child)


def chart(root: etree._Element) -> Chart:
    """The titles of a chart and of its axes, and its numbers as they were when it was saved."""
    series = list(every(root, "ser"))
    names = [" ".join(_points(one, "tx").values()) for one in series]
    categories: dict[int, str] = {}
    for one in series:
        categories |= _points(one, "cat") or _points(one, "xVal")
    values = [_points(one, "val") or _points(one, "yVal") for one in series]
    places = sorted(categories.keys() | {place for one in values for place in one})
    points = [
        (categories.get(place, ""), *(one.get(place, "") for one in values))
        for place in places[:_MOST_POINTS]
    ]
    return Chart(tuple(paragraphs(root)), (("", *names), *points) if points else ())


def _points(series: etree._Element, name: str) -> dict[int, str]:
    """What was kept of the cells that a series shows, by their places in it."""
    holder = first(series, name)
    if holder is None:
        return {}
    code = next((one.text or "" for one in every(holder, "formatCode")), "General")
    points = {
        int(one.get("idx", "0")): "".join(value.text or "" for value in every(one, "v"))
        for one in every(holder, "pt")
        if one.get("idx", "0").isdecimal()
    }
    if not points:  # a name that is written out instead
        return dict(enumerate(value.text or "" for value in every(holder, "v")))
    is_number = any(True for _ in every(holder, "numCache"))
    return {at: shown_number(text, code) if is_number else text for at, text in points.items()}
