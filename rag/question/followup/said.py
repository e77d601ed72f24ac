"""What was said before a question, for the search and for the choice among documents. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from rag.question.followup.past import CHARS, is_refusal
from rag.question.followup.switching import opens_topic
from rag.question.patterns import is_small_talk
from rag.text.words import content_words
from rag.types import Turn

_SAID = 300  # code points of the last question, and of its answer
_ANSWERS = 3  # that are looked at


@dataclass(frozen=True, slots=True)
class Said:
    """``last``: the last question that is no small talk, and its answer: the beginning of each.

    ``answers``: those that were given, the last one first.
    """

    last: str = ""
    answers: tuple[str, ...] = ()


NOTHING_SAID = Said()


def said_before(history: Sequence[Turn], question: str = "") -> Said:
    """Nothing where the ``question`` to come says that it is about something else."""
    if opens_topic(question):
        return NOTHING_SAID
    given = [turn.content[:CHARS] for turn in reversed(history) if turn.role != "user"]
    return Said(_last(history), tuple([one for one in given if not is_refusal(one)][:_ANSWERS]))


def _last(history: Sequence[Turn]) -> str:
    """Of a question such as "Why?" only the answer is left."""
    answer = ""
    for turn in reversed(history):
        said = turn.content[:_SAID]
        if turn.role != "user":
            answer = said
        elif is_small_talk(said):
            answer = ""
        else:
            return " ".join(f"{said if content_words(said) else ''} {answer}".split())
    return ""
