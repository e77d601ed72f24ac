"""Mail in a text: header lines ("From:", "Subject:"), then what the writer says until the next.

Within it, what is quoted of others: under "Ann Lee wrote:", and behind marks of quoting (">").
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace

from index.structure import dates
from index.structure.dialogue import Talk
from index.structure.pieces import Mark, Piece, Wrote
from index.structure.quoting import depth

_FIELD = re.compile(
    r"[ \t>*_]{0,8}(?P<name>from|sent|to|cc|bcc|date|subject|reply-to|von|gesendet|an|datum|"
    r"betreff|de|à|envoyé|objet)[*_]{0,2} ?:[*_]{0,2}[ \t]*(?P<value>[^\n]{0,300})",
    re.IGNORECASE,
)
_WRITER, _TOPIC = {"from", "von", "de"}, {"subject", "betreff", "objet"}
_DAY = {"date", "sent", "datum", "gesendet", "envoyé"}
_ADDRESS = re.compile(r"\s*[<\[(].*")
_MOST_LINES = 12  # of a header
_UNDERSCORES = re.compile(r"_{10,100}\s*\Z")  # over a quoted mail's header, in some programs
_PARTS = ("list", "code", "caption", "row")  # of what somebody writes


@dataclass(frozen=True, slots=True)
class Letter:
    """Pieces from ``start`` to before ``end``; the header goes to before ``body``.

    ``kind`` is that of what the writer says; "text" where no writer is known. ``level`` is for a
    file that is a mail, and has its subject as a heading: what is quoted stands below that alone,
    and lists and tables are the writer's, too. ``depth``: of the marks of quoting before it all.
    """

    start: int
    body: int
    end: int
    writer: str | None
    date: str | None
    kind: str = "turn"
    level: int = 0
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Voice:
    """Who says a piece, and when."""

    kind: str
    speaker: str | None = None
    date: str | None = None


def every(pieces: Sequence[Piece], fixed: Set[int], mails: Sequence[Letter]) -> list[Letter]:
    """All mails in order, without what is ``fixed``: ``mails`` that a reader knows, those with
    header lines, also in these, and what is quoted outside of any."""
    headed = list(_headed(pieces, fixed))
    known = _until_next([*mails, *headed], len(pieces))
    known = [_within(one, mails) for one in known]
    loose = _loose(pieces, set(fixed).union(*(range(one.start, one.end) for one in known)))
    return sorted([*known, *loose], key=lambda one: one.start)


def closed(pieces: Sequence[Piece], letters: Sequence[Letter]) -> set[int]:
    """The pieces in which nobody looks for talk: all but the own words of a file that is a mail."""
    found: set[int] = set()
    for one in letters:
        whole = one.start == one.body and one.level
        own = {i for i, voice in voices(pieces, one) if whole and voice.kind == "turn"}
        found |= set(range(one.start, one.end)) - own
    return found


def find(pieces: Sequence[Piece], fixed: Mapping[int, Mark], letters: Sequence[Letter]) -> Talk:
    """Marks for the headers and for what is written under each, with writer and day.

    ``fixed`` pieces (headings, lists, leftovers) are left as they are, but have a writer where the
    file is his mail. Lines that quote ("> …") without a word of whom are nobody's. "From: Oslo",
    "To: Bergen" without a subject is no mail.
    """
    found = Talk()
    for letter in letters:
        found.inside.update(range(letter.start, letter.body))
        if letter.start < letter.body:
            over = letter.start - 1
            if over >= 0 and pieces[over].wrote:  # "Original Message", below a mail without header
                found.inside.add(over)
                found.marks.setdefault(over, Mark("navigation"))
            kind = "quote" if letter.kind == "quote" else "text"
            found.marks[letter.start] = Mark(kind, letter.level, date=letter.date)
        last: Voice | None = None
        for i, voice in voices(pieces, letter):
            if i in fixed:
                if letter.level and fixed[i].kind in _PARTS:
                    found.marks[i] = replace(fixed[i], speaker=voice.speaker, date=voice.date)
                continue
            found.inside.add(i)
            if voice != last or i - 1 in fixed:  # a list stands between, and the writer goes on
                level = letter.level if voice != last else 0
                found.marks[i] = Mark(voice.kind, level, speaker=voice.speaker, date=voice.date)
            last = voice
    return found


def voices(pieces: Sequence[Piece], letter: Letter) -> Iterator[tuple[int, Voice]]:
    """For each piece of the body who says it; the lines that say who wrote are nobody's."""
    by_depth = {0: Voice(letter.kind, letter.writer, letter.date)}
    unknown = Voice("quote" if letter.level else "text")
    for i in range(letter.body, letter.end):
        at, wrote = depth(pieces[i]) - letter.depth, pieces[i].wrote
        below = _quoted_at(pieces, i, letter.end, wrote) if wrote else None
        if wrote is None or below is None:
            yield i, by_depth.get(at, unknown)
            continue
        yield i, Voice("navigation")
        by_depth = {d: voice for d, voice in by_depth.items() if d <= at}
        by_depth[below - letter.depth] = Voice("quote", wrote.who, wrote.date)


