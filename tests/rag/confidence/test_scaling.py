"""Scales against brute force and against the truth of made-up samples."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.confidence.scaling import (
    FOLDS,
    Isotonic,
    Platt,
    cross_fitted,
    fit,
    fit_isotonic,
    fit_platt,
    fold_numbers,
)

SAMPLE = st.lists(
    st.tuples(st.integers(-40, 40).map(lambda n: n / 8), st.booleans()), min_size=2, max_size=40
)
ALONE = [None] * 4000


def drawn(n: int, seed: int, slope: float, bias: float) -> tuple[np.ndarray, np.ndarray]:
    random = np.random.default_rng(seed)
    scores = random.normal(0, 2, n)
    return scores, random.random(n) < 1 / (1 + np.exp(-(slope * scores + bias)))


def test_platt_finds_the_line_that_made_the_sample() -> None:
    found = fit_platt(*drawn(20_000, 1, 0.7, -0.4))
    assert found.slope == pytest.approx(0.7, abs=0.03)
    assert found.bias == pytest.approx(-0.4, abs=0.05)


@given(SAMPLE)
def test_platt_has_the_largest_likelihood_around(sample: list[tuple[float, bool]]) -> None:
    scores = np.array([score for score, _ in sample])
    right = np.array([is_right for _, is_right in sample])
    found = fit_platt(scores, right)
    assert math.isfinite(found.slope)
    n = right.sum()
    target = np.where(right, (n + 1) / (n + 2), 1 / (len(right) - n + 2))

    def loss(slope: float, bias: float) -> float:
        chances = Platt(slope, bias)(scores)
        return float(-(target * np.log(chances) + (1 - target) * np.log(1 - chances)).sum())

    best = loss(found.slope, found.bias)
    for step in itertools.product((-0.05, 0, 0.05), repeat=2):
        assert loss(found.slope + step[0], found.bias + step[1]) >= best - 1e-6


@given(SAMPLE)
def test_isotonic_is_the_nearest_that_rises(sample: list[tuple[float, bool]]) -> None:
    """At each distinct score the largest of the smallest means of the runs around it."""
    scores = np.array([score for score, _ in sample])
    right = np.array([is_right for _, is_right in sample])
    found = fit_isotonic(scores, right)
    values = sorted(set(scores.tolist()))
    least = 1 / (len(sample) + 2)

    def mean(low: float, high: float) -> float:
        return float(right[(scores >= low) & (scores <= high)].mean())

    expected = [
        max(min(mean(low, high) for high in values if high >= at) for low in values if low <= at)
        for at in values
    ]
    knots = sorted({round(min(max(one, least), 1 - least), 9) for one in expected})
    assert [round(one, 9) for one in sorted(set(found.chances))] == knots
    assert list(found.scores) == sorted(set(found.scores))
    assert list(found.chances) == sorted(found.chances)


@given(SAMPLE, st.lists(st.floats(-60, 60), min_size=2))
def test_every_fitted_scale_keeps_the_order(
    sample: list[tuple[float, bool]], asked: list[float]
) -> None:
    scores = np.array([score for score, _ in sample])
    right = np.array([is_right for _, is_right in sample])
    try:
        scale = fit(scores, right, ALONE[: len(scores)])
    except ValueError:
        return  # what cannot be fitted is below
    chances = scale(sorted(asked))
    assert (np.diff(chances) >= 0).all()
    assert ((chances >= 0) & (chances <= 1)).all()


def test_platt_unless_isotonic_is_clearly_better() -> None:
    line = drawn(2_000, 2, 0.7, 0.0)
    assert isinstance(fit(*line, ALONE[:2_000]), Platt)
    random = np.random.default_rng(3)
    scores = random.uniform(-3, 3, 2_000)
    step = random.random(2_000) < np.where(scores > 2, 0.95, 0.05)
    stepped = fit(scores, step, ALONE[:2_000])
    assert isinstance(stepped, Isotonic)
    assert stepped([-1.0, 2.8]).tolist() == pytest.approx([0.05, 0.95], abs=0.04)


def test_what_cannot_be_fitted() -> None:
    scores = np.linspace(-1, 1, 30)
    for right, says in ((scores > 9, "all answers are wrong"), (scores < 9, "are right"),
                        (scores < 0, "higher score are not right more often")):  # fmt: skip
        with pytest.raises(ValueError, match=says):
            fit(scores, right, ALONE[:30])


def test_folds_hold_whole_groups() -> None:
    groups = ["a", "b", "a", None, "c", None, "b"]
    folds = fold_numbers(groups).tolist()
    assert folds[0] == folds[2]
    assert folds[1] == folds[6]
    assert len({folds[0], folds[1], folds[3], folds[4], folds[5]}) == 5
    assert sorted(set(fold_numbers(["one"] * 12).tolist())) == list(range(FOLDS))


def test_cross_fitted_chances_have_not_seen_their_group() -> None:
    """Two groups that contradict each other: each is told what the other holds."""
    scores = np.array([0.0, 0.0, 0.0, 0.0] * 10)
    right = np.array([True, True, False, False] * 10)
    groups = ["yes", "yes", "no", "no"] * 10
    chances = cross_fitted(fit_platt, scores, right, groups)
    assert (chances[right] < 0.1).all()
    assert (chances[~right] > 0.9).all()
