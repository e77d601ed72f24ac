from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.question.spelling import Known, corrected, distance, forms, plain, prefix_distance

WORDS = st.text("abcd", max_size=7)


def never(_: str) -> bool:
    return False


@lru_cache(None)
def by_definition(left: str, right: str) -> int:
    """The recursive definition of the restricted distance."""
    if not left or not right:
        return len(left) + len(right)
    ways = [
        by_definition(left[:-1], right) + 1,
        by_definition(left, right[:-1]) + 1,
        by_definition(left[:-1], right[:-1]) + (left[-1] != right[-1]),
    ]
    if len(left) > 1 and len(right) > 1 and left[-2:] == right[-1] + right[-2]:
        ways.append(by_definition(left[:-2], right[:-2]) + 1)
    return min(ways)


@given(WORDS, WORDS)
def test_distance_is_that_of_the_definition(left: str, right: str) -> None:
    true = by_definition(left, right)
    for most in (1, 2, 20):
        assert distance(left, right, most) == min(true, most + 1)
    starts = [left[:end] for end in range(len(left) + 1)]
    assert prefix_distance(left, right) == min(by_definition(right, start) for start in starts)


def test_plain() -> None:
    assert plain("Médiathèque’S") == "mediatheque's"
    assert plain("Čapek") == "capek"


def words(*known: str | tuple[str, int]) -> Callable[[str], Iterable[Known]]:
    pairs = [(one, 1) if isinstance(one, str) else one for one in known]
    return lambda _: [Known(text, plain(text), passages) for text, passages in pairs]


def asked(
    question: str, missing: str, *known: str | tuple[str, int], right: str = ""
) -> tuple[str, list[Mapping[str, str]]] | None:
    found = corrected(question, missing.split(), words(*known), lambda w: w in right.split())
    return None if found is None else (found.question, [*found.to_list()])


@pytest.mark.parametrize(
    ("question", "missing", "known", "wanted"),
    [
        ("Who drained the marhs?", "marhs", "marsh", "Who drained the marsh?"),
        ("Who led the comittee?", "comittee", "committee", "Who led the committee?"),
        ("Who led the commitee?", "commitee", "committee", "Who led the committee?"),
        ("who mapped ostervald", "ostervald", "Osterwald", "who mapped Osterwald"),
        ("Where is Ostervald's mill?", "Ostervald", "Osterwald", "Where is Osterwald's mill?"),
        ("Where is Ostervald’s mill?", "Ostervald", "Osterwald", "Where is Osterwald’s mill?"),
        ("WHO LED THE COMITTEE?", "COMITTEE", "committee", "WHO LED THE COMMITTEE?"),
        ("Comittee members?", "Comittee", "committee", "Committee members?"),
        ("Was Pribor paid, and was pribor late?", "Pribor", "Příbor",
         "Was Příbor paid, and was Příbor late?"),
        ("Who ran the xmill?", "xmill", "mill", "Who ran the mill?"),
        ("Who ran the abery?", "abery", "bakery", None),
        ("Who ran the kabery?", "kabery", "bakery", None),
        ("Who ran the abkery?", "abkery", "bakery", "Who ran the bakery?"),
    ],
)  # fmt: skip
def test_slips(question: str, missing: str, known: str, wanted: str | None) -> None:
    found = asked(question, missing, known)
    assert (found and found[0]) == wanted


@pytest.mark.parametrize(
    ("question", "missing", "known"),
    [
        ("Who sold the ewt?", "ewt", "newt"),  # too short
        ("Who sold 1931?", "1931", "1932"),
        ("Who sold the B52s2 bomber?", "B52s2", "B52s"),
        ("What does the OSZE say?", "OSZE", "OSCE"),  # another body
        ('Who wrote "the marhs"?', "marhs", "marsh"),
        ("Who wrote “the marhs”?", "marhs", "marsh"),
        ("Who drained the mrahs?", "mrahs", "marsh"),  # two slips in five letters
        ("Who paid the xommitee?", "xommitee", "committee"),  # two, and the first letter
        ("Is it hyperbaric?", "hyperbaric", "hypobaric"),
        ("Is it typical?", "typical", "atypical"),
        ("Did they emerge?", "emerge", "merge"),
        ("Did the MSPs vote?", "MSPs", "MEPs"),
        ("Who saw Mr Linde?", "Linde", "line"),  # a name
        ("Who saw the lnie?", "lnie", "nine"),
        ("Who saw the werre?", "werre", "were"),  # says nothing
    ],
)
def test_what_stays(question: str, missing: str, known: str) -> None:
    assert asked(question, missing, known) is None


def test_a_word_that_is_right_stays() -> None:
    question = "Who rules Slovenia?"
    assert asked(question, "Slovenia", "Slovakia", right="Slovenia") is None
    assert asked(question, "Slovenia", "Slovakia") is not None


def test_the_nearest_then_the_clearly_more_frequent() -> None:
    question = "Who saw the baker?"
    assert asked(question, "baker", ("bakes", 9), ("biker", 4)) is not None
    assert asked(question, "baker", ("bakes", 7), ("biker", 4)) is None
    long = "Who saw the candelebra?"
    near = ("candelabra", 1), ("candelobre", 90)
    found = asked(long, "candelebra", *near)
    assert found is not None
    assert found[1] == [{"from": "candelebra", "to": "candelabra"}]


def test_forms_of_one_word_do_not_compete() -> None:
    known = [Known("wagon", "wagon", 3), Known("wagons", "wagon", 3)]
    found = corrected("Who sold wagonz?", ["wagonz"], lambda _: known, never)
    assert found is not None
    assert found.question == "Who sold wagon?"


@pytest.mark.parametrize(
    ("word", "bases"),
    [
        ("walked", {"walk"}),
        ("liked", set()),
        ("devolved", {"devolve", "devolv"}),
        ("panning", set()),
        ("spanning", {"span"}),
        ("relied", {"rely"}),
        ("markets", {"market"}),
    ],
)
def test_forms(word: str, bases: set[str]) -> None:
    found = forms(word)
    assert found[0] == word
    assert bases <= set(found)


def test_a_form_of_a_word_that_is_right_stays() -> None:
    assert asked("Who was heralded?", "heralded", "headed", right="herald") is None
    assert asked("Who went rusting?", "rusting", "resting", right="rust") is None


def test_the_same_first_letter_is_nearer() -> None:
    found = asked("Where is Holand?", "Holand", ("Poland", 90), ("Holland", 3))
    assert found is not None
    assert found[0] == "Where is Holland?"


def test_several_words_and_none() -> None:
    found = corrected(
        "Did the comittee sell the wagn of Yvelin?",
        ["comittee", "wagn", "Yvelin"],
        words("committee", "wagon", "sheep"),
        never,
    )
    assert found is not None
    assert found.question == "Did the committee sell the wagon of Yvelin?"
    assert found.changes == (("comittee", "committee"), ("wagn", "wagon"))
    assert corrected("Who?", [], words("committee"), never) is None
    assert corrected("Who sold wagns?", ["wagns"], words(), never) is None
