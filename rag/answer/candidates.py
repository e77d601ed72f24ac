"""Readings to candidates: the sentences that were read and may be quoted, best first. Pure.

A quote is a whole sentence of a document; ``index.passages.quotable`` says what may be quoted.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.passages.outline import columns, place
from index.passages.quotable import may_be_quoted
from index.types import Document, Passage, Span
from rag.answer.conflicts import same_statement
from rag.question.timing import Dated, behind, ordered, outside, when
from rag.text.words import fold
from rag.types import NONE, PassageText, Reading, SentenceReading

# In units of a candidate's score, whose exponential is a belief. Set by hand: the training sets
# ask for no latest of several dates.
NEAR = 1.5  # so much behind the best a later date goes first where the latest is asked for
OUT_OF_TIME = 2.0  # points lost by what is dated outside of the time that is asked for


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that was read, with all that is needed to quote it."""

    document: Document
    passage: Passage
    span: Span
    score: float
    share: float  # of the belief among all sentences that were read; they sum to 1
    highlight: Span | None = None

    @property
    def text(self) -> str:
        return self.document[self.span]

    @property
    def place(self) -> tuple[str, int]:
        return self.document.id, self.span.start


def passage_text(document: Document, passage: Passage, nearness: float = 0.0) -> PassageText:
    """What a reader sees; of a sentence that was cut for embedding, the part in the passage."""
    start, end = passage.span.start, passage.span.end
    spans = tuple(
        Span(max(start, one.start) - start, min(end, one.end) - start) for one in passage.sentences
    )
    names = columns(document, passage.span)
    return PassageText(document[passage.span], passage.headings, spans, names, nearness)


def candidates(
    read: Sequence[tuple[Document, Passage]], readings: Sequence[Reading]
) -> list[Candidate]:
    """All sentences that may be quoted, best first, each once."""
    found: dict[tuple[str, str], Candidate] = {}
    for (document, passage), reading in zip(read, readings, strict=True):
        sentences = zip(passage.sentences, reading.sentences, strict=True)
        for at, (span, sentence) in enumerate(sentences):
            text = document[span]
            if not may_be_quoted(document.text, passage.sentences, at):
                continue
            mark = _in_whole(sentence, passage, span)
            mark = mark if mark and any(map(str.isalnum, mark.of(text))) else None
            one = Candidate(document, passage, span, sentence.score, 0.0, mark)
            key = (document.id, fold(" ".join(text.split())))
            if key not in found or found[key].score < one.score:
                found[key] = one
    ranked = sorted(found.values(), key=lambda one: (-one.score, one.place))
    if not ranked:
        return []
    return _shared(ranked)


def _shared(ranked: Sequence[Candidate]) -> list[Candidate]:
    """With the share of each in the belief among these."""
    belief = np.exp(np.array([one.score for one in ranked]) - max(one.score for one in ranked))
    belief /= belief.sum()
    return [replace(one, share=float(b)) for one, b in zip(ranked, belief, strict=True)]


def _in_whole(sentence: SentenceReading, passage: Passage, span: Span) -> Span | None:
    """The highlight within the whole sentence, of which the passage may hold a later part."""
    mark = sentence.highlight
    return mark and mark.shift(max(0, passage.span.start - span.start))


def in_time(question: str, ranked: Sequence[Candidate]) -> list[Candidate]:
    """In the order that the question's words about time ask for, by dates that are stated.

    What is surely of another time, or says what a later (or earlier) source says otherwise, goes to
    the end and is not believed to answer.
    """
    asked = when(question)
    if asked.says_nothing or not ranked:
        return list(ranked)
    dated = [Dated(one.score, one.text, place(one.document, one.span).date) for one in ranked]
    places = ordered(asked, dated, NEAR, OUT_OF_TIME)
    first_text = ranked[places[0]].text
    late = outside(asked, dated, places[0]) | {
        at for at in behind(asked, dated, places[0]) if same_statement(ranked[at].text, first_text)
    }
    fitting = [ranked[at] for at in places if at not in late]
    best = max(one.score for one in fitting)
    first = replace(fitting[0], score=best)  # as good as any before which its date puts it
    others = [replace(ranked[at], share=0.0) for at in places if at in late]
    return _shared([first, *fitting[1:]]) + others


def answer_score(passages: Sequence[PassageText], readings: Sequence[Reading]) -> float:
    """Raw score that the best sentence of all answers; far below 0 without any."""
    return readings[best_passage(passages, readings)].answerable if readings else NONE


def best_passage(passages: Sequence[PassageText], readings: Sequence[Reading]) -> int:
    """Which of the passages, one at least, has the best sentence. A passage's nearness helps to
    choose it, and is no part of how surely it answers."""
    pairs = zip(readings, passages, strict=True)
    scores = [(one.answerable + passage.nearness, one.answerable) for one, passage in pairs]
    return scores.index(max(scores))
