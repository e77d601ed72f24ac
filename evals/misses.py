"""What went wrong, the surest first: for a person to read. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from evals.metrics import ANSWERED
from evals.types import Outcome

MOST = 10


def surest_wrong(outcomes: Sequence[Outcome], most: int = MOST) -> tuple[Outcome, ...]:
    """Answers that are not right, and answers where the documents hold none."""
    wrong = [one for one in outcomes if _status(one) in ANSWERED and _verdict(one) == 0]
    return _surest(wrong, most)


def surest_refusals(outcomes: Sequence[Outcome], most: int = MOST) -> tuple[Outcome, ...]:
    """Answerable questions that were refused, those first that were nearly answered."""
    refused = [one for one in outcomes if one.answerable and _status(one) == "no_answer"]
    return _surest(refused, most)


def _status(one: Outcome) -> str | None:
    status: str | None = one.detail.get("status")
    return status


def _verdict(one: Outcome) -> float | None:
    return one.values.get("right" if one.answerable else "refused")


def _surest(outcomes: Sequence[Outcome], most: int) -> tuple[Outcome, ...]:
    return tuple(sorted(outcomes, key=lambda one: -one.detail["confidence"])[:most])
