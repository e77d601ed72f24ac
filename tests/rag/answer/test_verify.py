from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.verify import check, split_written
from rag.text.figures import figures

EVIDENCE = [
    "On 9 November 2020, the leaders of Armenia, Azerbaijan and Russia signed a ceasefire.",
    "About 2,500 observers, 25 percent of them women, did not reach Yerevan.",
    "The mission led by Markus Ritter has 103 observers and costs 3.6 thousand euros a day.",
    "The census of 2011-05-03 counted twenty-one villages; the café naïf was closed in May.",
]


def removed(written: str) -> list[str]:
    checked = check(written, EVIDENCE)
    assert checked.kept == ()
    return [item["reason"] for item in checked.removed]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("A b c [1]. D e f [2].", [("A b c.", (1,)), ("D e f.", (2,))]),
        ("A b c. [1] D e f. [2]", [("A b c.", (1,)), ("D e f.", (2,))]),
        ("A b c.[1][2] D e f.", [("A b c.", (1, 2)), ("D e f.", ())]),
        ("A b [1] c [2, 3].", [("A b c.", (1, 2, 3))]),
        ("A b c [1-3].", [("A b c.", (1, 2, 3))]),
        ("A b c 【2】.", [("A b c.", (2,))]),
        ("A b c [１].", [("A b c.", (1,))]),
        ("- A b c [1]\n- D e f [2]\n", [("A b c", (1,)), ("D e f", (2,))]),
        ("Mr. Ritter of the U.S. team came [3].", [("Mr. Ritter of the U.S. team came.", (3,))]),
        ("It cost 3.5 euros [1].", [("It cost 3.5 euros.", (1,))]),
        ("A b c [999999999999999999999].", [("A b c.", (999999,))]),
        ("", []),
        ("[1]", []),
        ("...", []),
    ],
)
def test_split(written: str, expected: list[tuple[str, tuple[int, ...]]]) -> None:
    assert split_written(written) == expected


@pytest.mark.parametrize(
    "written",
    [
        "The leaders signed a ceasefire on 9 November 2020 [1].",
        "The leaders signed a ceasefire on November 9, 2020. [1]",
        "A ceasefire was signed on 2020-11-09 by the leaders of Russia and Armenia [1].",
        "Armenian leaders signed a ceasefire [1].",
        "Some 2500 observers did not reach Yerevan [2].",
        "Two thousand five hundred observers never reached Yerevan [2].",
        "25% of the observers were women and did not reach Yerevan [2].",
        "Markus Ritter led the mission, which costs 3,600 euros a day [3].",
        "The mission has one hundred and three observers [3].",
        "The census counted 21 villages on 3 May 2011 [4].",
        "In May the café naïf was closed [4].",
    ],
)
def test_what_the_quotes_say_is_kept(written: str) -> None:
    checked = check(written, EVIDENCE)
    assert checked.removed == ()
    assert len(checked.kept) == 1
    assert "[" not in checked.kept[0].text


@pytest.mark.parametrize(
    ("written", "reason"),
    [
        ("The leaders signed a ceasefire.", "it has no citation"),
        ("The leaders signed a ceasefire [5].", "citation [5] does not exist"),
        ("The leaders signed a ceasefire [0].", "citation [0] does not exist"),
        ("The leaders signed a ceasefire [1][7].", "citation [7] does not exist"),
        ("Macron signed a ceasefire [1].", "“Macron” stands in no cited quote"),
        ("The leaders of Turkey signed a ceasefire [1].", "“Turkey” stands in no cited quote"),
        ("The leaders signed a ceasefire in May 2020 [1].", "the month May stands in"),
        ("The leaders signed a ceasefire in 2021 [1].", "the number 2021 stands in"),
        ("The mission has 104 observers [3].", "the number 104 stands in"),
        ("The mission has five observers [3].", "the number 5 stands in"),
        ("The mission has a hundred observers [3].", "the number 100 stands in"),
        ("The mission has 103 percent observers [3].", "the number 103 percent stands in"),
        ("25 observers did not reach Yerevan [2].", "the number 25 stands in"),
        ("About 2,500 observers reached Yerevan [2].", "a cited quote holds a denial"),
        ("Russia did not sign a ceasefire [1].", "it denies what no cited quote denies"),
        ("Russia refused the ceasefire the leaders signed [1].", "“refused” stands in no"),
        ("The mission has thousands of observers [3].", "“thousands” stands in"),
        ("The mission of observers is popular among happy local farmers [3].", "too many of its"),
        ("Has the mission 103 observers [3]?", "it is a question"),
        ("The mission has 103 observers, see evil.example/x [3].", "“evil.example/x” stands in"),
        # a quote that holds it is there, but is not the one cited
        ("The mission has 103 observers [1].", "the number 103 stands in"),
    ],
)
def test_what_the_quotes_do_not_say_is_removed(written: str, reason: str) -> None:
    (found,) = removed(written)
    assert found.startswith(reason)


