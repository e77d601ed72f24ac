"""Mail in a text: header lines ("From:", "Subject:"), then what the writer says until the next."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence, Set

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


def find(pieces: Sequence[Piece], fixed: Set[int]) -> Talk:
    """Marks for the headers and for what is written under each, with writer and day.

    ``fixed`` pieces (headings, lists, leftovers) are left as they are. Lines that quote another
    mail (">") are nobody's. "From: Oslo", "To: Bergen" without a subject is no mail.
    """
    found = Talk()
    headers = list(_headers(pieces, fixed))
    starts = [*(start for start, _, _ in headers), len(pieces)]
    for (start, body, fields), end in zip(headers, starts[1:], strict=True):
        day = next((fields[name] for name in _DAY if name in fields), "")
        stated = dates.stated(day)
        iso = stated.iso if stated else None
        found.marks[start] = Mark("text", date=iso)
        own = [i for i in range(body, end) if i not in fixed]
        found.inside.update(range(start, body), own)
        writer, last = _writer(fields), ""
        for i in own:
            quotes = pieces[i].text.lstrip().startswith(">")
            kind = "text" if quotes else "turn"
            if kind != last or i - 1 in fixed:  # a list stands between, and the writer goes on
                found.marks[i] = Mark("text") if quotes else Mark("turn", speaker=writer, date=iso)
            last = kind
    return found


def sign_offs(pieces: Sequence[Piece], fixed: Set[int]) -> list[int]:
    """Short lines right before a mail's header: "Thanks, Ann" is no heading of the next mail."""
    starts = [start for start, _, _ in _headers(pieces, fixed)]
    return [at - 1 for at in starts[1:] if len(pieces[at - 1].text.split()) <= _SIGN_OFF]


def _headers(pieces: Sequence[Piece], fixed: Set[int]) -> Iterator[tuple[int, int, dict[str, str]]]:
    """Where each begins and ends, and its fields by their names."""
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
            yield at, end, fields
        at = max(end, at + 1)


def _fields(text: str) -> dict[str, str]:
    """Of a piece that holds nothing else; empty for any other."""
    lines = text[:4_000].splitlines()
    matches = [_FIELD.fullmatch(line.rstrip()) for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES or not all(matches):
        return {}
    return {match["name"].casefold(): match["value"].strip() for match in matches if match}


def _writer(fields: dict[str, str]) -> str | None:
    said = next(fields[name] for name in _WRITER if name in fields)
    return _ADDRESS.sub("", said).strip("\"'* ") or said.strip("<>[]() ") or None
