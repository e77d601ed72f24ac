"""Each rule of the near misses on a text of our own, and what holds of all of them."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rag.training.pairs.inventory import Inventory, date_shape, take_stock, value, values
from rag.training.pairs.near_misses import (
    antonym,
    consistent,
    in_question,
    in_sentence,
    near_misses,
    negation,
    negation_in_sentence,
    other_unit,
)
from rag.training.pairs.replacing import Mention, is_other
from rag.training.pairs.swaps import find, swap, swap_around
from rag.training.pairs.types import Pair

TOWN = (
    "The mill at Ashford was founded by Clara Whitlow in 1843.",
    "It employed 240 workers and stood 12 miles from the sea.",
    "Her brother Edmund Pell opened a second mill in Dunmere in 1851.",
    "Visitors to Dunmere and to Ashford were few before 1860.",
    "Edmund Pell never sold the mill, and Clara Whitlow died near Ashford.",
)
STOCK = (take_stock(TOWN),)


def right(question: str, sentence: str, answer: str, before: str = "") -> Pair:
    start = sentence.index(answer)
    span = (start, start + len(answer))
    return Pair(question, (), before, sentence, "", 1, span, "answer", "own", "town")


FOUNDED = right("When did Clara Whitlow found the mill at Ashford?", TOWN[0], "1843")
FAR = right("How many miles from the sea did the mill stand?", TOWN[1], "12")


def test_a_name_of_the_question_gives_way_to_another_of_its_kind() -> None:
    made = {miss.question for miss in in_question(FOUNDED, STOCK, Random(1))}
    assert made == {
        "When did Edmund Pell found the mill at Ashford?",
        "When did Clara Whitlow found the mill at Dunmere?",
    }
    kinds = {miss.kind for miss in in_question(FOUNDED, STOCK, Random(1))}
    assert kinds == {"other_name", "other_place"}


def test_a_name_that_the_sentence_holds_too_is_not_put_in() -> None:
    both = replace(FOUNDED, after="Edmund Pell helped her to open a house in Dunmere.")
    assert list(in_question(both, STOCK, Random(1))) == []


def test_what_the_reader_cannot_see_is_not_replaced() -> None:
    unseen = right("How many workers did Clara Whitlow employ?", TOWN[1], "240")
    assert list(in_question(unseen, STOCK, Random(1))) == []


def test_the_sentence_can_be_changed_instead_and_keeps_the_answer() -> None:
    made = list(in_sentence(FOUNDED, STOCK, Random(1)))
    assert {miss.sentence for miss in made} == {
        "The mill at Ashford was founded by Edmund Pell in 1843.",
        "The mill at Dunmere was founded by Clara Whitlow in 1843.",
    }
    assert {miss.question for miss in made} == {FOUNDED.question}
    assert all(miss.label == 0 and miss.span is None for miss in made)


def test_a_year_becomes_another_year() -> None:
    asked = right("Who founded a mill in 1843?", TOWN[0], "Clara Whitlow")
    made = [
        miss.question for miss in in_question(asked, STOCK, Random(2)) if "mill" in miss.question
    ]
    assert made
    assert set(made) <= {"Who founded a mill in 1851?", "Who founded a mill in 1860?"}


@pytest.mark.parametrize(
    ("new", "seen"),
    [
        ("1850", "It ran from 1840 to 1860."),
        ("1850", "It ran in the 1850s."),
        ("1850", "In the 19th century it ran."),
        ("1850", "It ran in 1850."),
    ],
)
def test_a_year_that_the_text_may_mean_is_no_other(new: str, seen: str) -> None:
    assert not is_other(Mention((0, 4), "1845", "date 9"), new, seen)
    assert is_other(Mention((0, 4), "1845", "date 9"), new, "It ran in 1845.")


def test_forms_and_initials_of_a_name_are_no_other_name() -> None:
    def other(old: str, new: str) -> bool:
        return is_other(Mention((0, 1), old, "name"), new, "")

    assert other("World War II", "World War I")
    assert not other("Clara Whitlow", "Whitlow")
    assert not other("Poland", "Polish")
    assert not other("National Health Service", "NHS")


def test_a_unit_becomes_another_that_the_text_does_not_state() -> None:
    (miss,) = other_unit(FAR, STOCK, Random(3))
    word = miss.question.split()[2]
    assert word in {"kilometres", "metres", "feet", "inches"}
    assert miss.question == FAR.question.replace("miles", word)
    both = replace(
        FAR, sentence="It stood 12 miles (19 kilometers, 19,000 meters, feet, inches) off."
    )
    assert list(other_unit(both, STOCK, Random(3))) == []


def test_an_opposite_is_put_in_unless_the_text_speaks_of_it() -> None:
    asked = right("What was the largest town?", "Ashford was the largest town.", "Ashford")
    (miss,) = antonym(asked, STOCK, Random(0))
    assert (miss.question, miss.kind) == ("What was the smallest town?", "antonym")
    both = replace(asked, after="Dunmere was the smallest.")
    assert list(antonym(both, STOCK, Random(0))) == []


def test_a_question_is_denied() -> None:
    (miss,) = negation(FOUNDED, STOCK, Random(0))
    assert miss.question == "When didn't Clara Whitlow found the mill at Ashford?"
    asked = right("Who founded the mill?", TOWN[0], "Clara Whitlow")
    assert [miss.question for miss in negation(asked, STOCK, Random(0))] == [
        "Who never founded the mill?"
    ]
    denied = right("Who sold the mill?", TOWN[4], "Edmund Pell")
    assert list(negation(denied, STOCK, Random(0))) == []


def test_a_sentence_is_denied_where_the_question_asks_after_its_verb() -> None:
    asked = right("When was the mill at Ashford founded?", TOWN[0], "1843")
    (miss,) = negation_in_sentence(asked, STOCK, Random(0))
    assert miss.sentence == "The mill at Ashford was not founded by Clara Whitlow in 1843."
    other = right("When did Clara Whitlow begin?", TOWN[0], "1843")
    assert list(negation_in_sentence(other, STOCK, Random(0))) == []


def test_pairs_changed_on_both_sides_stay_right() -> None:
    made = list(consistent(FOUNDED, STOCK, Random(4)))
    assert {pair.kind for pair in made} == {"renamed", "other_answer"}
    for pair in made:
        assert pair.label == 1
        assert pair.span is not None
        marked = pair.sentence[slice(*pair.span)]
        assert (marked == "1843") == (pair.kind == "renamed")
        assert marked.isdigit()


def test_case_and_article_are_kept() -> None:
    assert swap("Was it a mill?", (9, 13), "inn") == "Was it an inn?"
    assert swap("An inn burned.", (3, 6), "university") == "A university burned."
    assert swap("mill workers", (0, 4), "Dunmere") == "dunmere workers"
    assert swap("Mill hands left.", (0, 4), "inn") == "Inn hands left."
    changed, span = swap_around("Pell met Ann; Ann hid Pell.", (9, 12), "Ann", "Clara")
    assert changed == "Pell met Ann; Clara hid Pell."
    assert span == (9, 12)


def test_part_of_a_longer_name_is_not_found() -> None:
    assert find("Martin Luther", "Who was Martin Luther King?") is None
    assert find("Luther", "Who was Luther?") == (8, 14)
    assert find("Luther", "who was luther") == (8, 14)


def test_dates_and_numbers_have_shapes_and_values() -> None:
    assert date_shape("12 May 1944") == date_shape("3 March 1850") == "9 M 9"
    assert date_shape("1940s") is None
    assert value("third") == 3.0
    assert value("1,200") == 1200.0
    assert {12.0, 2.0} <= values("Two towns, 12 miles apart")


@settings(max_examples=60)
@given(seed=st.integers(0, 2**32), at=st.integers(0, 2))
def test_a_miss_differs_from_the_right_pair_and_is_the_same_for_a_seed(seed: int, at: int) -> None:
    inventories: tuple[Inventory, ...] = STOCK
    asked = (FOUNDED, FAR, right("Who opened a mill in 1851?", TOWN[2], "Edmund Pell"))[at]
    made = list(near_misses(asked, inventories, Random(seed)))
    assert made == list(near_misses(asked, inventories, Random(seed)))
    assert made
    for miss in made:
        assert miss.label == 0
        assert (miss.question == asked.question) != (miss.sentence == asked.sentence)
