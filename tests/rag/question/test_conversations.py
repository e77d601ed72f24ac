"""Follow-ups of made-up conversations, in domains that have nothing to do with each other.

``conversations.txt``: a question, "> " its answer, and follow-ups with "= " what they mean. A
follow-up that has an answer is part of the conversation for those below it.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rag.question.followup import standalone
from rag.types import Turn

TEXT = (Path(__file__).parent / "conversations.txt").read_text(encoding="utf-8")


def follow_ups(block: str) -> Iterator[tuple[tuple[Turn, ...], str, str]]:
    said: tuple[Turn, ...] = ()
    asked = ""
    for line in block.splitlines():
        if line.startswith("> "):
            said = (*said, Turn("user", asked), Turn("assistant", line[2:]))
        elif line.startswith("= "):
            yield said, asked, line[2:]
        else:
            asked = line


CASES = [case for block in TEXT.split("\n\n") for case in follow_ups(block)]


def test_they_are_read() -> None:
    assert len(TEXT.split("\n\n")) > 60
    assert len(CASES) > 250


@pytest.mark.parametrize(
    ("history", "question", "meant"), CASES, ids=[f"{i}-{case[1]}" for i, case in enumerate(CASES)]
)
def test_a_follow_up_is_read_as_it_is_meant(
    history: tuple[Turn, ...], question: str, meant: str
) -> None:
    assert standalone(question, history) == meant
