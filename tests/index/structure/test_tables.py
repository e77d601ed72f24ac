"""Tables in plain text."""

from __future__ import annotations

import time
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.passages.outline import contexts
from index.structure.pieces import TABLE_LEVEL, Piece, split
from index.structure.sections import structure
from index.structure.tables import cut

MORTAR = """\
The mixes were stored under water.

  Mix           Strength      Resistivity    Gauge
                at 28 days    (ohm m)        factor
  REF           10.7          410            3
  CF            11.1          6.2            21
  Lime          9.4           3.8            38

Lime had the highest gauge factor.
"""
HOURS = """\
Opening hours
Day          Opens    Closes
---------    -----    ------
Monday       9:00     17:00
Sunday       closed   closed
Ask at the desk on other days.
"""
TABS = "Year\tIncome\tCost\n2019\t4,500\t3,100\n2020\t9\t12\n"
PHONES = "Anna Reyes     0911 222\nBo Lind        0911 223\nCarl Ek        0911 224\n"


def rows(text: str) -> list[tuple[str, str, str]]:
    """Kind, title and the text with one blank for several, of what is in a table."""
    return [
        (one.kind, one.title, " ".join(one.span.of(text).split()))
        for one in structure(text).sections
        if one.kind == "row" or one.level == TABLE_LEVEL
    ]


def test_each_line_is_a_row_under_the_names_of_its_columns() -> None:
    """The lines were one sentence: "Mix Strength Resistivity Gauge at 28 days (ohm m) …"."""
    names = "Mix | Strength at 28 days | Resistivity (ohm m) | Gauge factor"
    assert rows(MORTAR) == [
        ("heading", names, "Mix Strength Resistivity Gauge at 28 days (ohm m) factor"),
        ("row", "table 1, row 2", "REF 10.7 410 3"),
        ("row", "table 1, row 3", "CF 11.1 6.2 21"),
        ("row", "table 1, row 4", "Lime 9.4 3.8 38"),
        ("text", "", "Lime had the highest gauge factor."),
    ]
    said = {
        section.span.of(MORTAR): titles
        for section, titles in contexts(structure(MORTAR).sections, MORTAR)
    }
    assert said["CF            11.1          6.2            21"][-1] == names


def test_a_rule_stands_under_the_names_and_text_around_the_table_stays_text() -> None:
    assert rows(HOURS) == [
        ("heading", "Day | Opens | Closes", "Day Opens Closes --------- ----- ------"),
        ("row", "table 1, row 2", "Monday 9:00 17:00"),
        ("row", "table 1, row 3", "Sunday closed closed"),
        ("text", "", "Ask at the desk on other days."),
    ]


@pytest.mark.parametrize("rule", ["-" * 30, "=" * 26, "+--------+-----+"])
def test_a_rule_may_run_under_all_columns(rule: str) -> None:
    """It ended the table: the names of the columns were text, the rows had none."""
    seats = f"Floor     Room    Seats\n{rule}\nFirst     Oak     12\nSecond    Elm     30\n"
    text = f"Rooms\n{rule}\n{seats}{rule}\n"
    assert [one[:2] for one in rows(text)] == [
        ("heading", "Floor | Room | Seats"),
        ("row", "table 1, row 2"),
        ("row", "table 1, row 3"),
    ]


def test_a_title_over_a_table_stays_one() -> None:
    parsed = structure(f"Rooms\n-----\n{HOURS.split(chr(10), 1)[1]}")
    assert [(one.kind, one.title) for one in parsed.sections][:2] == [
        ("heading", "Rooms"),
        ("heading", "Day | Opens | Closes"),
    ]


def test_a_rule_over_the_sum_leaves_the_rows_rows() -> None:
    text = f"Rent      100\nFood      50\n{'-' * 13}\nTotal     150\n"
    assert [one[0] for one in rows(text)] == ["row", "row", "row"]


def test_a_rule_within_a_table_is_no_row() -> None:
    assert [one[:2] for one in rows(f"{PHONES}----------     --------\nTotal          3\n")] == [
        ("row", f"table 1, row {number}") for number in (1, 2, 3, 4)
    ]


