"""Risk and coverage against counting by hand, and against every order of what is tied."""

from __future__ import annotations

import math
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.risk import Point, aurc, coverage_at, risk_coverage

# confidence (few levels, so that many are tied), answerable, right where answerable
ASKED = st.lists(
    st.tuples(st.sampled_from([0.1, 0.4, 0.5, 0.9]), st.booleans(), st.booleans()),
    min_size=1,
    max_size=40,
)


def columns(asked: list[tuple[float, bool, bool]]) -> tuple[list[float], list[bool], list[bool]]:
    confidence, answerable, good = (list(column) for column in zip(*asked, strict=True))
    right = [a and g for a, g in zip(answerable, good, strict=True)]
    return confidence, right, answerable


def test_by_hand() -> None:
    confidence, right, answerable = [0.9, 0.2, 0.5, 0.5], [1, 0, 0, 1], [1, 1, 0, 1]
    assert risk_coverage(confidence, right, answerable) == (
        Point(0.9, 1 / 4, 1 / 3, 0.0),
        Point(0.5, 3 / 4, 2 / 3, pytest.approx(1 / 3)),
        Point(0.2, 1.0, 1.0, 0.5),
    )
    assert coverage_at(0.1, confidence, right, answerable) == pytest.approx(1 / 3)
    assert coverage_at(1 / 3, confidence, right, answerable) == pytest.approx(2 / 3)
    assert aurc(confidence, right) == pytest.approx((0 + 0.5 / 2 + 1 / 3 + 1 / 2) / 4)


@given(ASKED)
def test_points_are_what_a_threshold_gives(asked: list[tuple[float, bool, bool]]) -> None:
    confidence, right, answerable = columns(asked)
    points = risk_coverage(confidence, right, answerable)
    assert [one.confidence for one in points] == sorted(set(confidence), reverse=True)
    for point in points:
        answered = [i for i, one in enumerate(confidence) if one >= point.confidence]
        assert point.coverage == len(answered) / len(asked)
        wrong = sum(not right[i] for i in answered) / len(answered)
        assert point.wrong == pytest.approx(wrong)
        could = sum(answerable[i] for i in answered)
        assert math.isnan(point.answerable) if not any(answerable) else True
        if any(answerable):
            assert point.answerable == could / sum(answerable)


@given(ASKED, st.sampled_from([0.0, 0.1, 0.3, 0.5]))
def test_coverage_is_the_best_of_all_thresholds(
    asked: list[tuple[float, bool, bool]], most_wrong: float
) -> None:
    confidence, right, answerable = columns(asked)
    found = coverage_at(most_wrong, confidence, right, answerable)
    if not any(answerable):
        assert math.isnan(found)
        return
    best = 0.0
    for threshold in confidence:
        answered = [i for i, one in enumerate(confidence) if one >= threshold]
        if sum(not right[i] for i in answered) <= most_wrong * len(answered) + 1e-6:
            best = max(best, sum(answerable[i] for i in answered) / sum(answerable))
    assert found == pytest.approx(best)


@given(st.lists(st.tuples(st.sampled_from([0.1, 0.5, 0.9]), st.booleans()), min_size=1, max_size=6))
def test_the_area_is_the_mean_over_all_orders_of_what_is_tied(
    asked: list[tuple[float, bool]],
) -> None:
    areas = []
    for order in permutations(asked):
        if all(a[0] >= b[0] for a, b in pairwise(order)):
            wrong = [not right for _, right in order]
            areas.append(np.mean([np.mean(wrong[:k]) for k in range(1, len(wrong) + 1)]))
    confidence, right = zip(*asked, strict=True)
    assert aurc(confidence, right) == pytest.approx(np.mean(areas))


def test_a_perfect_order_and_a_hopeless_one() -> None:
    right = np.arange(100) < 60
    assert coverage_at(0.1, -np.arange(100), right, right) == 1
    assert coverage_at(0.1, np.arange(100), right, right) == 0
    assert aurc(-np.arange(100), right) < 0.12 < 0.7 < aurc(np.arange(100), right)
    assert aurc(np.zeros(100), right) == pytest.approx(0.4)
