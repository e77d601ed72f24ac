"""What PDFium's text page says of its characters: which they are, where, and in which font.

Everything is asked a word at a time and not a character at a time, what a call fills in is made
once a page, and a font is asked once: a call costs half a microsecond, a new value as much.
"""

from __future__ import annotations

import ctypes
import math
import re
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]

from index.readers.pdf.notes import Box

BROKEN = "\x02"  # PDFium's sign for a hyphen at a line's end; it swallows the line end
_BOLD_NAME = re.compile(rb"bold|black|heavy|demi", re.IGNORECASE)
_BOLD = 600
_ANGLES = 2  # degrees: text that leans less is level


@dataclass(frozen=True, slots=True)
class Style:
    size: float
    angle: int
    bold: bool


class Glyphs:
    """Of an open text page. Characters are counted as PDFium does, in units of UTF-16.

    ``turns`` are those of the page, each of 90 degrees.
    """

    def __init__(self, handle: Any, turns: int) -> None:
        self._handle = handle
        self._turns = turns
        self._sides = tuple(ctypes.c_double() for _ in range(4))
        self._matrix = pdfium_c.FS_MATRIX()
        self._object: int | None = None  # that ``_style`` is of, by its address
        self._style = Style(1.0, 0, False)
        self._styles: dict[tuple[float, ...], Style] = {}
        self._bold: dict[int, bool] = {}  # by the font's address

    def units(self) -> str:
        """One character for each of PDFium's."""
        count = pdfium_c.FPDFText_CountChars(self._handle)
        if count <= 0:
            return ""
        buffer = (ctypes.c_ushort * (count + 1))()
        written = pdfium_c.FPDFText_GetText(self._handle, 0, count, buffer)
        if written != count + 1:
            found = (pdfium_c.FPDFText_GetUnicode(self._handle, i) for i in range(count))
            return "".join(chr(one) if one < 0x110000 else "\ufffd" for one in found)
        text = bytes(buffer)[: 2 * count].decode("utf-16-le", "surrogatepass")
        if len(text) < count:  # pairs of surrogates were put together
            text = "".join(map(chr, buffer[:count]))
        return text.replace("\ufffe", BROKEN)

    def rectangles(self, start: int, count: int) -> list[Box]:
        """Around the glyphs; several where they do not stand side by side."""
        handle, (left, top, right, bottom) = self._handle, self._sides
        found = []
        for at in range(pdfium_c.FPDFText_CountRects(handle, start, count)):
            pdfium_c.FPDFText_GetRect(handle, at, left, top, right, bottom)
            found.append((left.value, bottom.value, right.value, top.value))
        return found

    def box(self, at: int) -> Box:
        left, right, bottom, top = self._sides
        pdfium_c.FPDFText_GetCharBox(self._handle, at, left, right, bottom, top)
        return left.value, bottom.value, right.value, top.value

    def origin(self, at: int) -> tuple[float, float]:
        """Where the glyph stands on its line."""
        x, y, *_ = self._sides
        pdfium_c.FPDFText_GetCharOrigin(self._handle, at, x, y)
        return x.value, y.value

    def style(self, at: int) -> Style:
        """That of its text object, as the first of these that were asked for has it."""
        here = pdfium_c.FPDFText_GetTextObject(self._handle, at)
        address = ctypes.addressof(here.contents) if here else None
        if address is None or address != self._object:
            self._style, self._object = self._style_of(at, here), address
        return self._style

    def _style_of(self, at: int, text_object: Any) -> Style:
        """The size is that of the font times what the text's matrix makes of it."""
        matrix = self._matrix
        pdfium_c.FPDFText_GetMatrix(self._handle, at, matrix)
        size = pdfium_c.FPDFText_GetFontSize(self._handle, at)
        bold = self._is_bold(at, text_object)
        key = (size, matrix.a, matrix.b, matrix.c, matrix.d, bold)
        if key not in self._styles:
            size = abs(size) * (math.hypot(matrix.c, matrix.d) or 1.0)
            turned = math.degrees(math.atan2(matrix.b, matrix.a)) - 90 * self._turns
            angle = round(turned) % 360
            if min(angle % 90, 90 - angle % 90) < _ANGLES:
                angle = round(angle / 90) * 90 % 360
            self._styles[key] = Style(max(size, 0.1), angle, bold)
        return self._styles[key]

    def _is_bold(self, at: int, text_object: Any) -> bool:
        font = pdfium_c.FPDFTextObj_GetFont(text_object) if text_object else None
        if not font:
            return self._looks_bold(at)
        address = ctypes.addressof(font.contents)
        if address not in self._bold:
            self._bold[address] = self._looks_bold(at)
        return self._bold[address]

    def _looks_bold(self, at: int) -> bool:
        if pdfium_c.FPDFText_GetFontWeight(self._handle, at) >= _BOLD:
            return True
        name, flags = ctypes.create_string_buffer(128), ctypes.c_int()
        pdfium_c.FPDFText_GetFontInfo(self._handle, at, name, 128, flags)
        return bool(_BOLD_NAME.search(name.value))
