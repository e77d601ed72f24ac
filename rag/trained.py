"""The trained reader: similarity finds the sentences worth reading, a cross-encoder reads them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Protocol

import numpy as np

from index.types import Span
from rag.cross_encoder import Judgement
from rag.features import NAMES
from rag.model import Model
from rag.pair_input import Item
from rag.question import Question, analyse
from rag.read import SIMILARITY_COLUMNS, Columns, SimilarityReader, Table, check_columns, readings
from rag.types import PassageText, Reading

READ = 12  # sentences that the cross-encoder reads for a question
LEAST = -10.0  # a smaller log chance says no more
OF_CROSS = ("judged", "marked", "judged_behind_best")
TRAINED_COLUMNS = Columns((*NAMES, *OF_CROSS), (*SIMILARITY_COLUMNS.best, *OF_CROSS))


class Judge(Protocol):
    def score(self, items: Sequence[Item]) -> list[Judgement]: ...


class TrainedReader:
    """Weighs the cross-encoder's judgement beside the features of similarity."""

    columns = TRAINED_COLUMNS

    def __init__(self, similar: SimilarityReader, judge: Judge, model: Model) -> None:
        check_columns(self.columns, model)
        self._similar = similar
        self._judge = judge
        self._model = model

    def read(self, question: str, passages: Sequence[PassageText]) -> list[Reading]:
        if not passages:
            return []
        return readings(
            self._model, self.columns, self.table(analyse(question), passages), passages
        )

    def table(self, question: Question, passages: Sequence[PassageText]) -> Table:
        """``known`` are the sentences that the cross-encoder has read."""
        similar = self._similar.table(question, passages)
        ranked = np.argsort(-similar.order, kind="stable")
        chosen = ranked[similar.quotable[ranked]][:READ]
        items = list(items_of(question.text, passages))
        judged = self._judge.score([items[at] for at in chosen])
        return _with_judgements(similar, chosen.tolist(), judged)


def _with_judgements(table: Table, places: Sequence[int], judged: Sequence[Judgement]) -> Table:
    answers = np.array([one.answers for one in judged], dtype=np.float64)
    marked = np.array([max(LEAST, np.log(max(one.chance, 1e-9))) for one in judged])
    columns = np.zeros((len(table.rows), len(OF_CROSS)))
    known = np.zeros(len(table.rows), dtype=bool)
    marks: list[Span | None] = list(table.marks)
    if places:
        columns[places] = np.stack([answers, marked, answers - answers.max()], axis=1)
        known[places] = True
    for at, one in zip(places, judged, strict=True):
        marks[at] = one.highlight or marks[at]
    return replace(table, rows=np.hstack([table.rows, columns]), known=known, marks=marks)


def items_of(question: str, passages: Sequence[PassageText]) -> Iterator[Item]:
    """Every sentence with the one before and the one after it in its passage."""
    for passage in passages:
        texts = ["", *(span.of(passage.text) for span in passage.sentence_spans), ""]
        for before, sentence, after in zip(texts, texts[1:], texts[2:], strict=False):
            yield Item(question, passage.headings, before, sentence, after)
