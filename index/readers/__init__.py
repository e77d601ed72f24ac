"""Files to texts with sections: one module per format, chosen by the name and the bytes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib import import_module
from pathlib import PurePath
from typing import Any

from index.errors import ReadError, WorkerError
from index.readers import formats, unread
from index.readers.formats import Format
from index.readers.sniff import sniff
from index.readers.unread import Unread
from index.types import Parsed, Picture

READERS = formats.versions()
_ZIPPED = ("docx", "odt", "epub", "pptx", "xlsx")


def media_type(name: str) -> str | None:
    """The media type that a file's ending stands for; None for a format that is not read."""
    named = formats.format_of(name)
    return named.media_type if named else None


def why_not_read(name: str) -> str:
    """Of a file without a media type: the reason, and the way to one that has."""
    return unread.by_name(name)


def told_type(data: bytes, name: str) -> str:
    """The media type of what the bytes are. Raises ReadError for what is not read."""
    return _told(data, name).media_type


def parse(
    data: bytes, name: str, recognised: Mapping[int, Sequence[Sequence[Any]]] | None = None
) -> Parsed:
    """The text of a file, with spans into it. Raises ReadError, saying what to do; WorkerError
    where a library that reads it is missing, which is no fault of the file.

    ``recognised``: words that were recognised in the pictures of pages, which only PDF has.
    """
    told = _told(data, name)
    if not data:
        raise ReadError("the file is empty: put text into it, or remove it from the folder")
    named = formats.format_of(name)
    if told is not named:  # with an ending that its reader knows
        name += told.endings[0]
    try:
        reader = import_module(f"index.readers.{told.module}")
    except ImportError as error:
        missing = " ".join(str(error).split())
        raise WorkerError(
            f"{told.title} cannot be read, a library is missing ({missing}): install Citewell again"
        ) from error
    extra = (recognised,) if recognised else ()
    parsed: Parsed = reader.read(data, name, *extra)
    if told is named:
        return parsed
    warning = f"its name does not end in {told.endings[0]}, but it is {told.title} and read as such"
    return replace(parsed, warnings=(warning, *parsed.warnings))


def picture(data: bytes, name: str, page: int) -> Picture:
    """A page of a PDF, numbered from 1, drawn. Raises ReadError."""
    from index.readers.pdf import ocr

    drawn = ocr.picture(data, page) if _told(data, name).name == "pdf" else None
    if drawn is None:
        raise ReadError(f"page {page} cannot be drawn")
    return drawn


def _told(data: bytes, name: str) -> Format:
    """What the bytes are, else what the name says."""
    named = formats.format_of(name)
    if named is None:
        raise ReadError(why_not_read(PurePath(name).name))
    found = sniff(data)
    if found is unread.ARCHIVE and named.name in _ZIPPED:
        return named  # it may be one with unusual entries; its reader says what is wrong
    if isinstance(found, Unread):
        raise ReadError(unread.by_content(found, name))
    return named if found is None or found.module == named.module else found
