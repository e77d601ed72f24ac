"""Whom "he" and "she" stand for. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from rag.question.followup.past import LABEL, Past, is_part
from rag.question.followup.places import PLACE_BEFORE, TIME_NAME
from rag.question.followup.pointing import PERSONS
from rag.text.people import BODIES, TITLES
from rag.text.phrase import Phrase
from rag.text.sexes import sex_of
from rag.text.words import JOINERS, STOP, fold, names

NOTHING_MEANT: Mapping[str, str] = {}


def others_meant(
    number: str, past: Sequence[Past], given: Mapping[str, str] = NOTHING_MEANT
) -> list[str]:
    """Whom "he" stands for where "she" is asked of, and the other way round."""
    if number not in PERSONS:
        return []
    told = [*given.items(), *(one for turn in past for one in turn.referents)]
    return [phrase for kind, phrase in told if kind in PERSONS - {number}]


def may_be(number: str, person: str, others: Sequence[str]) -> bool:
    """Whether "he" or "she" may stand for a person."""
    known = any(is_part(person, one) or is_part(one, person) for one in others)
    return not known and sex_of(person) in {None, number}


def person_of(
    turn: Past, phrases: Sequence[Phrase], number: str, others: Sequence[str]
) -> str | None:
    """Of a turn's question, whose ``phrases`` these are, or of its answer."""
    phrases = [p for p in phrases if may_be(number, p.text, others)]
    called = [p.text for p in phrases if p.is_name and p.is_person]
    named = [person for name in called if (person := person_in(name))]
    said = LABEL.sub(" . ", turn.answer)
    somebody = [
        n for n in names(said) if is_called(n) or not PLACE_BEFORE.search(said[: said.find(n)])
    ]
    somebody = [name for name in somebody if may_be(number, name, others)]
    answered = [person for name in somebody if (person := person_in(name))]
    role = [p.text for p in phrases if p.is_person and not p.is_name]
    if re.match(r"who (?!is [A-Z]|was [A-Z])", turn.asked, re.I):
        new = [name for name in answered if not is_part(name, turn.asked)]
        return first_text(new, answered, named, role)
    owners = [p.text.rpartition(" of ")[2] for p in phrases if p.is_name and " of " in p.text]
    owners = [name for name in owners if may_be(number, name, others)]
    owning = [person for name in owners if two_names(name) and (person := person_in(name))]
    return first_text(named, owning, answered, role)


def beside_preposition(turn: Past, number: str, others: Sequence[str]) -> str | None:
    """ "Odile Brannagh" of "takes over from Odile Brannagh", where nobody else can be meant."""
    called = [name for name in names(f"{turn.asked} {turn.answer}") if two_names(name)]
    fitting = [name for name in called if may_be(number, name, others) and person_in(name)]
    return fitting[0] if fitting else None


def is_called(name: str) -> bool:
    """ "Anna Berg" of "votes for Anna Berg": a first name tells that it is a person."""
    return " " in name and sex_of(name) is not None


def two_names(phrase: str) -> bool:
    """ "Markus Ritter" is rather a person than a thing."""
    return " of " not in phrase and len(phrase.split()) == 2 and phrase.istitle()


def first_text(*choices: Sequence[str]) -> str | None:
    """Of the first that has any."""
    return next((text for choice in choices for text in choice), None)


def person_in(name: str) -> str | None:
    """ "Stanislav Zas" of "CSTO Secretary General Stanislav Zas"; None for "Security Council"."""
    parts = name.split()
    titled = False
    while parts and (parts[0].isupper() or fold(parts[0].rstrip(".")) in TITLES):
        titled = titled or not parts[0].isupper()
        parts = parts[1:]
    core = " ".join(parts)
    if (
        name.startswith("The ")
        or all(fold(part) in STOP for part in parts)
        or TIME_NAME.fullmatch(core)
    ):
        return None
    kept = [part for part in parts if part.islower()]
    one_word = len(parts) == 1 and (titled or name == core)
    if not parts or len(parts) > 4 or set(kept) - JOINERS or {"of", "the"} & set(kept):
        return None
    if not (one_word or len(parts) >= 2) or fold(parts[-1]) in BODIES or parts[-1].endswith("ies"):
        return None
    return core
