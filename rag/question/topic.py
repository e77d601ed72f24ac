"""What a conversation is about, put in brackets behind a question that leans on it. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from rag.question.referents import Past
from rag.text.phrases import noun_phrases, without_article
from rag.text.words import STOP, bare, fold, words


def with_topic(core: str, past: Sequence[Past]) -> Past | None:
    """The question with the topic of the last turn that has one in brackets."""
    have = {bare(word) for word in words(core)}
    for turn in reversed(past):
        phrases = [p for p in noun_phrases(turn.question) if not p.is_generic]
        topic = [
            without_article(p.text)
            for p in phrases
            if not {bare(w) for w in words(p.text) if fold(w) not in STOP} <= have
        ]
        if topic:
            return Past(f"{core.rstrip(' ?.!')} ({', '.join(topic[:2])})?")
    return None
