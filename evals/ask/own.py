"""Eval sets of our own: what must be quoted, and the order of confidence."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from evals.ask.ranked import answers, ranked, with_rankings
from evals.run import ask_one
from evals.types import Outcome, Question

if TYPE_CHECKING:
    from rag.engine import Engine


def ask_own(engine: Engine, question: Question) -> Outcome:
    """As a user would; besides, the best sentences with abstention off, and by plain cosine."""
    outcome = ask_one(engine, question)
    return with_rankings(outcome, ranked(engine, outcome), partial(answers, question))
