"""Turns that begin with a label: "Q:" and "A:", or the speakers' names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from index.structure import chats, shapes
from index.structure.pieces import Piece
from index.structure.roles import Turn

ASKS = shapes.word_set("q question interviewer reporter journalist correspondent questioner")
ANSWERS = shapes.word_set("a answer interviewee respondent")
OF_A_LIST = shapes.word_set("q question a answer")  # of frequent questions, say
_NO_SPEAKER = shapes.word_set(
    "note notes warning tip example date subject from to re cc important source sources update "
    "caution hint todo see summary title author location time place url contact address "
    "info debug error fatal critical trace warn notice"
)


@dataclass(frozen=True, slots=True)
class Label:
    who: str  # as it is written
    length: int  # with the white space after it
    is_message: bool = False  # of a chat, behind a stamp

    @property
    def key(self) -> str:
        key = self.who.casefold().strip(".")
        return key.rstrip("0123456789") if key[:1] in "qa" and key[1:].isdigit() else key


def speakers(pieces: Sequence[Piece], free: Sequence[int]) -> dict[int, Label]:
    """The labelled pieces among ``free`` that are turns of a talk; none where it is no talk.

    Records ("Name: …", "Port: …") repeat their labels too, but hold no sentences.
    """
    labels = {
        i: Label(*found, chats.is_stamped(pieces[i].text))
        for i in free
        if (found := shapes.label(pieces[i].text)) is not None
    }
    labels = {i: label for i, label in labels.items() if label.key not in _NO_SPEAKER}
    counts = Counter(label.key for label in labels.values())
    regular = {key for key, count in counts.items() if count > 1}
    if regular | counts.keys() & (ASKS | ANSWERS) and counts.keys() & ASKS:
        regular |= counts.keys() & (ASKS | ANSWERS)
    turns = [i for i, label in labels.items() if label.key in regular]
    if len(regular) < 2 or not _is_talk(pieces, labels, turns):
        return {}
    within = range(turns[0], turns[-1] + 1)
    return {
        i: label
        for i, label in labels.items()
        if i in within or label.key in regular or label.is_message
    }


def _is_talk(pieces: Sequence[Piece], labels: Mapping[int, Label], turns: Sequence[int]) -> bool:
    said = [_said(pieces, i, labels[i].length) for i in turns]
    keys = [labels[i].key for i in turns]
    changes = sum(a != b for a, b in pairwise(keys))
    if all(labels[i].is_message for i in turns):
        return True  # who writes may write several in a row, without full stops
    stopped = sum(map(shapes.ends_sentence, said))
    length = sum(shapes.words(text, 50) for text in said)
    return (
        stopped >= 0.6 * len(turns) and length >= 3 * len(turns) and changes >= (len(turns) - 1) / 2
    )


def _said(pieces: Sequence[Piece], i: int, skip: int) -> str:
    """The words of a turn's first paragraph, which may stand below its label."""
    words = pieces[i].text[skip:]
    return words if words or i + 1 == len(pieces) else pieces[i + 1].text


def turn(pieces: Sequence[Piece], index: int, end: int, label: Label) -> Turn:
    return Turn(index, end, label.length, _said(pieces, index, label.length), label.key)


def asker(turns: Sequence[Turn]) -> str | None:
    """The one label whose turns are questions, where no other's are."""
    asked: Counter[str] = Counter(t.who for t in turns if "?" in t.opening)
    ended: Counter[str] = Counter(t.who for t in turns if shapes.asks(t.opening))
    total = Counter(t.who for t in turns)
    asking = [
        who
        for who, count in total.items()
        if count > 1 and asked[who] >= 0.66 * count and ended[who] >= 0.5 * count
    ]
    others = sum(count for who, count in total.items() if who not in asking)
    others_ended = sum(count for who, count in ended.items() if who not in asking)
    return asking[0] if len(asking) == 1 and others_ended <= 0.25 * others else None
