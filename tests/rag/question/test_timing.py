from __future__ import annotations

import pytest

from rag.question.timing import Dated, When, behind, fits, ordered, outside, when


@pytest.mark.parametrize(
    ("question", "start", "end"),
    [
        ("What was decided in 2019?", "2019-01-01", "2020-01-01"),
        ("In May 2021, who led the club?", "2021-05-01", "2021-06-01"),
        ("Who spoke on 5 May 2021?", "2021-05-05", "2021-05-06"),
        ("Who spoke on May 5, 2021?", "2021-05-05", "2021-05-06"),
        ("Who spoke during the year 2021?", "2021-01-01", "2022-01-01"),
        ("What was built in the early 1990s?", "1990-01-01", "2000-01-01"),
        ("What was built in the summer of 1988?", "1988-01-01", "1989-01-01"),
        ("What was said before 2020?", None, "2020-01-01"),
        ("What was said prior to May 2020?", None, "2020-05-01"),
        ("What was said until May 2020?", None, "2020-06-01"),
        ("What was said after 2020?", "2021-01-01", None),
        ("What was said after 4 June 2020?", "2020-06-05", None),
        ("What has been said since June 2020?", "2020-06-01", None),
        ("What was said from 2018 to 2020?", "2018-01-01", "2021-01-01"),
        ("What was said between May 2018 and June 2019?", "2018-05-01", "2019-07-01"),
        ("What was said between 11 and 15 May 2018?", "2018-05-11", "2018-05-16"),
        ("What was said from 2018 onwards?", "2018-01-01", None),
        ("What was said after 2018 and before May 2020?", "2019-01-01", "2020-05-01"),
        ("What was planned in 2018 and 2019?", "2018-01-01", "2020-01-01"),
    ],
)
def test_ranges(question: str, start: str | None, end: str | None) -> None:
    assert when(question) == When(None, start, end)


@pytest.mark.parametrize(
    "question",
    [
        "Who led the club?",
        "Who led the club in May?",
        "What was said last year?",
        "Who was there before the war?",
        "Which law of 1999 was repealed?",
        "Who won the 2018 cup?",
        "Who was the first king?",
        "Which is the oldest bridge?",
        "When must the form be handed in at the latest?",
        "What is the first name of the captain?",
        "Who looked at first report after report?",
        "How far is it to walk in 2000 steps?",
        "Who arrived after Windows 2000 was sold?",
        "What happened after 2020 and before 2018?",
        "",
    ],
)
def test_nothing_is_said(question: str) -> None:
    assert when(question).says_nothing


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("What is the latest count of sheep?", "latest"),
        ("What does the most recent report say?", "latest"),
        ("Who was hired most recently?", "latest"),
        ("What does the newest survey say?", "latest"),
        ("What does the oldest letter say?", "earliest"),
        ("What does the earliest known record say?", "earliest"),
        ("What did the first report say?", "earliest"),
        ("How do the first report and the latest report differ?", None),
    ],
)
def test_orders(question: str, order: str | None) -> None:
    assert when(question).order == order


def test_order_and_range() -> None:
    assert when("What did the latest report before 2020 say?") == When("latest", None, "2020-01-01")


@pytest.mark.parametrize(
    ("date", "fit"),
    [
        ("2019-05-03", True),
        ("2019", True),
        ("2019-12-30/2019-12-31", True),
        ("2019-12-30/2020-01-02", None),
        ("2018", False),
        ("2020-01-01", False),
        ("someday", None),
        (None, None),
    ],
)
def test_fits(date: str | None, fit: bool | None) -> None:
    assert fits(when("What was said in 2019?"), date) is fit
    assert fits(When(), date) is None


def test_a_year_may_hold_a_month_or_not() -> None:
    assert fits(when("What was said in May 2019?"), "2019") is None
    assert fits(when("What was said after May 2019?"), "2019") is None
    assert fits(when("What was said after May 2019?"), "2020") is True


IN_2019 = When(None, "2019-01-01", "2020-01-01")


def test_those_outside_of_the_range_go_behind() -> None:
    found = [
        Dated(9, "The mill has 30 workers.", "2017"),
        Dated(8, "The mill had 20 workers in May 2019.", "2021-04"),
        Dated(7, "The mill has 10 workers.", "2019-03-02"),
        Dated(6, "The mill is old.", None),
        Dated(5, "In 2018 the mill burned.", "2018"),
    ]
    assert ordered(IN_2019, found, 0.0) == [1, 2, 3, 0, 4]
    assert ordered(IN_2019, found, 0.0, penalty=1.5) == [1, 0, 2, 3, 4]
    assert ordered(When(), found, 9.0) == [0, 1, 2, 3, 4]


def test_where_none_is_in_the_range_the_score_decides() -> None:
    found = [Dated(1, "Sheep graze.", "2017"), Dated(2, "Wool is dear.", "2018")]
    assert ordered(IN_2019, found, 0.0) == [1, 0]
    assert ordered(IN_2019, [], 0.0) == []


LATEST = When("latest")


def test_the_latest_of_those_that_are_about_as_good() -> None:
    found = [
        Dated(5.0, "Ten sheep.", "2019-05"),
        Dated(4.8, "Twelve sheep.", None),
        Dated(4.6, "Nine sheep.", "2021-01-04"),
        Dated(4.5, "Six sheep.", "2020"),
        Dated(2.0, "Two sheep.", "2023"),
    ]
    assert ordered(LATEST, found, 1.0) == [2, 3, 0, 1, 4]
    assert ordered(When("earliest"), found, 1.0) == [0, 3, 2, 1, 4]
    assert ordered(LATEST, found, 0.0) == [0, 1, 2, 3, 4]
    assert ordered(LATEST, found, 9.0)[0] == 4


def test_a_date_that_may_be_either_is_not_guessed() -> None:
    found = [Dated(2.0, "Ten sheep.", "2021"), Dated(1.5, "Nine sheep.", "2021-06-30")]
    assert ordered(LATEST, found, 1.0) == [0, 1]
    assert ordered(When("earliest"), found, 1.0) == [0, 1]
    assert ordered(LATEST, [*found, Dated(1.4, "Six sheep.", "2020-12")], 1.0) == [0, 1, 2]


def test_the_latest_within_a_range() -> None:
    found = [
        Dated(5.0, "Ten sheep.", "2018"),
        Dated(4.9, "Nine sheep.", "2019-02"),
        Dated(4.8, "Six sheep.", "2019-08"),
        Dated(4.7, "Two sheep.", "2023"),
    ]
    assert ordered(When("latest", None, "2020-01-01"), found, 1.0) == [2, 1, 0, 3]


def test_what_is_surely_of_another_time_than_the_first() -> None:
    found = [
        Dated(5.0, "Ten sheep.", "2019-05"),
        Dated(4.8, "Twelve sheep.", None),
        Dated(4.6, "Nine sheep.", "2021"),
        Dated(4.5, "Six sheep.", "2021-06"),
    ]
    assert behind(LATEST, found, 2) == {0}
    assert behind(When("earliest"), found, 0) == {2, 3}
    assert behind(LATEST, found, 1) == behind(IN_2019, found, 0) == set()
    assert outside(IN_2019, found, 0) == {2, 3}
    assert outside(IN_2019, found, 2) == outside(LATEST, found, 0) == set()
    told = [Dated(5.0, "In 2019 the mill burnt down.", "2024"), Dated(4.0, "It stood.", "2024")]
    assert outside(IN_2019, told, 0) == set()  # a later document tells of that time
