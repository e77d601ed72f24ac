"""What is said in a follow-up, put in the place of its like in the last question. Pure.

A year takes the place of a year, a name that of a name, "from Canada" that of "from abroad". Only
where one place is clear: a wrong one is worse than none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rag.question.followup.alike import ARTICLE, name_in_place, of_kind, put, year_in_place
from rag.question.followup.frame import (
    PREPOSITION,
    head_of,
    is_name,
    kind_of,
    phrase_slots,
    prepositional_slots,
)
from rag.question.followup.past import singular
from rag.question.followup.prepositions import by_prepositions, replaced
from rag.text.phrases import is_adverb
from rag.text.words import STOP, fold, words

_THE_ONE = re.compile(r"^(?:the ones?|that|those) (?=(?:of|in|on|at|from|for|with|by) )", re.I)
ORDINAL = (
    r"(?:first|second|third|fourth|fifth|sixth|seventh|eighth|ninth|tenth|last|next|previous|final|"
    r"latest|other|\d+(?:st|nd|rd|th))"
)
ORDINAL_ALONE = re.compile(rf"^(?:[a-z]+ )?the (?P<which>{ORDINAL})(?: ones?)?$", re.I)
_TIMES = re.compile(rf"^the {ORDINAL} time$", re.I)
_ANY_ORDINAL = re.compile(rf"(?<=[ -]){ORDINAL}\b(?= )", re.I)
_LIKE_ONE = re.compile(r"^(?:the |an? )?(?P<which>[a-z-]+) ones?$", re.I)
_OWNER = re.compile(r"^(?P<the>the )?(?P<who>[^\W\d_]+(?:['’]s|s['’]))$")
_OWNED = re.compile(r"\b[^\W\d_]+(?:['’]s|s['’])(?= \w)")
_LABEL = r"(?:[A-Z]+-?\d+[A-Za-z]?|[A-Z]|[IVX]+|\d+[a-z]?)"  # "E4", "A-13", "B", "II", "12a"
_LABELLED = re.compile(rf"^(?:the )?(?P<noun>[^\W\d_]+) (?P<label>{_LABEL})$")
_SEVERAL = re.compile(r"[^\W\d_]{2}[^\W\d_s'’iu]s $")  # "side effects", not "the price"
_NUMBER = re.compile(  # and no year
    r"(?<![\w.,-])(?!(?:1\d|20)\d\d\b)\d+[a-z]?(?![\w-]|[.,]\d)"
)
_YOU_AND_I = re.compile(
    r"\b(?:do|did|can|could|may|must|should|shall|will|would|might) (?P<who>I|we|you)\b",
    re.I,
)


def in_place(given: str, frame: str) -> str | None:
    """The frame with what is given in the place of its like, or behind it; None in doubt."""
    given, is_one = _THE_ONE.subn("", _in_sentence(given))
    if is_one:
        return replaced(given, frame) or name_in_place(given.partition(" ")[2], frame)
    if ordinal := ORDINAL_ALONE.match(given):
        return _by_ordinal(ordinal["which"], frame)
    if _TIMES.match(given):
        return f"{frame.rstrip(' ?.!')} {given}?"
    if PREPOSITION.match(given):
        return by_prepositions(given, frame)
    if is_adverb(given):
        return None
    if kind_of(given).what == "time":
        return _by_head(given, frame) or _by_time(given, frame)
    for rule in (_by_label, _by_adjective, _by_owner, _by_head, name_in_place, _by_kind):
        if (read := rule(given, frame)) is not None:
            return read
    return None


def places_for(given: str, frame: str) -> Iterator[str]:
    """Where several places may be meant, the frame with each of them taken."""
    given = _in_sentence(given)
    if in_place(given, frame) is None and not PREPOSITION.match(given) and not is_name(given):
        for slot in of_kind(kind_of(given), frame):
            yield put(frame, slot.start, slot.end, given)


def _in_sentence(given: str) -> str:
    """Without the capital that only begins a question."""
    first = words(given)[0]
    common = fold(first) in STOP or (given == first and not is_name(first))
    return given[:1].lower() + given[1:] if common and not first.isupper() else given


def _by_ordinal(which: str, frame: str) -> str | None:
    """ "the second" after "the first expedition" """
    said = list(_ANY_ORDINAL.finditer(frame))
    return put(frame, *said[-1].span(), which) if said else None


def _by_adjective(given: str, frame: str) -> str | None:
    """ "the green one" after "the red light" """
    one = _LIKE_ONE.match(given)
    if not one:
        return None
    said = [
        (slot, re.match(r"(?:the|an?) ((?:[a-z-]+ )+)[a-z-]+$", slot.text, re.I))
        for slot in phrase_slots(frame)
    ]
    found = [(slot.start + m.start(1), slot.start + m.end(1)) for slot, m in said if m]
    return put(frame, *found[0], f"{one['which']} ") if len(found) == 1 else None


def _by_owner(given: str, frame: str) -> str | None:
    """ "the men's" after "the women's marathon" """
    owner = _OWNER.match(given)
    owned = list(_OWNED.finditer(frame))
    return put(frame, *owned[0].span(), owner["who"]) if owner and len(owned) == 1 else None


def _by_head(given: str, frame: str) -> str | None:
    """ "the spring holidays" after "the autumn holidays" """
    head = singular(head_of(given))
    same = [s for s in phrase_slots(frame) if singular(head_of(s.text)) == head]
    if not same or len(words(ARTICLE.sub("", given))) < 2:
        return None
    slot, kind = same[-1], kind_of(given)
    length = len(slot.text)
    if " of " not in given and " of " in slot.text:
        length = slot.text.index(" of ")
    article = ARTICLE.match(slot.text) if kind.form == "bare" else None
    start = slot.start + (article.end() if article else 0)
    return put(frame, start, slot.start + length, given)


def _by_time(given: str, frame: str) -> str | None:
    if swapped := year_in_place(given, frame):
        return swapped
    times = [slot for slot in prepositional_slots(frame) if slot.kind.what == "time"]
    return put(frame, times[0].start, times[0].end, given) if len(times) == 1 else None


def _by_label(given: str, frame: str) -> str | None:
    """ "class B" after "class A", "13" after "error code 12" """
    if _NUMBER.fullmatch(given):
        said_numbers = list(_NUMBER.finditer(frame))
        return put(frame, *said_numbers[0].span(), given) if len(said_numbers) == 1 else None
    label = _LABELLED.match(given)
    said = label and re.search(rf"\b{re.escape(label['noun'])} ({_LABEL})(?![\w-])", frame, re.I)
    return put(frame, *said.span(1), label["label"]) if label and said else None


def _by_kind(given: str, frame: str) -> str | None:
    """People take the place of people, "the pump" that of "the compressor"."""
    kind = kind_of(given)
    slots = of_kind(kind, frame)
    me = _YOU_AND_I.search(frame) if kind.what == "people" else None
    if me and not any(slot.kind.what == "people" for slot in slots):
        return put(frame, *me.span("who"), given)
    if not slots:  # "dollars" after "in euros", "ibuprofen" after "of aspirin"
        placed = [slot for slot in prepositional_slots(frame) if slot.kind == kind]
        placed = [slot for slot in placed if slot.preposition != "to"]  # it may be a verb
        slots = [s for s in placed if s.preposition != "of" or _SEVERAL.search(frame[: s.outer])]
    return put(frame, slots[0].start, slots[0].end, given) if len(slots) == 1 else None
