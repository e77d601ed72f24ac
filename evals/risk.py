"""Risk and coverage: how often answers are wrong when only the surest questions are answered.

Questions are answered in the order of their stated confidence; a threshold cannot part those of
one confidence, so they are answered together. Wrong counts what was answered and is not right,
unanswerable questions with the others. Pure functions.
El-Yaniv and Wiener, On the Foundations of Noise-free Selective Classification, 2010; AURC as in
Geifman, Uziel and El-Yaniv, Bias-Reduced Uncertainty Estimation, 2019.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]
ROUNDING = 1e-9


@dataclass(frozen=True, slots=True)
class Point:
    """What comes of answering from a confidence on.

    ``coverage`` is the share of all questions that is answered, ``answerable`` that of the
    answerable ones (NaN without any), ``wrong`` the share that is wrong of the answered.
    """

    confidence: float
    coverage: float
    answerable: float
    wrong: float


def risk_coverage(
    confidence: ArrayLike, right: ArrayLike, answerable: ArrayLike
) -> tuple[Point, ...]:
    """A point for each confidence that was stated, the surest first. There must be questions."""
    levels, counts, was_right, could = _answered(confidence, right, answerable)
    total, all_could = counts[-1], could[-1]
    return tuple(
        Point(
            confidence=float(level),
            coverage=float(n / total),
            answerable=float(k / all_could) if all_could else math.nan,
            wrong=float(1 - r / n),
        )
        for level, n, r, k in zip(levels, counts, was_right, could, strict=True)
    )


def coverage_at(
    most_wrong: float, confidence: ArrayLike, right: ArrayLike, answerable: ArrayLike
) -> float:
    """The largest share of the answerable questions that can be answered (rightly or not).

    Of all that is answered with them at most ``most_wrong`` may be wrong. 0 where even the
    surest are wrong more often; NaN without an answerable question.
    """
    _, counts, was_right, could = _answered(confidence, right, answerable)
    if not could[-1]:
        return math.nan
    low = 1 - was_right / counts <= most_wrong + ROUNDING
    return float(could[low][-1] / could[-1]) if low.any() else 0.0


def aurc(confidence: ArrayLike, right: ArrayLike) -> float:
    """Area under the risk-coverage curve: the mean of the risks of the first 1, 2, … n questions.

    Of questions of one confidence it is what a random order among them gives on average.
    """
    _, counts, was_right, _ = _answered(confidence, right, right)
    sizes = np.diff(counts, prepend=0)
    wrong = 1 - np.diff(was_right, prepend=0) / sizes  # of each level
    n = np.arange(1, counts[-1] + 1)
    return float((np.cumsum(np.repeat(wrong, sizes)) / n).mean())


def _answered(
    confidence: ArrayLike, right: ArrayLike, answerable: ArrayLike
) -> tuple[Floats, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """The levels of confidence from the top; how many are answered down to each, how many of
    these are right, how many answerable."""
    stated = np.asarray(confidence, dtype=np.float64)
    order = np.argsort(-stated, kind="stable")
    falling = stated[order]
    last = np.flatnonzero(np.append(falling[1:] != falling[:-1], True))
    counted = [
        np.cumsum(np.asarray(flags, dtype=np.int64)[order])[last] for flags in (right, answerable)
    ]
    return falling[last], (last + 1).astype(np.int64), counted[0], counted[1]
