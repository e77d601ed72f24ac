"""An answer in words: its sentences, each followed by its numbers, and how sure it is."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from rag.types import Answer


def answer_text(sentences: Iterable[Mapping[str, Any]]) -> str:
    """``text [1] text [2][3]`` of sentences in the form of ``AnswerSentence.to_dict``."""
    return " ".join(
        f"{sentence['text']} {''.join(f'[{number}]' for number in sentence['citations'])}"
        for sentence in sentences
    )


def how_sure(answer: Answer) -> str:
    """The confidence as a person would say it; ``howSure`` of the page says the same."""
    if answer.calibration is None:
        return f"Confidence {answer.confidence:.2f}, uncalibrated: it only compares answers."
    tenths = min(max(int(10 * answer.confidence + 0.5), 0), 10)
    share = {0: "Fewer than 1", 10: "More than 9"}.get(tenths, f"About {tenths}")
    if answer.mode == "llm":  # a calibration is made with quotes
        return f"{share} of 10 answers with such quotes are right; the wording was not measured."
    return f"{share} of 10 such answers are right."