@pytest.mark.parametrize(
    "written",
    [
        "The mission has １０４ observers [3].",  # full-width digits
        "The mission has ٥ observers [3].",  # Arabic-Indic
        "The mission has ⅴ observers [3].",  # a Roman numeral of one character
        "The mission has ½ observers [3].",
        "The mission has fіve observers [3].",  # Cyrillic i
        "The mission of Mаrkus Ritter has observers [3].",  # Cyrillic a
        "The mission has 1\u200b04 observers [3].",
        "The mission has fi\u200bve observers [3].",
        "M\u200bacron has a mission of observers [3].",
        "The mission has f\u00ad\u00adive observers [3].",
        "The mission has \U0001d7d3 observers [3].",  # mathematical bold 5
        "The mission has five\u2060 observers [3].",
    ],
)
def test_disguised_text_does_not_slip_through(written: str) -> None:
    assert len(removed(written)) == 1


def test_hidden_characters_are_not_shown() -> None:
    checked = check("The mis\u200bsion has\u202e 103 obser\x00vers [3].", EVIDENCE)
    assert [kept.text for kept in checked.kept] == ["The mission has 103 observers."]


def test_each_sentence_is_judged_alone() -> None:
    checked = check(
        "The mission has 103 observers [3]. It has 7 tanks [3]. Ritter led it. "
        "The leaders signed a ceasefire [1].",
        EVIDENCE,
    )
    assert [(kept.text, kept.citations) for kept in checked.kept] == [
        ("The mission has 103 observers.", (3,)),
        ("The leaders signed a ceasefire.", (1,)),
    ]
    assert [item["text"] for item in checked.removed] == ["It has 7 tanks.", "Ritter led it."]


@pytest.mark.parametrize(
    ("text", "numbers", "months"),
    [
        ("2,500 people", {(2500, "")}, set()),
        ("2 500 people", {(2500, "")}, set()),
        ("3.6 thousand tonnes", {(3600, "t")}, set()),
        ("two thousand five hundred", {(2500, "")}, set()),
        ("one hundred and twenty-three thousand", {(123000, "")}, set()),
        ("5 million dollars", {(5000000, "$")}, set()),
        ("$5 million", {(5000000, "$")}, set()),
        ("twenty-five per cent", {(25, "percent")}, set()),
        ("five and six men", {(5, ""), (6, "")}, set()),
        ("the third of March", {(3, "")}, {3}),
        ("May 9th", {(9, "")}, {5}),
        ("he may come", set(), set()),
        ("in May", set(), {5}),
        ("2020-11-09", {(2020, ""), (9, "")}, {11}),
        ("１２ km", {(12, "km")}, set()),
        ("½", {(Decimal("0.5"), "")}, set()),
        ("no figure here", set(), set()),
    ],
)
def test_figures(text: str, numbers: set[tuple[int, str]], months: set[int]) -> None:
    found = figures(text)
    assert found.numbers == {(Decimal(value), unit) for value, unit in numbers}
    assert found.months == months


@given(st.integers(0, 10**9))
def test_grouped_numbers_are_the_same_number(value: int) -> None:
    forms = [f"{value}", f"{value:,}", f"{value:,}".replace(",", " ")]
    assert {figures(form).numbers for form in forms} == {frozenset({(Decimal(value), "")})}


@given(st.text(max_size=300), st.lists(st.text(max_size=100), max_size=3))
def test_any_text_is_judged(written: str, evidence: list[str]) -> None:
    checked = check(written, evidence)
    assert len(checked.kept) + len(checked.removed) == len(split_written(written))
    for kept in checked.kept:
        assert kept.citations
        assert all(1 <= number <= len(evidence) for number in kept.citations)
        assert "\u200b" not in kept.text
