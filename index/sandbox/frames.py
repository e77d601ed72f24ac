"""What goes between the program and the worker that reads files for it: plain bytes and JSON.

Nothing that comes from the worker is trusted: it was made of a file from anywhere.
"""

from __future__ import annotations

import json
import math
import re
import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from index.types import MOST_PIXELS, About, Origin, Parsed, Picture, Section, Span

Recognised = Mapping[int, Sequence[Sequence[Any]]]  # a page's words, as pdf.words.Word has them

REQUEST = struct.Struct(">II")  # bytes of JSON, bytes of the file
ANSWER = struct.Struct(">II")  # bytes of JSON, bytes of the text or the picture
MAX_ANSWER = 400_000_000  # bytes; more is no text that the worker's memory could hold
_SURROGATE = re.compile("[\ud800-\udfff]")
_PICTURE = re.compile(rb"P5\n(\d{1,6}) (\d{1,6})\n255\n")


@dataclass(frozen=True, slots=True)
class Request:
    """A file's text; or, of ``draw``, only the picture of this page."""

    name: str
    with_origins: bool = False
    recognised: Recognised = field(default_factory=dict)
    draw: int | None = None


def request(data: bytes, asked: Request) -> bytes:
    plain = [asked.name, asked.with_origins, list(asked.recognised.items()), asked.draw]
    head = utf8(json.dumps(plain, ensure_ascii=False))
    return REQUEST.pack(len(head), len(data)) + head + data


def requested(head: bytes) -> Request:
    name, with_origins, recognised, draw = json.loads(head)
    return Request(name, with_origins, dict(recognised), draw)


def answer(plain: dict[str, Any], content: bytes = b"") -> bytes:
    about = utf8(json.dumps(plain, ensure_ascii=False))
    return ANSWER.pack(len(about), len(content)) + about + content


def utf8(text: str) -> bytes:
    """Lone surrogates, which no file can hold, become U+FFFD; offsets stay as they are."""
    try:
        return text.encode()
    except UnicodeEncodeError:
        return _SURROGATE.sub("\ufffd", text).encode()


def to_plain(parsed: Parsed, with_origins: bool) -> dict[str, Any]:
    """All but the text, in values that JSON has."""
    about = parsed.about
    return {
        "sections": [
            (s.span.start, s.span.end, s.kind, s.title, s.level, s.page, s.speaker, s.date)
            for s in parsed.sections
        ],
        "title": parsed.title,
        "date": parsed.date,
        "warnings": parsed.warnings,
        "about": (about.language, about.date_from, about.unit, about.total, about.unread,
                  about.recognised),
        "origins": [
            (o.span.start, o.span.end, o.label, o.page, o.box, o.raw) for o in parsed.origins
        ]
        if with_origins
        else [],
    }  # fmt: skip


def from_plain(plain: dict[str, Any], text: str) -> Parsed:
    """Raises ValueError (or TypeError, KeyError) for what no reader may give."""
    sections = tuple(
        Section(_span(start, end, text), _str(kind), _str(title), _int(level),
                _maybe_int(page), _maybe_str(speaker), _maybe_str(date))
        for start, end, kind, title, level, page, speaker, date in plain["sections"]
    )  # fmt: skip
    if any(one.span.end > other.span.start for one, other in pairwise(sections)):
        raise ValueError("sections out of order")
    language, date_from, unit, total, unread, recognised = plain["about"]
    about = About(_maybe_str(language), _maybe_str(date_from), _maybe_str(unit), _int(total),
                  _numbers(unread, total), _numbers(recognised, total))  # fmt: skip
    origins = tuple(
        Origin(_span(start, end, text), _str(label), _maybe_int(page), _box(box), _maybe_str(raw))
        for start, end, label, page, box, raw in plain["origins"]
    )
    warnings = tuple(map(_str, plain["warnings"]))
    title, date = _maybe_str(plain["title"]), _maybe_str(plain["date"])
    return Parsed(text, sections, title, date, warnings, about, origins)


def to_picture(plain: dict[str, Any], body: bytes) -> Picture:
    """Raises ValueError (or TypeError, KeyError) for what is no picture that we draw."""
    found = _PICTURE.match(body)
    pixels = int(found[1]) * int(found[2]) if found else -1
    if not found or len(body) - found.end() != pixels or pixels > 1.01 * MOST_PIXELS:
        raise ValueError("no picture")
    scale, height = float(plain["scale"]), float(plain["height"])
    if not (0 < scale < math.inf and 0 < height < math.inf):
        raise ValueError("no size")
    return Picture(body, scale, height)


def _span(start: Any, end: Any, text: str) -> Span:
    if not 0 <= _int(start) <= _int(end) <= len(text):
        raise ValueError(f"{start}–{end} is not in the text")
    return Span(start, end)


def _numbers(values: Any, total: int) -> tuple[int, ...]:
    """Of pages: rising, from 1 to ``total``."""
    found = tuple(map(_int, values))
    if any(not low < one <= total for low, one in zip((0, *found), found, strict=False)):
        raise ValueError("no numbers of pages")
    return found


def _box(value: Any) -> tuple[float, float, float, float] | None:
    if value is None:
        return None
    left, bottom, right, top = map(float, value)
    return left, bottom, right, top


def _int(value: Any) -> int:
    if not isinstance(value, int):
        raise TypeError(f"{value!r} is no number")
    return value


def _str(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError(f"{value!r} is no text")
    return value


def _maybe_int(value: Any) -> int | None:
    return None if value is None else _int(value)


def _maybe_str(value: Any) -> str | None:
    return None if value is None else _str(value)
