"""Running text cut where it must not be glued: at gaps, and where a dated item begins."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from index.structure import dates
from index.structure.dates import Stated
from index.structure.pieces import EDGE, Mark, Marks, Piece


def find(
    pieces: Sequence[Piece], decided: set[int], heads: set[int], below: Mapping[int, int]
) -> Marks:
    """Marks of kind "item" and "text" for the pieces that no other rule has ``decided``.

    ``below``: for each heading the level at which text apart from it closes headlines.
    """
    stated = _stated(pieces, decided)
    several = sum(_opens(date) for date in stated.values()) > 1 and any(
        date.is_early or (date.is_day and 1 < pieces[i].blanks < EDGE) for i, date in stated.items()
    )  # where no day begins a paragraph that has one, they are mentions
    lone = {
        i
        for i in stated
        if pieces[i].blanks > 1 and i - 1 not in heads and _closes(pieces, decided, i)
    }
    marks: Marks = {}
    depth = 1
    for i, piece in enumerate(pieces):
        depth = below.get(i, depth)
        if i in decided:
            continue
        under_heading = i - 1 in heads
        apart = piece.blanks > 1 and not under_heading
        level = depth if apart else 0
        date = stated.get(i)
        if over := _date_over(pieces, heads, i):
            marks[i] = Mark("item", level, date=over)
        elif date and (
            (several and _opens(date))
            or (i in lone and (several or len(lone) > 1 or date.is_dateline))
        ):
            marks[i] = Mark("item", level, date=date.iso)
        elif apart or i - 1 in decided:
            marks[i] = Mark("text", level)
    return marks


def _stated(pieces: Sequence[Piece], decided: set[int]) -> dict[int, Stated]:
    found = {
        i: date
        for i, piece in enumerate(pieces)
        if i not in decided and piece.blanks and (date := dates.stated(piece.text)) is not None
    }
    alone = [i for i in found if dates.is_dated(pieces[i].text)]
    if len(alone) == 1:  # "Dated 9 January 2024": the whole document is
        del found[alone[0]]
    return found


def _date_over(pieces: Sequence[Piece], heads: set[int], i: int) -> str | None:
    """The date that stands right above the piece, alone on its line."""
    if i - 1 not in heads or not pieces[i - 1].is_title or not dates.is_date(pieces[i - 1].text):
        return None
    date = dates.stated(pieces[i - 1].text)
    return date.iso if date else None


def _opens(date: Stated) -> bool:
    """A month alone, amid a sentence, is rather a mention than an item's date."""
    return date.is_day or date.is_early


def _closes(pieces: Sequence[Piece], decided: set[int], i: int) -> bool:
    """The piece stands apart from what follows it, too."""
    following = i + 1
    blanks = pieces[following].blanks if following < len(pieces) else EDGE
    return blanks > 1 or following in decided
