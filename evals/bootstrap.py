"""Percentile bootstrap: how far a figure would move with other questions of the same kind.

Whole groups are drawn where questions come in groups (those of one article are alike, and
drawing them one by one would promise too much); else each question is its own group.
Efron and Tibshirani, An Introduction to the Bootstrap, chapters 13 and 8.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from evals.types import Groups, Interval

Positions = NDArray[np.int64]
DRAWS = 2000
LOW, HIGH = 2.5, 97.5
MIN_GROUPS = 5  # fewer say nothing of how groups differ


def mean_interval(
    values: Sequence[float], groups: Groups | None = None, *, seed: int = 0, draws: int = DRAWS
) -> Interval:
    """The mean of the values with its interval. The values must not be empty."""
    numbers = np.asarray(values, dtype=float)
    labels = group_numbers(groups, numbers.size)
    sums = np.bincount(labels, weights=numbers)
    sizes = np.bincount(labels)
    drawn = _draw(sums.size, seed, draws)
    means = sums[drawn].sum(axis=1) / sizes[drawn].sum(axis=1)
    return _interval(float(numbers.mean()), means, numbers.size)


def interval(
    statistic: Callable[[Positions], float],
    n: int,
    groups: Groups | None = None,
    *,
    seed: int = 0,
    draws: int = DRAWS,
) -> Interval:
    """Any statistic of n > 0 questions, given as a function of their positions.

    Draws for which it is NaN (AUROC without a negative) are left out.
    """
    labels = group_numbers(groups, n)
    members = [np.flatnonzero(labels == label) for label in range(int(labels.max()) + 1)]
    alone = len(members) == n
    figures = np.array(
        [
            statistic(row if alone else np.concatenate([members[number] for number in row]))
            for row in _draw(len(members), seed, draws)
        ]
    )
    return _interval(statistic(np.arange(n)), figures[~np.isnan(figures)], n)


def paired_difference(
    before: Sequence[float],
    after: Sequence[float],
    groups: Groups | None = None,
    *,
    seed: int = 0,
    draws: int = DRAWS,
) -> Interval:
    """Mean of after - before over the same questions in the same order."""
    differences = [new - old for old, new in zip(before, after, strict=True)]
    return mean_interval(differences, groups, seed=seed, draws=draws)


def group_numbers(groups: Groups | None, n: int) -> Positions:
    """The group of each question as a number from 0; a question without one is its own.

    Every question is its own where there are fewer than MIN_GROUPS groups.
    """
    alone = np.arange(n)
    if groups is None:
        return alone
    if len(groups) != n:
        raise ValueError(f"{len(groups)} groups for {n} questions")
    keys = [
        ("group", name) if name is not None else ("alone", str(i)) for i, name in enumerate(groups)
    ]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    if len(numbers) < MIN_GROUPS:
        return alone
    return np.array([numbers[key] for key in keys])


def _draw(n: int, seed: int, draws: int) -> Positions:
    return np.random.default_rng(seed).integers(n, size=(draws, n))


def _interval(value: float, figures: NDArray[np.float64], n: int) -> Interval:
    if math.isnan(value) or not figures.size:
        return Interval(value, None, None, n)
    low, high = np.percentile(figures, [LOW, HIGH])
    return Interval(value, float(low), float(high), n)
