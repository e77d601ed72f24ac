"""A question that leans on earlier turns, made to stand alone without an LLM. Pure.

First it is found out whether the question leans on the others at all; one that stands
alone comes back as it is, because topic words that do not belong to a question make
retrieval worse. Earlier turns are made to stand alone first, in their order, so that a
topic is carried on through turns that only point at it. What was said before has a small
weight in the search all the same: not every question that leans can be seen to.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace

from rag.question.followup.echo import echo, remainder, with_one
from rag.question.followup.ellipsis import (
    is_fragment,
    measured,
    on_condition,
    other_places,
    what_about,
)
from rag.question.followup.filling import by_pronouns, other_readings
from rag.question.followup.going_on import goes_on
from rag.question.followup.past import BRACKET, CHARS, Past, is_refusal
from rag.question.followup.question_words import by_question_word
from rag.question.followup.switching import opens_topic, without_opening
from rag.question.followup.topic import with_topic
from rag.question.patterns import is_small_talk
from rag.text.verbs import BASE
from rag.text.words import capitalise, content_words, words
from rag.types import Turn

_TURNS = 12  # earlier user turns that are looked at
_OTHERS = 3  # readings beside the likeliest
_LEAD = re.compile(r"^(?:(?:and|but|or|so|also|then|ok|okay|well)\b[, ]*)+", re.I)
_OWNED = re.compile(r"(?:what|how) about (?:its|his|her|their) ", re.I)
_TO_DO = re.compile(rf"to (?:{'|'.join(sorted(BASE))})\b", re.I)


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it takes from ``history`` written into it.

    The identical string comes back where the question stands alone or nothing fits.
    """
    return _capitalised(_resolve(question, _past(history)).question, question)


def readings(question: str, history: Sequence[Turn]) -> tuple[str, ...]:
    """Ways to read it, first that of ``standalone``, then up to three more.

    There are others where a pronoun may stand for several things that were spoken of: those of
    the last turns first.
    """
    past = _past(history)
    resolved = _resolve(question, past)
    found = {_capitalised(resolved.question, question): None}
    others = _others(question, _telling(past), resolved) if question not in found else ()
    for read in others:
        found[_capitalised(read.question, question)] = None
        if len(found) > _OTHERS:
            break
    return tuple(found)


def _others(question: str, past: Sequence[Past], first: Past) -> Iterator[Past]:
    if not past or first.is_new:
        return
    core, _ = _core(without_opening(question), past)
    yield from (_in_place(core, read, past) for read in other_readings(core, past, first))
    yield from other_places(core, past)


def _capitalised(read: str, question: str) -> str:
    return read if read == question else capitalise(read)


def _past(history: Sequence[Turn]) -> list[Past]:
    """The turns of the user, each made to stand alone, with their answers."""
    past: list[Past] = []
    users = [i for i, turn in enumerate(history) if turn.role == "user"]
    start = users[-_TURNS] if len(users) > _TURNS else 0
    for turn in history[start:]:
        content = turn.content[:CHARS]
        if turn.role == "user":
            past.append(_resolve(content, past))
        elif past:
            refused = is_refusal(content)
            past[-1] = replace(past[-1], answer="" if refused else content, refused=refused)
    return past


def _resolve(question: str, past: Sequence[Past]) -> Past:
    past = _telling(past)
    if not past or len(question) > CHARS or is_small_talk(question):
        return Past(question)
    asked = without_opening(question)
    if opens_topic(question):
        return Past(asked, is_new=True)
    if with_main := on_condition(asked, past):
        return with_main
    core, goes_on_with = _core(asked, past)
    if not words(core):
        return with_topic(asked, past) or Past(asked)  # "And then?"
    for rule in (by_question_word, what_about, measured, by_pronouns, with_one, echo, remainder):
        if (filled := rule(core, past)) is not None:
            return _in_place(core, filled, past)
    return Past(core if goes_on_with else asked)


def _core(question: str, past: Sequence[Past]) -> tuple[str, bool]:
    """The question without "and", and whether it goes on with the subject of the last one."""
    core, led = _LEAD.subn("", " ".join(question.split()))
    if led and (going := goes_on(core, past)):
        return going, True  # "Or have them paid out?"
    about = led and (is_fragment(core) or _TO_DO.match(core))
    return (f"What about {core}" if about else core), False  # "And Georgia?"


def _in_place(core: str, read: Past, past: Sequence[Past]) -> Past:
    """ "And to sell it?": what is asked about is put in its place when "it" is filled in."""
    about = read.question.lower().startswith(("what about ", "how about "))
    owned = _OWNED.match(core)  # "And its weight?": what is owned takes no place
    again = what_about(read.question, past) if about and read.referents and not owned else None
    if again is None or BRACKET.search(again.question) or again.question == past[-1].question:
        return read
    return replace(again, referents=read.referents)


def _telling(past: Sequence[Past]) -> list[Past]:
    """The turns that say something, from the last that began something new."""
    begun = max((at for at, turn in enumerate(past) if turn.is_new), default=0)
    return [turn for turn in past[begun:] if not _says_nothing(turn.question)]


def _says_nothing(question: str) -> bool:
    return not content_words(question) or is_small_talk(question)
