"""Of several numbers that of the year that is asked for is marked."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.types import Span
from rag.answer.years import of_the_year
from rag.question.analyse import analyse
from tests.rag.answer.test_choose import ranked, read


def marked(question: str, sentence: str, mark: str) -> str:
    (one,) = ranked(read([sentence], [1.0]))
    at = sentence.index(mark)
    found = replace(one, highlight=Span(at, at + len(mark)))
    (after,) = of_the_year(analyse(question), [found])
    assert after.highlight is not None
    return after.highlight.of(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The boat was called out 47 times in 2023, against 39 in 2022.",
        "Calls rose from 39 in 2022 to 47 in 2023.",
        "In 2022 there were 39 calls, compared with 47 in 2023.",
        "In 2023 there were 47 calls, 39 in 2022.",
        "There were 39 and 47 calls in 2022 and 2023 respectively.",
    ],
)
def test_the_number_of_the_year_is_marked(sentence: str) -> None:
    """The first number, or the last, was marked, of whatever year it was."""
    for mark in ("39", "47"):
        assert marked("How many calls were there in 2022?", sentence, mark) == "39"
        assert marked("How many calls were there in 2023?", sentence, mark) == "47"


@pytest.mark.parametrize(
    ("question", "sentence", "mark"),
    [
        ("How many calls in 2022?", "Its 12 men had 47 calls in 2023 and 39 in 2022.", "47"),
        ("How many calls in 2022?", "There were 39 and 47 calls in 2022 and in 2023.", "47"),
        ("How many calls in 2021?", "There were 47 calls in 2023 and 39 in 2022.", "47"),
        ("How many calls in 2022 and 2023?", "It had 47 calls in 2023 and 39 in 2022.", "47"),
        ("How many calls in 2022?", "It had 47 calls in 2023 and 39 in 2022.", "39 in 2022"),
        ("How many calls in 2022?", "It had 47 calls in 2023 and 39 in 2022.", "calls"),
        ("Which boat was out in 2022?", "The Tern, 47 times in 2023, 39 in 2022.", "47"),
        ("How much was it in 2022?", "It cost 3.5 million euros in 2022.", "3.5 million euros"),
    ],
)
def test_a_mark_is_left_where_nothing_tells_better(question: str, sentence: str, mark: str) -> None:
    assert marked(question, sentence, mark) == mark
