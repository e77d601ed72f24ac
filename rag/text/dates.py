"""The stretches of time that a text names, and dates as stretches of time. Pure.

Days and months with their year, years, decades and centuries. What needs to know today's date
("last week") or the year ("in May") is none: nothing is inferred.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from index.structure.dates import every
from index.types import Span

_ISO = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T.*)?", re.ASCII)
_Y = r"(?:1[0-9]|20)\d\d"
_YEARS = re.compile(rf"(?<![\w.,/-])({_Y})\s?[-–—/]\s?({_Y}|\d\d)(?![\w/-]|[.,]\d)", re.ASCII)
_DECADE = re.compile(rf"(?<![\w.,/-])({_Y[:-2]})0['’]?s\b", re.ASCII)
_CENTURY = re.compile(r"\b(\d{1,2})(?:st|nd|rd|th)[\s-]century\b", re.IGNORECASE | re.ASCII)
_YEAR = re.compile(rf"(?<![\w.,/-])({_Y})(?![\w/-]|[.,]\d)", re.ASCII)
_BEFORE_YEAR = re.compile(
    r"\b(?:in|since|by|until|till|before|after|during|from|between|and|or|to|through|year|of|"
    r"early|late|mid|spring|summer|autumn|fall|winter|around|circa|c\.)[\s-]+$",
    re.IGNORECASE,
)
# "of 2000 soldiers", "in 1500 metres": an amount
_COUNTED = re.compile(
    r"\s+(?!(?:was|is|has|does|its|as|this|his|across|less|unless|perhaps|always|onwards|afterwards)\b)"
    r"(?:[a-z]+ )?(?:[a-z]{2,}s|people|men|women|children|personnel|percent|feet)\b"
    r"|\s?(?:%|°|(?:km|m|kg|mm|cm|ft|t)\b)"
)


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """Whole days, from ``start`` to before ``end``, each "YYYY-MM-DD"."""

    start: str
    end: str

    def contains(self, other: Period) -> bool:
        return self.start <= other.start and other.end <= self.end

    def overlaps(self, other: Period) -> bool:
        return self.start < other.end and other.start < self.end


def period(iso: str | None) -> Period | None:
    """Of a date such as "2023", "2023-09", "2023-09-05", or a range of two with "/" between."""
    first, _, last = (iso or "").strip().partition("/")
    try:
        start, end = _bounds(first), _bounds(last or first)
    except ValueError:
        return None
    return Period(start[0], end[1]) if start[0] < end[1] else None


def mentions(text: str) -> list[tuple[Span, Period]]:
    """What a text names, in order, without overlaps."""
    found: list[tuple[Span, Period]] = []
    for span, iso in (*every(text), *_years(text)):
        free = not any(span.overlaps(other) for other, _ in found)
        if free and (named := period(iso)):
            found.append((span, named))
    return sorted(found)


def _years(text: str) -> Iterator[tuple[Span, str]]:
    for match in _YEARS.finditer(text):
        first, last = match.groups()
        last = first[: 4 - len(last)] + last
        if first < last:
            yield Span(*match.span()), f"{first}/{last}"
    for match in _DECADE.finditer(text):
        yield Span(*match.span()), f"{match[1]}0/{match[1]}9"
    for match in _CENTURY.finditer(text):
        hundreds = int(match[1])
        yield Span(*match.span()), f"{hundreds * 100 - 99:04}/{hundreds * 100:04}"
    for match in _YEAR.finditer(text):
        if _is_year(text, match):
            yield Span(*match.span()), match[1]


def _is_year(text: str, match: re.Match[str]) -> bool:
    """Not an amount; one before 1500 only after a word that leads to a year."""
    if _COUNTED.match(text, match.end()):
        return False
    return match[1] >= "1500" or bool(_BEFORE_YEAR.search(text, 0, match.start()))


def _bounds(iso: str) -> tuple[str, str]:
    match = _ISO.fullmatch(iso)
    if not match:
        raise ValueError(f"{iso!r} is no date")
    year, month, day = (int(part) if part else 0 for part in match.groups())
    start = date(year, month or 1, day or 1)
    try:
        if day:
            end = start + timedelta(days=1)
        elif month:
            end = date(year + month // 12, month % 12 + 1, 1)
        else:
            end = date(year + 1, 1, 1)
    except OverflowError as error:
        raise ValueError(f"{iso} is too late") from error
    return start.isoformat(), end.isoformat()
