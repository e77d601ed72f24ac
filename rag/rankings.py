"""What was found with abstention off, and what plain similarity finds: for measuring."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from index.types import Passage, Span
from rag.answer.cite import cite, to_sentences
from rag.answer.pipeline import Clock, Pipeline
from rag.confidence.decision import Decision
from rag.types import Citation


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best sentences with abstention off, and the number that would decide on it.

    ``highlights`` are what is marked in each sentence, within its quote.
    """

    sentences: tuple[Citation, ...]
    confidence: float
    highlights: tuple[Span | None, ...] = ()


def best_sentences(pipeline: Pipeline, question: str, k: int, decision: Decision) -> Ranking:
    found = pipeline.find(question, Clock(), decision=decision)
    sentences, cited = to_sentences(found.ranked[:k], found.chance)
    marks = tuple(sentence.highlight for sentence in sentences)
    return Ranking(tuple(cited), found.chance, marks)


def nearest_sentences(pipeline: Pipeline, question: str, k: int) -> Ranking:
    """Of the passages that were read, the sentences whose own embeddings are nearest."""
    ranked = pipeline.find(question, Clock()).ranked
    if not ranked:
        return Ranking((), -1.0)
    vectors = pipeline.embedder.embed([question, *(one.text for one in ranked)])
    cosines = vectors[1:] @ vectors[0]
    order = np.argsort(-cosines, kind="stable")[:k].tolist()
    best = tuple(cite(ranked[at], number) for number, at in enumerate(order, start=1))
    return Ranking(best, float(cosines[order[0]]))


def ranked_documents(
    pipeline: Pipeline, query: str, k: int, said: str = ""
) -> dict[str, list[tuple[str, float]]]:
    """Document ids with the score of their best passage, for each way of searching."""
    found: dict[str, list[tuple[str, float]]] = {}
    for name, hits in pipeline.retrieve(query, said=said).items():
        best: dict[str, float] = {}
        for hit in hits:
            best.setdefault(pipeline.snapshot.passage(hit.passage_id).document_id, hit.score)
        found[name] = list(best.items())[:k]
    return found


def ranked_passages(pipeline: Pipeline, query: str, k: int) -> dict[str, list[Passage]]:
    return {
        name: [pipeline.snapshot.passage(hit.passage_id) for hit in hits[:k]]
        for name, hits in pipeline.retrieve(query).items()
    }
