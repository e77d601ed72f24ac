"""What stands on a PDF page beside its own text: filled form fields, and readers' notes."""

from __future__ import annotations

import ctypes
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pypdfium2.raw as pdfium_c  # type: ignore[import-untyped]

Box = tuple[float, float, float, float]  # left, bottom, right, top in the page's own points

_MOST = 2_000  # on a page
_LONGEST = 20_000  # bytes of one value
_TICKS = ("", "Off", "Yes", "On")  # of a box that is ticked or not
_FIELD = pdfium_c.FPDF_ANNOT_WIDGET
_NOTES = frozenset(
    {
        pdfium_c.FPDF_ANNOT_TEXT, pdfium_c.FPDF_ANNOT_FREETEXT, pdfium_c.FPDF_ANNOT_HIGHLIGHT,
        pdfium_c.FPDF_ANNOT_UNDERLINE, pdfium_c.FPDF_ANNOT_STRIKEOUT,
        pdfium_c.FPDF_ANNOT_SQUIGGLY, pdfium_c.FPDF_ANNOT_CARET, pdfium_c.FPDF_ANNOT_STAMP,
    }
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Note:
    text: str
    box: Box
    is_field: bool


def notes_of(page: Any) -> Iterator[Note]:
    """What was filled in and noted, in the file's order; ticks are left out."""
    for at in range(min(_MOST, pdfium_c.FPDFPage_GetAnnotCount(page.raw))):
        handle = pdfium_c.FPDFPage_GetAnnot(page.raw, at)
        if not handle:
            continue
        try:
            note = _note(handle)
        finally:
            pdfium_c.FPDFPage_CloseAnnot(handle)
        if note:
            yield note


def _note(handle: Any) -> Note | None:
    kind = pdfium_c.FPDFAnnot_GetSubtype(handle)
    if kind == _FIELD:
        text = _string(handle, b"V")
        if text in _TICKS or _string(handle, b"FT") in ("Btn", "Sig"):
            return None
    elif kind in _NOTES:
        text = _string(handle, b"Contents")
    else:
        return None
    rectangle = pdfium_c.FS_RECTF()
    if not text.strip() or not pdfium_c.FPDFAnnot_GetRect(handle, rectangle):
        return None
    box = (rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
    return Note(text, box, kind == _FIELD)


def _string(handle: Any, key: bytes) -> str:
    size = pdfium_c.FPDFAnnot_GetStringValue(handle, key, None, 0)
    if not 2 < size <= _LONGEST:
        return ""
    buffer = (ctypes.c_ushort * (size // 2 + 1))()
    pdfium_c.FPDFAnnot_GetStringValue(handle, key, buffer, size)
    return bytes(buffer)[: size - 2].decode("utf-16-le", "replace")
