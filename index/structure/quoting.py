"""Lines of a mail cut apart by who may have written them: quoted ones, signatures."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from index.structure.partings import signing
from index.structure.pieces import Piece, Wrote, lines_of
from index.structure.wrote import LONGEST, told
from index.types import Span

_MOST_LINES = 3  # over which a mail program breaks a line that says who wrote
_MARKS = re.compile(r"((?:[ \t]{0,3}>)+)[ \t]?")
_MAY_BE = re.compile(r"^[ \t]{0,3}>|:[*_ \t\r]*$|-{2}[ \t\r]*$", re.MULTILINE)
_OPENS = re.compile(r"(?:On|Am|Op|Den|Le|El|Il|W dniu)\b.*\d|\d")  # the first of several lines


def cut(text: str, pieces: Sequence[Piece], quoted: int = 0) -> list[Piece]:
    """The pieces cut where a line says who wrote, and where the marks of quoting (">") change.

    ``quoted``: of these marks, how many a reader has dropped from each line.
    """
    found = (part for piece in pieces for part in _cut(text, piece))
    return [replace(one, quoted=quoted) for one in found] if quoted else list(found)


def cut_signatures(pieces: Sequence[Piece]) -> list[Piece]:
    """What may be a signature at a piece's end, cut from the rest."""
    return [part for piece in pieces for part in _signed(piece)]


def depth(piece: Piece) -> int:
    """How many marks of quoting stand before its first line, also such as a reader dropped."""
    return piece.quoted + depth_of(piece.text)


def depth_of(line: str) -> int:
    """The same of a line."""
    marks = _MARKS.match(line)
    return marks[1].count(">") if marks else 0


def unmarked(line: str) -> str:
    """A line without its marks of quoting, and the blank behind them."""
    marks = _MARKS.match(line)
    return line[marks.end() :] if marks else line


def _cut(text: str, piece: Piece) -> Iterator[Piece]:
    may_be = _MAY_BE.search(piece.text) and not piece.underlined
    groups = list(_groups(text, piece)) if may_be else [(piece.span, None)]
    for number, (span, wrote) in enumerate(groups):
        inner = span.stripped(text)
        if inner:
            blanks = 0 if number else piece.blanks
            yield replace(piece, span=inner, text=inner.of(text), blanks=blanks, wrote=wrote)


def _signed(piece: Piece) -> Iterator[Piece]:
    if piece.wrote or piece.underlined:
        yield piece
        return
    lines = list(lines_of(piece.text[-LONGEST:]))
    whole = len(piece.text) <= LONGEST
    last = [unmarked(one.of(piece.text[-LONGEST:])) for one in lines]
    count = signing(last if whole else last[1:])
    at = lines[-count].start + max(0, len(piece.text) - LONGEST) if count else len(piece.text)
    for start, end in ((0, at), (at, len(piece.text))):
        inner = Span(start, end).stripped(piece.text)
        if inner:
            span, blanks = inner.shift(piece.span.start), 0 if start else piece.blanks
            words = inner.of(piece.text)
            yield replace(piece, span=span, text=words, blanks=blanks, signs=start == at)


def _groups(text: str, piece: Piece) -> Iterator[tuple[Span, Wrote | None]]:
    lines = [one.shift(piece.span.start) for one in lines_of(piece.text)]
    depths = [depth_of(one.of(text)) for one in lines]
    start = at = 0
    while at < len(lines):
        end, wrote = _line(text, lines[at : at + _MOST_LINES], depths[at : at + _MOST_LINES])
        if start < at and (wrote or depths[at] != depths[at - 1]):
            yield Span(lines[start].start, lines[at - 1].end), None
            start = at
        if wrote:
            yield Span(lines[at].start, lines[at + end - 1].end), wrote
            start = at + end
        at += end
    if start < len(lines):
        yield Span(lines[start].start, lines[-1].end), None


def _line(text: str, lines: Sequence[Span], depths: Sequence[int]) -> tuple[int, Wrote | None]:
    """How many of the lines are one that says who wrote, and what it says; else 1 and None."""
    words = [unmarked(one.of(text)[: 2 * LONGEST]).strip() for one in lines]
    for count in range(len(lines), 0, -1):
        if count > 1 and (len(set(depths[:count])) > 1 or not _OPENS.match(words[0])):
            continue
        if words[count - 1].endswith((":", "-")) and (wrote := told(" ".join(words[:count]))):
            return count, wrote
    return 1, None
