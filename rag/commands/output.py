"""What the commands print: JSON that any terminal can hold, and text without its commands."""

from __future__ import annotations

import json
import sys
from typing import Any


def print_json(value: Any, indent: int | None = None) -> None:
    """One JSON value on stdout, escaped where stdout's encoding cannot hold its characters."""
    text = json.dumps(value, ensure_ascii=False, indent=indent)
    try:
        text.encode(sys.stdout.encoding or "utf-8")
    except (
        UnicodeEncodeError
    ):  # also lone surrogates, which a file's name or a caller's id can hold
        text = json.dumps(value, indent=indent)
    print(text, flush=True)


def printable(text: str) -> str:
    """A name as a terminal can show it: no control characters, no lone surrogates."""
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)


def harmless(text: str) -> str:
    """Text of a document for a terminal: line ends stay, what could steer the terminal goes."""
    lines = text.replace("\r\n", "\n")
    return "".join("\N{REPLACEMENT CHARACTER}" if _steers(c) else c for c in lines)


def _steers(c: str) -> bool:
    return (c < " " and c not in "\n\t") or "\x7f" <= c <= "\x9f" or "\ud800" <= c <= "\udfff"
