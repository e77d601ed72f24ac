from __future__ import annotations

import math
import random

import numpy as np
import pytest

from evals.bootstrap import group_numbers, interval, mean_interval, paired_difference
from evals.metrics import auroc
from evals.types import Interval


def shares(n: int, p: float, seed: int = 1) -> list[float]:
    draw = random.Random(seed)
    return [float(draw.random() < p) for _ in range(n)]


def test_of_a_share_it_is_near_the_normal_interval() -> None:
    values = shares(400, 0.7)
    mean = sum(values) / 400
    error = 1.96 * math.sqrt(mean * (1 - mean) / 400)
    found = mean_interval(values)
    assert found.value == pytest.approx(mean)
    assert found.n == 400
    assert found.low == pytest.approx(mean - error, abs=0.01)
    assert found.high == pytest.approx(mean + error, abs=0.01)


def test_about_95_of_100_intervals_hold_the_truth() -> None:
    found = [mean_interval(shares(100, 0.6, seed), draws=400) for seed in range(200)]
    holding = sum(i.low <= 0.6 <= i.high for i in found if i.low is not None and i.high is not None)
    assert 178 <= holding <= 199  # 190 expected, deviation 3.1


def test_the_seed_decides() -> None:
    values = [math.sin(i) for i in range(50)]
    assert mean_interval(values, seed=3) == mean_interval(values, seed=3)
    assert mean_interval(values, seed=3) != mean_interval(values, seed=4)


def test_equal_values_leave_no_doubt() -> None:
    assert mean_interval([1.0] * 7) == Interval(1.0, 1.0, 1.0, 7)


def test_groups_are_drawn_whole() -> None:
    """Ten copies of each of eight questions say no more than the eight questions."""
    once = [0.0, 1.0, 1.0, 0.0, 1.0, 1.0, 0.0, 1.0]
    copies = [value for value in once for _ in range(10)]
    groups = [f"g{i}" for i in range(8) for _ in range(10)]
    grouped, single = mean_interval(copies, groups), mean_interval(once)
    assert (grouped.value, grouped.low, grouped.high) == (single.value, single.low, single.high)
    alone = mean_interval(copies)
    assert alone.low is not None
    assert grouped.low is not None
    assert alone.low > grouped.low + 0.1


def test_a_statistic_by_groups_agrees_with_the_mean_by_groups() -> None:
    values = np.array(shares(60, 0.4))
    groups = [f"g{i % 9}" for i in range(60)]
    slow = interval(lambda rows: float(values[rows].mean()), 60, groups, seed=5, draws=300)
    fast = mean_interval(values.tolist(), groups, seed=5, draws=300)
    assert slow.to_dict() == pytest.approx(fast.to_dict())


def test_draws_without_a_figure_are_left_out() -> None:
    labels, scores = np.array([True, True, False]), np.array([0.9, 0.8, 0.1])
    found = interval(lambda rows: auroc(labels[rows], scores[rows]), 3)
    assert found == Interval(1.0, 1.0, 1.0, 3)


def test_few_groups_count_as_none_and_questions_without_one_stand_alone() -> None:
    assert group_numbers(["a", "a", "b", "b"], 4).tolist() == [0, 1, 2, 3]
    names = ["a", None, "b", "a", None, "c"]
    assert group_numbers(names, 6).tolist() == [0, 1, 2, 0, 3, 4]
    with pytest.raises(ValueError, match="2 groups for 3 questions"):
        group_numbers(["a", "b"], 3)


def test_paired_difference_sees_what_two_intervals_hide() -> None:
    before = shares(200, 0.5)
    after = [0.0 if i % 10 == 0 else value for i, value in enumerate(before)]
    change = paired_difference(before, after)
    assert change.value == pytest.approx(sum(after) / 200 - sum(before) / 200)
    assert change.high is not None
    assert change.high < 0
    low = mean_interval(before).low
    assert low is not None
    assert low < sum(after) / 200
    assert paired_difference(before, before) == Interval(0.0, 0.0, 0.0, 200)
