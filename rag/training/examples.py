"""SQuAD questions as the reader meets them: passages, features, which sentence is right.

Beside each question as it was asked there are two made unanswerable by rule: without its
own paragraph (what is left is about the same things) and without its own article (what is
left is about something else). SQuAD's own unanswerable questions are all near misses, and
a decision fitted on these alone refuses too little of what is simply not there.
"""

from __future__ import annotations

import random
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from evals.corpus import lay_out
from evals.metrics import groups_in
from evals.types import EvalSet, Question, Quote
from index.search.snapshot import Snapshot
from index.types import Document, Ids, Passage
from rag.answer.candidates import passage_text
from rag.answer.pipeline import Pipeline
from rag.engine import Engine
from rag.question.analyse import Question as Asked
from rag.question.analyse import analyse
from rag.reader.features import Matrix
from rag.reader.kit import Kit
from rag.reader.similarity import SimilarityReader
from rag.reader.trained import TrainedReader
from rag.settings import Settings
from rag.training.pairs.corpora import family

SEED = 20260101
Fitted = SimilarityReader | TrainedReader


@dataclass(frozen=True, slots=True)
class Example:
    """One question over the passages that were read for it; one row a quotable sentence."""

    question: Asked
    group: str  # the article
    rows: Matrix  # (n sentences, n features)
    right: NDArray[np.bool_]  # (n sentences,)
    made: bool = False  # unanswerable by rule


def examples_of(
    squad: EvalSet[Question], folder: Path, kit: Kit, groups: Collection[str] | None = None
) -> list[Example]:
    """The set's texts indexed together in ``folder``, and ``collect``."""
    home, texts = lay_out(folder, squad.texts)
    engine = Engine.open(home, Settings(cache_mb=4_000), kit)
    try:
        engine.index_paths([texts])
        return list(collect(engine, squad, groups))
    finally:
        engine.close()


def articles_on(
    wanted: Collection[str], squad: EvalSet[Question], sides: Mapping[str, str]
) -> set[str]:
    """The titles that are on one of the ``wanted`` sides of the split of the training data."""
    titles = {str(one.group) for one in squad.questions}
    return {title for title in titles if sides.get(family(title)) in wanted}


def collect(
    engine: Engine, squad: EvalSet[Question], groups: Collection[str] | None = None
) -> Iterator[Example]:
    """Examples for every question of an indexed SQuAD set, or of some of its articles."""
    snapshot = engine.index.snapshot()
    pipeline = engine.pipeline(snapshot)
    reader = pipeline.reader()
    assert isinstance(reader, Fitted)
    where = _passages_of(snapshot, pipeline)
    everything = np.concatenate(list(where.values()))
    rng = random.Random(SEED)
    for question in squad.questions:
        if groups is not None and question.group not in groups:
            continue
        yield _example(question, pipeline, reader, None)
        chance = rng.random()
        if not question.answerable or chance > 2 / 3:
            continue
        own = _own(question, where, article=chance > 1 / 3)
        rest = np.setdiff1d(everything, own)
        yield _example(replace(question, answerable=False), pipeline, reader, rest)


def _example(question: Question, pipeline: Pipeline, reader: Fitted, only: Ids | None) -> Example:
    read = pipeline.load(pipeline.retrieve_best(question.question, only))
    asked = analyse(question.question)
    texts = [passage_text(document, passage) for document, passage in read]
    table = reader.table(asked, texts)
    quotes = [_quote(document, passage, at) for document, passage in read
              for at in range(len(passage.sentences))]  # fmt: skip
    right = np.array(
        [question.answerable and bool(groups_in(question, [quote])) for quote in quotes], dtype=bool
    )
    made = only is not None
    usable = table.usable
    return Example(asked, str(question.group), table.rows[usable], right[usable], made)


def _quote(document: Document, passage: Passage, at: int) -> Quote:
    return Quote(document[passage.sentences[at]], document.text_sha256)


def _passages_of(snapshot: Snapshot, pipeline: Pipeline) -> dict[tuple[str, str], Ids]:
    """Passage ids by article (the folder of the file) and hash of the text."""
    found: dict[tuple[str, str], list[int]] = {}
    for passage in snapshot.catalogue.passages(snapshot.version):
        document = pipeline.document(snapshot, passage.document_id)
        article = document.path.split("/")[0]
        found.setdefault((article, document.text_sha256), []).append(passage.id)
    return {key: np.array(ids, np.int64) for key, ids in found.items()}


def _own(question: Question, where: dict[tuple[str, str], Ids], *, article: bool) -> Ids:
    """The passages of a question's paragraph, or of its whole article."""
    home = next(name for name, sha256 in where if sha256 == question.text_sha256)
    return np.concatenate(
        [
            ids
            for (name, sha256), ids in where.items()
            if sha256 == question.text_sha256 or (article and name == home)
        ]
    )


def by_group(examples: Sequence[Example]) -> dict[str, list[Example]]:
    groups: dict[str, list[Example]] = {}
    for example in examples:
        groups.setdefault(example.group, []).append(example)
    return groups
