"""Where in a document a piece of text stands: the headings over it, who says it, when."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from index.structure.pieces import TABLE_LEVEL
from index.types import Document, Section, Span

NOT_QUOTED = frozenset({"heading", "navigation", "frontmatter"})
_MAIL = "message/rfc822"


@dataclass(frozen=True, slots=True)
class Place:
    """``section``: the innermost heading, the question that an answer answers, a row's place."""

    page: int | None = None
    section: str | None = None
    speaker: str | None = None
    date: str | None = None
    unit: str | None = None  # what ``page`` counts: "page", "slide"


def contexts(sections: Sequence[Section], text: str) -> list[tuple[Section, tuple[str, ...]]]:
    """Each section that may be quoted from, with its headings from the outermost on.

    Then who speaks; an answer's last heading is the question that was asked.
    """
    found: list[tuple[Section, tuple[str, ...]]] = []
    headings: list[tuple[int, str]] = []
    question: str | None = None
    for section in sections:
        if section.level:
            headings = [(level, title) for level, title in headings if level < section.level]
        if section.kind == "heading":
            headings.append((section.level, _line(section, text)))
        if section.kind == "question":
            question = _line(section, text)
        elif section.kind == "heading" or section.level:
            question = None
        if section.kind not in NOT_QUOTED:
            titles = tuple(title for _, title in headings)
            speaker = (section.speaker,) if section.speaker else ()
            asked = (question,) if question and section.kind == "answer" else ()
            found.append((section, titles + speaker + asked))
    return found


def place(document: Document, span: Span) -> Place:
    """The place of the section in which the span starts; without one, only the document's date."""
    sections = document.sections
    at = _section_at(sections, span)
    if at is None:
        return Place(date=document.date)
    here = sections[at]
    title = here.title if here.kind == "row" and here.title else _over(sections, at, document.text)
    unit = None if here.page is None else document.about.unit or "page"
    date = here.date or (None if _is_of_another_day(here, document) else document.date)
    return Place(here.page, title, here.speaker, date, unit)


def _is_of_another_day(here: Section, document: Document) -> bool:
    """What a mail quotes was written before it, also where nothing says when."""
    return here.kind == "quote" and (here.speaker is not None or document.media_type == _MAIL)


def columns(document: Document, span: Span) -> str | None:
    """The names of the columns of the table in whose row the span starts, where it has any."""
    at = _section_at(document.sections, span)
    if at is None or document.sections[at].kind != "row":
        return None
    over = (document.sections[i] for i in range(at, -1, -1))
    first = next((one for one in over if one.level), None)  # a table without names has none either
    is_names = first and first.kind == "heading" and first.level == TABLE_LEVEL
    return _line(first, document.text) if first and is_names else None


def section_of(document: Document, span: Span) -> Section | None:
    """The section in which the span starts; quicker than ``place``, which looks for headings."""
    at = _section_at(document.sections, span)
    return None if at is None else document.sections[at]


def is_row(document: Document, span: Span) -> bool:
    """Whether the span starts in a row of a table."""
    section = section_of(document, span)
    return section is not None and section.kind == "row"


def _section_at(sections: Sequence[Section], span: Span) -> int | None:
    """The place of the section in which the span starts, if in any."""
    at = bisect_right(sections, span.start, key=lambda section: section.span.start) - 1
    return at if at >= 0 and span.start < sections[at].span.end else None


def _over(sections: Sequence[Section], at: int, text: str) -> str | None:
    """The innermost heading over a section, or its question; looks back only as far as needed."""
    here = sections[at]
    if here.kind == "heading":
        return _line(here, text)
    wants_question = here.kind == "answer" and not here.level
    closed = here.level or None  # headings of this level and deeper are closed
    for section in (sections[i] for i in range(at - 1, -1, -1)):
        if wants_question and section.kind == "question":
            return _line(section, text)
        if not section.level:
            continue
        wants_question = False
        if section.kind == "heading" and (closed is None or section.level < closed):
            return _line(section, text)
        closed = min(closed or section.level, section.level)
        if closed == 1:
            return None
    return None


def _line(section: Section, text: str) -> str:
    return " ".join((section.title or section.span.of(text)).split())
