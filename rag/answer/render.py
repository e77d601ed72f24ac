"""The one-line form of an answer: its sentences, each followed by its numbers."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any


def answer_text(sentences: Iterable[Mapping[str, Any]]) -> str:
    """``text [1] text [2][3]`` of sentences in the form of ``AnswerSentence.to_dict``."""
    return " ".join(
        f"{sentence['text']} {''.join(f'[{number}]' for number in sentence['citations'])}"
        for sentence in sentences
    )
