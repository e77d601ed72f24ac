"""QMSum: turns of a meeting that were marked as relevant, found and cited."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from evals.metrics import ANSWERED
from evals.run import ask_one, verdict
from evals.types import MeetingQuery, Outcome
from index.types import Passage, Span
from rag.types import Answer, Json

if TYPE_CHECKING:
    from rag.engine import Engine

AT = 5


def ask_qmsum(engine: Engine, asked: MeetingQuery) -> Outcome:
    """As a user would: right where a cited sentence stands in a gold turn.

    Besides, for each way of searching, whether one of the first ``AT`` passages overlaps a
    gold turn. Dense alone is the plain one.
    """
    outcome = ask_one(engine, asked.question, partial(_judge, asked))
    found = engine.retrieved(asked.question.question, AT)
    turns = {
        f"{system} turn@{AT}": float(any(_holds(engine, asked, one) for one in passages))
        for system, passages in found.items()
    }
    turns["fused minus dense"] = turns[f"fused turn@{AT}"] - turns[f"dense turn@{AT}"]
    return replace(outcome, values={**outcome.values, **turns})


def _judge(asked: MeetingQuery, answer: Answer, hits: Sequence[Json]) -> dict[str, float]:
    del hits  # ``retrieved`` has them for each way of searching
    answered = answer.status in ANSWERED
    cited = any(_in_gold(asked, one.text_sha256, one.span) for one in answer.citations)
    return verdict(asked.question, answer, answered and cited)


def _holds(engine: Engine, asked: MeetingQuery, passage: Passage) -> bool:
    document = engine.document(passage.document_id)
    return document is not None and _in_gold(asked, document.text_sha256, passage.span)


def _in_gold(asked: MeetingQuery, text_sha256: str, span: Span) -> bool:
    here = text_sha256 == asked.question.text_sha256
    return here and any(span.overlaps(turn) for turn in asked.gold)
