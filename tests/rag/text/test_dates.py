from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.text.dates import Period, mentions, period

DAYS = st.dates(date(1000, 1, 1), date(2099, 12, 31))


@pytest.mark.parametrize(
    ("iso", "start", "end"),
    [
        ("2023", "2023-01-01", "2024-01-01"),
        ("2023-09", "2023-09-01", "2023-10-01"),
        ("2023-12", "2023-12-01", "2024-01-01"),
        ("2023-02-28", "2023-02-28", "2023-03-01"),
        ("2023-09-11/2023-09-15", "2023-09-11", "2023-09-16"),
        ("2023-09-11T10:30:00Z", "2023-09-11", "2023-09-12"),
        ("0987", "0987-01-01", "0988-01-01"),
    ],
)
def test_period(iso: str, start: str, end: str) -> None:
    assert period(iso) == Period(start, end)


@pytest.mark.parametrize(
    "iso", [None, "", "soon", "2023-13", "2023-02-30", "23", "2023/2022", "/", "9999", "9999-12-31"]
)
def test_no_period(iso: str | None) -> None:
    assert period(iso) is None


@given(DAYS, DAYS)
def test_periods_are_compared_as_their_days_are(one: date, other: date) -> None:
    month, year = period(f"{one:%Y-%m}"), period(f"{one.year:04}")
    day = period(other.isoformat())
    assert month is not None
    assert year is not None
    assert day is not None
    assert year.contains(month)
    assert day == Period(other.isoformat(), (other + timedelta(days=1)).isoformat())
    assert month.contains(day) is month.overlaps(day)
    assert month.contains(day) == ((one.year, one.month) == (other.year, other.month))
    assert year.contains(day) == (one.year == other.year)


def named(text: str) -> list[tuple[str, str, str]]:
    return [(span.of(text), one.start, one.end) for span, one in mentions(text)]


@pytest.mark.parametrize(
    ("text", "words", "start", "end"),
    [
        ("It began on 5 May 1921.", "5 May 1921", "1921-05-05", "1921-05-06"),
        ("It began in May 1921.", "May 1921", "1921-05-01", "1921-06-01"),
        ("In 1921 it began.", "1921", "1921-01-01", "1922-01-01"),
        ("the war of 1914-1918", "1914-1918", "1914-01-01", "1919-01-01"),
        ("the war of 1914–18", "1914–18", "1914-01-01", "1919-01-01"),
        ("In the 1990s it began.", "1990s", "1990-01-01", "2000-01-01"),
        ("in the 19th century", "19th century", "1801-01-01", "1901-01-01"),
        ("It fell in 1066.", "1066", "1066-01-01", "1067-01-01"),
        ("It fell (1821).", "1821", "1821-01-01", "1822-01-01"),
    ],
)
def test_mentions(text: str, words: str, start: str, end: str) -> None:
    assert named(text) == [(words, start, end)]


@pytest.mark.parametrize(
    "text",
    [
        "It began in May.",
        "It began last year.",
        "There were 2000 soldiers.",
        "There were 1921 armed men.",
        "It is 1800 km long.",
        "They paid 1,921 marks.",
        "Model A-1921 sold well.",
        "Version 1.2000 came.",
        "Room 1066 is locked.",
        "It costs 2000%.",
    ],
)
def test_no_mentions(text: str) -> None:
    assert named(text) == []


def test_several_in_their_order() -> None:
    text = "From 3 March 1950 until 1952 and again in June 1960."
    assert [words for words, _, _ in named(text)] == ["3 March 1950", "1952", "June 1960"]
