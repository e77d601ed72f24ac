"""The trained reader: similarity finds the sentences worth reading, a cross-encoder reads them.

A small fitted model weighs what both say: few numbers, so that the few articles that the
cross-encoder has not learned from are enough to fit them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TYPE_CHECKING, Protocol

import numpy as np

from index.passages.lists import stands_behind
from index.types import Span
from rag.question.analyse import Question, analyse
from rag.reader.features import Matrix
from rag.reader.model import Model
from rag.reader.pair_input import Item
from rag.reader.records import Record, as_records
from rag.reader.similarity import Columns, SimilarityReader, Table, check_columns, readings
from rag.text.words import fold, words
from rag.types import PassageText, Reading

if TYPE_CHECKING:
    from rag.reader.cross_encoder import Judgement

READ = 5  # sentences that the cross-encoder reads, see docs/reader.md
CALLS = 64  # of the cross-encoder that are kept: a page, and an eval, ask the same again
LEAST = -10.0  # a smaller log chance says no more
# Similarity's score of the sentence, the cross-encoder's, each with its distance to the best
# of the question, and how sure the cross-encoder is of the words that it marks.
SENTENCE = ("similar", "similar_behind_best", "judged", "judged_behind_best", "marked")
# Beside these, what similarity alone would decide. To decide few numbers are looked at: what
# similarity says by itself is another thing in another kind of text.
TRAINED_COLUMNS = Columns((*SENTENCE, "supported"), ("judged", "marked", "supported"), ("share",))


Way = tuple[Item, Record | None]


class Judge(Protocol):
    def score(self, items: Sequence[Item]) -> list[Judgement]: ...


class Remembering:
    """A judge that keeps what it said in its last calls, each whole: judged beside others an item
    can come out a rounding apart, and an answer must not depend on what was asked before.
    """

    def __init__(self, judge: Judge, calls: int = CALLS) -> None:
        self._score = lru_cache(maxsize=calls)(lambda items: tuple(judge.score(items)))

    def score(self, items: Sequence[Item]) -> list[Judgement]:
        return list(self._score(tuple(items)))


class TrainedReader:
    """Weighs the cross-encoder's judgement beside that of similarity."""

    columns = TRAINED_COLUMNS

    def __init__(
        self, similar: SimilarityReader, judge: Judge, model: Model, read: int = READ
    ) -> None:
        check_columns(self.columns, model)
        self._similar = similar
        self._judge = judge
        self._model = model
        self._read = read

    def read(self, question: str, passages: Sequence[PassageText]) -> list[Reading]:
        if not passages:
            return []
        return readings(
            self._model, self.columns, self.table(analyse(question), passages), passages
        )

    def table(self, question: Question, passages: Sequence[PassageText]) -> Table:
        """``known`` are the sentences that the cross-encoder has read."""
        similar = self._similar.table(question, passages)
        near = [one.nearness for one in passages for _ in one.sentence_spans]
        ranked = np.argsort(-(similar.order + near), kind="stable")
        chosen = ranked[similar.quotable[ranked]][: self._read].tolist()
        items = list(items_of(question.text, passages))
        judged = self._judged([ways_to_read(*items[at]) for at in chosen])
        supported = [self._similar.supports(similar, at) for at in chosen]
        return _with_judgements(similar, chosen, judged, supported)

    def _judged(self, sentences: Sequence[Sequence[Way]]) -> list[Judgement]:
        """Of each sentence the best of its ways to be read."""
        every = [(at, *way) for at, ways in enumerate(sentences) for way in ways]
        best: dict[int, Judgement] = {}
        said = self._judge.score([item for _, item, _ in every])
        for (at, _, record), one in zip(every, said, strict=True):
            if at not in best or one.answers > best[at].answers:
                best[at] = _in_row(one, record)
        return list(best.values())


def _with_judgements(
    table: Table, places: Sequence[int], judged: Sequence[Judgement], supported: Sequence[float]
) -> Table:
    rows: Matrix = np.zeros((len(table.rows), len(TRAINED_COLUMNS.sentence)))
    known = np.zeros(len(table.rows), dtype=bool)
    marks: list[Span | None] = list(table.marks)
    if places:
        similar = table.order[places]
        answers = np.array([one.answers for one in judged], dtype=np.float64)
        marked = [max(LEAST, np.log(max(one.chance, 1e-9))) for one in judged]
        columns = (similar, similar - similar.max(), answers, answers - answers.max(), marked)
        rows[places] = np.stack([*columns, supported], axis=1)
        known[places] = True
    for at, one in zip(places, judged, strict=True):
        marks[at] = one.highlight or marks[at]
    return replace(table, rows=rows, known=known, marks=marks)


def _in_row(judged: Judgement, record: Record | None) -> Judgement:
    if record is None or judged.highlight is None:
        return judged
    return replace(judged, highlight=record.in_row(judged.highlight))


def items_of(question: str, passages: Sequence[PassageText]) -> Iterator[tuple[Item, str | None]]:
    """Every sentence with the one it stands behind and the one after it in its passage; for a row
    also the names of its columns."""
    for passage in passages:
        texts = [span.of(passage.text) for span in passage.sentence_spans]
        befores = [
            "" if at is None else texts[at]
            for at in stands_behind(passage.text, passage.sentence_spans)
        ]
        for before, sentence, after in zip(befores, texts, [*texts, ""][1:], strict=True):
            yield Item(question, passage.headings, before, sentence, after), passage.columns


def ways_to_read(item: Item, columns: str | None) -> list[Way]:
    """A row as its records, without the heading that names the columns; all else as it is."""
    if columns is None:
        return [(item, None)]
    asked = {fold(word) for word in words(item.question)}
    return [
        (replace(item, headings=item.headings[:-1], sentence=record.text), record)
        for record in as_records(item.sentence, columns, asked)
    ] or [(item, None)]
