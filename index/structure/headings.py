"""Which pieces of a plain text are headings, and how deep."""

from __future__ import annotations

from collections.abc import Sequence, Set
from dataclasses import dataclass
from itertools import takewhile

from index.structure import dates, shapes, steps
from index.structure.pieces import Mark, Marks, Piece
from index.structure.titles import ASKING, SAYING

LONGEST = 40  # words of a headline
_MOST_IN_A_ROW = 3  # more lines than this one under another are a list
_RANKS = {"part": 1, "book": 1, "volume": 1, "chapter": 2, "appendix": 2, "annex": 2, "act": 2}
_DEEPEST_RANK = 3  # of sections and articles; numbers are deeper


@dataclass(frozen=True, slots=True)
class Headings:
    """``below``: for each heading the level of a headline that would follow it."""

    marks: Marks
    below: dict[int, int]


def find(pieces: Sequence[Piece], links: Set[int]) -> Headings:
    """Levels: by number or form ("1.2", "Chapter"); a headline is one below the last of these, and
    titles right above their text are one deeper still where they stand under a headline."""
    listed = steps.find(pieces)
    strong = {
        i: level
        for i in range(len(pieces))
        if i not in listed and (level := _strong_level(pieces, i, links)) > 0
    }
    soft = _headlines(pieces, links, strong.keys()) - listed
    marks: Marks = {}
    below: dict[int, int] = {}
    depth = 0  # level of the last heading known by its form
    inner = False  # titles are under a headline, which they follow or which is the document's
    for i in sorted(strong.keys() | soft):
        above = marks.get(i - 1)
        opens = (len(marks) == 1 or above is not None) and not pieces[
            next(reversed(marks))
        ].is_title
        inner = pieces[i].is_title and (inner or opens)
        level = strong[i] if i in strong else depth + 1 + inner
        if above and level <= above.level and not shapes.NUMBERED.match(pieces[i].text):
            level = above.level + 1  # a subtitle: nothing stands between that it could close
        if i in strong:
            depth = level
        marks[i] = Mark("heading", level, _title(pieces[i]))
        below[i] = depth + 1
    return Headings(marks, below)


def _title(piece: Piece) -> str:
    text = piece.text
    if piece.underlined:
        text = text.splitlines()[0]
    return shapes.one_line(text).strip("*_ ")


def _strong_level(pieces: Sequence[Piece], i: int, links: Set[int]) -> int:
    """The level of a heading known by its form, else 0."""
    piece = pieces[i]
    if i in links or i + 1 >= len(pieces) or i + 1 in links or len(piece.text) > 400:
        return 0
    if piece.underlined:
        return 1 if piece.text.rstrip()[-1] in "=#*" else 2
    if not piece.blanks or piece.wrote:
        return 0
    if piece.is_title and shapes.NUMBERED.match(piece.text) and not dates.is_date(piece.text):
        return _DEEPEST_RANK + 1
    lines = piece.text.splitlines()
    if len(lines) <= 3 and all(map(shapes.is_strong, lines)):
        number = shapes.NUMBERED.match(piece.text)
        if number and _goes_on(lines[-1], pieces[i + 1]):
            return 0
        if number:
            return _DEEPEST_RANK + number[1].count(".") + 1
        chapter = shapes.CHAPTER.match(piece.text)
        return _RANKS.get(chapter[1].casefold(), _DEEPEST_RANK) if chapter else 1
    return _DEEPEST_RANK + 1 if _is_numbered_title(pieces, i) else 0


def _goes_on(line: str, following: Piece) -> bool:
    """The line is the first of a wrapped paragraph: "5.2. If you end this agreement, all"."""
    return not following.blanks and (len(line) > 50 or following.text[0].islower())


