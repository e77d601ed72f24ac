"""Figures of the scores that questions come with: do they tell right from wrong, are they true.

A score (``answer``: the stated confidence; ``cosine``: the plain one) stands for the first
sentence by it, abstention off. That sentence is right where the question's ``NAME@1`` is 1; to
an unanswerable question every sentence is wrong.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from evals.bootstrap import Positions, interval
from evals.metrics import auroc
from evals.reliability import calibration_error
from evals.risk import aurc, coverage_at
from evals.types import Interval, Outcome

STATED = "answer"  # the score that is a chance, and told to people
MOST_WRONG = 0.1
COVERAGE, AURC, ECE = f"coverage@{MOST_WRONG:.0%}wrong", "AURC", "ECE"
Statistic = Callable[[Positions], float]  # of the questions at these places


@dataclass(frozen=True, slots=True)
class Scored:
    """The questions with a score of one name."""

    outcomes: tuple[Outcome, ...]
    score: NDArray[np.float64]
    right: NDArray[np.bool_]  # the first sentence by the score
    answerable: NDArray[np.bool_]
    judged: bool  # whether it is known what is right

    @property
    def both_kinds(self) -> bool:
        return bool(self.answerable.any() and not self.answerable.all())


def scored(outcomes: Sequence[Outcome], name: str) -> Scored:
    having = tuple(one for one in outcomes if name in one.scores)
    first = [one.values.get(f"{name}@1") for one in having]
    return Scored(
        outcomes=having,
        score=np.array([one.scores[name] for one in having], dtype=np.float64),
        right=np.array([value == 1 for value in first], dtype=np.bool_),
        answerable=np.array([one.answerable for one in having], dtype=np.bool_),
        judged=any(value is not None for value in first),
    )


def names_of(outcomes: Sequence[Outcome]) -> list[str]:
    return list(dict.fromkeys(name for outcome in outcomes for name in outcome.scores))


def score_figures(outcomes: Sequence[Outcome], seed: int = 0) -> dict[str, Interval]:
    """The figures of each score, over sets with answerable and unanswerable questions."""
    figures: dict[str, Interval] = {}
    for name in names_of(outcomes):
        one = scored(outcomes, name)
        groups = [outcome.group for outcome in one.outcomes]
        for measure, statistic in statistics(one, name).items():
            figures[measure] = interval(statistic, len(one.outcomes), groups, seed=seed)
    return figures


def statistics(one: Scored, name: str) -> dict[str, Statistic]:
    """Each figure as a function of places; none where all or no question is answerable."""
    if not one.both_kinds:
        return {}
    score, right, could = one.score, one.right, one.answerable
    found: dict[str, Statistic] = {f"{name} AUROC": lambda at: auroc(could[at], score[at])}
    if one.judged:
        of = "" if name == STATED else f"{name} "
        found[f"{of}{COVERAGE}"] = lambda at: coverage_at(
            MOST_WRONG, score[at], right[at], could[at]
        )
        found[f"{of}{AURC}"] = lambda at: aurc(score[at], right[at])
        if name == STATED:
            found[ECE] = lambda at: calibration_error(score[at], right[at])
    return found
