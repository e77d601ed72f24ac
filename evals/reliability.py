"""Whether stated chances come true. Pure functions over chances and outcomes.

Bins hold equally many questions each: of equally wide ones most would be nearly empty.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import ArrayLike, NDArray

from rag.types import Json

BINS = 15
DRAWS = 1000


@dataclass(frozen=True, slots=True)
class Bin:
    """``n`` questions: the mean of the chances that were stated, and the share that was right."""

    n: int
    said: float
    right: float

    def to_dict(self) -> Json:
        return {"n": self.n, "said": round(self.said, 4), "right": round(self.right, 4)}


def reliability(chances: ArrayLike, right: ArrayLike, bins: int = BINS) -> tuple[Bin, ...]:
    """The table behind a reliability diagram, from the smallest chances up."""
    said, was = np.asarray(chances, dtype=float), np.asarray(right, dtype=float)
    return tuple(
        Bin(len(part), float(said[part].mean()), float(was[part].mean()))
        for part in _parts(said, bins)
    )


def calibration_error(chances: ArrayLike, right: ArrayLike, bins: int = BINS) -> float:
    """Expected calibration error: the bins' mean distance of stated from true, weighed by size."""
    said, was = np.asarray(chances, dtype=float), np.asarray(right, dtype=float)
    order = np.argsort(said, kind="stable")
    starts = [part[0] for part in np.array_split(np.arange(len(order)), min(bins, len(order)))]
    return float(np.abs(np.add.reduceat((said - was)[order], starts)).sum() / len(order))


def chance_error(chances: ArrayLike, bins: int = BINS, *, seed: int = 0) -> float:
    """The mean calibration error of a sample of this size if every stated chance were true."""
    said = np.asarray(chances, dtype=float)
    draws = np.random.default_rng(seed).random((DRAWS, len(said))) < said
    errors = np.zeros(DRAWS)
    for part in _parts(said, bins):
        errors += np.abs((draws[:, part] - said[part]).sum(axis=1))
    return float(errors.mean() / len(said))


def _parts(chances: NDArray[np.float64], bins: int) -> list[NDArray[np.int64]]:
    order = np.argsort(chances, kind="stable")
    return np.array_split(order, min(bins, len(order)))
