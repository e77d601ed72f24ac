from __future__ import annotations

import pytest

from evals.overlap import agreement, exact_match, same_sentence, squad_words, word_f1
from index.types import Span


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (Span(0, 10), Span(0, 10), True),
        (Span(0, 10), Span(2, 6), True),  # a part of it
        (Span(2, 6), Span(0, 100), True),  # holds it
        (Span(0, 10), Span(5, 15), True),  # half of it
        (Span(0, 10), Span(6, 16), False),
        (Span(0, 10), Span(6, 14), True),  # half of the shorter
        (Span(0, 10), Span(10, 20), False),
        (Span(0, 10), Span(30, 40), False),
        (Span(3, 3), Span(0, 10), False),
    ],
)
def test_same_sentence_is_half_of_one_in_the_other(one: Span, other: Span, same: bool) -> None:
    assert same_sentence(one, other) is same_sentence(other, one) is same


def test_agreement() -> None:
    found = agreement({1, 2, -1}, {2, 3})
    assert (found.precision, found.recall) == (1 / 3, 1 / 2)
    assert found.f1 == pytest.approx(0.4)
    assert agreement({1}, {2}).f1 == 0


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("The  Cat's whiskers.", ["cats", "whiskers"]),
        ("a 1,000-year Reich", ["1000year", "reich"]),
        ("Theatre an sich", ["theatre", "sich"]),
        ("the", []),
    ],
)
def test_squads_normalisation(text: str, words: list[str]) -> None:
    assert squad_words(text) == words


def test_exact_match_and_f1_take_the_best_gold_answer() -> None:
    gold = ["in the Denver area", "Denver, Colorado"]
    assert (exact_match("denver colorado!", gold), word_f1("denver colorado!", gold)) == (1, 1)
    assert exact_match("Denver", gold) == 0
    assert word_f1("Denver", gold) == pytest.approx(2 / 3)  # 1 of 1 found, 1 of 2 wanted
    assert word_f1("Denver Denver", ["Denver"]) == pytest.approx(2 / 3)  # each word once
    assert (word_f1("", gold), exact_match("", gold)) == (0, 0)
    assert word_f1("the", ["a"]) == 1  # as SQuAD's own script has it
