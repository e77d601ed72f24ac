"""Which sentences are items of a list, and which sentence leads in to them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from index.passages.markers import NO_MARKER, Marker, markers
from index.structure import shapes
from index.types import Span

_BLANK_LINE = re.compile(r"\n[^\S\n]*\n|\r\n?[^\S\r\n]*\r|\u2029")
_LINE_END = re.compile(r"[\n\r\u2028\u2029]")
_NEAR = 2  # line ends over the marker: no more than one blank line
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
    """``last``: the marker of its last item."""

    entry: Entry
    indent: int
    last: Marker


@dataclass(frozen=True, slots=True)
class _Item:
    """What is seen of an item that begins."""

    at: int
    indent: int
    marker: Marker
    leads: bool  # the sentence over it leads in
    is_below: bool  # the sentence over it begins an item
    is_close: bool  # right under what it may be part of, or amid its sentence


def entries(text: str, sentences: Sequence[Span]) -> list[Entry | None]:
    """One for each of the sentences, which stand in the order of the text; None for no item.

    An item has a marker ("-", "2.", "(a)"), or it is a paragraph without a full stop behind a
    sentence that leads in. A list within an item ends with the item, and any list ends where
    markers of another sort begin.
    """
    found: list[Entry | None] = []
    open_lists: list[_List] = []
    count = 0
    for at in range(len(sentences)):
        before = _before(text, sentences, at)
        above = sentences[at - 1].of(text) if at else ""
        is_new, marks, indent = _opening(before)
        leads = at > 0 and shapes.leads_in(above)
        is_below = at > 0 and found[-1] is not None
        if marks and at and not is_below:
            leads |= _stands_over(above, before, marks[0])
        if not is_new:  # it goes on in its paragraph
            found.append(None)
            continue
        if not marks and not _is_bare(text, sentences, at, leads, open_lists):
            open_lists.clear()
            found.append(None)
            continue
        marker, *inner = marks or [NO_MARKER]
        is_close = not _BLANK_LINE.search(before) or not _is_whole(above)
        item = _Item(at, indent, marker, leads, is_below, is_close)
        entry = _put(item, open_lists, count + 1)
        open_lists += [_List(entry, indent, one) for one in inner]  # "3. (a)", then "(b)"
        count = max(count, entry.number)
        found.append(entry)
    return found


def _put(item: _Item, open_lists: list[_List], number: int) -> Entry:
    """The list that the item is of, which is the last of ``open_lists`` then: one of these, or a
    new one that has the ``number``."""
    while open_lists and open_lists[-1].indent > item.indent:
        open_lists.pop()
    going_on = _going_on(item, open_lists)
    if going_on is not None:
        at, last = going_on
        del open_lists[at + 1 :]
        open_lists[at].last = last
        return open_lists[at].entry
    if not item.leads and _is_within(item, open_lists):
        entry = open_lists[-1].entry
    else:
        entry = Entry(number, item.at - 1 if item.leads else None)
        while not item.leads and open_lists and not open_lists[-1].last.counts:
            open_lists.pop()
    open_lists.append(_List(entry, item.indent, item.marker))
    return entry


def _going_on(item: _Item, open_lists: Sequence[_List]) -> tuple[int, Marker] | None:
    """The place of the list that the item goes on with, and its marker as it is read there."""
    for at in reversed(range(len(open_lists))):
        marker = _next_of(open_lists[at], item, at == len(open_lists) - 1)
        if marker is not None:
            return at, marker
    return None


def _next_of(one: _List, item: _Item, is_inner: bool) -> Marker | None:
    """The item's marker, if it goes on with a list: with the innermost, unless a sentence leads in
    to it; with one around that only where it counts on: "4." behind (a) and (b) of "3."."""
    marker = item.marker.after(one.last)
    if marker is None or marker.is_beyond(one.last):
        return marker
    begins = item.leads and (not is_inner or item.indent > one.indent or not item.is_below)
    return marker if not begins and (is_inner or not marker.counts) else None


def _is_within(item: _Item, open_lists: Sequence[_List]) -> bool:
    """Whether what no sentence leads in to is part of the item over it: it stands further in, or
    right under a counted one with the first letter of the alphabet or a bullet."""
    if not open_lists or NO_MARKER in (item.marker, open_lists[-1].last):
        return False
    is_deep = not item.marker.counts or (item.marker.is_first and not item.marker.is_number)
    is_under = open_lists[-1].last.counts and is_deep and item.is_close
    return is_under or item.indent > open_lists[-1].indent


def members(found: Sequence[Entry | None], at: int) -> list[int]:
    """The places of all items of the list that the item ``at`` is of, and of the lists in them;
    empty where it is no item. What other sentences of its items lead in to is another list."""
    own = found[at]
    numbers = {own.number} if own else set[int]()
    ends = [i for i, one in enumerate(found) if one and one.number in numbers]
    places: list[int] = []
    for i, one in enumerate(found):
        is_amid = one and one.lead is None and ends and ends[0] < i < ends[-1]
        if one and (one.number in numbers or one.lead in places or is_amid):
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


def _opening(before: str) -> tuple[bool, list[Marker], int]:
    """Whether an item or paragraph may begin here, its markers, and how far in they stand."""
    line = _LINE_END.split(before)[-1]
    marks = line.strip()
    if marks and marks[0] not in _DASHES and len(before) > len(line):
        return True, markers(marks), len(line) - len(line.lstrip())
    return _BLANK_LINE.search(before) is not None, [], 0


def _is_whole(sentence: str) -> bool:
    return shapes.ends_sentence(sentence) or sentence.endswith((",", ";"))


def _stands_over(sentence: str, before: str, marker: Marker) -> bool:
    """Words without a full stop, above a list's first item with at most one blank line between.
    What is wrapped at a number, or lies between two items, is no lead-in, and neither are several
    lines that were not wrapped: the head of a letter or a judgment over its numbered paragraphs."""
    *above, _ = _LINE_END.split(before.replace("\r\n", "\n"))
    is_first = marker.is_first or not marker.counts
    says = any(map(str.isalpha, sentence)) and not shapes.KEY_VALUE.match(sentence)
    head = any(len(one) < shapes.WRAPPED for one in sentence.splitlines()[:-1])
    return is_first and says and not _is_whole(sentence) and not head and len(above) <= _NEAR


def _is_bare(
    text: str, sentences: Sequence[Span], at: int, leads: bool, open_lists: Sequence[_List]
) -> bool:
    """An item without a marker: no whole sentence, alone in its paragraph, behind a lead-in or
    another such item. "Dear Ann:" leads in to no list."""
    if shapes.ends_sentence(sentences[at].of(text)):
        return False
    goes_on = bool(open_lists) and open_lists[-1].last == NO_MARKER
    if not leads and not goes_on:
        return False
    after = _before(text, sentences, at + 1) if at + 1 < len(sentences) else "\n\n"
    return _opening(after)[0]
