from __future__ import annotations

import pytest

from rag.text.phrases import noun_phrases


@pytest.mark.parametrize(
    ("text", "phrases"),
    [
        ("A guided tour starts at the desk", ["A guided tour", "the desk"]),
        ("A ticket costs 24 francs", ["A ticket", "francs"]),
        ("What are the running costs of the pump?", ["the running costs of the pump"]),
        ("Does the warranty cover water damage?", ["the warranty", "water damage"]),
        ("Does a home visit cost more?", ["a home visit"]),
        ("When is the Low Mill Museum open?", ["the Low Mill Museum"]),
        ("How many days of leave do full-time staff at Lund get?",
         ["days of leave", "full-time staff", "Lund"]),
        ("Up to five unused days may be carried over", ["five unused days"]),
        ("Who won the women's marathon?", ["the women's marathon"]),
        ("Fill the tank.", ["the tank"]),
        ("Why did the Brandis mine close?", ["the Brandis mine"]),
        ("the side effects of the flu vaccine", ["the flu vaccine"]),
    ],
)  # fmt: skip
def test_a_verb_ends_a_phrase(text: str, phrases: list[str]) -> None:
    assert [phrase.text for phrase in noun_phrases(text)] == phrases


def test_what_says_nothing_of_the_topic_is_kept_apart() -> None:
    (phrase,) = noun_phrases("the side effects of the flu vaccine")
    assert phrase.lead == "the side effects"


@pytest.mark.parametrize("text", ["twelve minutes", "years 1", "percent", "valid", "everybody"])
def test_a_measure_is_no_thing(text: str) -> None:
    assert all(phrase.is_generic for phrase in noun_phrases(text))


@pytest.mark.parametrize(
    ("text", "is_person"),
    [("the landlord", True), ("Mr Costa", True), ("the pupil", True), ("the printer", False)],
)
def test_persons(text: str, is_person: bool) -> None:
    (phrase,) = noun_phrases(f"Who met {text}?")
    assert phrase.is_person is is_person
