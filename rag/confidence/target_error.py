"""A target error: from which raw score on answers are wrong rarely enough. Pure.

Learn then Test (Angelopoulos, Bates, Candès, Jordan and Lei 2021) for the selective risk
P(wrong | answered): thresholds are tested from the strictest downwards, each with an exact
binomial p-value, until the first that fails. In at most a share ``1 - LEVEL`` of all draws of
a calibration sample the threshold found has a larger risk than asked for, if questions are
independent and a higher score is not wrong more often.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.types import Json

LEVEL = 0.9
STEPS = 20  # thresholds tested: each lets through a further 1 / STEPS of the sample
USEFUL = 10  # answers that an estimate needs at least


@dataclass(frozen=True, slots=True)
class Target:
    """A threshold on raw scores (inf: none will do), and what the sample says of it."""

    max_error: float
    threshold: float
    guaranteed: bool
    answered: int  # of the sample's questions
    wrong: int  # of the answered
    size: int  # of the sample

    @property
    def reachable(self) -> bool:
        return self.answered > 0

    def to_dict(self) -> Json:
        """``low`` and ``high`` hold with the level each: ``high`` is below ``max_error`` just
        where the threshold would pass the test alone."""
        low, high = error_interval(self.wrong, self.answered)
        value = round(self.wrong / self.answered, 4) if self.reachable else None
        return {
            "max_error": self.max_error,
            "level": LEVEL,
            "guaranteed": self.guaranteed,
            "coverage": round(self.answered / self.size, 4),
            "error": {
                "value": value,
                "low": round(low, 4),
                "high": round(high, 4),
                "n": self.answered,
            },
        }


def find_target(scores: NDArray[np.float64], right: NDArray[np.bool_], max_error: float) -> Target:
    """The lowest threshold that is certified; else the lowest whose own error and that of all
    stricter ones is small enough in the sample; else one that lets nothing through."""
    order = np.argsort(-scores, kind="stable")
    ranked, wrong = scores[order], np.cumsum(~right[order])
    size = len(scores)

    def last(counts: Iterator[int], passes: Callable[[int, int], bool]) -> tuple[int, int] | None:
        found = None
        for count in counts:
            answered = int(np.searchsorted(-ranked, -ranked[count - 1], side="right"))
            failed = int(wrong[answered - 1])
            if not passes(answered, failed):
                break
            found = answered, failed
        return found

    certified = last(
        _counts(_fewest(size, max_error), size), lambda n, k: p_value(k, n, max_error) <= 1 - LEVEL
    )
    found = certified or last(_counts(min(USEFUL, size), size), lambda n, k: k <= max_error * n)
    if found is None:
        return Target(max_error, math.inf, False, 0, 0, size)
    answered, failed = found
    threshold = float(ranked[answered - 1])
    return Target(max_error, threshold, certified is not None, answered, failed, size)


def p_value(wrong: int, answered: int, max_error: float) -> float:
    """The chance of so few wrong answers if the risk were ``max_error``."""
    from scipy.special import bdtr

    return float(bdtr(wrong, answered, max_error))


def error_interval(wrong: int, answered: int) -> tuple[float, float]:
    """Bounds of a risk, each of which holds with LEVEL (Clopper and Pearson 1934)."""
    from scipy.special import betaincinv

    low = betaincinv(wrong, answered - wrong + 1, 1 - LEVEL) if wrong else 0.0
    high = betaincinv(wrong + 1, answered - wrong, LEVEL) if wrong < answered else 1.0
    return float(low), float(high)


def _counts(first: int, size: int) -> Iterator[int]:
    """How many questions each threshold answers. Fixed by the size alone, before any answer
    is looked at: the guarantee needs that."""
    yield from range(first, size, max(1, size // STEPS))
    yield size


def _fewest(size: int, max_error: float) -> int:
    """So many that one wrong answer among them still passes: a start that a single one
    ends stops too often."""
    from scipy.special import bdtr

    passes = np.flatnonzero(bdtr(1, np.arange(1, size + 1), max_error) <= 1 - LEVEL)
    return int(passes[0]) + 1 if len(passes) else size
