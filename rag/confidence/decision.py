"""When there is an answer, and which chance is stated for it: threshold, calibration, target error.

A decision is made on raw scores; chances are what people are told.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

from rag.confidence.calibration import Calibration
from rag.confidence.calibrations import ADVICE
from rag.confidence.target_error import Target, find_target
from rag.errors import UncalibratedError
from rag.reader.model import chance
from rag.types import NONE, Json

OTHERWISE = "Ask with a larger target error (max_error), or without one."


@dataclass(frozen=True, slots=True)
class Decision:
    """``least`` is the raw score from which on there is an answer; with a target error, ``usual``
    is the one from which on there would be without it."""

    least: float
    calibration: Calibration | None = None
    target: Target | None = None
    usual: float = math.inf

    def chance(self, score: float) -> float:
        """That the answer is right; without a calibration a number that only orders."""
        if score <= NONE:
            return 0.0
        if self.calibration is None:
            return chance(score)
        return float(self.calibration.scale(score))

    def without_calibration(self, threshold: float) -> Decision:
        """For another reader, with its own threshold: nothing is known of its error."""
        usual = logit(threshold)
        return Decision(math.inf if self.target else usual, None, self.target, usual)

    @property
    def usual_least(self) -> float:
        """``least`` as it would be without a target error."""
        return min(self.least, self.usual)

    @property
    def threshold(self) -> float:
        """``least`` as a chance."""
        return round(self.chance(self.least), 4)

    @property
    def key(self) -> list[object]:
        """What an answer depends on."""
        return [
            self.calibration and self.calibration.sha256,
            self.target and self.target.max_error,
        ]

    @property
    def refusal(self) -> str:
        """Why nothing at all is answered, if so."""
        if self.target is None or self.target.reachable or self.calibration is None:
            return ""
        return (
            f"A target error of {self.target.max_error:g} cannot be met: of the "
            f"{self.calibration.size} questions of the calibration ({self.calibration.name}) even "
            f"the surest were answered wrong more often. {OTHERWISE}"
        )

    def shortfall(self, chance: float) -> str:
        """Why a target error refuses what is answered without it."""
        assert self.target is not None
        held = f"A target error of {self.target.max_error:g} holds back what was found: "
        if self.calibration is None:
            return f"{held}how often it is wrong on such texts was not measured. Ask without it."
        return (
            f"{held}it is right with an estimated chance of {chance:.3f}, and "
            f"{self.threshold:.3f} is needed. {OTHERWISE}"
        )

    def note(self, mode: str) -> Json | None:
        """The answer's ``calibration``. What an LLM writes was not measured: no guarantee."""
        if self.calibration is None:
            return None
        one = self.calibration
        note: Json = {"name": one.name, "size": one.size, "date": one.date}
        if self.target is not None:
            said = self.target.to_dict()
            guaranteed = self.target.guaranteed and mode == "extractive"
            note |= said | {"guaranteed": guaranteed, "threshold": self.threshold}
        return note


def decide(threshold: float, calibration: Calibration | None, max_error: float = 0.0) -> Decision:
    """``threshold`` is the shipped one, an uncalibrated chance; a target error sets another.

    Raises UncalibratedError for a target error without a calibration.
    """
    if not max_error:
        return Decision(logit(threshold), calibration)
    if calibration is None:
        raise UncalibratedError(
            "a target error (max_error) needs a calibration that was made with this reader, "
            f"embedder and chunker, and there is none: {ADVICE}, or ask without it"
        )
    target = find_target(*calibration.sample(), max_error)
    return Decision(target.threshold, calibration, target, logit(threshold))


def logit(chance: float) -> float:
    """The raw score of an uncalibrated chance; infinite at 0 and 1."""
    if chance <= 0.0:
        return -math.inf
    return math.inf if chance >= 1.0 else math.log(chance / (1.0 - chance))
