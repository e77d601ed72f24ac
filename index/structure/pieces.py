"""A text cut into pieces (paragraphs, turns, headings), and pieces put together to sections."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.structure import chats, shapes
from index.types import Section, Span

EDGE = 1_000  # blank lines before the first piece and after the last: the widest gap
CELLS = " | "  # between the cells of a table's row
TABLE_LEVEL = 50  # of the names of a table's columns: deeper than any heading

# Some programs write "\r\r\n"; it is one line end, and no blank line.
_LINE = re.compile(r"([^\r\n\u2028\u2029]*)(\r{0,2}\n|[\r\u2028\u2029]|\Z)")


@dataclass(frozen=True, slots=True)
class Wrote:
    """What a line over a quoted mail says. ``who`` is None where lines of a header follow it.

    ``is_sure``: it names a time or an address, so that what follows is quoted without marks, too.
    """

    who: str | None
    date: str | None = None
    is_sure: bool = False


@dataclass(frozen=True, slots=True)
class Piece:
    """Lines that belong together. ``blanks`` is the number of blank lines before it.

    It is 0 for a piece that goes on in the block of the one before. ``is_title``: one line, and
    its text goes on right below. ``quoted`` counts the marks of quoting that a reader has dropped
    from a mail's lines. ``signs``: it may be a signature.
    """

    span: Span
    text: str
    blanks: int = 1
    underlined: bool = False
    is_title: bool = False
    quoted: int = 0
    wrote: Wrote | None = None
    signs: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """A section begins at a piece and goes on to the next mark.

    ``skip`` code points at its start, a dash or a speaker's label, are not part of it.
    """

    kind: str
    level: int = 0
    title: str = ""
    speaker: str | None = None
    date: str | None = None
    skip: int = 0


Marks = dict[int, Mark]  # by the number of the piece


def split(text: str) -> list[Piece]:
    """Pieces in order: blocks between blank lines, cut again at turns, labels and headings."""
    pieces: list[Piece] = []
    lines: list[Span] = []
    blanks, before = EDGE, EDGE

    def close(underlined: bool = False) -> None:
        nonlocal before
        if lines:
            pieces.append(_piece(text, lines, before, underlined))
            lines.clear()
            before = 0

    for line in lines_of(text):
        content = line.of(text)
        if shapes.is_blank(content):
            close()
            blanks += 1
            continue
        if blanks:
            before, blanks = blanks, 0
        if shapes.RULE.match(content[:500]):
            first = lines[0].of(text) if len(lines) == 1 else ""
            underlines = _underlines(first, content)
            if not underlines:
                close()
            lines.append(line)
            close(underlined=underlines)
            continue
        if lines and _begins(content):
            close()
        lines.append(line)
        if len(lines) == 1 and before and shapes.is_strong(content):
            close()
    close()
    return pieces


def assemble(text: str, pieces: Sequence[Piece], marks: Mapping[int, Mark]) -> tuple[Section, ...]:
    """Sections from marks: what stands before the first mark is running text."""
    sections: list[Section] = []
    bounds = sorted({0, len(pieces), *marks})
    for first, following in pairwise(bounds):
        mark = marks.get(first, Mark("text"))
        start = pieces[first].span.start + mark.skip
        end = pieces[following - 1].span.end
        while start < end and text[start].isspace():  # a label alone on its line
            start += 1
        if start < end:
            sections.append(
                Section(
                    Span(start, end),
                    mark.kind,
                    mark.title,
                    mark.level,
                    speaker=mark.speaker,
                    date=mark.date,
                )
            )
    return tuple(sections)


def lines_of(text: str) -> Iterator[Span]:
    """Without what ends them."""
    for match in _LINE.finditer(text):
        if match.end() > match.start():
            yield Span(match.start(1), match.end(1))


def _piece(text: str, lines: Sequence[Span], blanks: int, underlined: bool) -> Piece:
    span = Span(lines[0].start, lines[-1].end).stripped(text)
    return Piece(span, span.of(text), blanks, underlined)


def _begins(line: str) -> bool:
    is_turn = bool(shapes.DASH.match(line)) or shapes.label(line) is not None
    return is_turn or chats.is_stamped(line)


def _underlines(title: str, rule: str) -> bool:
    """A rule of about the title's length under one line; under columns it is a table's."""
    title, rule = title.strip(), rule.strip()
    if not title or "  " in title or "\t" in title or "|" in title or " " in rule:
        return False
    return 0.5 * len(title) <= len(rule) <= 2 * len(title) + 4 and not shapes.RULE.match(title)
