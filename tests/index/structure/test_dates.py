from __future__ import annotations

import pytest

from index.structure.dates import every, label_of, of_head, stated


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        (
            "On 20 September 2023, in Oslo, a bridge was opened. On 3 May 2024 it closed.",
            "2023-09-20",
        ),
        ("The bridge was opened on September 20, 2023.", "2023-09-20"),
        ("The bridge was opened on the 1st of Sept. 2023 by St. Olav's choir.", "2023-09-01"),
        ("2023-09-20: the bridge was opened.", "2023-09-20"),
        ("Opened 20.09.2023 in the rain.", "2023-09-20"),
        ("From 11 to 15 September 2023 it was closed.", "2023-09-11/2023-09-15"),
        ("It was closed 11–15 September 2023.", "2023-09-11/2023-09-15"),
        ("September 11-15, 2023 it was closed.", "2023-09-11/2023-09-15"),
        ("From 30 August to 2 September 2023 it was closed.", "2023-08-30/2023-09-02"),
        ("28 December 2022 – 3 January 2023: closed.", "2022-12-28/2023-01-03"),
        ("In September 2023 it was closed.", "2023-09"),
        ("In September 2023, on 4 October 2023, it was closed.", "2023-10-04"),
        ("Mr. Dahl, in St. Gallen, signed it on 5 May 2020.", "2020-05-05"),
    ],
)
def test_dates_are_read(text: str, iso: str) -> None:
    date = stated(text)
    assert date is not None
    assert date.iso == iso


@pytest.mark.parametrize(
    "text",
    [
        "It was closed from 11 to 15 September, this year, under the plan for 2023.",
        "The plan for 2023 was signed.",
        "It was closed. On 5 May 2020 it opened.",
        "On 31 February 2023 nothing happened.",
        "Version 1.2.2023.4 was dropped.",
        "May 5 people enter?",
    ],
)
def test_no_date_is_inferred(text: str) -> None:
    assert stated(text) is None


def test_of_several_dates_none_is_chosen_unless_the_sentence_begins_with_it() -> None:
    several = stated("The deal of 5 May 2020 was renewed on 6 June 2023.")
    assert several is not None
    assert several.iso is None
    first = stated("On 6 June 2023 the deal of 5 May 2020 was renewed.")
    assert first is not None
    assert first.iso == "2023-06-06"


@pytest.mark.parametrize(
    ("text", "is_dateline"),
    [
        ("On 8 July 2027, the fair was opened.", True),
        ("On Thursday, 8 July 2027 the fair was opened.", True),
        ("8 July 2027 – The fair was opened.", True),
        ("OSLO, 8 July 2027 (Agency) – The fair was opened.", True),
        ("New Marl, 8 July 2027: the fair was opened.", True),
        ("Date: 8 July 2027", True),
        ("The fair opens on 8 July 2027 in Marl.", False),
        ("The 8 July 2027 fair is the last.", False),
        ("Marl Fair on 8 July 2027 is the last.", False),
        ("In July 2027 the fair is held.", False),
    ],
)
def test_a_dateline_is_no_mention(text: str, is_dateline: bool) -> None:
    date = stated(text)
    assert date is not None
    assert date.is_dateline == is_dateline


@pytest.mark.parametrize(
    ("line", "iso"),
    [
        ("Date: Tue, 5 March 2024 10:00", "2024-03-05"),
        ("Published on 5 March 2024", "2024-03-05"),
        ("Tuesday, 5 March 2024", "2024-03-05"),
        ("LONDON, 5 March 2024 (Agency) – The bridge was opened.", "2024-03-05"),
        ("On the 5 March 2024 the bridge was opened by the mayor.", None),
        ("The bridge was opened on 5 March 2024.", None),
    ],
)
def test_the_date_of_a_document_stands_in_its_head(line: str, iso: str | None) -> None:
    assert of_head([line], may_be_alone=True, may_be_dateline=True) == iso


def test_every_date_of_a_text() -> None:
    text = "From 3 March 1950 to June 1951, on 31 February 1952, in May, in 1953 and 4-6 May 1954."
    found = [(span.of(text), iso) for span, iso in every(text)]
    assert found == [
        ("3 March 1950", "1950-03-03"),
        ("June 1951", "1951-06"),
        ("4-6 May 1954", "1954-05-04/1954-05-06"),
    ]


def test_a_line_with_a_label_and_nothing_but_a_date() -> None:
    for line, label in (
        ("Date: 3 March 2024", "Date"),
        ("**Last updated:** 2024-03-03T10:15  ", "Last updated"),
        ("Sent | Mon, 4 May 2026 10:00:00 +0200 (CEST)", "Sent"),
        ("Date of birth: May 1990.", "Date of birth"),
        ("Filed: 03/04/2024, 9:30 am", "Filed"),
    ):
        assert label_of(line) == label, line
    for line in (
        "3 March 2024", "Date: none", "Date: 3 March 2024 in Marl", "Ann came on 3 March 2024",
        "Room: 12", "Founded: 1921", "Rent: 3 March 2024 to the bank",
    ):  # fmt: skip
        assert label_of(line) is None, line
