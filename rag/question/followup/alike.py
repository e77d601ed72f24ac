"""Which phrase of the last question is like one of a follow-up, and may be replaced by it. Pure."""

from __future__ import annotations

import re

from rag.question.followup.frame import Kind, Slot, head_of, is_name, kind_of, phrase_slots
from rag.question.followup.places import PLACE_BEFORE, TIME_NAME, innermost, with_article
from rag.text.words import AUX, names, word_set, words

ARTICLE = re.compile(r"(?:the|an?) ", re.I)
_YEAR = re.compile(r"\b(?:1\d{3}|20\d{2}|19\d0s)\b")
_SUBORDINATE = re.compile(r" (?:if|when|because|unless|while|after|before|so that|who|which) ")
MEASURES = word_set(  # "the price of the pump": another thing has its price too
    "price cost weight size height length width depth age colour color population speed capacity "
    "load temperature value rate fee fare date purpose function"
)
_ASKED = word_set("which what many much")


def put(frame: str, start: int, end: int, text: str) -> str:
    return frame[:start] + text + frame[end:]


def year_in_place(given: str, frame: str) -> str | None:
    years = list(_YEAR.finditer(frame)) if _YEAR.search(given) else []
    return put(frame, *years[-1].span(), given) if years else None


def name_in_place(given: str, frame: str) -> str | None:
    if not is_name(given):
        return None
    spans = [innermost(name, frame) for name in names(frame)]
    spans = [span for span in spans if not TIME_NAME.fullmatch(frame[slice(*span)])]
    spans = [(with_article(frame, a) if ARTICLE.match(given) else a, b) for a, b in spans]
    shared = [span for span in spans if set(words(frame[slice(*span)])) & set(words(given))]

    def likeness(span: tuple[int, int]) -> tuple[bool, bool, bool, int]:
        phrase = frame[slice(*span)]
        same_article = bool(ARTICLE.match(phrase)) == bool(ARTICLE.match(given))
        same_number = phrase.endswith("s") == given.endswith("s")
        return same_article, same_number, bool(PLACE_BEFORE.search(frame[: span[0]])), span[0]

    best = max(shared or spans, key=likeness, default=None)
    return put(frame, *best, given) if best else None


def of_kind(kind: Kind, frame: str) -> list[Slot]:
    """The phrases in whose place one of a kind may stand; the fewest that are most like it."""
    clause = _SUBORDINATE.search(frame)
    main = [slot for slot in phrase_slots(frame) if not clause or slot.start < clause.start()]
    slots = [slot for whole in main for slot in _parts(whole)]
    people = [slot for slot in slots if slot.kind.what == "people"]
    if kind.what == "people" and people:
        subjects = [slot for slot in people if slot.after in AUX]
        return subjects[:1] if len(people) > 1 and subjects else people
    alike = [
        slot
        for slot in slots
        if slot.kind.form == kind.form
        and slot.kind.what not in {"time", "amount", "name"}
        and (slot.kind.what != "people" or kind.plural)  # "sick leave" is no people
        and slot.after not in _ASKED
        and (kind.form != "bare" or slot.after != "of")
    ]
    same_number = [slot for slot in alike if slot.kind.plural == kind.plural]
    return same_number if len(alike) > 1 and same_number else alike


def _parts(slot: Slot) -> list[Slot]:
    """Of "the price of the pump" the pump, of "the mayor of Lyon" the mayor, else both."""
    lead, of, rest = slot.text.partition(" of ")
    if not of:
        return [slot]
    outer = Slot(slot.start, slot.start + len(lead), lead, kind_of(lead), after=slot.after)
    inner = Slot(slot.end - len(rest), slot.end, rest, kind_of(rest), after="of")
    return [inner] if head_of(lead) in MEASURES else [outer, inner]
