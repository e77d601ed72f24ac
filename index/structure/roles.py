"""Who asks in a talk whose turns begin with dashes, and whether it is an interview at all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from math import log

from index.structure import shapes

# Chances of what a turn's first paragraph shows: it ends with a question, it holds one, neither.
_ASKING = {"ends": log(0.80), "holds": log(0.10), "none": log(0.10)}
_ANSWERING = {"ends": log(0.05), "holds": log(0.15), "none": log(0.80)}
_CHANGE, _STAY = log(0.93), log(0.07)  # speakers mostly take turns

_VERBS = (
    r"(?:said|says|asked|asks|replied|answered|whispered|cried|muttered|shouted|exclaimed|murmured"
    r"|called|added|continued|went on|repeated|laughed|sighed|nodded|smiled)"
)
_TAG = re.compile(
    rf"[,?!.…][\"”’]?\s*(?:[—–-]\s*)?"
    rf"(?:(?:he|she|they|I|we|the [a-z]+|[A-Z]\w+)\s+{_VERBS}\b|{_VERBS}\s+(?:he|she|the|I|[A-Z]))"
    rf"|[—–]\s*{_VERBS}\b"
)


@dataclass(frozen=True, slots=True)
class Turn:
    """Pieces ``index`` to ``end``; ``skip`` code points of dash or label come before its words.

    ``opening`` is the first of its paragraphs without dash or label.
    """

    index: int
    end: int
    skip: int
    opening: str
    who: str = ""

    @property
    def is_long(self) -> bool:
        return self.end > self.index + 1


def askers(turns: Sequence[Turn], is_announced: bool) -> list[bool] | None:
    """For each turn whether it is the interviewer's; None where this is no interview.

    ``is_announced``: the text before it speaks of an interview, so that two turns are enough.
    A story's dialogue and a list of questions give None.
    """
    if len(turns) < 2 or _tagged(turns) > 0.15 * len(turns):
        return None
    asked = sum(shapes.asks(turn.opening) for turn in turns)
    answered_below = sum(turn.is_long for turn in turns)
    if asked >= 0.7 * len(turns) and answered_below >= 0.7 * len(turns):
        return [True] * len(turns)  # only the questions carry dashes
    roles = _likeliest(turns)
    return roles if _is_interview(turns, roles, is_announced) else None


def _tagged(turns: Sequence[Turn]) -> int:
    """Turns with "…, she said": the dialogue of a story."""
    return sum(1 for turn in turns if _TAG.search(turn.opening[:1000]))


def _shows(turn: Turn) -> str:
    if shapes.asks(turn.opening):
        return "ends"
    return "holds" if "?" in turn.opening else "none"


def _likeliest(turns: Sequence[Turn]) -> list[bool]:
    """The likeliest course of asking and answering (Viterbi's algorithm over two states)."""
    back: list[tuple[bool, bool]] = []
    ask, answer = 0.0, 0.0
    for turn in turns:
        shown = _shows(turn)
        from_answer, stay_ask = answer + _CHANGE, ask + _STAY
        from_ask, stay_answer = ask + _CHANGE, answer + _STAY
        back.append((stay_ask > from_answer, from_ask >= stay_answer))
        ask = max(from_answer, stay_ask) + _ASKING[shown]
        answer = max(from_ask, stay_answer) + _ANSWERING[shown]
    asking = ask > answer
    roles = [asking]
    for was_ask_if_ask, was_ask_if_answer in reversed(back[1:]):
        asking = was_ask_if_ask if asking else was_ask_if_answer
        roles.append(asking)
    return roles[::-1]


def _is_interview(turns: Sequence[Turn], roles: Sequence[bool], is_announced: bool) -> bool:
    questions = [turn for turn, asks in zip(turns, roles, strict=True) if asks]
    answers = [turn for turn, asks in zip(turns, roles, strict=True) if not asks]
    if not questions or not answers:
        return False
    asking = sum("?" in turn.opening for turn in questions) / len(questions)
    asking_back = sum(shapes.asks(turn.opening) for turn in answers) / len(answers)
    changes = sum(a != b for a, b in pairwise(roles)) / (len(turns) - 1)
    if asking < 0.6 or asking_back > 0.4 or asking - asking_back < 0.4 or changes < 0.7:
        return False
    return is_announced or (len(turns) >= 4 and _answers_are_long(questions, answers))


def _answers_are_long(questions: Sequence[Turn], answers: Sequence[Turn]) -> bool:
    """People who are interviewed speak in sentences; the talk of a story is quick."""
    asked = sum(shapes.words(turn.opening, 200) for turn in questions) / len(questions)
    said = sum(shapes.words(turn.opening, 200) for turn in answers) / len(answers)
    return said >= 15 and said >= 1.3 * asked
