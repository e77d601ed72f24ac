"""What a conversation is about, put in brackets behind a question that leans on it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question.followup.past import BRACKET, Past, asked_phrases
from rag.text.phrase import without_article
from rag.text.words import STOP, bare, fold, is_content, words

_MOST = 2  # phrases; more would drown the question
_WHO_DID = re.compile(r"who ([a-z]+)", re.I)


def with_topic(core: str, past: Sequence[Past], with_verb: bool = False) -> Past | None:
    """The question with the topic of the last turn that has one in brackets.

    With the verb of a "Who resigned?" for a question that has none. A question that the documents
    did not answer gives its topic only where there is no other.
    """
    have = {bare(word) for word in words(core)}
    answered = [turn for turn in past if not turn.refused]
    for turn in [*reversed(answered), *(turn for turn in reversed(past) if turn.refused)]:
        said = [*(_verb(turn.asked) if with_verb else ()), *_topic(turn)]
        topic = [phrase for phrase in said if not _content(phrase) <= have]
        if topic:
            return Past(f"{core.rstrip(' ?.!')} ({', '.join(topic[:_MOST])})?")
    return None


def _topic(turn: Past) -> list[str]:
    """What its question is about, then the topic that it took from earlier turns."""
    carried = BRACKET.search(turn.question)
    own = [_plain(phrase.text) for phrase in asked_phrases(turn)]
    return list(dict.fromkeys([*own, *(carried[1].split(", ") if carried else ())]))


def _verb(asked: str) -> list[str]:
    """ "resigned" of "Who resigned?", of which a "When?" asks."""
    verb = _WHO_DID.match(asked)
    return [verb[1]] if verb and is_content(verb[1]) else []


def _plain(phrase: str) -> str:
    return re.sub(r"['’]s?$", "", without_article(phrase))


def _content(phrase: str) -> set[str]:
    return {bare(word) for word in words(phrase) if fold(word) not in STOP}
