"""One sentence for two parts of a question."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.types import Span
from rag.answer.halves import with_own_answers
from rag.answer.pipeline import Found
from rag.question.analyse import analyse
from tests.rag.answer.test_choose import ranked, read

Half = tuple[str, str | None, float]  # the question, what is marked, the chance


def answered(sentence: str, *halves: Half) -> list[bool]:
    """Which of the parts have an answer of their own, all with this sentence."""
    (one,) = ranked(read([sentence], [1.0]))
    found = []
    for question, mark, chance in halves:
        at = sentence.index(mark) if mark else 0
        span = Span(at, at + len(mark)) if mark else None
        chosen = (replace(one, highlight=span),)
        found.append(Found(analyse(question), (), chosen, chosen, chosen, chance, 0.3))
    kept = with_own_answers(found)
    assert [one.question for one in kept] == [one.question for one in found]
    return [one.answered for one in kept]


BAKER = "Nora Vint, 54, head of the bakery since 2009, spoke on 2 May 2024."
COST = "The new boat will cost 2.1 million euros."
ROW = "Otter | 2021 | 95 | 0 | Skerry Bay"


@pytest.mark.parametrize(
    ("sentence", "first", "second"),
    [
        (BAKER, ("Who is the head?", "Nora Vint", 0.7), ("How old is she?", "2 May 2024", 0.4)),
        (BAKER, ("Who is the head?", "Nora Vint", 0.7), ("How old is she?", "Nora Vint", 0.4)),
        (COST, ("How much is it?", "2.1 million euros", 0.8), ("Who pays?", "2.1 million", 0.5)),
        (ROW, ("When was Otter built?", "2021", 0.7), ("How fast is Otter?", None, 0.4)),
        (
            "The tower was designed by Ann Hale.",
            ("Who designed the tower?", "Ann Hale", 0.8),
            ("Who paid for the tower?", "Ann Hale", 0.4),
        ),
        (
            "Add half a litre of milk.",
            ("How much milk is added?", "half a litre", 0.8),
            ("How much sugar is added?", "half a litre of milk", 0.5),
        ),
    ],
)
def test_a_sentence_that_answers_one_half(sentence: str, first: Half, second: Half) -> None:
    """The half that it did not answer counted as answered, and was not named as missing."""
    assert answered(sentence, first, second) == [True, False]
    assert answered(sentence, second, first) == [False, True]


@pytest.mark.parametrize(
    ("sentence", "first", "second"),
    [
        (BAKER, ("Who is the head?", "Nora Vint", 0.7), ("How old is she?", "54", 0.4)),
        (BAKER, ("Who is the head?", "Nora Vint", 0.7), ("Since when?", "2009", 0.4)),
        (ROW, ("When was Otter built?", "2021", 0.7), ("Where does Otter lie?", None, 0.4)),
        (
            "Ida Falk was born in Ystad on 3 May 1961.",
            ("When was Ida Falk born?", "3 May 1961", 0.8),
            ("Where was Ida Falk born?", "Ystad", 0.7),
        ),
        (
            "It was written and directed by Ruben Oss.",
            ("Who has written the play?", "Ruben Oss", 0.7),
            ("Who directed the play?", "Ruben Oss", 0.6),
        ),
        (
            "The hall was closed from 3 to 9 May.",
            ("When was the hall closed?", "3 to 9 May", 0.7),
            ("For how long was the hall closed?", "from 3 to 9 May", 0.6),
        ),
        (
            "Brandt Marine got it for 1.3 million euros.",
            ("Who got it?", "Brandt Marine got it for 1.3 million euros", 0.7),
            ("How much does it cost?", "1.3 million euros", 0.6),
        ),
        (
            "The filter is changed weekly by the caretaker.",
            ("Who changes the filter?", "the caretaker", 0.7),
            ("How often is the filter changed?", "weekly", 0.6),
        ),
        (
            "Ann Hale is the harbour master.",
            ("Who is Ann Hale?", "the harbour master", 0.7),
            ("What does Ann Hale do?", "harbour master", 0.6),
        ),
    ],
)
def test_a_sentence_that_answers_both(sentence: str, first: Half, second: Half) -> None:
    assert answered(sentence, first, second) == [True, True]
    assert answered(sentence, second, first) == [True, True]


def test_a_half_with_another_sentence_too_is_answered() -> None:
    best, other = ranked(read([COST, "Nora Vint pays half of it."], [2.0, 1.0]))
    first = Found(analyse("How much is it?"), (), (), (), (best,), 0.8, 0.3)
    second = Found(analyse("Who pays for it?"), (), (), (), (best, other), 0.5, 0.3)
    assert all(one.answered for one in with_own_answers([first, second]))
    assert not with_own_answers([first, replace(second, chosen=())])[1].answered
