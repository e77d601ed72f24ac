"""Learn then Test against simulations in which the true risk is known."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.confidence.target_error import LEVEL, USEFUL, error_interval, find_target, p_value

GRID = np.linspace(-6, 6, 6001)
DENSITY = np.exp(-(GRID**2) / (2 * 1.5**2))


def truth(slope: float, bias: float) -> np.ndarray:
    """Chance of a right answer at each score of the grid."""
    return 1 / (1 + np.exp(-(slope * GRID + bias)))


def risk_from(threshold: float, right: np.ndarray) -> float:
    above = threshold <= GRID
    return float((DENSITY * (1 - right))[above].sum() / DENSITY[above].sum())


def draw(n: int, right: np.ndarray, random: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    scores = random.choice(GRID, n, p=DENSITY / DENSITY.sum())
    scores = scores + random.uniform(-1e-4, 1e-4, n)
    return scores, random.random(n) < np.interp(scores, GRID, right)


@pytest.mark.parametrize(
    ("slope", "bias", "n", "wanted"),
    [(2.0, 1.0, 400, 0.1), (1.0, 0.0, 400, 0.2), (2.0, 0.0, 1200, 0.05), (0.3, 2.5, 300, 0.1),
     (0.0, 2.1972, 500, 0.1), (0.0, 2.0, 500, 0.1), (3.0, -1.0, 150, 0.2)],
)  # fmt: skip
def test_the_guarantee_holds_in_nine_of_ten_draws(
    slope: float, bias: float, n: int, wanted: float
) -> None:
    random = np.random.default_rng(7)
    right = truth(slope, bias)
    draws = 400
    broken = 0
    for _ in range(draws):
        target = find_target(*draw(n, right, random), wanted)
        broken += target.guaranteed and risk_from(target.threshold, right) > wanted + 1e-4
    noise = 2.5 * math.sqrt(LEVEL * (1 - LEVEL) / draws)
    assert broken / draws <= 1 - LEVEL + noise


def test_it_certifies_where_the_score_is_good_and_the_sample_large() -> None:
    random = np.random.default_rng(1)
    right = truth(2.0, 0.5)
    found = [find_target(*draw(1200, right, random), 0.05) for _ in range(60)]
    assert np.mean([one.guaranteed for one in found]) > 0.8
    best = max(risk_from(t, right) <= 0.05 and (DENSITY[t <= GRID].sum()) for t in GRID)
    coverage = np.median([one.answered / one.size for one in found])
    assert coverage > 0.6 * best / DENSITY.sum()


@given(
    st.lists(st.tuples(st.integers(-6, 6), st.booleans()), min_size=1, max_size=80),
    st.sampled_from([0.01, 0.05, 0.1, 0.3, 0.6, 0.99]),
)
def test_what_is_said_of_the_sample_is_so(sample: list[tuple[int, bool]], wanted: float) -> None:
    scores = np.array([float(score) for score, _ in sample])
    right = np.array([is_right for _, is_right in sample])
    target = find_target(scores, right, wanted)
    above = scores >= target.threshold
    assert (target.answered, target.wrong) == (above.sum(), (~right)[above].sum())
    said = target.to_dict()
    if not target.reachable:
        assert (target.threshold, said["error"]["value"], said["coverage"]) == (math.inf, None, 0)
        return
    low, high = error_interval(target.wrong, target.answered)
    assert low <= target.wrong / target.answered <= min(high, wanted)
    if target.guaranteed:
        assert p_value(target.wrong, target.answered, wanted) <= 1 - LEVEL + 1e-12
        assert high <= wanted + 1e-9


def test_too_few_to_certify_are_an_estimate() -> None:
    scores = np.arange(30.0)
    target = find_target(scores, scores >= 20, 0.05)  # the ten best are right, all others wrong
    assert not target.guaranteed
    assert (target.answered, target.wrong, target.threshold) == (USEFUL, 0, 20.0)
    assert target.to_dict()["error"]["high"] == pytest.approx(1 - 0.1 ** (1 / 10), abs=1e-4)


def test_nothing_is_sure_enough() -> None:
    scores = np.arange(200.0)
    target = find_target(scores, scores % 2 == 0, 0.2)
    assert (target.guaranteed, target.reachable, target.threshold) == (False, False, math.inf)


@given(st.integers(1, 60), st.integers(0, 60), st.floats(0.01, 0.99))
def test_p_values_and_intervals_against_sums(n: int, k: int, risk: float) -> None:
    k = min(k, n)

    def at_most(wrong: int, share: float) -> float:
        return sum(math.comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(wrong + 1))

    assert p_value(k, n, risk) == pytest.approx(at_most(k, risk), abs=1e-9)
    low, high = error_interval(k, n)
    if k < n:
        assert at_most(k, high) == pytest.approx(1 - LEVEL, abs=1e-6)
    if k:
        assert 1 - at_most(k - 1, low) == pytest.approx(1 - LEVEL, abs=1e-6)
