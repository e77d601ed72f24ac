"""What a question says about time, and which candidates keep to it. Pure.

Only dates that the question, a document, a section or a sentence states are used.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.dates import Period, mentions, period

_LAST_DAY, _FIRST_DAY = "9999-12-31", "0001-01-01"
_PAPER = (
    r"(?:report|statement|news|version|edition|document|letter|interview|briefing|meeting|session|"
    r"update|figure|number|data|count|estimate|release|announcement|article|speech|record|mention|"
    r"entry|entries|note|minutes|survey|poll|result|census|order|plan|budget|proposal|draft|"
    r"agreement|message|email|e-mail|memo|file|post|comment|account|source|testimony)s?\b"
)
_LATEST = re.compile(
    rf"\b(?<!at the )latest\b|\bmost recent(?:ly)?\b|\b(?:newest|up-to-date)(?: \w+)? {_PAPER}",
    re.I,
)
# "the first king", "the first session" ask for a fact: only what is written goes by its date
_WRITTEN = (
    r"(?:report|statement|letter|interview|briefing|announcement|article|message|email|e-mail|memo|"
    r"post|version|draft|document|release|record|survey)s?\b"
)
_EARLIEST = re.compile(rf"\b(?:earliest|oldest|(?<!at )first)(?: \w+)? {_WRITTEN}", re.I)

_FILLER = (
    r"(?:the\s+)?(?:(?:years?|months?|days?|beginning|start|middle|end|early|mid|late|first|"
    r"second|half|part|spring|summer|autumn|fall|winter|course)[\s-]+(?:of\s+)?(?:the\s+)?)*"
)
_LEADS = {
    name: re.compile(rf"\b(?:{words})\s+{_FILLER}$", re.I)
    for name, words in {
        "before": r"before|prior to|earlier than|older than",
        "until": r"until|till|up to|no later than",
        "after": r"after|later than|newer than",
        "since": r"since|starting in|beginning in",
        "in": r"in|during|on|within|throughout",
        "from": r"from|between",
    }.items()
}
_TO = re.compile(rf"\s*(?:and|to|until|till|through|-|–|—)\s+{_FILLER}", re.I)
_ALSO = re.compile(rf",?\s*(?:and|or)\s+(?:in\s+)?{_FILLER}", re.I)
_ONWARDS = re.compile(r"\s*(?:on\b|onwards?\b|forward\b)", re.I)


@dataclass(frozen=True, slots=True)
class When:
    """``order``: "latest", "earliest" or None. ``start`` and ``end``: ISO days, half-open."""

    order: str | None = None
    start: str | None = None
    end: str | None = None

    @property
    def says_nothing(self) -> bool:
        return self == When()

    @property
    def period(self) -> Period | None:
        if self.start is None and self.end is None:
            return None
        return Period(self.start or _FIRST_DAY, self.end or _LAST_DAY)


@dataclass(frozen=True, slots=True)
class Dated:
    """A candidate: its score (higher is better), its text, the date that its place states."""

    score: float
    text: str
    date: str | None


def when(question: str) -> When:
    """What a question says about time; a value that says nothing where it says nothing.

    Two limits ("after 2019 and before May 2021") hold together.
    """
    start, end = _FIRST_DAY, _LAST_DAY
    for one in _limits(question):
        start, end = max(start, one.start), min(end, one.end)
    if start >= end:
        start, end = _FIRST_DAY, _LAST_DAY
    return When(
        _order(question),
        None if start == _FIRST_DAY else start,
        None if end == _LAST_DAY else end,
    )


def _order(question: str) -> str | None:
    latest, earliest = _LATEST.search(question), _EARLIEST.search(question)
    if bool(latest) == bool(earliest):
        return None
    return "latest" if latest else "earliest"


def _limits(question: str) -> list[Period]:
    found: list[Period] = []
    named = mentions(question)
    at = 0
    while at < len(named):
        span, one = named[at]
        lead = next((n for n, rule in _LEADS.items() if rule.search(question, 0, span.start)), "")
        joined = one
        while lead in {"in", "from"} and at + 1 < len(named):
            after, other = named[at + 1]
            joint = question[named[at][0].end : after.start]
            rule = _TO if lead == "from" else _ALSO
            if not rule.fullmatch(joint):
                break
            joined = Period(min(joined.start, other.start), max(joined.end, other.end))
            at += 1
        is_range = joined != one or bool(_TO.search(span.of(question)))
        onwards = bool(_ONWARDS.match(question, span.end))
        found += _limit(lead, joined, is_range, onwards)
        at += 1
    return found


def _limit(lead: str, named: Period, is_range: bool, onwards: bool) -> list[Period]:
    """The days that a preposition and a date allow; none where it says no limit."""
    if lead == "before":
        return [Period(_FIRST_DAY, named.start)]
    if lead == "until":
        return [Period(_FIRST_DAY, named.end)]
    if lead == "after":
        return [Period(named.end, _LAST_DAY)]
    if lead == "since" or (lead == "from" and onwards and not is_range):
        return [Period(named.start, _LAST_DAY)]
    return [named] if lead == "in" or is_range else []


def fits(when: When, date: str | None) -> bool | None:
    """Whether a stated date is within the question's range.

    None where there is no range, no date, or a date that may lie on either side of a limit.
    """
    wanted, stated = when.period, period(date)
    if wanted is None or stated is None:
        return None
    if wanted.contains(stated):
        return True
    return None if wanted.overlaps(stated) else False


def ordered(
    when: When, candidates: Sequence[Dated], margin: float, penalty: float = math.inf
) -> list[int]:
    """The places of candidates, in the order that a question's words about time ask for.

    Candidates that are dated outside of the range, and name no date inside it, lose ``penalty``
    points, if there are others; by default they go behind all others. Then of those within
    ``margin`` of the best, the latest or earliest dated go first. Equal ones keep their order.
    """
    misses = [_misses(when, one) for one in candidates]
    lost = 0.0 if all(misses) else penalty
    scores = [
        one.score - lost if miss else one.score
        for one, miss in zip(candidates, misses, strict=True)
    ]
    places = sorted(range(len(candidates)), key=lambda at: (-scores[at], -candidates[at].score, at))
    if when.order is None or not places:
        return places
    best = scores[places[0]]
    near = [at for at in places if scores[at] >= best - margin]
    return _by_date(near, when.order, candidates) + places[len(near) :]


def outside(when: When, candidates: Sequence[Dated], first: int) -> set[int]:
    """The places of those that are not of the range, where the date of ``first`` is within it.

    Where it only names such a date, what is told beside it may be of that time as well.
    """
    if not fits(when, candidates[first].date):
        return set()
    return {at for at, one in enumerate(candidates) if _misses(when, one)}


def behind(when: When, candidates: Sequence[Dated], first: int) -> set[int]:
    """The places of those that are surely older than ``first`` where the latest is asked for (or
    later, where the earliest is)."""
    best = period(candidates[first].date)
    if when.order is None or best is None:
        return set()
    others = ((at, period(one.date)) for at, one in enumerate(candidates))
    return {at for at, one in others if one and _is_before(when.order, best, one)}


def _misses(when: When, one: Dated) -> bool:
    wanted = when.period
    if wanted is None or fits(when, one.date) is not False:
        return False
    return not any(wanted.contains(named) for _, named in mentions(one.text))


def _by_date(places: Sequence[int], order: str, candidates: Sequence[Dated]) -> list[int]:
    """Those surely dated after (or before) all others first, those without a date last."""
    periods = {at: period(candidates[at].date) for at in places}
    left = [at for at in places if periods[at]]
    found: list[int] = []
    while left:
        dated = [(at, named) for at in left if (named := periods[at])]
        # a year and one of its days: which is later is not known, the score decides
        first = next(
            at
            for at, named in dated
            if not any(_is_before(order, other, named) for _, other in dated)
        )
        found.append(first)
        left.remove(first)
    return found + [at for at in places if not periods[at]]


def _is_before(order: str, one: Period, other: Period) -> bool:
    """Whether a date surely comes first in the order."""
    return one.start >= other.end if order == "latest" else one.end <= other.start
