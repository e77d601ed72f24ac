"""Readers: which sentences of a passage answer a question, and does any.

``SimilarityReader`` uses what the embedder already knows, with numbers fitted on SQuAD 2.0.
What a reader knows of the sentences is a ``Table``; a fitted model turns it into readings.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.passages.chunk import embedding_text
from index.passages.quotable import is_declarative
from index.types import Span
from rag.errors import SettingsError
from rag.question.analyse import Question, analyse
from rag.reader.cache import TokenCache
from rag.reader.features import NAMES, Analyse, Asked, Idf, Matrix, prepare, sentence_features
from rag.reader.model import Model
from rag.text.answer_types import find
from rag.types import NONE, PassageText, Reading, SentenceReading

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Columns:
    """``sentence``: the columns of a table. ``best``: those of the best sentence that decide.

    ``beside``: what else decides, of the ranking ("score", "lead", "share") and the question
    ("terms").
    """

    sentence: tuple[str, ...]
    best: tuple[str, ...]
    beside: tuple[str, ...] = ("score", "lead", "share", "terms")

    @property
    def decision(self) -> tuple[str, ...]:
        return (*self.best, *self.beside)

    def fit(self, model: Model) -> bool:
        return (model.sentence.names, model.answerable.names) == (self.sentence, self.decision)


SIMILARITY_COLUMNS = Columns(
    NAMES,
    (
        "late", "late_idf", "late_context", "late_context_idf", "late_weakest", "late_weak_pair",
        "late_weak_name", "cosine", "coverage", "coverage_context", "names", "numbers",
        "type_found", "type_wanted", "negation_differs", "pronoun_first", "passage_weakest",
        "passage_weak_name", "unseen",
    ),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Table:
    """All n sentences of the passages that were read for one question.

    ``rows`` is (n, columns) and holds for those of ``known`` (n,) only; the others come
    after them, by ``order`` (n,). ``quotable`` is (n,).
    """

    question: Question
    rows: Matrix
    quotable: NDArray[np.bool_]
    known: NDArray[np.bool_]
    order: Vector
    marks: Sequence[Span | None]

    @property
    def usable(self) -> NDArray[np.bool_]:
        return self.known & self.quotable

    def scores(self, model: Model) -> Vector:
        """Raw scores (n,)."""
        scores = model.sentence(self.rows)
        rest = ~self.known
        if rest.any() and self.known.any():
            behind = self.order[rest] - self.order[rest].max() - 1.0
            scores[rest] = scores[self.known].min() + behind
        return scores


class SimilarityReader:
    """Late interaction and lexical features, weighed by a fitted linear model."""

    columns = SIMILARITY_COLUMNS

    def __init__(self, tokens: TokenCache, model: Model, terms: Analyse, idf: Idf) -> None:
        check_columns(self.columns, model)
        self._tokens = tokens
        self._model = model
        self._terms = terms
        self._idf = idf

    def read(self, question: str, passages: Sequence[PassageText]) -> list[Reading]:
        if not passages:
            return []
        return readings(
            self._model, self.columns, self.table(analyse(question), passages), passages
        )

    def table(self, question: Question, passages: Sequence[PassageText]) -> Table:
        texts = [embedding_text(passage.headings, passage.text) for passage in passages]
        (tokens,) = self._tokens.embed_tokens([question.text])
        asked = prepare(question, tokens, self._terms, self._idf)
        rows = sentence_features(asked, passages, self._tokens.embed_tokens(texts), self._terms)
        sentences = [span.of(one.text) for one in passages for span in one.sentence_spans]
        return Table(
            question,
            rows,
            np.array([is_declarative(sentence) for sentence in sentences], dtype=bool),
            np.ones(len(rows), dtype=bool),
            self._model.sentence(rows),
            [_highlight(asked, sentence) for sentence in sentences],
        )

    def supports(self, table: Table, at: int) -> float:
        """Raw score that the sentence ``at`` of this reader's table answers."""
        return decide(self._model, self.columns, table, table.order, at)


def check_columns(columns: Columns, model: Model) -> None:
    """Raises SettingsError where a model was fitted on others."""
    if not columns.fit(model):
        raise SettingsError(
            "the reader's numbers were fitted on other features than these: run 'make train'"
        )


def readings(
    model: Model, columns: Columns, table: Table, passages: Sequence[PassageText]
) -> list[Reading]:
    """One reading for each passage; ``table`` has their sentences in this order."""
    scores = table.scores(model)
    found, at = [], 0
    for passage in passages:
        here = slice(at, at + len(passage.sentence_spans))
        at = here.stop
        sentences = zip((scores[here] + passage.nearness).tolist(), table.marks[here], strict=True)
        found.append(
            Reading(
                _answerable(model, columns, table, scores, here),
                tuple(SentenceReading(score, mark) for score, mark in sentences),
            )
        )
    return found


def _answerable(model: Model, columns: Columns, table: Table, scores: Vector, here: slice) -> float:
    """Raw score that the passage's best sentence answers; far below 0 without one."""
    inside = np.flatnonzero(table.usable[here]) + here.start
    if not len(inside):
        return NONE
    return decide(model, columns, table, scores, int(inside[np.argmax(scores[inside])]))


def decide(model: Model, columns: Columns, table: Table, scores: Vector, best: int) -> float:
    """Raw score that the sentence ``best`` of the table, a usable one, answers."""
    usable = table.usable
    row = decision_row(
        columns, table.question, table.rows[usable], scores[usable], int(usable[:best].sum())
    )
    return float(model.answerable(row[None, :])[0])


def decision_row(
    columns: Columns, question: Question, rows: Matrix, scores: Vector, best: int
) -> Vector:
    """What the decision looks at for the sentence ``best`` among all that were read."""
    others = np.delete(scores, best)
    lead = float(scores[best] - others.max()) if len(others) else 3.0
    exp = np.exp(scores - scores.max())
    beside = {
        "score": scores[best],
        "lead": np.clip(lead, -3.0, 3.0),
        "share": float(exp[best] / exp.sum()),
        "terms": np.log1p(len(question.terms)),
    }
    own = rows[best, [columns.sentence.index(name) for name in columns.best]]
    return np.array([*own, *(beside[name] for name in columns.beside)])


def _highlight(asked: Asked, sentence: str) -> Span | None:
    """The first words of the type that is asked for, if the sentence has any."""
    return next(find(asked.question.answer_type, sentence, asked.words), None)
