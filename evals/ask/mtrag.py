"""MTRAG: what a follow-up question finds as it is, as we read it, as a person would put it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evals.metrics import recall_at
from evals.types import FollowUp, Outcome
from rag.question.followup import standalone

if TYPE_CHECKING:
    from rag.engine import Engine

AT = 10
LAST, OURS, REWRITE = "last turn", "ours", "rewrite"


def ask_mtrag(engine: Engine, asked: FollowUp) -> Outcome:
    """Recall of the relevant passages by each form and way of searching; what each form gains."""
    forms = {
        LAST: asked.last_turn,
        OURS: standalone(asked.last_turn, asked.history),
        REWRITE: asked.rewrite,
    }
    recalls = {form: _recalls(engine, asked, question) for form, question in forms.items()}
    values: dict[str, float] = {}
    for system in recalls[LAST]:
        values |= {f"{system} {form} recall@{AT}": recalls[form][system] for form in forms}
        for form in (OURS, REWRITE):
            values[f"{system} {form} minus {LAST}"] = recalls[form][system] - recalls[LAST][system]
    kind = "follow-up" if asked.history else "first turn"
    detail = {"question": forms[LAST], "standalone_question": forms[OURS], "rewrite": asked.rewrite}
    return Outcome(asked.id, kind, asked.conversation, True, values, detail=detail)


def _recalls(engine: Engine, asked: FollowUp, question: str) -> dict[str, float]:
    relevant = dict.fromkeys(asked.relevant, 1)
    return {
        system: recall_at([engine.path_of(document) for document, _ in ranked], relevant, AT)
        for system, ranked in engine.rankings(question, AT).items()
    }
