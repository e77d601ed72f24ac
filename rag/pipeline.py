"""One question over one version of the index: retrieve, read, choose. No LLM, no history."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np

from index.chunk import embedding_text
from index.snapshot import Snapshot
from index.types import Document, Embedder, Hit, Ids, Passage
from rag.cache import TokenCache
from rag.compose import Candidate, answer_chance, candidates, choose, passage_text
from rag.features import Idf
from rag.model import Model
from rag.question import Question, analyse
from rag.read import SimilarityReader
from rag.retrieve import fuse
from rag.settings import Settings
from rag.types import Reader

LOOK_AROUND = 3  # nearest passages named with a refusal


@dataclass(slots=True)
class Clock:
    """Milliseconds spent in each step, added up."""

    spent: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, step: str) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            took = (time.perf_counter() - begun) * 1000
            self.spent[step] = self.spent.get(step, 0.0) + took


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one question: all sentences read, best first, and those chosen."""

    question: Question
    hits: tuple[Hit, ...]
    ranked: tuple[Candidate, ...]
    supported: tuple[Candidate, ...]  # those that an answer may be chosen from, best first
    chosen: tuple[Candidate, ...]
    chance: float

    @property
    def answered(self) -> bool:
        return bool(self.chosen)

    @property
    def nearest(self) -> list[Candidate]:
        """The best sentence of each of the nearest passages."""
        best: dict[int, Candidate] = {}
        for one in self.ranked:
            best.setdefault(one.passage.id, one)
        return list(best.values())[:LOOK_AROUND]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The parts of an answer, over one snapshot."""

    snapshot: Snapshot
    embedder: Embedder
    tokens: TokenCache
    model: Model
    settings: Settings
    document: Callable[[Snapshot, str], Document]

    def retrieve(self, question: str, only: Ids | None = None) -> dict[str, list[Hit]]:
        """The dense, BM25 and fused rankings."""
        k = self.settings.retrieve_k
        dense = self.snapshot.dense(self.embedder.embed([question])[0], k, only)
        bm25 = self.snapshot.bm25(question, k, only)
        return {"dense": dense, "bm25": bm25, "fused": fuse(dense, bm25)}

    def reader(self) -> Reader:
        terms = self.snapshot.lexical.terms
        return SimilarityReader(self.tokens, self.model, terms, self.idf())

    def idf(self) -> Idf:
        """Of a term in this collection, scaled to 0 … 1."""
        n = self.snapshot.n_passages

        def idf(term: str) -> float:
            frequency = self.snapshot.lexical.document_frequency(term)
            return max(0.0, math.log((n + 1) / (frequency + 0.5)) / math.log((n + 1) / 0.5))

        return idf

    def load(self, hits: Sequence[Hit]) -> list[tuple[Document, Passage]]:
        passages = [self.snapshot.passage(hit.passage_id) for hit in hits]
        return [(self.document(self.snapshot, one.document_id), one) for one in passages]

    def find(self, question: str, clock: Clock, only: Ids | None = None) -> Found:
        """The sentences that answer a question that stands alone; none below the threshold."""
        asked = analyse(question)
        with clock.measure("retrieve"):
            hits = self.retrieve(question, only)["fused"][: self.settings.read_k]
            read = self.load(hits)
        with clock.measure("read"):
            texts = [passage_text(document, passage) for document, passage in read]
            readings = self.reader().read(question, texts)
        ranked = candidates(read, readings)
        chance = answer_chance(readings)
        supported = ranked if chance >= self.model.threshold else self._mentions(asked, ranked)
        most = self.settings.max_sentences
        chosen = choose(asked, supported, self.model.choice, most)
        return Found(asked, tuple(hits), tuple(ranked), tuple(supported), tuple(chosen), chance)

    def _mentions(self, question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
        """For bare keywords the sentences that hold them all, headings included; else none.

        Keywords ask where something is spoken of, and that can be seen from the words.
        """
        terms = self.snapshot.lexical.terms
        wanted = {term for word in question.terms for term in terms(word)}
        if question.kind != "keywords" or not wanted:
            return []
        return [
            one
            for one in ranked
            if wanted <= set(terms(embedding_text(one.passage.headings, one.text)))
        ]

    def missing_terms(self, question: Question) -> tuple[str, ...]:
        """The question's words that no document holds in any form."""
        lexical = self.snapshot.lexical
        missing = []
        for word in question.terms:
            terms = lexical.terms(word)
            if terms and not any(lexical.document_frequency(term) for term in terms):
                missing.append(word)
        return tuple(missing)

    def by_cosine(self, found: Found) -> list[tuple[Candidate, float]]:
        """The same sentences ordered by the cosine of their own embeddings: the plain baseline."""
        if not found.ranked:
            return []
        vectors = self.embedder.embed([found.question.text, *(one.text for one in found.ranked)])
        cosines = vectors[1:] @ vectors[0]
        order = np.argsort(-cosines, kind="stable")
        return [(found.ranked[at], float(cosines[at])) for at in order.tolist()]
