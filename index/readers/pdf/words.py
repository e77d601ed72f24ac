"""The words of a PDF page and where they stand, through PDFium's text page.

Everything is asked a word at a time and not a character at a time: a call costs a microsecond.
"""

from __future__ import annotations

import ctypes
import math
import re
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pypdfium2 as pdfium  # type: ignore[import-untyped]
import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]

from index.readers.pdf.notes import Box, Note, notes_of

HYPHENS = ("-", "\u2010", "\u00ad")
_SOFT = "\u00ad"
_BROKEN = "\x02"  # PDFium's sign for a hyphen at a line's end; it swallows the line end
_WORD = re.compile(r"[^\s\x02]+\x02?|\x02")
_CONTROL = re.compile("[\0-\x1f\x7f-\x9f\ufffe\uffff]")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BULLETS = dict.fromkeys("\uf0a7\uf0a8\uf0b7\uf0d8\uf0fc\uf06e\uf076", "•")  # Symbol, Wingdings
_CHANGED = str.maketrans({**_BULLETS, _BROKEN: "-"})
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_BOLD = 600
_ANGLES = 2  # degrees: text that leans less is level


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


@dataclass(frozen=True, slots=True)
class _Style:
    size: float
    angle: int
    bold: bool


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
        words = list(_words(text_page.raw, shown))
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


def _words(handle: Any, shown: _Shown) -> Iterator[Word]:
    units = _units(handle)
    object_before, style = None, _Style(1.0, 0, False)
    x, y = ctypes.c_double(), ctypes.c_double()
    for found in _WORD.finditer(units):
        for start, end, box in _on_one_line(handle, found.start(), found.end()):
            here = pdfium_c.FPDFText_GetTextObject(handle, start)
            address = ctypes.cast(here, ctypes.c_void_p).value
            if address is None or address != object_before:
                style, object_before = _style(handle, start, shown), address
            pdfium_c.FPDFText_GetCharOrigin(handle, start, x, y)
            box = shown.box(box)
            x0, x1, base = _level(box, shown.point(x.value, y.value), style)
            raw = _joined(units[start:end])
            text = _clean(raw)
            kept = raw.replace(_BROKEN, "-")
            yield Word(
                text, None if kept == text else kept, box, x0, x1, base,
                style.size, style.bold, style.angle, start,
            )  # fmt: skip


def _units(handle: Any) -> str:
    """One character for each of PDFium's, which are the units of UTF-16."""
    count = pdfium_c.FPDFText_CountChars(handle)
    if count <= 0:
        return ""
    buffer = (ctypes.c_ushort * (count + 1))()
    written = pdfium_c.FPDFText_GetText(handle, 0, count, buffer)
    if written != count + 1:
        found = (pdfium_c.FPDFText_GetUnicode(handle, i) for i in range(count))
        return "".join(chr(one) if one < 0x110000 else "\ufffd" for one in found)
    units = array("H", buffer)[:count]
    return "".join(map(chr, units)).replace("\ufffe", _BROKEN)


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


def _on_one_line(handle: Any, start: int, end: int) -> Iterator[tuple[int, int, Box]]:
    """A word with the box around its glyphs; cut where PDFium saw no end of a line."""
    boxes = _rectangles(handle, start, end - start) or [_char_box(handle, start)]
    if len(boxes) == 1:
        yield start, end, boxes[0]
        return
    whole = _around(boxes)
    tallest = max(box[3] - box[1] for box in boxes)
    if end - start < 3 or whole[3] - whole[1] <= 2.2 * tallest:
        yield start, end, whole
        return
    first, box = start, _char_box(handle, start)
    for at in range(start + 1, end):
        following = _char_box(handle, at)
        height = max(box[3] - box[1], following[3] - following[1])
        if following[1] > box[3] + height or following[3] < box[1] - height:
            yield first, at, box
            first, box = at, following
        else:
            box = _around([box, following])
    yield first, end, box


def _rectangles(handle: Any, start: int, count: int) -> list[Box]:
    left, top, right, bottom = (ctypes.c_double() for _ in range(4))
    found = []
    for at in range(pdfium_c.FPDFText_CountRects(handle, start, count)):
        pdfium_c.FPDFText_GetRect(handle, at, left, top, right, bottom)
        found.append((left.value, bottom.value, right.value, top.value))
    return found


def _char_box(handle: Any, at: int) -> Box:
    left, right, bottom, top = (ctypes.c_double() for _ in range(4))
    pdfium_c.FPDFText_GetCharBox(handle, at, left, right, bottom, top)
    return left.value, bottom.value, right.value, top.value


def _around(boxes: list[Box]) -> Box:
    return (
        min(box[0] for box in boxes),
        min(box[1] for box in boxes),
        max(box[2] for box in boxes),
        max(box[3] for box in boxes),
    )


def _style(handle: Any, at: int, shown: _Shown) -> _Style:
    """The size is that of the font times what the text's matrix makes of it."""
    matrix = pdfium_c.FS_MATRIX()
    pdfium_c.FPDFText_GetMatrix(handle, at, matrix)
    scale = math.hypot(matrix.c, matrix.d) or 1.0
    size = abs(pdfium_c.FPDFText_GetFontSize(handle, at)) * scale
    turned = math.degrees(math.atan2(matrix.b, matrix.a)) - 90 * shown.turns
    angle = round(turned) % 360
    if min(angle % 90, 90 - angle % 90) < _ANGLES:
        angle = round(angle / 90) * 90 % 360
    return _Style(max(size, 0.1), angle, _is_bold(handle, at))


def _is_bold(handle: Any, at: int) -> bool:
    if pdfium_c.FPDFText_GetFontWeight(handle, at) >= _BOLD:
        return True
    name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
    pdfium_c.FPDFText_GetFontInfo(handle, at, name, 128, flags)
    return bool(_BOLD_NAME.search(name.value))


def _level(box: Box, origin: tuple[float, float], style: _Style) -> tuple[float, float, float]:
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
