"""What a pronoun of a follow-up question stands for, looked up in the turns before it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rag.question.followup.past import (
    Past,
    answered_phrases,
    asked_phrases,
    is_part,
    is_same,
)
from rag.question.followup.persons import (
    NOTHING_MEANT,
    beside_preposition,
    first_text,
    is_called,
    may_be,
    others_meant,
    person_in,
    person_of,
    two_names,
)
from rag.question.followup.places import DEFINITE, place_in
from rag.question.followup.pointing import PERSONS, Pronoun
from rag.text.people import is_people
from rag.text.phrase import OWNS, Phrase
from rag.text.words import PREPOSITIONS, word_set

_THOSE_WHO = re.compile(
    r"^who (?P<be>is|was|are|were)? ?(?P<rest>(?(be)(?:(?:a )?part of|members? of|in|on|among|at)|"
    r"(?!(?:is|was|are|were|did|does|do|has|have|had|can|will|would|could)\b)) ?"
    r"[^?]{1,120}?)[ ?.!]*$",
    re.I,
)
_WHAT_WAS_DONE = re.compile(  # the answer says what: "What was held in Minsk?"
    r"what (?:(?:is|are|was|were|has been|had been|will be) )?"
    r"\w{2,}(?:ed|ld|en|wn|lt|ght|pt|ade)\b",
    re.I,
)
_LANGUAGE = re.compile(
    r"[A-Z][a-z]+(?:ish|ese)|Arabic|Czech|Dutch|French|German|Greek|Latin|Russian"
)
_WHERE = word_set("in at to from near inside around")
_ARTICLE = re.compile(r"(?:the|an?|my|your|our) ", re.I)
_COLLECTIVE = word_set(  # spoken of as "they"
    "agency airline airport assembly association band bank bar board cafe choir church clinic club "
    "college commission committee company council court crew department family firm gallery "
    "government group hospital hotel institute insurer league library management ministry museum "
    "orchestra organisation organization parliament party police press publisher restaurant school "
    "shop station store supplier team theatre union university"
)


def antecedent(
    pronoun: Pronoun,
    past: Sequence[Past],
    said: frozenset[str],
    of_a_place: bool = True,
    given: Mapping[str, str] = NOTHING_MEANT,
) -> str | None:
    """What it stood for before, else a phrase of its kind; the last turn first.

    ``said`` are the words of the question: what is named in it needs no pronoun. "It" stands for
    the Lund of "in Lund" only where the question may be one ``of_a_place``. ``given`` is what
    other pronouns of the question stand for.
    """
    others = others_meant(pronoun.number, past, given)
    for turn in reversed(past):
        meant = dict(turn.referents)
        phrases = asked_phrases(turn, said)
        if pronoun.number in meant:
            return meant[pronoun.number]
        if pronoun.number in PERSONS:
            found = person_of(turn, phrases, pronoun.number, others)
        elif pronoun.number == "place":
            found = place_in(turn.asked, turn.answer)
        elif pronoun.number == "plural":
            found = _several(turn, phrases, meant, answered_phrases(turn, said))
        else:
            told = answered_phrases(turn, said) if _WHAT_WAS_DONE.match(turn.asked) else []
            things = _with_owners(phrases if of_a_place else _no_places(phrases))
            found = _thing(told) or _thing(things) or meant.get("plural")
            if phrases and not found:
                return None
        if found:
            return _as_known(found)
    if pronoun.number in PERSONS:
        weakly = (beside_preposition(turn, pronoun.number, others) for turn in reversed(past))
        return next(filter(None, weakly), None)
    return None


def last_told(turn: Past) -> str | None:
    """ "the quarrel" of "… and left again after a quarrel." """
    told = [p.text for p in answered_phrases(turn) if not (p.is_name or p.is_person)]
    return _as_known(told[-1]) if told else None


def antecedents(
    pronoun: Pronoun,
    past: Sequence[Past],
    said: frozenset[str],
    first: str,
    of_a_place: bool = True,
) -> list[str]:
    """What else it may stand for, the last turn first: phrases of its kind in its answer, then in
    its question. Those that are named in the ``first`` are left out."""
    others = others_meant(pronoun.number, past)
    turns = [turn for turn in reversed(past) if place_in(turn.asked, turn.answer)][:1]
    if pronoun.number != "place":
        turns = [*reversed(past)]
    found = [
        phrase
        for turn in turns
        for phrase in _of_kind(pronoun.number, turn, said, of_a_place, others)
    ]
    known = dict.fromkeys(map(_as_known, found))
    return [phrase for phrase in known if not is_same(phrase, first)]


def _of_kind(
    number: str, turn: Past, said: frozenset[str], of_a_place: bool, others: Sequence[str]
) -> list[str]:
    phrases = [*answered_phrases(turn, said), *asked_phrases(turn, said)]
    if number in PERSONS:
        people = [p for p in phrases if p.is_person or is_called(p.text)]
        people = [p for p in people if may_be(number, p.text, others)]
        named = [person for p in people if p.is_name and (person := person_in(p.text))]
        return [*named, *(_asked_for(p) for p in people if not p.is_name)]
    if number == "place":
        return [place] if (place := place_in(turn.asked, turn.answer)) else []
    if number == "plural":
        return [_with_lead(p) for p in phrases if p.is_plural]
    owned = _with_owners(phrases)
    things = [p for p in owned if not p.is_plural and (of_a_place or not _is_where(p))]
    return [
        part
        for p in things
        if not (two_names(p.text) if p.is_name else p.is_person)
        for part in (p.text, p.text.partition(" of ")[2])
        if part == p.text or _ARTICLE.match(part)
    ]


def _thing(phrases: Sequence[Phrase]) -> str | None:
    things = [p for p in phrases if p.is_name or not (p.is_person or p.is_plural)]
    inner = [p.text.partition(" of ")[2] for p in phrases if p.is_plural and " of " in p.text]
    by_the_way = [
        p
        for p in things
        if p.after in PREPOSITIONS - {"of"} and p.text.islower() and not _ARTICLE.match(p.text)
    ]  # "for entry", "by bike"
    sure = [
        p.text
        for p in things
        if p not in by_the_way and (not p.is_name or (p.is_person and not two_names(p.text)))
    ]
    return next(iter([*sure, *inner, *(p.text for p in things)]), None)


def _with_owners(phrases: Sequence[Phrase]) -> list[Phrase]:
    """ "Mrs Oldham's ferry", where a name in the possessive is a phrase by itself."""
    found: list[Phrase] = []
    for one in phrases:
        last = found[-1] if found else None
        if last and last.text.endswith(OWNS) and last.start + len(last.text) + 1 == one.start:
            found[-1] = replace(last, text=f"{last.text} {one.text}")
        else:
            found.append(one)
    return found


def _no_places(phrases: Sequence[Phrase]) -> list[Phrase]:
    """Those that "it costs" may be said of; none where a language is taught or spoken beside them.

    "Who teaches French at the school?": the course is meant, which is not named.
    """
    taught = any(_LANGUAGE.fullmatch(p.text) for p in phrases)
    if taught and not all(p.is_name for p in phrases):
        return []
    return [p for p in phrases if not _is_where(p)]


def _is_where(phrase: Phrase) -> bool:
    """ "Lund" of "in Lund" """
    return phrase.is_name and phrase.after in _WHERE and not DEFINITE.match(phrase.text)


def _several(
    turn: Past, phrases: Sequence[Phrase], meant: dict[str, str], answered: Sequence[Phrase]
) -> str | None:
    """ "they" after "Who attended?" are those who attended."""
    plural = next((_asked_for(p) for p in phrases if p.is_plural or _leads_several(p)), None)
    if (asked := _THOSE_WHO.match(turn.asked)) and (not plural or not asked["be"]):
        be = {"is": "are ", "was": "were "}.get((asked["be"] or "").lower(), "")
        return f"those who {be}{asked['rest'].strip()}"
    body = [
        p.text
        for p in phrases
        if p.head in _COLLECTIVE or (is_people(p.head) and not DEFINITE.match(p.text))
    ]
    called = [p.text for p in phrases if p.is_name]
    both = [" and ".join(called)] if len(called) == 2 else []  # "Did Ann write to Tom?"
    told = [p.text for p in answered if p.is_plural and not p.is_name]
    told = [phrase for phrase in told if not is_part(phrase, turn.asked)]
    rest = sorted(phrases, key=lambda p: not is_people(p.head))
    return plural or meant.get("thing") or first_text(body, told, both, [p.text for p in rest])


def _asked_for(phrase: Phrase) -> str:
    """ "which divisions" are "the divisions" when spoken of again."""
    if phrase.after in {"which", "many", "what"}:
        return f"the {phrase.text}"
    return _with_lead(phrase)


def _with_lead(phrase: Phrase) -> str:
    """ "the side effects of the vaccine", of which the topic is only the vaccine"""
    return f"{phrase.lead} of {phrase.text}" if _leads_several(phrase) else phrase.text


def _leads_several(phrase: Phrase) -> bool:
    return phrase.lead.endswith("s") and phrase.lead.lower().startswith("the ")


def _as_known(phrase: str) -> str:
    """ "a lethal disease" is "the lethal disease" when spoken of again."""
    return f"the {phrase[known.end() :]}" if (known := _ARTICLE.match(phrase)) else phrase
