"""Which sentences are items of a list, and which sentence leads in to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.structure import shapes
from index.types import Span

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n|\r\n?[^\S\r\n]*\r|\u2029")
_LINE_END = re.compile(r"[\n\r\u2028\u2029]")
_NEAR = 2  # line ends over the marker: no more than one blank line
_FIRST = frozenset("1ai")
_DASHES = "—–―‒"  # open a speech


@dataclass(frozen=True, slots=True)
class Entry:
    """The sentence begins an item. ``number`` tells the lists of a stretch apart; ``lead`` is the
    place, among its sentences, of the one that leads in to the list: with a colon at its end, or
    without a full stop right above the markers ("Bring the following")."""

    number: int
    lead: int | None


@dataclass(slots=True)
class _List:
    entry: Entry
    indent: int
    is_marked: bool


def entries(text: str, sentences: Sequence[Span]) -> list[Entry | None]:
    """One for each of the sentences, which stand in the order of the text; None for no item.

    An item has a marker ("-", "2.", "(a)"), or it is a paragraph without a full stop behind a
    sentence that leads in. A list within an item ends with the item.
    """
    found: list[Entry | None] = []
    open_lists: list[_List] = []
    count = 0
    for at in range(len(sentences)):
        before = _before(text, sentences, at)
        is_new, marker = _opening(before)
        leads = at > 0 and shapes.leads_in(sentences[at - 1].of(text))
        if marker is not None and at and found[-1] is None:
            leads |= _stands_over(sentences[at - 1].of(text), before)
        if not is_new:  # it goes on in its paragraph
            found.append(None)
            continue
        if marker is None and not _is_bare(text, sentences, at, leads, open_lists):
            open_lists.clear()
            found.append(None)
            continue
        indent = marker or 0
        while open_lists and open_lists[-1].indent > indent:
            open_lists.pop()
        if not open_lists or (leads and (indent > open_lists[-1].indent or not found[-1])):
            count += 1
            entry = Entry(count, at - 1 if leads else None)
            open_lists.append(_List(entry, indent, marker is not None))
        found.append(open_lists[-1].entry)
    return found


def members(found: Sequence[Entry | None], at: int) -> list[int]:
    """The places of all items of the list that the item ``at`` is of, and of the lists in them;
    empty where it is no item."""
    own = found[at]
    numbers = {own.number} if own else set[int]()
    places: list[int] = []
    for i, one in enumerate(found):
        if one and (one.number in numbers or one.lead in places):
            numbers.add(one.number)
            places.append(i)
    return places


def stands_behind(text: str, sentences: Sequence[Span]) -> list[int | None]:
    """For each sentence the place of the one it is read behind, None for the first: of a list's
    items the sentence that leads in to it, of all others the one before."""
    return [
        one.lead if one and one.lead is not None else at - 1 if at else None
        for at, one in enumerate(entries(text, sentences))
    ]


def _before(text: str, sentences: Sequence[Span], at: int) -> str:
    """What stands between the sentence and the one before it; of the first, on its line."""
    start = sentences[at].start
    if at:
        return text[sentences[at - 1].end : start]
    line = max(text.rfind(end, 0, start) for end in "\n\r\u2028\u2029") + 1
    return "\n" + text[max(line, start - 40) : start]


def _opening(before: str) -> tuple[bool, int | None]:
    """Whether an item or paragraph may begin here, and how far in its marker stands, if any."""
    line = _LINE_END.split(before)[-1]
    marker = line.strip()
    if marker and marker[0] not in _DASHES and len(before) > len(line):
        return True, len(line) - len(line.lstrip())
    return _BLANK_LINE.search(before) is not None, None


def _stands_over(sentence: str, before: str) -> bool:
    """Words without a full stop, above a list's first item with at most one blank line between.
    What is wrapped at a number, or lies between two items, is no lead-in, and neither are several
    lines that were not wrapped: the head of a letter or a judgment over its numbered paragraphs."""
    *above, line = _LINE_END.split(before.replace("\r\n", "\n"))
    marker = line.strip().split(maxsplit=1)[0].strip("().")
    is_first = not marker.isalnum() or marker in _FIRST
    is_whole = shapes.ends_sentence(sentence) or sentence.endswith((",", ";"))
    says = any(map(str.isalpha, sentence)) and not shapes.KEY_VALUE.match(sentence)
    head = any(len(one) < shapes.WRAPPED for one in sentence.splitlines()[:-1])
    return is_first and says and not is_whole and not head and len(above) <= _NEAR


def _is_bare(
    text: str, sentences: Sequence[Span], at: int, leads: bool, open_lists: Sequence[_List]
) -> bool:
    """An item without a marker: no whole sentence, alone in its paragraph, behind a lead-in or
    another such item. "Dear Ann:" leads in to no list."""
    if shapes.ends_sentence(sentences[at].of(text)):
        return False
    goes_on = bool(open_lists) and not open_lists[-1].is_marked
    if not leads and not goes_on:
        return False
    after = _before(text, sentences, at + 1) if at + 1 < len(sentences) else "\n\n"
    return _opening(after)[0]
