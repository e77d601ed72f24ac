"""Plain text: paragraphs, headings, dated items, interviews and leftovers of web pages."""

from __future__ import annotations

from index.readers.decode import decode
from index.structure.sections import structure
from index.types import Parsed


def read(data: bytes, name: str) -> Parsed:  # noqa: ARG001 - one signature for all readers
    """The text and its sections. Raises ReadError where the bytes are no text."""
    decoded = decode(data)
    return structure(decoded.text, decoded.warnings)
