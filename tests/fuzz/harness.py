"""One changed file is read as the worker reads it, and what comes out is looked at."""

from __future__ import annotations

import json
import math
import re
import traceback
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

from index.errors import ReadError
from index.readers import parse
from index.readers.formats import FORMATS, Format
from index.sandbox.frames import from_plain, to_plain, utf8
from index.types import Parsed

_PACKAGE = Path(__file__).parents[2] / "index"
_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?(?:T.*)?\Z")


def _readers() -> dict[str, tuple[Format, ...]]:
    found: dict[str, tuple[Format, ...]] = {}
    for one in FORMATS:
        name = one.module.rpartition(".")[2].removesuffix("_rows")
        found[name] = (*found.get(name, ()), one)
    return found


READERS = _readers()  # by name: the formats that one module reads


@dataclass(frozen=True, slots=True)
class Finding:
    """``kind`` and ``where`` (the innermost line of ours) tell findings apart."""

    kind: str
    where: str
    said: str

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.where


def name_of(reader: str, data: bytes) -> str:
    """One of the names that the reader's files have; always the same for the same bytes."""
    endings = [ending for one in READERS[reader] for ending in one.endings]
    return "a" + endings[zlib.crc32(data) % len(endings)]


def check(data: bytes, name: str, read: Callable[[bytes, str], Parsed] = parse) -> Finding | None:
    """None where the file was read, or refused with a reason."""
    try:
        said = next(broken(read(data, name)), None)
    except ReadError:
        return None
    except BaseException as error:  # a reader's own SystemExit too
        return Finding(type(error).__name__, _where(error), " ".join(str(error).split())[:200])
    return Finding("wrong result", said.partition(":")[0], said) if said else None


def broken(parsed: Parsed) -> Iterator[str]:
    """What does not hold of a result: what, and after a colon the values."""
    text, end = parsed.text, 0
    if re.search("[\0\ud800-\udfff]", text):
        yield "NUL or a lone surrogate in the text"
    if not any(map(str.isalnum, text)) and not parsed.about.unread:
        yield "no word in the text"
    for section in parsed.sections:
        span = section.span
        if not end <= span.start < span.end <= len(text):
            yield f"section out of order or of the text: {span} after {end} of {len(text)}"
        end = span.end
    for origin in parsed.origins:
        span = origin.span
        if not 0 <= span.start < span.end <= len(text):
            yield f"origin out of the text: {span} of {len(text)}"
        if origin.box is not None and not all(map(math.isfinite, origin.box)):
            yield f"box without numbers: {origin.box}"
    about = parsed.about
    if any(one >= other for one, other in pairwise(about.unread)):
        yield f"unread parts out of order: {about.unread}"
    if not all(1 <= one <= about.total for one in (*about.unread, *about.recognised)):
        yield f"unread parts that are none: {about.unread} of {about.total}"
    for stated in (parsed.date, *(one.date for one in parsed.sections)):
        if stated is not None and not all(map(_is_day, stated.split("/"))):
            yield f"no date: {stated!r}"
    yield from _sent(parsed)


def _sent(parsed: Parsed) -> Iterator[str]:
    """What the program outside makes of it is the same, apart from lone surrogates in titles."""
    plain = to_plain(parsed, with_origins=True)
    try:
        parsed.text.encode()
        back = from_plain(json.loads(utf8(json.dumps(plain, ensure_ascii=False))), parsed.text)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        yield f"not to be sent: {error}"
        return
    if back.sections != parsed.sections and utf8(str(parsed)).decode() == str(parsed):
        yield "sections change when they are sent"


def _is_day(value: str) -> bool:
    found = _DAY.match(value)
    if not found:
        return False
    try:
        date(int(found[1]), int(found[2] or 1), int(found[3] or 1))
    except ValueError:
        return False
    return True


def _where(error: BaseException) -> str:
    """The innermost line of ours."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [one for one in frames if Path(one.filename).is_relative_to(_PACKAGE)]
    if not ours:
        return "outside"
    return f"{Path(ours[-1].filename).relative_to(_PACKAGE.parent)}:{ours[-1].lineno}"
