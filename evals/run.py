"""Asking an engine the questions of a set, and noting what became of each."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, TypeVar

from evals.metrics import (
    ANSWERED,
    first_rank,
    found_at,
    is_right,
    ndcg_at,
    recall_at,
    reciprocal_rank,
)
from evals.types import Beir, EvalError, Outcome, Query, Question, Quote
from rag.errors import QuestionError
from rag.types import Answer, Citation

if TYPE_CHECKING:
    from rag.engine import Engine

T = TypeVar("T")
HITS = 10
RECALL_AT = (1, 5, 10)
RANKS = (1, 2, 3)
DOCUMENTS = 100
NDCG_AT = 10
DOCUMENT_RECALL_AT = (5, 10, 100)


def sample(items: Sequence[T], limit: int | None, seed: int = 0) -> tuple[T, ...]:
    """At most ``limit`` of them, drawn with the seed, in their old order."""
    if limit is None or limit >= len(items):
        return tuple(items)
    return tuple(items[i] for i in sorted(random.Random(seed).sample(range(len(items)), limit)))


def run_set(engine: Engine, questions: Iterable[Question]) -> Iterator[Outcome]:
    """Each question asked once, as a user would ask it."""
    for question in questions:
        yield ask_one(engine, question)


def run_squad(engine: Engine, questions: Iterable[Question]) -> Iterator[Outcome]:
    """As ``run_set``; besides, the best sentences with abstention off, and by plain cosine."""
    for question in questions:
        outcome = ask_one(engine, question)
        values, scores = dict(outcome.values), {}
        rankings = {
            "answer": engine.rank(question.question, k=max(RANKS)),
            "cosine": engine.rank_cosine(question.question, k=max(RANKS)),
        }
        for name, ranking in rankings.items():
            scores[name] = ranking.confidence
            if question.answerable:
                rank = first_rank(question, _quotes(ranking.sentences))
                values |= {f"{name}@{k}": float(rank is not None and rank <= k) for k in RANKS}
        yield replace(outcome, values=values, scores=scores)


def run_beir(engine: Engine, beir: Beir, queries: Iterable[Query]) -> Iterator[Outcome]:
    """Each query's documents by dense, BM25 and fused ranking, judged by the qrels.

    Raises EvalError where the index holds documents that are not of the set.
    """
    for query in queries:
        values: dict[str, float] = {}
        for system, ranked in engine.rankings(query.text, DOCUMENTS).items():
            ids = [id for document, _ in ranked for id in _beir_ids(engine, beir, document)]
            ids = [id for id in ids if id != query.id]  # as BEIR does, where queries are documents
            values[f"{system} nDCG@{NDCG_AT}"] = ndcg_at(ids, query.relevant, NDCG_AT)
            for k in DOCUMENT_RECALL_AT:
                values[f"{system} recall@{k}"] = recall_at(ids, query.relevant, k)
        detail = {"question": query.text}
        yield Outcome(query.id, "query", None, True, values, detail=detail)


def _beir_ids(engine: Engine, beir: Beir, document_id: str) -> tuple[str, ...]:
    path = engine.path_of(document_id)
    if path not in beir.ids:
        raise EvalError(
            f"the index holds {path}, which is not of {beir.info.name}; name an empty --home"
        )
    return beir.ids[path]


def ask_one(engine: Engine, question: Question) -> Outcome:
    """One question's outcome. One that the engine rejects is neither right nor refused."""
    blank = Outcome(question.id, question.kind, question.group, question.answerable, values={})
    begun = time.perf_counter()
    try:
        answer = engine.ask(question.question, history=question.history, id=question.id)
    except QuestionError as error:
        detail = {"question": question.question, "status": "error", "error": str(error)}
        verdict = "right" if question.answerable else "refused"
        return replace(blank, values={verdict: 0.0}, detail=detail)
    latency_ms = (time.perf_counter() - begun) * 1000
    hits = engine.search(answer.standalone_question, k=HITS)["hits"]
    found = [Quote(hit["text"], hit["text_sha256"]) for hit in hits]
    return replace(
        blank,
        values=_values(question, answer, found) | {"ms": latency_ms},
        scores={"answer": answer.confidence},
        violations=tuple(check_citations(engine, answer)),
        detail={
            "question": question.question,
            "standalone_question": answer.standalone_question,
            "status": answer.status,
            "cited": [citation.quote for citation in answer.citations],
            "warnings": list(answer.warnings),
        },
    )


def _values(question: Question, answer: Answer, hits: Sequence[Quote]) -> dict[str, float]:
    quotes = _quotes(answer.citations)
    right = float(is_right(question, answer.status, quotes))
    values = {"right" if question.answerable else "refused": right}
    if answer.status in ANSWERED:
        values |= {"precision": right, "quotes": float(len(quotes))}
    if question.answerable:
        values |= {f"recall@{k}": found_at(question, hits, k) for k in RECALL_AT}
        values["MRR"] = reciprocal_rank(first_rank(question, hits))
    return values


def check_citations(engine: Engine, answer: Answer) -> Iterator[str]:
    """What does not hold of an answer, checked against the stored text and nothing else."""
    nearest = answer.reason.nearest if answer.reason else ()
    for citation in (*answer.citations, *nearest):
        if problem := _citation_problem(engine, citation):
            yield f"citation {citation.number}: {problem}"
    by_number = {citation.number: citation for citation in answer.citations}
    if len(by_number) != len(answer.citations):
        yield "two citations have one number"
    for place, sentence in enumerate(answer.sentences, start=1):
        cited = [by_number[number] for number in sentence.citations if number in by_number]
        if not cited or len(cited) != len(sentence.citations):
            yield f"sentence {place}: it cites nothing, or what is not there"
        elif answer.mode == "extractive" and all(c.quote != sentence.text for c in cited):
            yield f"sentence {place}: it is not the quote of its citation"
        mark = sentence.highlight
        if mark and not 0 <= mark.start < mark.end <= len(sentence.text):
            yield f"sentence {place}: its highlight lies outside of it"


def _citation_problem(engine: Engine, citation: Citation) -> str | None:
    document, span = engine.document(citation.document_id), citation.span
    if document is None:
        return f"document {citation.document_id} is not in the index"
    if not 0 <= span.start < span.end <= len(document.text):
        return f"{span.start}-{span.end} is no range within the document"
    if document.text[span.start : span.end] != citation.quote:
        return f"{span.start}-{span.end} of the document is not the quote"
    if hashlib.sha256(document.text.encode()).hexdigest() != citation.text_sha256:
        return "text_sha256 is not the hash of the document's text"
    return None


def _quotes(citations: Sequence[Citation]) -> list[Quote]:
    return [Quote(citation.quote, citation.text_sha256) for citation in citations]