def test_tabs_and_tables_without_names() -> None:
    assert [one[:2] for one in rows(f"{TABS}\n{PHONES}")] == [
        ("heading", "Year | Income | Cost"),
        ("row", "table 1, row 2"),
        ("row", "table 1, row 3"),
        ("row", "table 2, row 1"),
        ("row", "table 2, row 2"),
        ("row", "table 2, row 3"),
    ]


@pytest.mark.parametrize(
    "text",
    [
        "Length      12 m\nWidth       5 m\nBuilt       1987\n",
        "Monday      Lentil soup\nTuesday     Fish with rice\nWednesday   Pancakes\n",
        "Day         Hours\nMonday      closed\nTuesday     8 to 12\nThursday    9 to 12\n",
        "Anna     twelve\nBo       two\nCid      one\n------   ------\nDan      six\n",
    ],
)
def test_in_doubt_the_first_row_is_one_that_can_be_quoted(text: str) -> None:
    assert [one[2] for one in rows(text) if one[0] == "row"] == [
        " ".join(line.split()) for line in text.splitlines() if "---" not in line
    ]


def test_rules_may_stand_over_the_names_too() -> None:
    rule = "------   ------\n"
    text = f"{rule}Name     Color\n{rule}Plum     blue\nLime     green\n{rule}"
    assert [one[:2] for one in rows(text)] == [
        ("heading", "Name | Color"), ("row", "table 1, row 2"), ("row", "table 1, row 3"),
    ]  # fmt: skip


def test_a_table_does_not_end_who_speaks_or_the_day() -> None:
    """What stood behind it in a turn had no speaker."""
    table = "Year   Sold   Left\n2019   120    12\n2020   130    13\n2021   140    14\n"
    begin = "Anna Berg: I said so.\n\nBo Ek: So you did.\n\nAnna Berg: What of the sales?\n\n"
    talk = f"{begin}Bo Ek: See here.\n\n{table}\nThey are good.\n\nAnna Berg: Yes, they are.\n"
    last = next(one for one in structure(talk).sections if "They are good." in one.span.of(talk))
    assert last.speaker == "Bo Ek"


def test_lines_may_end_in_other_ways() -> None:
    text = "The mill is old.\u2029\u2029Name   Age\u2028Anna   33\u2028Bo     44\u2028Cid    55\n"
    assert [one[:2] for one in rows(text)] == [
        ("heading", "Name | Age"), ("row", "table 1, row 2"), ("row", "table 1, row 3"),
        ("row", "table 1, row 4"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "text",
    [
        "a)\tOpen the valve.\nb)\tWait until it fills.\nc)\tPress the button.\n",
        "(a)  pay the rent;\n(b)  keep it clean;\n(c)  tell us.\n",
        "•\tGood boots.\n•\tA lamp.\n•\tFood.\n",
        "Anna\tWhere is the old mill that you told us of?\nBo\tIn Arvika.\nAnna\tGood.\n",
        "This is  justified text that  has blanks\nbetween  the words in each  line  because\n"
        "somebody  liked it  that way in  the  old\ndays of  plain text and  monospaced fonts.\n",
        "The left column of a page goes on      and the right column says other\n"
        "here and has a line of its own and     things, line by line, which must\n"
        "ends in the middle of the page and     not become the cells of a table,\n",
        "One line     with a gap\nand another  with one\n",
        "Dear Ms Ek,\n\n    I write to you.\n    You know why.\n    Yours, Bo\n",
    ],
)
def test_other_text_is_left_as_it_is(text: str) -> None:
    pieces = split(text)
    assert cut(text, pieces) == (pieces, {})


def _letters(piece: Piece) -> str:
    """Without rules, which are no rows."""
    return "".join(filter(str.isalnum, piece.text))


@given(st.text(st.sampled_from("ab1 \t\n|-\u2028"), max_size=200))
def test_nothing_is_lost_and_nothing_overlaps(text: str) -> None:
    pieces = split(text)
    found, marks = cut(text, pieces)
    assert all(one.text == one.span.of(text) for one in found)
    assert "".join(map(_letters, found)) == "".join(map(_letters, pieces))
    assert all(a.span.end <= b.span.start for a, b in pairwise(found))
    assert all(0 <= at < len(found) for at in marks)


def test_a_long_table_takes_time_by_its_length() -> None:
    line = "cell     12      34      " * 10 + "\n"
    started = time.perf_counter()
    assert len(rows(line * 4_000)) == 4_000
    assert time.perf_counter() - started < 20
