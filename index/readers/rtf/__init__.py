"""RTF: read in one pass; what is wrong in it or cut off is read as far as it goes."""

from __future__ import annotations

from datetime import date

from index.errors import ReadError
from index.readers.office.pour import Pour
from index.readers.rtf.words import Reading
from index.structure.builder import Builder
from index.types import Parsed

_HEAD = 256  # bytes in which it must begin


def read(data: bytes, name: str) -> Parsed:  # noqa: ARG001 - one signature for all readers
    """The text and its sections; places are named "paragraph 12", "table 2, row 3". Raises
    ReadError."""
    begin = data[:_HEAD].find(b"{\\rtf")
    if begin < 0:
        raise ReadError("is not RTF: save it again, or give it the ending of its real format")
    reading = Reading()
    reading.run(data[begin:], reading.act)
    build = Builder()
    pour = Pour(build)
    pour.body(reading.draft.close())
    for kind, blocks in sorted(reading.running, key=lambda one: one[0] == "footer"):
        pour.running(kind, blocks)
    try:
        return build.finish(
            title=reading.title or pour.title,
            date=_day(reading.created),
            warnings=_warnings(reading),
        )
    except ReadError as error:
        raise ReadError(_why_empty(reading) or str(error)) from error


def _warnings(reading: Reading) -> list[str]:
    found = [*reading.warnings, *reading.tally.warnings()]
    if reading.unknown:
        found.append(f"{reading.unknown:,} characters are not known; they are shown as \ufffd")
    if reading.objects:
        found.append(f"{reading.objects:,} embedded files in it were not read")
    return found


def _day(parts: dict[str, int]) -> str | None:
    try:
        found = date(parts.get("yr", 0), parts.get("mo", 0), parts.get("dy", 0))
    except (ValueError, OverflowError):
        return None
    return found.isoformat() if 1980 < found.year < 2100 else None


def _why_empty(reading: Reading) -> str | None:
    if reading.objects:
        return f"has no text of its own, only {reading.objects:,} embedded files: save them"
    if reading.pictures:
        return "has no text, only images: have their text recognised (OCR)"
    return None
