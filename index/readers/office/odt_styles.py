"""The styles of an OpenDocument text: which paragraphs are headings, which words are hidden."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from lxml import etree

from index.readers.office import styles
from index.readers.office.blocks import Look
from index.readers.office.ooxml import local

_MOST_PARENTS = 20
_BOLD = ("bold", "600", "700", "800", "900")


@dataclass(frozen=True, slots=True)
class _Style:
    parent: str
    name: str  # as it is shown
    level: int | None
    bold: bool | None
    hidden: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """How a style has its text: ``bold`` is None where it does not say."""

    look: Look
    bold: bool | None
    hidden: bool


_PLAIN = Shown(Look(), None, False)


class Styles:
    """Of paragraphs and of words, by family and name."""

    def __init__(self, roots: Iterable[etree._Element]) -> None:
        self._own: dict[tuple[str, str], _Style] = {}
        self._known: dict[tuple[str, str], Shown] = {}
        for root in roots:
            for element in root.iter("{*}style"):
                found = named(element)
                key = found.get("family", ""), found.get("name", "")
                self._own[key] = _style(element, found)

    def get(self, family: str, name: str) -> Shown:
        if not name:
            return _PLAIN
        key = family, name
        if key not in self._known:
            self._known[key] = self._resolved(family, name)
        return self._known[key]

    def _resolved(self, family: str, name: str) -> Shown:
        chain: list[_Style] = []
        looks = [styles.by_name(name)]
        while (family, name) in self._own and len(chain) < _MOST_PARENTS:
            style = self._own[family, name]
            chain.append(style)
            looks += [styles.by_name(style.name), styles.by_name(style.parent)]
            name = style.parent
        levels = [one.level for one in chain if one.level is not None]
        levels += [one.level for one in looks if one.level]
        kind = next((one.kind for one in looks if one.kind), None)
        bold = next((one.bold for one in chain if one.bold is not None), None)
        level = 0 if kind in ("navigation", "title") else next(iter(levels), 0)
        return Shown(Look(level, kind, bool(bold)), bold, any(one.hidden for one in chain))


def named(element: etree._Element) -> dict[str, str]:
    """The attributes by their names without namespaces."""
    return {local(key): text for key, text in element.items()}


def number(text: str | None, most: int) -> int:
    """A count in an attribute; 1 where there is none."""
    return min(int(text[:6]), most) if text and text.isdecimal() else 1


def _style(element: etree._Element, found: dict[str, str]) -> _Style:
    level = found.get("default-outline-level")
    words = next((named(one) for one in element if local(one.tag) == "text-properties"), {})
    weight = words.get("font-weight")
    return _Style(
        found.get("parent-style-name", ""),
        found.get("display-name", ""),
        None if level is None else number(level, 10) if level else 0,
        None if weight is None else weight in _BOLD,
        words.get("display") == "none",
    )
