"""Mail in a text: header lines ("From:", "Subject:"), then what the writer says until the next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass

from index.structure import dates
from index.structure.dialogue import Talk
from index.structure.pieces import Mark, Piece

_FIELD = re.compile(
    r"[ \t>*_]{0,8}(?P<name>from|sent|to|cc|bcc|date|subject|reply-to|von|gesendet|an|datum|"
    r"betreff|de|à|envoyé|objet)[*_]{0,2} ?:[*_]{0,2}[ \t]*(?P<value>[^\n]{0,300})",
    re.IGNORECASE,
)
_WRITER, _TOPIC = {"from", "von", "de"}, {"subject", "betreff", "objet"}
_DAY = {"date", "sent", "datum", "gesendet", "envoyé"}
_ADDRESS = re.compile(r"\s*[<\[(].*")
_MOST_LINES = 12  # of a header
_SIGN_OFF = 6  # words


@dataclass(frozen=True, slots=True)
class Header:
    """Pieces from ``start`` to before ``end``; ``fields`` by their names."""

    start: int
    end: int
    fields: Mapping[str, str]


def headers(pieces: Sequence[Piece], fixed: Set[int]) -> list[Header]:
    """Those of all mails, in order, without what is ``fixed``."""
    return list(_headers(pieces, fixed))


def find(pieces: Sequence[Piece], fixed: Set[int], headers: Sequence[Header]) -> Talk:
    """Marks for the headers and for what is written under each, with writer and day.

    ``fixed`` pieces (headings, lists, leftovers) are left as they are. Lines that quote another
    mail (">") are nobody's. "From: Oslo", "To: Bergen" without a subject is no mail.
    """
    found = Talk()
    starts = [*(one.start for one in headers), len(pieces)]
    for header, end in zip(headers, starts[1:], strict=True):
        day = next((header.fields[name] for name in _DAY if name in header.fields), "")
        stated = dates.stated(day)
        iso = stated.iso if stated else None
        found.marks[header.start] = Mark("text", date=iso)
        own = [i for i in range(header.end, end) if i not in fixed]
        found.inside.update(range(header.start, header.end), own)
        writer, last = _writer(header.fields), ""
        for i in own:
            quotes = pieces[i].text.lstrip().startswith(">")
            kind = "text" if quotes else "turn"
            if kind != last or i - 1 in fixed:  # a list stands between, and the writer goes on
                found.marks[i] = Mark("text") if quotes else Mark("turn", speaker=writer, date=iso)
            last = kind
    return found


def sign_offs(pieces: Sequence[Piece], headers: Sequence[Header]) -> list[int]:
    """Short lines right before a mail's header: "Thanks, Ann" is no heading of the next mail."""
    before = [one.start - 1 for one in headers[1:]]
    return [at for at in before if len(pieces[at].text.split()) <= _SIGN_OFF]


def _headers(pieces: Sequence[Piece], fixed: Set[int]) -> Iterator[Header]:
    at = 0
    while at < len(pieces):
        end, fields = at, dict[str, str]()
        while end < len(pieces) and end not in fixed and (end == at or not pieces[end].blanks):
            more = _fields(pieces[end].text)
            if not more:
                break
            fields |= more
            end += 1
        if pieces[at].blanks and fields.keys() & _WRITER and fields.keys() & _TOPIC:
            yield Header(at, end, fields)
        at = max(end, at + 1)


def _fields(text: str) -> dict[str, str]:
    """Of a piece that holds nothing else; empty for any other."""
    lines = text[:4_000].splitlines()
    matches = [_FIELD.fullmatch(line.rstrip()) for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES or not all(matches):
        return {}
    return {match["name"].casefold(): match["value"].strip() for match in matches if match}


def _writer(fields: Mapping[str, str]) -> str | None:
    said = next(fields[name] for name in _WRITER if name in fields)
    return _ADDRESS.sub("", said).strip("\"'* ") or said.strip("<>[]() ") or None
