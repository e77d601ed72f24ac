"""The words of a PDF page and where they stand."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]

from index.readers.pdf.glyphs import BROKEN, Glyphs, Style
from index.readers.pdf.notes import Box, Note, notes_of

HYPHENS = ("-", "\u2010", "\u00ad")
_SOFT = "\u00ad"
_WORD = re.compile(r"[^\s\x02]+\x02?|\x02")
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BULLETS = dict.fromkeys("\uf0a7\uf0a8\uf0b7\uf0d8\uf0fc\uf06e\uf076", "•")  # Symbol, Wingdings
_CHANGED = str.maketrans({**_BULLETS, BROKEN: "-"})


class Word(NamedTuple):
    """``text`` as it is kept and, where that differs, the file's own characters in ``raw``.

    ``box`` is on the page as shown. ``x0``, ``x1`` and ``base``, the line it stands on, are
    turned by ``angle`` so that all text is laid out as if it were level. ``at`` counts in the
    order of the file.
    """

    text: str
    raw: str | None
    box: Box
    x0: float
    x1: float
    base: float
    size: float
    bold: bool
    angle: int
    at: int
    is_filled: bool = False  # into a form's field


@dataclass(frozen=True, slots=True)
class Page:
    """``is_blank``: nothing at all is drawn on it. ``outside``: words beyond its edges, left
    out. ``bad``: characters that have no known meaning. ``notes``: what its readers noted."""

    number: int
    words: tuple[Word, ...]
    width: float = 0.0
    height: float = 0.0
    is_blank: bool = False
    is_broken: bool = False
    outside: int = 0
    bad: int = 0
    notes: tuple[Note, ...] = ()


def read_page(document: Any, number: int) -> Page:
    """The page with this number, from 1. A page that cannot be loaded has no words."""
    try:
        page = document[number - 1]
    except pdfium.PdfiumError:
        return Page(number, (), is_broken=True)
    try:
        return _read(page, number)
    except pdfium.PdfiumError:
        return Page(number, (), is_broken=True)
    finally:
        page.close()


def _read(page: Any, number: int) -> Page:
    width, height = page.get_size()
    shown = _Shown(page)
    text_page = page.get_textpage()
    try:
        words = list(_words(Glyphs(text_page.raw, shown.turns), shown))
    finally:
        text_page.close()
    inside = [word for word in words if _is_inside(word.box, width, height)]
    notes = [replace(note, box=shown.box(note.box)) for note in notes_of(page)]
    fields = [note for note in notes if note.is_field]
    return Page(
        number,
        (*inside, *_filled(fields, words[-1].at + len(words[-1].text) if words else 0)),
        width,
        height,
        is_blank=not words and not notes and pdfium_c.FPDFPage_CountObjects(page.raw) == 0,
        outside=len(words) - len(inside),
        bad=sum(word.text.count("\ufffd") for word in inside),
        notes=tuple(note for note in notes if not note.is_field),
    )


def _filled(fields: Sequence[Note], at: int) -> Iterator[Word]:
    """The words of form fields where these stand, so that they are read with what is before
    them. How they are drawn is the viewer's affair: each has its share of the field."""
    for field in fields:
        lines = [line.split() for line in field.text.splitlines() if line.strip()]
        left, bottom, right, top = field.box
        height = (top - bottom) / len(lines)
        size = min(12.0, max(1.0, 0.7 * height))
        for number, words in enumerate(lines):
            low = top - (number + 1) * height
            wide = max(1.0, right - left) / sum(len(word) + 1 for word in words)
            x0 = left
            for word in words:
                x1 = x0 + wide * len(word)
                box = (x0, low, x1, low + height)
                base = low + (height - size) / 2 + 0.2 * size
                text = _clean(word)
                yield Word(text, None, box, x0, x1, base, size, False, 0, at, True)
                x0, at = x1 + wide, at + 1


def _is_inside(box: Box, width: float, height: float) -> bool:
    x, y = (box[0] + box[2]) / 2, (box[1] + box[3]) / 2
    return -1 <= x <= width + 1 and -1 <= y <= height + 1


