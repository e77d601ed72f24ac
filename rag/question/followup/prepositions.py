"""Follow-ups that begin with a preposition: "from Canada" in place of "from abroad". Pure."""

from __future__ import annotations

import re
from itertools import pairwise

from rag.question.followup.alike import name_in_place, put, year_in_place
from rag.question.followup.frame import PREPOSITION, Kind, Slot, kind_of, prepositional_slots
from rag.text.verbs import BASE
from rag.text.words import fold, word_set, words

_PLACES = word_set("in at on inside outside near within")
_POINTS = word_set("in on at during after before since until till by from")
_AROUND = word_set("before after during since until till")
_LIMITS = word_set("over under above below")


def by_prepositions(given: str, frame: str) -> str | None:
    """ "from Lund to Ystad" takes two places."""
    if re.match(r"[a-z]+ or [a-z]+ ", given):
        return _by_preposition(given, frame)  # "with or without a lid"
    starts = [slot.outer for slot in prepositional_slots(given) if slot.preposition != "of"]
    read: str | None = frame
    for start, end in pairwise([*(starts or [0]), len(given)]):
        read = _by_preposition(given[start:end].strip(), read) if read else None
    return read


def _by_preposition(given: str, frame: str) -> str | None:
    if read := replaced(given, frame):
        return read
    to_do = given.startswith("to ") and fold(words(given)[1]) in BASE
    behind = not to_do and not given.startswith(("of ", "about "))
    return f"{frame.rstrip(' ?.!')} {given}?" if behind else None


def replaced(given: str, frame: str) -> str | None:
    """The frame with what is given in the place of what has the same preposition, or a like one."""
    match = PREPOSITION.match(given)
    if not match:
        return None
    preposition, thing = fold(match["preposition"]), given[match.end() :]
    if preposition == "to" and fold(words(thing)[0]) in BASE:
        purpose = [m for m in re.finditer(r" to (?=([a-z]+))", frame) if m[1] in BASE]
        return f"{frame[: purpose[-1].start()]} {given}?" if purpose else None
    kind = kind_of(thing)
    slots = [s for s in prepositional_slots(frame) if _fits(preposition, kind, s)]
    if not slots and (swapped := year_in_place(thing, frame)):
        return swapped

    def likeness(slot: Slot) -> tuple[bool, bool, bool, int]:
        same = slot.kind.what == kind.what, slot.kind.form == kind.form
        return slot.preposition == preposition, *same, slot.start

    if slots:
        best = max(slots, key=likeness)
        of_a_name = kind.what == "name" and best.kind.what == "thing" and _placed_names(frame)
        if of_a_name and (named := name_in_place(thing, frame)):
            return named  # "for Malawi" after "for entry to Zambia"
        return put(frame, best.outer, best.end, given)
    return None


def _fits(preposition: str, kind: Kind, slot: Slot) -> bool:
    """Whether "from Canada" can stand for "from abroad", and "in winter" not for "in the park"."""
    both = {preposition, slot.preposition}
    one, other = kind.what, slot.kind.what
    if "time" in {one, other}:
        return one == other and (len(both) == 1 or both <= _POINTS)
    if "amount" in {one, other}:
        return one == other and (len(both) == 1 or both <= _LIMITS)
    named = "name" in {one, other}
    places = {one, other} <= {"name", "place"}
    if both <= _PLACES:
        return places if named else len(both) == 1 or kind.form == slot.kind.form == "the"
    if both <= _AROUND:
        return True
    if len(both) == 2:
        return places and bool(both & _PLACES) and bool(both & {"from", "to"})
    if preposition == "for":  # "the penalty for late filing", and "for companies"
        return named or (
            kind.form == slot.kind.form
            and kind.plural == slot.kind.plural
            and (one == "people") == (other == "people")
        )
    return True


def _placed_names(frame: str) -> list[Slot]:
    return [slot for slot in prepositional_slots(frame) if slot.kind.what == "name"]
