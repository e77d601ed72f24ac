"""The plain way beside ours: the same questions, the same draws, the difference of the two."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from evals.bootstrap import Positions, interval, paired_difference
from evals.scores import AURC, COVERAGE, STATED, scored, statistics
from evals.types import Interval, Outcome

PLAIN_SCORE = "cosine"
PLAIN: Mapping[str, str] = {
    **{f"{STATED}@{k}": f"{PLAIN_SCORE}@{k}" for k in (1, 2, 3)},
    f"{STATED} AUROC": f"{PLAIN_SCORE} AUROC",
    COVERAGE: f"{PLAIN_SCORE} {COVERAGE}",
    AURC: f"{PLAIN_SCORE} {AURC}",
    "fused nDCG@10": "dense nDCG@10",
    **{f"fused recall@{k}": f"dense recall@{k}" for k in (5, 10, 100)},
    "fused turn@5": "dense turn@5",
    "fused ours recall@10": "fused last turn recall@10",
}


@dataclass(frozen=True, slots=True)
class Beside:
    """``gain`` is ours minus plain."""

    plain: Interval
    gain: Interval


def beside(
    outcomes: Sequence[Outcome], figures: Mapping[str, Interval], seed: int = 0
) -> dict[str, Beside]:
    """For each figure of ours that has a plain one: that, and the paired difference."""
    return {
        ours: Beside(figures[plain], _gain(outcomes, ours, plain, seed))
        for ours, plain in PLAIN.items()
        if ours in figures and plain in figures
    }


def _gain(outcomes: Sequence[Outcome], ours: str, plain: str, seed: int) -> Interval:
    both = [one for one in outcomes if {ours, plain} <= one.values.keys()]
    if both:
        return paired_difference(
            [one.values[plain] for one in both],
            [one.values[ours] for one in both],
            [one.group for one in both],
            seed=seed,
        )
    with_scores = [one for one in outcomes if {STATED, PLAIN_SCORE} <= one.scores.keys()]
    before = statistics(scored(with_scores, PLAIN_SCORE), PLAIN_SCORE)[plain]
    after = statistics(scored(with_scores, STATED), STATED)[ours]

    def difference(at: Positions) -> float:
        return after(at) - before(at)

    groups = [one.group for one in with_scores]
    return interval(difference, len(with_scores), groups, seed=seed)
