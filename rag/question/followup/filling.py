"""Pronouns of a follow-up question, replaced by what they stand for. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from rag.question.followup.leaning import leaning_pronouns
from rag.question.followup.past import Past, answered_phrases, asked_phrases, is_part, said_words
from rag.question.followup.places import DEFINITE, put_place
from rag.question.followup.pointing import Pronoun
from rag.question.followup.referents import antecedent, antecedents, last_told
from rag.question.followup.topic import with_topic
from rag.text.words import content_words, fold, is_content

_SHORT = 2
_OF_A_PLACE = re.compile(
    r"^where\b|^what (?:is|was) it\b(?= *[?.!]*$)|\b(?:how (?:big|large|old|far|high|populous)|"
    r"located|lie|lies|situated|population|"
    r"inhabitants|mayor|city|town|village|country|capital|region|island|place|founded|weather)\b",
    re.I,
)
_ABOUT = re.compile(r"^what (?:is|was) (?:this|that)(?: all)? about[ ?.!]*$", re.I)
_POINTING = frozenset({"this", "that", "these", "those"})


def by_pronouns(core: str, past: Sequence[Past]) -> Past | None:
    """The first leaning pronoun of each kind replaced; the topic in brackets where none fits."""
    leaning = leaning_pronouns(core)
    return _filled(core, past, leaning, {}) if leaning else None


def other_readings(core: str, past: Sequence[Past], first: Past) -> Iterator[Past]:
    """With something else that was spoken of in the place of the first pronoun."""
    leaning = leaning_pronouns(core)
    if not leaning or leaning[0].is_matter or pointed_at(core, leaning[0]):
        return
    number = leaning[0].number
    meant = dict(first.referents).get(number, "")
    for phrase in antecedents(leaning[0], past, said_words(core), meant, _is_of_a_place(core)):
        yield _filled(core, past, leaning, {number: phrase})


def pointed_at(text: str, pronoun: Pronoun) -> str | None:
    """ "movement" of "that movement" """
    owned = re.match(r" ([^\W\d_]+)", text[pronoun.end :])
    if pronoun.is_matter or pronoun.word not in _POINTING:
        return None
    if not owned or not is_content(owned[1]):
        return None
    return None if fold(owned[1]).endswith("ed") else owned[1]


def _filled(
    core: str, past: Sequence[Past], leaning: Sequence[Pronoun], given: Mapping[str, str]
) -> Past:
    """``given`` says for some kinds of pronoun what to put there."""
    first = {p.number: p for p in reversed(leaning)}
    meant: dict[str, str] = {}
    for number, pronoun in sorted(
        first.items(), key=lambda item: (item[0] == "plural", item[1].start)
    ):
        phrase = given.get(number) or _meant(core, pronoun, past, meant)
        if phrase and not (pronoun.possessive and phrase.startswith("those who ")):
            meant |= {number: phrase} if phrase not in meant.values() else {}
    filled = core
    for pronoun in sorted(first.values(), key=lambda p: p.start, reverse=True):
        if pronoun.number in meant:
            filled = _put(filled, pronoun, meant[pronoun.number])
    done = Past(filled, referents=tuple(meant.items()))
    unmet = [p for p in first.values() if p.number not in meant]
    said = len(content_words(core))
    if all(pointed_at(core, p) and said > _SHORT for p in unmet):
        return done
    topic = with_topic(filled, past)
    return replace(topic, referents=done.referents) if topic else done


def _meant(
    core: str, pronoun: Pronoun, past: Sequence[Past], given: Mapping[str, str]
) -> str | None:
    if pronoun.is_matter:
        return None
    if noun := pointed_at(core, pronoun):
        return _called(noun, past)
    if _ABOUT.search(core) and (told := last_told(past[-1])):
        return told
    return antecedent(pronoun, past, said_words(core), _is_of_a_place(core), given)


def _is_of_a_place(core: str) -> bool:
    return bool(_OF_A_PLACE.search(core))


def _called(noun: str, past: Sequence[Past]) -> str | None:
    """ "That movement" is the movement that was named before."""
    for turn in reversed(past):
        for phrase in [*asked_phrases(turn), *answered_phrases(turn)]:
            if phrase.head == fold(noun) and not is_part(phrase.text, noun):
                known = phrase.is_name or DEFINITE.match(phrase.text)
                plain = re.sub(r"^(?:this|that|these|those|an?) ", "", phrase.text, flags=re.I)
                return phrase.text if known else f"the {plain}"
    return None


def _put(text: str, pronoun: Pronoun, phrase: str) -> str:
    if pronoun.number == "place":
        return put_place(text, pronoun.start, pronoun.end, phrase)
    if pronoun.possessive:
        phrase += "'" if phrase.endswith("s") else "'s"
    noun = pointed_at(text, pronoun)
    end = pronoun.end + (len(noun) + 1 if noun else 0)
    return text[: pronoun.start] + phrase + text[end:]
