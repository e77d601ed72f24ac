from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.answer_types import find, has_type

TYPES = ("date", "duration", "money", "number", "person", "place", "thing", "none", "no such")


def found(answer_type: str, sentence: str, *asked: str) -> list[str]:
    return [span.of(sentence) for span in find(answer_type, sentence, frozenset(asked))]


@pytest.mark.parametrize(
    ("answer_type", "sentence", "words"),
    [
        ("date", "The bridge was opened on 2 May 1859 by a prince.", "2 May 1859"),
        ("date", "The bridge was opened on May 2, 1859.", "May 2, 1859"),
        ("date", "It ran from 11 to 15 September.", "11 to 15 September"),
        ("date", "They met in 1923 in a barn.", "1923"),
        ("date", "Report of 2021-03-14 on floods.", "2021-03-14"),
        ("duration", "It lasted for three weeks.", "three weeks"),
        ("money", "They paid $3.5 million for it.", "$3.5 million"),
        ("money", "The ticket cost 40 euros.", "40 euros"),
        ("number", "About 2,500 people came.", "2,500"),
        ("number", "The turbine gives 41% more.", "41%"),
        ("person", "The hall was built by Ada Moreau.", "Ada Moreau"),
        ("place", "The works stand in Lower Hutt.", "Lower Hutt"),
    ],
)
def test_words_of_a_type(answer_type: str, sentence: str, words: str) -> None:
    assert words in found(answer_type, sentence)
    assert has_type(answer_type, sentence, frozenset())


@pytest.mark.parametrize(
    ("answer_type", "sentence"),
    [
        ("date", "The bridge carries many cars."),
        ("money", "There are 40 houses."),
        ("number", "Many people came."),
        ("person", "Nobody was there."),
        ("place", "He came in haste."),
    ],
)
def test_sentences_without(answer_type: str, sentence: str) -> None:
    assert found(answer_type, sentence) == []
    assert not has_type(answer_type, sentence, frozenset())


def test_a_number_that_names_is_no_amount() -> None:
    for sentence in (
        "By Articles 2 and 4.",
        "See pages 3-5, 7.",
        "At stations 3 or 12a.",
        "Bus nr 12",
    ):
        assert not has_type("number", sentence, frozenset()), sentence
    assert has_type("number", "In 5 days 20 units came by routes 1 and 2.", frozenset())
    for sentence in (
        "In phase 2, 40 wells dried up.",
        "In phases 1 and 2, 40 wells dried up.",
        "Every day 400 visitors come.",
        "On each floor 8 rooms are free.",
    ):
        assert has_type("number", sentence, frozenset()), sentence
    assert has_type("number", "Under Article 5 of it three votes were cast.", frozenset())


def test_the_questions_own_words_are_no_answer() -> None:
    sentence = "Ada Moreau met Li Wei."
    assert found("person", sentence) == ["Ada Moreau", "Li Wei"]
    assert found("person", sentence, "ada", "moreau") == ["Li Wei"]
    assert found("person", sentence, "ada", "moreau", "li", "wei") == []


def test_a_capital_at_the_start_is_no_name() -> None:
    assert found("person", "Builders came.") == []
    assert found("person", "“Builders” came.") == []


def test_white_space_is_no_part_of_the_words() -> None:
    """A year after a blank matched with the blank."""
    sentence = "It was finished in\n1990 or so."
    assert found("date", sentence) == ["1990"]
    assert found("date", "The mill, built by 1843, burned.") == ["1843"]


@pytest.mark.parametrize(
    ("answer_type", "sentence", "has"),
    [
        ("reason", "It closed because the river rose.", True),
        ("reason", "It closed at noon.", False),
        ("manner", "Salt is won by boiling brine.", True),
        ("manner", "Salt is white.", False),
    ],
)
def test_reasons_and_manners(answer_type: str, sentence: str, has: bool) -> None:
    assert has_type(answer_type, sentence, frozenset()) is has
    assert found(answer_type, sentence) == []


@given(st.sampled_from(TYPES), st.text(max_size=80), st.frozensets(st.text(max_size=4)))
def test_any_text(answer_type: str, sentence: str, asked: frozenset[str]) -> None:
    spans = list(find(answer_type, sentence, asked))
    for span in spans:
        words = span.of(sentence)
        assert words == words.strip() != ""
        assert any(map(str.isalnum, words))
    if answer_type not in {"reason", "manner"}:
        assert has_type(answer_type, sentence, asked) == bool(spans)
