"""Where in its file a quote stands, from what its reader says of the file's parts."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set
from dataclasses import dataclass, replace

from index.types import Document, Origin, Parsed, Section, Span
from rag.types import Json

Box = tuple[float, float, float, float]  # left, bottom, right, top
PLACE_SCHEMA = "citewell.place/1"
_LINES = {"text/plain", "text/markdown"}  # in which the text is the file
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Spot:
    """A stretch of the quote and its place. Boxes: one a line, in points from the lower left
    corner of the page. ``raw``: the file's own characters, where the text has others."""

    span: Span
    label: str
    page: int | None = None
    boxes: tuple[Box, ...] = ()
    raw: str | None = None

    def to_dict(self) -> Json:
        return {
            "label": self.label,
            "page": self.page,
            "boxes": [[round(side, 2) for side in box] for box in self.boxes],
            "start": self.span.start,
            "end": self.span.end,
            **({} if self.raw is None else {"raw": self.raw}),
        }


def spots(document: Document, span: Span, origins: Sequence[Origin]) -> list[Spot]:
    """The places of a quote: by ``origins`` of the document's text; what is known without them
    where these say nothing."""
    here = sorted((one for one in origins if one.span.overlaps(span)), key=lambda one: one.span)
    runs: list[list[Origin]] = []
    for one in here:
        if runs and (runs[-1][-1].label, runs[-1][-1].page) == (one.label, one.page):
            runs[-1].append(one)
        else:
            runs.append([one])
    return [_spot(run, span, document.text) for run in runs] or known(document, span)


def pages_of(document: Document, span: Span) -> set[int]:
    sections = (one for one in document.sections if one.span.overlaps(span))
    return {one.page for one in sections if one.page is not None}


def found_again(
    document: Document, span: Span, parsed: Parsed, pages: Set[int]
) -> Sequence[Origin]:
    """Origins of a span out of a reading that has only these pages in common with the document;
    none where the span's words do not stand on them once."""
    words = span.of(document.text)
    here = [one for one in parsed.origins if one.page in pages]
    first, last = (here[0].span.start, here[-1].span.end) if here else (0, 0)
    at = parsed.text.find(words, first, last)
    if at < 0 or parsed.text.find(words, at + 1, last) >= 0:
        return ()
    return [replace(one, span=one.span.shift(span.start - at)) for one in here]


def known(document: Document, span: Span) -> list[Spot]:
    """The places that the index knows by itself: pages, rows, and lines of what is only text."""
    found: list[Spot] = []
    for section in document.sections:
        if not section.span.overlaps(span):
            continue
        part = section.span.common(span)
        label = _label(document, section, part)
        if found and (found[-1].label, found[-1].page) == (label, section.page):
            found[-1] = replace(found[-1], span=Span(found[-1].span.start, part.end))
        else:
            found.append(Spot(part, label, section.page))
    return found


def _label(document: Document, section: Section, part: Span) -> str:
    if section.kind == "row" and section.title:
        return section.title
    if section.page is not None:
        return f"{document.about.unit or 'page'} {section.page}"
    if document.media_type in _LINES:
        return f"line {len(_LINE_END.findall(document.text, 0, part.start)) + 1}"
    return section.title


def _spot(run: Sequence[Origin], span: Span, text: str) -> Spot:
    first, last = run[0], run[-1]
    part = Span(first.span.start, last.span.end).common(span)
    changed = any(one.raw is not None for one in run)
    raw = "".join(_raw(run, part, text)) if changed else None
    return Spot(part, first.label, first.page, tuple(lines(run)), raw)


def _raw(run: Sequence[Origin], part: Span, text: str) -> Iterator[str]:
    """The file's characters. A word of which the quote has a part is given whole where the file
    has others."""
    at = part.start
    for one in run:
        yield text[at : max(at, one.span.start)]
        if one.raw is not None:
            yield one.raw
        else:
            yield text[max(at, one.span.start) : min(part.end, one.span.end)]
        at = max(at, one.span.end)
    yield text[at : part.end]


def lines(run: Sequence[Origin]) -> Iterator[Box]:
    """The boxes of words put together where they go on in one line."""
    line: Box | None = None
    for box in (one.box for one in run):
        if box is None or box == line:
            continue
        if line is not None and _goes_on(line, box):
            line = min(line[0], box[0]), min(line[1], box[1]), box[2], max(line[3], box[3])
            continue
        if line is not None:
            yield line
        line = box
    if line is not None:
        yield line


def _goes_on(line: Box, box: Box) -> bool:
    """Whether a word stands right of a line's end, at its height and not far from it."""
    height = line[3] - line[1]
    shared = min(line[3], box[3]) - max(line[1], box[1])
    gap = box[0] - line[2]
    return shared > 0.5 * min(height, box[3] - box[1]) and -0.5 * height < gap < 2 * height
