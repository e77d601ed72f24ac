"""Asking an engine the questions of a set, and noting what became of each."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from evals.metrics import ANSWERED, first_rank, found_at, is_right, reciprocal_rank
from evals.types import Outcome, Question, Quote
from rag.errors import QuestionError
from rag.types import Answer, Citation, Json

if TYPE_CHECKING:
    from rag.engine import Engine

T = TypeVar("T")
Ask = Callable[["Engine", Any], Outcome]  # of the set's own kind of question
Judge = Callable[[Answer, Sequence[Json]], dict[str, float]]  # an answer, and the best passages
HITS = 10
SHOWN, SHOWN_TEXT = 3, 600  # passages kept with a miss, and characters of each
RECALL_AT = (1, 5, 10)


def sample(items: Sequence[T], limit: int | None, seed: int = 0) -> tuple[T, ...]:
    """At most ``limit`` of them, drawn with the seed, in their old order."""
    if limit is None or limit >= len(items):
        return tuple(items)
    return tuple(items[i] for i in sorted(random.Random(seed).sample(range(len(items)), limit)))


def ask_one(engine: Engine, question: Question, judge: Judge | None = None) -> Outcome:
    """One question asked as a user would ask it; what must be quoted judges unless told else.

    A question that the engine rejects is neither right nor refused.
    """
    judge = judge or partial(by_quotes, question)
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
    values = judge(answer, hits)
    return replace(
        blank,
        values=values | {"ms": latency_ms},
        scores={"answer": answer.confidence},
        violations=tuple(check_citations(engine, answer)),
        detail=_detail(question, answer) | ({} if _is_fine(values) else _miss(answer, hits)),
    )


def _detail(question: Question, answer: Answer) -> Json:
    return {
        "question": question.question,
        "standalone_question": answer.standalone_question,
        "status": answer.status,
        "confidence": round(answer.confidence, 4),
        "wanted": [list(group) for group in question.must_quote],
        "cited": [citation.quote for citation in answer.citations],
        "warnings": list(answer.warnings),
    }


def _is_fine(values: Mapping[str, float]) -> bool:
    return all(values.get(name, 1.0) > 0 for name in ("right", "refused"))


def _miss(answer: Answer, hits: Sequence[Json]) -> Json:
    """What a person needs to see why: the sentences next in line, and what was searched."""
    nearest = answer.reason.nearest if answer.reason else ()
    return {
        "considered": [citation.quote for citation in nearest],
        "passages": [
            {"path": hit["path"], "text": hit["text"][:SHOWN_TEXT]} for hit in hits[:SHOWN]
        ],
    }


def by_quotes(question: Question, answer: Answer, hits: Sequence[Json]) -> dict[str, float]:
    """What the question says must be quoted: by the answer, and found by the search."""
    right = is_right(question, answer.status, quotes_of(answer.citations))
    values = verdict(question, answer, right)
    if question.answerable:
        found = [Quote(hit["text"], hit["text_sha256"]) for hit in hits]
        values |= {f"recall@{k}": found_at(question, found, k) for k in RECALL_AT}
        values["MRR"] = reciprocal_rank(first_rank(question, found))
    return values


def verdict(question: Question, answer: Answer, right: bool) -> dict[str, float]:
    """The measures that each way of judging gives; refused is right where there is no answer."""
    values = {"right" if question.answerable else "refused": float(right)}
    if answer.status in ANSWERED:
        values |= {"precision": float(right), "quotes": float(len(answer.citations))}
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


def quotes_of(citations: Sequence[Citation]) -> list[Quote]:
    return [Quote(citation.quote, citation.text_sha256) for citation in citations]