def _is_numbered_title(pieces: Sequence[Piece], i: int) -> bool:
    """ "2. Methods" alone, with prose after it: not one of a list's entries."""
    number = shapes.NUMBERED.match(pieces[i].text)
    if (
        not number
        or dates.is_date(pieces[i].text)
        or "\n" in pieces[i].text
        or not pieces[i + 1].blanks
    ):
        return False
    rest = pieces[i].text[number.end() :]
    wrapped = takewhile(lambda piece: not piece.blanks, pieces[i + 2 : i + 4])
    after = "\n".join(piece.text for piece in (pieces[i + 1], *wrapped))
    is_entry = shapes.BULLET.match(after) or (i and shapes.ENTRY.match(pieces[i - 1].text))
    return (
        rest[0].isupper()
        and shapes.words(rest, 10) <= 10
        and not shapes.ends_sentence(rest)
        and not is_entry
        and (shapes.ends_sentence(after) or shapes.leads_in(pieces[i + 1].text))
    )


def _headlines(pieces: Sequence[Piece], links: Set[int], strong: Set[int]) -> set[int]:
    """Paragraphs without a full stop that have text of their own after them."""
    found: set[int] = set()
    row: list[int] = []
    for i, piece in enumerate(pieces):
        if i not in links and i not in strong and _could_be_headline(pieces, i, i - 1 in strong):
            row.append(i)
        elif i not in links:
            row = _belonging(pieces, row, strong)
            if len(row) <= _MOST_IN_A_ROW:
                found.update(row)
            row = []
        elif not shapes.RULE.match(piece.text[:500]):
            row = []  # it led to a link; a rule may stand under a title
    return found


def _belonging(pieces: Sequence[Piece], row: Sequence[int], strong: Set[int]) -> list[int]:
    """The lines of a row that lead to the text after it, not parted from it by a wider gap."""
    kept: list[int] = []
    for i in reversed(row):
        after = pieces[i + 1].blanks
        before = pieces[i].blanks
        short = shapes.words(pieces[i].text, 12) <= 12
        apart = after > before or (after == before and not short)
        if after > 1 and apart and i - 1 not in strong:
            break
        kept.append(i)
    return kept


def _could_be_headline(pieces: Sequence[Piece], i: int, is_under: bool) -> bool:
    piece = pieces[i]
    text = piece.text
    if piece.is_title:
        return True
    following = pieces[i + 1].blanks if i + 1 < len(pieces) else 0
    if len(text) > 500 or not (piece.blanks or is_under) or not following or piece.wrote:
        return False
    lines = text.splitlines()
    if len(lines) > 3 or any(len(line) < shapes.WRAPPED for line in lines[:-1]):
        return False
    if shapes.words(text, LONGEST) > LONGEST or text.endswith((",", ";")):
        return False
    if text.endswith(":") and (shapes.words(text, 6) > 6 or _is_lead_in(text)):
        return False
    first = next((char for char in text if char.isalpha()), "")
    if not first or first.islower() or shapes.ends_sentence(text) or shapes.has_stop(text):
        return False
    if shapes.BULLET.match(text) or shapes.DASH.match(text):
        return False
    if dates.is_date(text) or dates.is_dated(text):
        return False
    return not shapes.KEY_VALUE.match(text) or _is_headline_with_colon(pieces, i)


def _is_lead_in(text: str) -> bool:
    """ "3.1 The Tenant shall:" goes on in the list below, of which "Ingredients:" is the name."""
    begins = next(iter(text.split()), "")
    return bool(shapes.NUMBERED.match(text)) or (
        begins not in ASKING and not SAYING.isdisjoint(text.rstrip(":* _").split())
    )


def _is_headline_with_colon(pieces: Sequence[Piece], i: int) -> bool:
    """ "The dam: what comes next" and not "Port: 8443", with other such lines beside it."""
    value = pieces[i].text.partition(":")[2]
    beside = [pieces[j].text for j in (i - 1, i + 1) if 0 <= j < len(pieces)]
    return (
        shapes.words(value, 4) >= 4
        and not any(char.isdigit() for char in value)
        and not any(shapes.KEY_VALUE.match(text) for text in beside)
    )
