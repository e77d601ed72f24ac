from __future__ import annotations

from decimal import Decimal

import pytest

from rag.text.values import agree, same_measure, values


@pytest.mark.parametrize(
    ("sentence", "found"),
    [
        ("About 2,500 sailors came.", [("2,500", 2500, "")]),
        ("Some 2.5 thousand sailors came.", [("2.5 thousand", 2500, "")]),
        ("Two thousand five hundred sailors came.", [("Two thousand five hundred", 2500, "")]),
        ("It rose by 25% and fell by 30 per cent.", [("25%", 25, "percent"),
                                                     ("30 per cent", 30, "percent")]),
        ("They paid $3 million.", [("$3 million", 3000000, "$")]),
        ("It is 30 km long and 5 miles wide.", [("30 km", 30, "km"), ("5", 5, "mile")]),
        ("Nobody came.", []),
        ("One of them was late, no doubt.", []),
    ],
)  # fmt: skip
def test_numbers(sentence: str, found: list[tuple[str, int, str]]) -> None:
    numbers = [(one.text, one.number, one.unit) for one in values(sentence)]
    assert numbers == [(text, Decimal(value), unit) for text, value, unit in found]


def test_dates_are_no_numbers() -> None:
    found = values("On 5 May 1921 and again in 1930 there were 12 ships.")
    assert [(one.kind, one.text) for one in found] == [
        ("date", "5 May 1921"),
        ("date", "1930"),
        ("number", "12"),
    ]


@pytest.mark.parametrize(
    "sentence",
    ["See Article 5.", "It stands on page 7.", "Take bus No. 12.", "At 10:30 it sailed.",
     "Boeing 747 flew.", "It ended 3-2 for us.", "The 21st ship sank."],
)  # fmt: skip
def test_numbers_that_only_name(sentence: str) -> None:
    assert {one.kind for one in values(sentence)} == {"label"}


def test_what_is_counted() -> None:
    (value,) = values("The yard employs about 300 paid workers in Arl.")
    assert (value.of, value.before, value.loose) == (("paid", "worker"), "employ", True)
    (value,) = values("The yard employs at least 300.")
    assert (value.of, value.before, value.bound) == ((), "employ", "least")


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("300 men", "three hundred men", True),
        ("2.5 thousand men", "2,480 men", True),
        ("about 300 men", "310 men", True),
        ("300 men", "310 men", False),
        ("at least 300 men", "350 men", True),
        ("at least 300 men", "250 men", False),
        ("up to 300 men", "250 men", True),
        ("more than 300 men", "up to 200 men", False),
        ("in 1921", "on 5 May 1921", True),
        ("in 1921", "on 5 May 1922", False),
    ],
)
def test_agree(one: str, other: str, same: bool) -> None:
    (mine,), (theirs,) = values(f"It had {one}."), values(f"It had {other}.")
    assert agree(mine, theirs) is agree(theirs, mine) is same


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("It has 300 men.", "It has 200 armed men.", True),
        ("It has 300 men.", "It has 200 ships.", False),
        ("It has 300 km.", "It has 200 kilometres.", True),
        ("It has 300 km.", "It has 200 men.", False),
        ("The yard employs 300.", "Here the yard employs 200.", True),
        ("The yard employs 300.", "The yard sold 200.", False),
        ("The yard employs 300 men.", "The yard employs 200.", True),
    ],
)
def test_same_measure(one: str, other: str, same: bool) -> None:
    (mine,), (theirs,) = values(one), values(other)
    assert same_measure(mine, theirs) is same_measure(theirs, mine) is same
