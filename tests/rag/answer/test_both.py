"""Two things that a question names at once."""

from __future__ import annotations

import pytest

from rag.answer.both import with_both
from rag.question.coordination import named_pairs
from rag.text.words import words
from tests.rag.answer.test_choose import ranked, read


@pytest.mark.parametrize(
    ("question", "pairs"),
    [
        ("Where do Ida Falk and Bo Ek live?", [("Ida Falk", "Bo Ek")]),
        ("How deep are Dock 3 and Dock 5?", [("Dock 3", "Dock 5")]),
        ("What is the fee for boats and for the trailers?", [("boats", "trailers")]),
        ("Did Ida and Bo pay?", [("Ida", "Bo")]),
        ("When were the Osprey and the Plover built?", [("Osprey", "Plover")]),
        ("Who paid?", []),
        ("And who paid?", []),
    ],
)
def test_what_is_named_on_both_sides(question: str, pairs: list[tuple[str, str]]) -> None:
    assert named_pairs(question) == pairs


SAID = ["Bo Ek lives in Lund.", "Ida Falk lives in Ystad.", "Ida Falk is a joiner.", "It rained."]


def test_each_of_both_is_answered() -> None:
    """Only one of them was, as if that were all that had been asked."""
    question = "Where do Ida Falk and Bo Ek live?"
    best = ranked(read(SAID, [5.0, 3.0, 2.5, 0.0]))
    assert [one.text for one in with_both(question, best[:1], best, words)] == SAID[:2]
    weak = ranked(read(SAID, [5.0, 1.0, 0.5, 0.0]))
    assert [one.text for one in with_both(question, weak[:1], weak, words)] == SAID[:1]
    neither = ranked(read(["Both live in Lund.", *SAID], [5.0, 4.0, 4.0, 3.5, 0.0]))
    assert len(with_both(question, neither[:1], neither, words)) == 1
    whole = ranked(read(["Ida Falk and Bo Ek live in Lund.", *SAID], [5.0, 3.0, 3.0, 2.5, 0.0]))
    assert len(with_both(question, whole[:1], whole, words)) == 1
