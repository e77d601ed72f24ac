"""A mail's headers as text, and its text cut into what the sender wrote and what is quoted."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.header import decode_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime

from index.errors import ReadError
from index.readers.web.charset import decode_declared
from index.structure import letters, quoting

_LINE = re.compile(r"[^\n]*\n|[^\n]+")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines with the same marks of quoting. ``raw`` as in the mail; ``depth`` counts the marks,
    which ``text`` is without."""

    text: str
    raw: str
    depth: int = 0


def header(message: Message, name: str) -> str:
    """All values of a header, decoded, on one line; "" where there is none."""
    values = [str(value) for key, value in message.raw_items() if key.casefold() == name.casefold()]
    return " ".join(", ".join(decoded(value) for value in values[:20]).split())[:20_000]


def decoded(value: str) -> str:
    """A header's value without its encoding, whatever is wrong in it."""
    try:
        pieces = decode_header(_characters(value))
    except (HeaderParseError, ValueError):
        return _characters(value)
    found = []
    for piece, charset in pieces:
        found.append(piece if isinstance(piece, str) else _decode(piece, charset))
    return "".join(found).replace("\0", "")


def _characters(value: str) -> str:
    """Bytes over 127 stand in headers as lone surrogates; they are often UTF-8."""
    if value.isascii():
        return value
    return _decode(value.encode("utf-8", "surrogateescape"), None)


def _decode(data: bytes, charset: str | None) -> str:
    try:
        return decode_declared(data, charset).text
    except ReadError:
        return data.decode("latin-1")


def writer(message: Message) -> str | None:
    """The name in From, or the address where it holds none."""
    said = header(message, "From") or header(message, "Sender")
    name, address = parseaddr(said)
    return name.strip() if name.strip() and "@" in address else letters.name_of(said)


def day_of(value: str) -> str | None:
    """The day of a Date header, where it was sent."""
    try:
        return parsedate_to_datetime(value).date().isoformat()
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def unflowed(text: str, *, delete_space: bool) -> str:
    """Lines of format=flowed (RFC 3676) joined to paragraphs; marks of quoting stay."""
    found: list[str] = []
    flows = False
    depth = 0
    for line in text.splitlines():
        match = re.match(r"(>*) ?(.*)", line, re.DOTALL)
        marks, body = (match[1], match[2]) if match else ("", line)
        if flows and len(marks) == depth and body != "-- ":
            found[-1] += body
        else:
            found.append(f"{marks} {body}" if marks else body)
        depth = len(marks)
        flows = body.endswith(" ") and body != "-- "
        if flows and delete_space:
            found[-1] = found[-1][:-1]
    return "\n".join(found)


def stretches(text: str) -> Iterator[Stretch]:
    """In order, those that hold words."""
    for depth, raw in _by_depth(text):
        lines = _LINE.findall(raw) if depth else []
        body = "".join(map(quoting.unmarked, lines)) if depth else raw
        if body.strip():
            yield Stretch(body, raw, depth)


def _by_depth(text: str) -> Iterator[tuple[int, str]]:
    """Lines that follow each other with the same marks of quoting, with how many these are."""
    depth, lines = 0, list[str]()
    for line in _LINE.findall(text):
        here = quoting.depth_of(line) if line.strip() else depth
        if here != depth and lines:
            yield depth, "".join(lines)
            lines = []
        depth = here
        lines.append(line)
    if lines:
        yield depth, "".join(lines)