def _quoted_at(pieces: Sequence[Piece], i: int, end: int, wrote: Wrote) -> int | None:
    """How deep the words stand that a line announces; None where it announces none."""
    here = depth(pieces[i])
    after = depth(pieces[i + 1]) if i + 1 < end else here
    if after > here:
        return after
    return here if wrote.is_sure or wrote.who is None else None


def _headed(pieces: Sequence[Piece], fixed: Set[int]) -> Iterator[Letter]:
    """Mails by their header lines, of which each still goes to the end of the text."""
    at = 0
    while at < len(pieces):
        end, fields = at, dict[str, str]()
        while end < len(pieces) and end not in fixed and (end == at or not pieces[end].blanks):
            more = _fields(pieces[end].text)
            if not more:
                break
            fields |= more
            end += 1
        before = pieces[at - 1] if at else None
        is_block = before is not None and before.wrote is not None and before.wrote.who is None
        is_begun = pieces[at].blanks or (before and _UNDERSCORES.match(before.text))
        has_topic = is_begun and fields.keys() & _TOPIC
        if fields.keys() & _WRITER and (is_block or has_topic):
            kind, deep = "quote" if is_block else "turn", depth(pieces[at])
            yield Letter(at, end, len(pieces), _writer(fields), _date(fields), kind, depth=deep)
        at = max(end, at + 1)


def _until_next(letters: Sequence[Letter], last: int) -> list[Letter]:
    """Each to where the next begins, or one that a reader knows ends."""
    stops = sorted({last, *(at for one in letters for at in (one.start, one.end))})
    nexts = [stops[bisect_right(stops, one.start)] for one in letters]
    return [replace(one, end=at) for one, at in zip(letters, nexts, strict=True)]


def _within(letter: Letter, mails: Sequence[Letter]) -> Letter:
    """A mail in the text of one that a reader knows is quoted there."""
    outer = next((one for one in mails if one.start <= letter.start < one.end), None)
    if outer is None or letter.start == letter.body:
        return letter
    return replace(letter, kind="quote", level=outer.level)


def _loose(pieces: Sequence[Piece], taken: Set[int]) -> Iterator[Letter]:
    """What is quoted behind marks under "Ann Lee wrote:", in no mail."""
    end = 0
    for i, piece in enumerate(pieces):
        if piece.wrote is None or i in taken or i < end:
            continue
        end = i + 1
        while end < len(pieces) and end not in taken and depth(pieces[end]) > depth(piece):
            end += 1
        if end > i + 1:
            yield Letter(i, i, end, None, None, "text", depth=depth(piece))


def _fields(text: str) -> dict[str, str]:
    """Of a piece that holds nothing else; empty for any other."""
    lines = text[:4_000].splitlines()
    matches = [_FIELD.fullmatch(line.rstrip()) for line in lines[:_MOST_LINES]]
    if len(lines) > _MOST_LINES or not all(matches):
        return {}
    return {match["name"].casefold(): match["value"].strip() for match in matches if match}


def _writer(fields: Mapping[str, str]) -> str | None:
    return name_of(next(fields[name] for name in _WRITER if name in fields))


def _date(fields: Mapping[str, str]) -> str | None:
    day = next((fields[name] for name in _DAY if name in fields), "")
    stated = dates.stated(day)
    return stated.iso if stated else None


def name_of(said: str) -> str | None:
    """ "Ann Lee <ann@example.org>" without the address, unless there is nothing else."""
    return _ADDRESS.sub("", said).strip("\"'* ") or said.strip("<>[]() ") or None
