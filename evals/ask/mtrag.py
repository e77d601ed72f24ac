"""MTRAG: what a follow-up question finds as it is, as we read it, as a person would put it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from evals.metrics import recall_at
from evals.types import FollowUp, Outcome
from rag.question.followup import standalone
from rag.types import Turn

if TYPE_CHECKING:
    from rag.engine import Engine

AT = 10
LAST, OURS, REWRITE = "last turn", "ours", "rewrite"


def ask_mtrag(engine: Engine, asked: FollowUp) -> Outcome:
    """Recall of the relevant passages by each form and way of searching; what each form gains."""
    recalls = {
        LAST: _recalls(engine, asked, asked.last_turn),
        OURS: _recalls(engine, asked, asked.last_turn, asked.history),
        REWRITE: _recalls(engine, asked, asked.rewrite),
    }
    values: dict[str, float] = {}
    for system in recalls[LAST]:
        values |= {f"{system} {form} recall@{AT}": recalls[form][system] for form in recalls}
        for form in (OURS, REWRITE):
            values[f"{system} {form} minus {LAST}"] = recalls[form][system] - recalls[LAST][system]
    kind = "follow-up" if asked.history else "first turn"
    detail = {
        "question": asked.last_turn,
        "standalone_question": standalone(asked.last_turn, asked.history),
        "rewrite": asked.rewrite,
    }
    return Outcome(asked.id, kind, asked.conversation, True, values, detail=detail)


def _recalls(
    engine: Engine, asked: FollowUp, question: str, history: Sequence[Turn] = ()
) -> dict[str, float]:
    relevant = dict.fromkeys(asked.relevant, 1)
    return {
        system: recall_at([engine.path_of(document) for document, _ in ranked], relevant, AT)
        for system, ranked in engine.rankings(question, AT, history).items()
    }
