"""A title right above its text in plain text, with no blank line between: "Method\\nStir it."

It is told from the first line of a wrapped paragraph by its end: a line that is wrapped ends only
where the next word would not have fitted.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise, takewhile

from index.structure import dates, navigation, shapes
from index.structure.partings import GREETINGS, is_closing
from index.structure.pieces import Piece, lines_of
from index.types import Span

_LONGEST, _MOST_WORDS = 60, 10
_LEAST_WORDS = 2  # of the text below
_ROOM = 0.8  # of the longest line: letters are not all as wide, and some lines end early
_SURE_WIDTH = round(shapes.WRAPPED / _ROOM)
_GOES_ON = tuple(",;:-–—&/(=+\\")
_OPENERS = "\"'“‘«([*_"
_PAIRS = (("(", ")"), ("[", "]"), ("“", "”"), ("«", "»"), ('"', '"'))
_COPYRIGHT = re.compile(r"copyright\b|©|\(c\)", re.IGNORECASE)
_NUMBER = re.compile(r"\d{3}|\d[.,]\d")  # shorter ones were rather wrapped: "O⏎2 from the air"
_QUANTITY = re.compile(r"(?<!\w)\d{1,3}(?:[.,]\d+)? (?:[a-z]|to\b|\d)")  # "Rent 450 euros"
ASKING = shapes.word_set("What Who Where When Why How Which Can Do Does Is Are Must May")
# Words that end no title, for one that they belong to follows.
_LEANING = shapes.word_set(
    "a an the this that these those his her its our their my your and or but nor of to in on at by "
    "for from with into onto upon over under between during through about against as than is are "
    "was were be been has have had will would shall should may might can could must not no if "
    "when while where which who whom whose because since until"
)
# Words of a statement, of which no title consists: "The deadline is Friday".
SAYING = shapes.word_set(
    "is are was were am has have had does did will would can could must may might shall should "
    "isn't aren't wasn't weren't hasn't haven't doesn't didn't won't can't cannot no not never"
)
# "Wash the apples" asks for something, "About the author" is a title.
_OBJECTS = shapes.word_set("the a an it them this these your all each")
_NO_VERB = shapes.word_set(
    "about before after during under over in on at for from with by to of and"
)
# Words with a capital that begin a sentence, and hardly ever a name.
_STARTERS = shapes.word_set(
    "The This That These Those It Its He She They We You There If When While After Before Since "
    "Because Although But However In On At For From With By To As Each Every No Some Many Most "
    "Both Only Please Do Our Your Their"
)


def cut(text: str, pieces: Sequence[Piece]) -> list[Piece]:
    """The pieces with each title that opens a block as one of its own, ``is_title``."""
    widest = max((len(line) for piece in pieces for line in _lines(piece)), default=0)
    over = {i for i, piece in enumerate(pieces) if _opens_block(piece, widest)}
    over -= navigation.find(pieces) if over else set()
    found: list[Piece] = []
    for i, piece in enumerate(pieces):
        found += _parts(text, piece) if i in over else [piece]
    return found


def cut_letter(text: str, pieces: Sequence[Piece]) -> list[Piece]:
    """The same of a mail, whose first line may call somebody by name: "Ann⏎The roof leaks."."""
    return [*pieces[:1], *cut(text, pieces[1:])]


def _parts(text: str, piece: Piece) -> Iterator[Piece]:
    start = piece.span.start
    end = start + next(lines_of(piece.text)).end
    for span, blanks in ((Span(start, end), piece.blanks), (Span(end, piece.span.end), 0)):
        stripped = span.stripped(text)
        is_title = span.start == start
        yield replace(
            piece, span=stripped, text=stripped.of(text), blanks=blanks, is_title=is_title
        )


def _opens_block(piece: Piece, widest: int) -> bool:
    """``widest``: the longest line of the whole text, in code points."""
    if not piece.blanks or piece.underlined or piece.wrote:
        return False
    first, *rest = _lines(piece)
    return len(first) <= _LONGEST and bool(rest) and _is_over(first, rest, widest)


def _lines(piece: Piece) -> list[str]:
    return [line.of(piece.text).strip() for line in lines_of(piece.text)]


def _is_over(first: str, rest: Sequence[str], widest: int) -> bool:
    """Whether the first line of a block is a title and the rest is running text."""
    body = list(takewhile(lambda line: not shapes.BULLET.match(line), rest))
    has_entries = any(map(shapes.ENTRY.match, rest)) and shapes.ENTRY.match(first)
    if not body or has_entries or not _is_running(body):
        return False
    if dates.is_date(first):
        return True
    width = max(map(len, (first, *body)))
    if len(rest) == 1:  # one short sentence does not show where lines are wrapped
        width = max(width, min(widest, _SURE_WIDTH))
    return _may_be_title(first) and (_has_room(first, body[0], width) or _starts(body[0]))


def _may_be_title(line: str) -> bool:
    if shapes.words(line, _MOST_WORDS) > _MOST_WORDS:
        return False
    number = shapes.NUMBERED.match(line)
    title = line[number.end() :] if number else line
    said = title.split()
    if not _begins(title) or not any(map(str.isalpha, title)) or "  " in line or "\t" in line:
        return False
    if shapes.ends_sentence(line) or shapes.has_stop(line) or line.endswith(_GOES_ON):
        return False
    if not number and (shapes.BULLET.match(line) or shapes.DASH.match(line)):
        return False
    if shapes.KEY_VALUE.match(line) or shapes.label(line) or "|" in line:
        return False
    if _COPYRIGHT.match(line) or "@" in line or any(_is_open(line, *pair) for pair in _PAIRS):
        return False
    if not number and _QUANTITY.search(title):
        return False
    if not number and SAYING.intersection(said[1:]):
        return said[0] in ASKING
    if asks_for(said) or is_closing(line):
        return False
    return said[-1] not in _LEANING and said[0].casefold() not in GREETINGS


def asks_for(words: Sequence[str]) -> bool:
    """Whether a line begins with a verb that asks for something: "Wash the apples"."""
    if len(words) < 2 or words[1] not in _OBJECTS or words[0].endswith("ing"):
        return False
    return words[0].casefold() not in _NO_VERB


def _is_open(line: str, opened: str, closed: str) -> bool:
    """A bracket or quotation is opened, and closed on another line."""
    if opened == closed:
        return line.count(opened) % 2 == 1
    return line.count(opened) > line.count(closed)


def _is_running(body: Sequence[str]) -> bool:
    """Sentences, wrapped or each on its line; no verse, address or list."""
    whole = shapes.ends_sentence(body[-1]) or shapes.leads_in(body[-1])
    few = sum(len(line.split()) for line in body[:_LEAST_WORDS]) < _LEAST_WORDS
    if not whole or few or not _begins(body[0]):
        return False
    width = max(map(len, body))
    wrapped = [(above, below) for above, below in pairwise(body) if not shapes.ends_sentence(above)]
    is_verse = bool(wrapped) and all(map(_begins, body))
    return not is_verse and not any(_has_room(*lines, width) for lines in wrapped)


def _begins(line: str) -> bool:
    head = line.lstrip(_OPENERS)
    return head[:1].isupper() or bool(_NUMBER.match(head))


def _has_room(above: str, below: str, width: int) -> bool:
    """Whether the next word would have fitted on the line: it was not wrapped there."""
    return len(above) + 1 + len(below.split(maxsplit=1)[0]) <= _ROOM * width


def _starts(line: str) -> bool:
    """A sentence begins with the line, and not a name."""
    return line.split(maxsplit=1)[0].strip(",") in _STARTERS
