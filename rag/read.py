"""Readers: which sentences of a passage answer a question, and does any.

``SimilarityReader`` uses what the embedder already knows, with numbers fitted on SQuAD 2.0.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from index.chunk import embedding_text
from index.quotable import is_declarative
from index.types import Span
from rag.answer_types import find
from rag.cache import TokenCache
from rag.errors import SettingsError
from rag.features import NAMES, Analyse, Asked, Idf, Matrix, prepare, sentence_features
from rag.model import Model
from rag.question import Question, analyse
from rag.types import PassageText, Reading, SentenceReading

# What the decision looks at: features of the best sentence, then of the ranking and question.
_OF_BEST = (
    "late", "late_idf", "late_context", "late_context_idf", "late_weakest", "late_weak_pair",
    "late_weak_name", "cosine", "coverage", "coverage_context", "names", "numbers",
    "type_found", "type_wanted", "negation_differs", "pronoun_first", "passage_weakest",
    "passage_weak_name", "unseen",
)  # fmt: skip
_COLUMNS = [NAMES.index(name) for name in _OF_BEST]
DECISION = (*_OF_BEST, "score", "lead", "share", "terms")


class SimilarityReader:
    """Late interaction and lexical features, weighed by a fitted linear model."""

    def __init__(self, tokens: TokenCache, model: Model, terms: Analyse, idf: Idf) -> None:
        if (model.sentence.names, model.answerable.names) != (NAMES, DECISION):
            raise SettingsError(
                "the reader's numbers were fitted on other features than these: run 'make train'"
            )
        self._tokens = tokens
        self._model = model
        self._terms = terms
        self._idf = idf

    def read(self, question: str, passages: Sequence[PassageText]) -> list[Reading]:
        if not passages:
            return []
        asked_for = analyse(question)
        rows, asked = self.features(asked_for, passages)
        scores = self._model.sentence(rows)
        quotable = np.array(
            [
                is_declarative(span.of(passage.text))
                for passage in passages
                for span in passage.sentence_spans
            ],
            dtype=bool,
        )
        readings, at = [], 0
        for passage in passages:
            here = slice(at, at + len(passage.sentence_spans))
            at = here.stop
            answerable = self._answerable(asked_for, rows, scores, quotable, here)
            readings.append(
                Reading(answerable, tuple(self._sentences(asked, passage, scores[here])))
            )
        return readings

    def features(self, question: Question, passages: Sequence[PassageText]) -> tuple[Matrix, Asked]:
        """(sentences of all passages, len(NAMES)), and the question as they see it."""
        texts = [embedding_text(passage.headings, passage.text) for passage in passages]
        (tokens,) = self._tokens.embed_tokens([question.text])
        asked = prepare(question, tokens, self._terms, self._idf)
        rows = sentence_features(asked, passages, self._tokens.embed_tokens(texts), self._terms)
        return rows, asked

    def _answerable(
        self,
        question: Question,
        rows: Matrix,
        scores: NDArray[np.float64],
        quotable: NDArray[np.bool_],
        here: slice,
    ) -> float:
        """Raw score that the passage's best sentence answers; far below 0 without one."""
        inside = np.flatnonzero(quotable[here]) + here.start
        if not len(inside):
            return -50.0
        best = int(inside[np.argmax(scores[inside])])
        row = decision_row(question, rows, scores, quotable, best)
        return float(self._model.answerable(row[None, :])[0])

    def _sentences(
        self, asked: Asked, passage: PassageText, scores: NDArray[np.float64]
    ) -> list[SentenceReading]:
        return [
            SentenceReading(float(score), _highlight(asked, span.of(passage.text)))
            for span, score in zip(passage.sentence_spans, scores, strict=True)
        ]


def decision_row(
    question: Question,
    rows: Matrix,
    scores: NDArray[np.float64],
    quotable: NDArray[np.bool_],
    best: int,
) -> NDArray[np.float64]:
    """What the decision looks at for the sentence ``best`` among all that were read."""
    others = scores[quotable & (np.arange(len(scores)) != best)]
    lead = float(scores[best] - others.max()) if len(others) else 3.0
    exp = np.exp(scores[quotable] - scores[quotable].max())
    share = float(np.exp(scores[best] - scores[quotable].max()) / exp.sum())
    return np.array(
        [
            *rows[best, _COLUMNS],
            scores[best],
            np.clip(lead, -3.0, 3.0),
            share,
            np.log1p(len(question.terms)),
        ]
    )


def _highlight(asked: Asked, sentence: str) -> Span | None:
    """The first words of the type that is asked for, if the sentence has any."""
    return next(find(asked.question.answer_type, sentence, asked.words), None)
