"""The paragraph styles of a Word document: which are headings, titles, lists."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from lxml import etree

from index.readers.office import styles
from index.readers.office.blocks import Look
from index.readers.office.ooxml import local

_MOST_PARENTS = 20
_OFF = ("0", "false", "off", "none")


@dataclass(frozen=True, slots=True)
class _Style:
    name: str
    parent: str
    level: int | None  # of its outline, from 1; 0 is text
    in_list: bool | None
    bold: bool | None


Looks = Mapping[str, Look]


def looks(root: etree._Element | None) -> tuple[Looks, Look]:
    """The look of each paragraph style by its id, and of text in none."""
    own: dict[str, _Style] = {}
    default = ""
    for one in () if root is None else root:
        if local(one.tag) == "style" and attribute(one, "type") == "paragraph":
            own[attribute(one, "styleId")] = _style(one)
            if attribute(one, "default") in ("1", "true", "on"):
                default = attribute(one, "styleId")
    found = {name: _resolved(name, own) for name in own}
    return found, found.get(default, Look())


def of_paragraph(properties: etree._Element, known: Looks, default: Look) -> Look:
    """The look that a paragraph's own properties (w:pPr) give it."""
    name = value(properties, "pStyle")
    look = default if not name else known[name] if name in known else styles.by_name(name)
    level, in_list = outline(properties), numbered(properties)
    if level is not None:
        look = replace(look, level=level)
    if in_list is not None and look.kind in (None, "list"):
        look = replace(look, kind="list" if in_list else None)
    return look


def _style(element: etree._Element) -> _Style:
    paragraph, run = child(element, "pPr"), child(element, "rPr")
    return _Style(
        value(element, "name"),
        value(element, "basedOn"),
        None if paragraph is None else outline(paragraph),
        None if paragraph is None else numbered(paragraph),
        None if run is None else switch(run, "b"),
    )


def _resolved(name: str, own: Mapping[str, _Style]) -> Look:
    """What a style does not say, the one that it is based on does."""
    chain: list[_Style] = []
    while name in own and len(chain) < _MOST_PARENTS:
        chain.append(own[name])
        name = own[name].parent
    named = [styles.by_name(one.name) for one in chain]
    levels = [one.level for one in chain if one.level is not None]
    levels += [look.level for look in named if look.level]
    lists = [one.in_list for one in chain if one.in_list is not None]
    kinds = [look.kind for look in named if look.kind]
    bolds = [one.bold for one in chain if one.bold is not None]
    kind = kinds[0] if kinds else "list" if lists and lists[0] else None
    level = 0 if kind in ("navigation", "title") else next(iter(levels), 0)
    return Look(level, kind, next(iter(bolds), False))


def outline(properties: etree._Element) -> int | None:
    """The level of a heading, from 1; 0 for text; None where nothing is said."""
    text = value(properties, "outlineLvl")
    if not text.isdecimal():
        return None
    return int(text[:4]) + 1 if int(text[:4]) < 9 else 0


def numbered(properties: etree._Element) -> bool | None:
    numbers = child(properties, "numPr")
    if numbers is None:
        return None
    return value(numbers, "numId") not in ("", "0")


def switch(properties: etree._Element, name: str) -> bool | None:
    """A property that is on, off or not named."""
    found = child(properties, name)
    return None if found is None else attribute(found, "val") not in _OFF


def child(element: etree._Element, name: str) -> etree._Element | None:
    return next((one for one in element if local(one.tag) == name), None)


def value(element: etree._Element, name: str) -> str:
    """The w:val of a child; empty where there is none."""
    found = child(element, name)
    return "" if found is None else attribute(found, "val")


def attribute(element: etree._Element, name: str) -> str:
    """By its name alone: its namespace depends on the version of the format."""
    return next((text for key, text in element.items() if local(key) == name), "")