class _Shown:
    """From the page's own coordinates to those of the page as it is shown."""

    def __init__(self, page: Any) -> None:
        self.turns = int(page.get_rotation()) // 90
        self.left, self.bottom, self.right, self.top = page.get_bbox()

    def point(self, x: float, y: float) -> tuple[float, float]:
        if self.turns == 0:
            return x - self.left, y - self.bottom
        if self.turns == 1:
            return y - self.bottom, self.right - x
        if self.turns == 2:
            return self.right - x, self.top - y
        return self.top - y, x - self.left

    def box(self, box: Box) -> Box:
        if self.turns == 0:
            return (
                box[0] - self.left, box[1] - self.bottom,
                box[2] - self.left, box[3] - self.bottom,
            )  # fmt: skip
        (x, y), (u, v) = self.point(box[0], box[1]), self.point(box[2], box[3])
        return min(x, u), min(y, v), max(x, u), max(y, v)


def _words(glyphs: Glyphs, shown: _Shown) -> Iterator[Word]:
    units = glyphs.units()
    for found in _WORD.finditer(units):
        for start, end, box in _on_one_line(glyphs, *found.span()):
            style = glyphs.style(start)
            box = shown.box(box)
            x0, x1, base = _level(box, shown.point(*glyphs.origin(start)), style)
            text, raw = _kept(units[start:end])
            yield Word(
                text, raw, box, x0, x1, base, style.size, style.bold, style.angle, start
            )  # fmt: skip


def _kept(units: str) -> tuple[str, str | None]:
    """A word as it is kept and, where that differs, as it stands in the file."""
    if units.isascii() and units.isprintable():
        return units, None
    raw = _joined(units)
    text = _clean(raw)
    raw = raw.replace(BROKEN, "-")
    return text, None if raw == text else raw


def _joined(units: str) -> str:
    """Pairs of surrogates put together; one that is alone stands for nothing known."""
    if not _SURROGATE.search(units):
        return units
    return units.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")


def _clean(raw: str) -> str:
    """Hyphens where PDFium has its sign, soft hyphens only at the end, bullets that are one. PDFium
    itself gives ligatures in letters."""
    if raw.isascii() and raw.isprintable():
        return raw
    text = raw.translate(_CHANGED)
    if _SOFT in text:
        text = text[:-1].replace(_SOFT, "") + text[-1]
    return _CONTROL.sub("\ufffd", text)


def _on_one_line(glyphs: Glyphs, start: int, end: int) -> Iterable[tuple[int, int, Box]]:
    """A word with the box around its glyphs; cut where PDFium saw no end of a line."""
    boxes = glyphs.rectangles(start, end - start) or [glyphs.box(start)]
    if len(boxes) == 1:
        return [(start, end, boxes[0])]
    whole = _around(boxes)
    tallest = max(box[3] - box[1] for box in boxes)
    if end - start < 3 or whole[3] - whole[1] <= 2.2 * tallest:
        return [(start, end, whole)]
    return _cut(glyphs, start, end)


def _cut(glyphs: Glyphs, start: int, end: int) -> Iterator[tuple[int, int, Box]]:
    first, box = start, glyphs.box(start)
    for at in range(start + 1, end):
        following = glyphs.box(at)
        height = max(box[3] - box[1], following[3] - following[1])
        if following[1] > box[3] + height or following[3] < box[1] - height:
            yield first, at, box
            first, box = at, following
        else:
            box = _around([box, following])
    yield first, end, box


def _around(boxes: list[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _level(box: Box, origin: tuple[float, float], style: Style) -> tuple[float, float, float]:
    """Left, right and base of a word, turned back by its angle."""
    if style.angle == 0:
        return box[0], box[2], origin[1]
    turn = -math.radians(style.angle)
    cos, sin = math.cos(turn), math.sin(turn)
    corners = [(box[i], box[j]) for i in (0, 2) for j in (1, 3)]
    if style.angle % 90:  # a leaning word's box has its ends in two opposite corners
        rising = style.angle % 180 < 90
        corners = [corners[0], corners[3]] if rising else [corners[1], corners[2]]
    across = [x * cos - y * sin for x, y in corners]
    return min(across), max(across), origin[0] * sin + origin[1] * cos
