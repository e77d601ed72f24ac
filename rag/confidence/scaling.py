"""Raw scores to chances: Platt scaling, or isotonic regression where it is clearly better. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

Vector = NDArray[np.float64]
Flags = NDArray[np.bool_]
FOLDS = 5
CLEARLY = 2.0  # standard errors by which isotonic regression must beat Platt scaling


@dataclass(frozen=True, slots=True)
class Platt:
    """The logistic function of a line: keeps the order of the scores (Platt 1999)."""

    slope: float
    bias: float

    def __call__(self, scores: ArrayLike) -> Vector:
        return _logistic(self.slope * np.asarray(scores, dtype=float) + self.bias)


@dataclass(frozen=True, slots=True)
class Isotonic:
    """Straight lines between knots, flat beyond the ends; both columns rise."""

    scores: tuple[float, ...]
    chances: tuple[float, ...]

    def __call__(self, scores: ArrayLike) -> Vector:
        found: Vector = np.interp(np.asarray(scores, dtype=float), self.scores, self.chances)
        return found


Scale = Platt | Isotonic
Fitter = Callable[[Vector, Flags], Scale]


def fit(scores: Vector, right: Flags, groups: Sequence[str | None]) -> Scale:
    """The scale for a sample, one group a question. Raises ValueError where there is none to fit.

    Isotonic regression bends where Platt scaling cannot, and needs more questions: it is taken
    only if its squared error (Brier score) on groups not fitted on is clearly smaller.
    """
    if right.all() or not right.any():
        which = "right" if right.any() else "wrong"
        raise ValueError(f"all answers are {which}: chances can be fitted only where both occur")
    platt = fit_platt(scores, right)
    if platt.slope <= 0:
        raise ValueError(
            "answers with a higher score are not right more often here: "
            "the score says nothing on these questions"
        )
    line, steps = (
        (cross_fitted(fitter, scores, right, groups) - right) ** 2
        for fitter in (fit_platt, fit_isotonic)
    )
    gain = line - steps
    clear = gain.mean() > CLEARLY * gain.std() / np.sqrt(len(gain))
    return fit_isotonic(scores, right) if clear else platt


def fitter_of(scale: Scale) -> Fitter:
    return fit_platt if isinstance(scale, Platt) else fit_isotonic


def cross_fitted(
    fitter: Fitter, scores: Vector, right: Flags, groups: Sequence[str | None]
) -> Vector:
    """For each question its chance by a scale that was fitted without its group."""
    chances = np.empty(len(scores))
    folds = fold_numbers(groups)
    for fold in np.unique(folds):
        held = folds == fold
        chances[held] = fitter(scores[~held], right[~held])(scores[held])
    return chances


def fold_numbers(groups: Sequence[str | None]) -> NDArray[np.int64]:
    """At most FOLDS folds of whole groups; a question without a group is its own, and so is
    every question where there is but one group."""
    keys = [
        ("group", name) if name is not None else ("alone", at) for at, name in enumerate(groups)
    ]
    numbers = {key: number for number, key in enumerate(dict.fromkeys(keys))}
    if len(numbers) < 2:
        return np.arange(len(groups)) % FOLDS
    return np.array([numbers[key] % FOLDS for key in keys])


def fit_platt(scores: Vector, right: Flags) -> Platt:
    """Maximum likelihood with Platt's targets, which keep the slope finite on parted scores."""
    from scipy.optimize import minimize

    spread, middle = float(scores.std()), float(scores.mean())
    n_right, n_wrong = int(right.sum()), int((~right).sum())
    target = np.where(right, (n_right + 1) / (n_right + 2), 1 / (n_wrong + 2))
    if spread < 1e-9:
        share = float(target.mean())
        return Platt(0.0, float(np.log(share / (1 - share))))
    rows = np.stack([(scores - middle) / spread, np.ones(len(scores))])

    def loss(line: Vector) -> tuple[float, Vector]:
        raw = line @ rows
        return float((np.logaddexp(0, raw) - target * raw).sum()), rows @ (_logistic(raw) - target)

    slope, bias = minimize(loss, np.zeros(2), jac=True, method="BFGS").x
    return Platt(float(slope / spread), float(bias - slope * middle / spread))


def fit_isotonic(scores: Vector, right: Flags) -> Isotonic:
    """Pool adjacent violators; each block is one knot at its mean score (centred isotonic
    regression, Oron and Flournoy 2017). No chance is 0 or 1: the sample is not so large."""
    from scipy.optimize import isotonic_regression

    ties, place, counts = np.unique(scores, return_inverse=True, return_counts=True)
    means = np.bincount(place, weights=right) / counts
    found = isotonic_regression(means, weights=counts)
    starts = found.blocks[:-1]
    sizes = np.add.reduceat(counts, starts)
    knots = np.add.reduceat(ties * counts, starts) / sizes
    least = 1 / (len(scores) + 2)
    chances = np.clip(found.x[starts], least, 1 - least)
    return Isotonic(tuple(map(float, knots)), tuple(map(float, chances)))


def _logistic(raw: Vector) -> Vector:
    chances: Vector = 1.0 / (1.0 + np.exp(-np.clip(raw, -50.0, 50.0)))
    return chances
