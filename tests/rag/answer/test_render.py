"""An answer in words."""

from __future__ import annotations

import pytest

from rag.answer.render import how_sure
from rag.types import Answer, IndexState, Json

MEASURED = {"name": "minutes", "size": 2_325, "date": "2026-01-31"}


def answer(
    confidence: float, calibration: Json | None = MEASURED, mode: str = "extractive"
) -> Answer:
    fields = ("a", "key", "Who?", "Who?", "answered", mode, mode, "Ada. [1]")
    return Answer(*fields, confidence, (), (), IndexState("", 1, 1, 1), calibration=calibration)


@pytest.mark.parametrize(
    ("confidence", "says"),
    [(0.0, "Fewer than 1 of"), (0.049, "Fewer than 1 of"), (0.05, "About 1 of"),
     (0.25, "About 3 of"), (0.34, "About 3 of"), (0.9499, "About 9 of"), (0.95, "More than 9 of"),
     (1.0, "More than 9 of")],
)  # fmt: skip
def test_a_chance_is_said_in_tenths(confidence: float, says: str) -> None:
    assert how_sure(answer(confidence)) == f"{says} 10 such answers are right."


def test_what_was_not_measured_is_said() -> None:
    without = how_sure(answer(0.344, None))
    assert without == "Confidence 0.34, uncalibrated: it only compares answers."
    written = how_sure(answer(0.7, mode="llm"))
    assert (
        written == "About 7 of 10 answers with such quotes are right; the wording was not measured."
    )
