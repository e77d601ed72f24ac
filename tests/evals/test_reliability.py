"""Calibration error against numbers by hand and against simulations."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from evals.reliability import Bin, calibration_error, chance_error, reliability

STATED = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=80)


def test_by_hand() -> None:
    said, right = [0.1, 0.9, 0.3, 0.7], [0, 1, 1, 1]
    assert reliability(said, right, 2) == (Bin(2, 0.2, 0.5), Bin(2, pytest.approx(0.8), 1.0))
    assert calibration_error(said, right, 2) == pytest.approx(0.3 / 2 + 0.2 / 2)


@given(STATED, st.integers(1, 20))
def test_bins_hold_equally_many_and_all(sample: list[tuple[float, bool]], bins: int) -> None:
    said, right = zip(*sample, strict=True)
    table = reliability(said, right, bins)
    sizes = [one.n for one in table]
    assert sum(sizes) == len(sample)
    assert max(sizes) - min(sizes) <= 1
    assert [one.said for one in table] == sorted(one.said for one in table)
    assert sum(one.n * one.right for one in table) == pytest.approx(sum(right))
    ordered = sorted(sample, key=lambda row: row[0])
    by_hand, at = 0.0, 0
    for size in sizes:
        part = ordered[at : at + size]
        by_hand += abs(sum(chance - was for chance, was in part))
        at += size
    assert calibration_error(said, right, bins) == pytest.approx(by_hand / len(sample))


def test_true_chances_show_the_error_of_chance_and_no_more() -> None:
    random = np.random.default_rng(0)
    said = random.random(600)
    errors = [calibration_error(said, random.random(600) < said) for _ in range(300)]
    assert chance_error(said) == pytest.approx(np.mean(errors), abs=0.003)
    assert chance_error(said[:60]) > 2 * chance_error(said)


def test_wrong_chances_are_seen() -> None:
    random = np.random.default_rng(0)
    said = random.uniform(0.2, 0.8, 4000)
    assert calibration_error(said + 0.15, random.random(4000) < said) == pytest.approx(
        0.15, abs=0.02
    )
