"""Files to texts with sections: one module per format, chosen by the file's name."""

from __future__ import annotations

from pathlib import PurePath

from index.errors import ReadError
from index.types import Parsed

READERS = "text-1;markdown-1"  # raise a number when the same bytes give another text or sections
_TYPES = {
    ".txt": "text/plain",
    ".text": "text/plain",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
}


def media_type(name: str) -> str | None:
    """The media type that a file's ending stands for; None for a format that is not read."""
    return _TYPES.get(PurePath(name).suffix.casefold())


def parse(data: bytes, name: str) -> Parsed:
    """The text of a file, with spans into it. Raises ReadError, saying what to do."""
    kind = media_type(name)
    if kind is None:
        known = ", ".join(_TYPES)
        raise ReadError(f"{PurePath(name).name} is of no format that is read: use {known}")
    if kind == "text/markdown":
        from index.readers import markdown

        return markdown.read(data, name)
    from index.readers import text

    return text.read(data, name)
