"""The date that a text states: ISO 8601, a range as "start/end", a month as "2023-09"."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from index.types import Span

MONTHS = (
    "january", "february", "march", "april", "may", "june", "july", "august", "september",
    "october", "november", "december",
)  # fmt: skip
_MONTHS = {name[:3]: number for number, name in enumerate(MONTHS, 1)}
_M = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?"
    r"|Sept?(?:ember)?|Oct(?:ober)?|Nov(?:ember)?|Dec(?:ember)?)\b\.?"
)
_D = r"\d{1,2}(?:st|nd|rd|th)?"
YEAR = r"(?:1[5-9]|20)\d\d"  # without what may stand around it
_Y = rf"{YEAR}(?!\d)"
_TO = r"\s*(?:-|–|—|to|until|till|and|through)\s*"
_FORMS = (
    rf"(?P<iso>{_Y}[-/](?:0[1-9]|1[0-2])[-/](?:0[1-9]|[12]\d|3[01])(?!\d))",
    rf"(?P<dots>\d{{1,2}}\.\d{{1,2}}\.{_Y}(?!\.\d))",
    rf"(?P<d1>{_D})(?:\s+(?:of\s+)?(?P<m1>{_M}),?(?:\s+(?P<y1>{_Y}))?)?{_TO}"
    rf"(?P<d2>{_D})\s+(?:of\s+)?(?P<m2>{_M}),?\s+(?P<y2>{_Y})",
    rf"(?P<n1>{_M})\s+(?P<e1>{_D}){_TO}(?:(?P<n2>{_M})\s+)?(?P<e2>{_D}),?\s+(?P<z2>{_Y})",
    rf"(?P<day>{_D})[\s-]+(?:of\s+)?(?P<month>{_M})[,\s-]+(?P<year>{_Y})",
    rf"(?P<month2>{_M})\s+(?P<day2>{_D}),?\s+(?P<year2>{_Y})",
    rf"(?P<month3>{_M}),?\s+(?:of\s+)?(?P<year3>{_Y})",
)
_DATE = re.compile(r"(?<![\w./])(?:" + "|".join(_FORMS) + r")", re.IGNORECASE)
_YEAR = re.compile(rf"(?<!\d){YEAR}(?!\d)")
_STOP = re.compile(
    r"(?<!\b[A-Z])(?<!\b[A-Z][a-z])(?<!\b(?:Mrs|Gen|Col|Sen|Gov|Rep|Rev))"
    r"(?<!\bProf)[.!?][\"”’')\]]{0,2}\s+(?=[\"“‘(]?[^\W\d_a-z])"
)
_HEAD = 600  # code points in which a first sentence's date is looked for
_BOLD = r"(?:\*\*|__)?"  # as Markdown has it: "**Date:** 5 May 2024"
_KEY = re.compile(
    rf"\s*{_BOLD}(?:(?:date|dated|published|posted|updated|last updated|created|issued)"
    rf"(?:\s+on\b|{_BOLD}\s*:{_BOLD})|(?:dated|published|posted|updated|last updated|issued)\s)\s*",
    re.I,
)
_DAY_NAME = r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,?\s+"
_WEEKDAY = re.compile(rf"^\s*(?:on\s+)?{_DAY_NAME}", re.I)
# "Date: 3 March 2024", "**Sent** | Mon, 4 May 2026 10:00:00 +0200"
_LABEL = re.compile(r"[\s>*_•-]{0,8}(?P<label>[^\W\d_][\w'’ /-]{0,40}?)[*_\s]*[:|][*_\s]*")
_DIGITS = re.compile(r"\d{1,2}[/.-]\d{1,2}[/.-](?:\d{4}|\d\d)(?!\d)")
_HOUR = re.compile(
    r"(?:[\s,.*_]|at\b|T(?=\d)|\d{1,2}[:.h]\d\d(?:[:.]\d\d)?|[ap]\.?m\b|uhr\b|[+-]\d\d:?\d\d"
    r"|\(?(?:UTC|GMT|C?ES?T|[CMP][SD]T|Z)\b\)?)*",
    re.I,
)
_LONGEST_LABELLED = 120  # code points
_DASHED = re.compile(r"(?:\([^)]{1,40}\)\s*)?[—–-]")
# What stands before and behind the date of a dateline, in a first sentence.
_ON = re.compile(rf"\W*(?:(?:on|from)\s+(?:the\s+)?)?(?:{_DAY_NAME}(?:the\s+)?)?", re.I)
_PLACE = re.compile(r"\W*[A-Z][\w.'’-]*(?:[ ,/]+[A-Z(][\w.'’)-]*){0,4},?\s+(?:on\s+)?")
_BREAK = re.compile(r"\s*(?:[—–:-]|\(|\n|\Z)")
_DATELINE = re.compile(r"[A-Z][A-Z .,'/-]{2,40}(?:\([A-Z][\w ]{1,20}\)\s*)?,?\s*")


@dataclass(frozen=True, slots=True)
class Stated:
    """``iso`` is None where a sentence states several dates and begins with none of them."""

    iso: str | None
    is_day: bool  # to the day, or a range of days; not only a month
    is_early: bool  # among the first words
    is_dateline: bool  # a day at the very start, behind "On", a place or "Date:"; no mention


def stated(text: str) -> Stated | None:
    """What the first sentence of a text says of its date; None where it names none."""
    head = text[:_HEAD]
    if not _YEAR.search(head):
        return None
    stop = _STOP.search(head)
    sentence = head[: stop.end()] if stop else head
    found = [(iso, match.span()) for match in _DATE.finditer(sentence) if (iso := _iso(match))]
    days = [(iso, where) for iso, where in found if len(iso) > 7]
    chosen = days or found
    if not chosen:
        return None
    first, (at, end) = chosen[0]
    early = len(sentence[:at].split()) <= 2
    one = early or len({iso for iso, _ in chosen}) == 1
    before = sentence[:at]
    placed = _PLACE.fullmatch(before) and _BREAK.match(sentence, end)
    dateline = bool(days) and bool(_ON.fullmatch(before) or _KEY.fullmatch(before) or placed)
    return Stated(first if one else None, bool(days), early, dateline)


def every(text: str) -> list[tuple[Span, str]]:
    """All days, months and ranges of days that a text names, with their year, in order."""
    found = [(Span(*match.span()), _iso(match)) for match in _DATE.finditer(text)]
    return [(span, iso) for span, iso in found if iso]


def of_head(lines: Iterable[str], may_be_alone: bool, may_be_dateline: bool) -> str | None:
    """The date of a whole document, from its first lines. None where no line states it.

    Such a line is "Date: …"; a date alone, and a dateline ("LONDON, 5 March 2024 (Agency) – …"),
    where the caller says that they are the document's.
    """
    for line in lines:
        head = line[:200]
        key, place = _KEY.match(head), _DATELINE.match(head)
        begins = key or place
        rest = _no_weekday(head[begins.end() :] if begins else head)
        match = _DATE.match(rest)
        iso = _iso(match) if match else None
        if not match or not iso:
            continue
        after = rest[match.end() :].strip(" \t.,")
        is_short = len(after.split()) <= 2
        is_dateline = place is not None and bool(is_short or _DASHED.match(after))
        if key or (may_be_alone and is_short and not place) or (may_be_dateline and is_dateline):
            return iso
    return None


def _no_weekday(text: str) -> str:
    return _WEEKDAY.sub("", text)


def _iso(match: re.Match[str]) -> str | None:
    part = match.groupdict()
    try:
        if part["iso"]:
            return _day(*part["iso"].replace("/", "-").split("-"))
        if part["dots"]:
            day, month, year = part["dots"].split(".")
            return _day(year, month, day)
        if part["d2"]:
            month, year = part["m1"] or part["m2"], part["y1"] or part["y2"]
            return _range(_day(year, month, part["d1"]), _day(part["y2"], part["m2"], part["d2"]))
        if part["e2"]:
            year, month = part["z2"], part["n2"] or part["n1"]
            return _range(_day(year, part["n1"], part["e1"]), _day(year, month, part["e2"]))
        if part["day"]:
            return _day(part["year"], part["month"], part["day"])
        if part["day2"]:
            return _day(part["year2"], part["month2"], part["day2"])
        return f"{part['year3']}-{_month(part['month3']):02d}"
    except ValueError:  # 31 February, a month 14
        return None


def _day(year: str, month: str, day: str) -> str:
    return date(int(year), _month(month), int(re.sub(r"\D", "", day))).isoformat()


def _month(name: str) -> int:
    return int(name) if name.isdigit() else _MONTHS[name[:3].casefold()]


def _range(start: str, end: str) -> str:
    if start >= end:
        raise ValueError(f"{start} is not before {end}")
    return f"{start}/{end}"


def is_dated(text: str) -> bool:
    """Nothing but a word for it and a date: "Dated 9 January 2024"."""
    key = _KEY.match(text[:80])
    return key is not None and is_date(text[key.end() :])


def is_date(text: str) -> bool:
    """Nothing but a date, with a weekday at most."""
    match = _DATE.match(_no_weekday(text[:80]))
    return bool(match and _iso(match) and not match.string[match.end() :].strip(" \t.,:"))


def label_of(line: str) -> str | None:
    """The label of a line whose value is nothing but a date, with a time of day at most: "Date" of
    "Date: 3 March 2024". None for any other line."""
    label = _LABEL.match(line) if len(line) <= _LONGEST_LABELLED else None
    if label is None:
        return None
    value = _no_weekday(line[label.end() :])
    date = _DATE.match(value) or _DIGITS.match(value)
    return label["label"] if date and _HOUR.fullmatch(value, date.end()) else None
