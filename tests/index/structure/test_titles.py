from __future__ import annotations

import textwrap

import pytest

from index.structure.sections import structure

Row = tuple[str, str, str | None]


def rows(text: str) -> list[Row]:
    """Kind, words and date of each section."""
    return [(one.kind, one.span.of(text), one.date) for one in structure(text).sections]


def titles(text: str) -> list[tuple[int, str]]:
    return [(one.level, one.title) for one in structure(text).sections if one.kind == "heading"]


@pytest.mark.parametrize(
    ("title", "body"),
    [
        ("Visiting hours", "The ward is open from 2 to 5."),
        ("Lost property", "It is kept for a month."),
        ("Care of the blades", "Wipe them dry after use. Oil them\nonce a year with linseed oil."),
        ("4. Deposit", "The tenant pays two months' rent."),
        ("7) Pets", "Cats are allowed. Dogs are not."),
        ("Opening the lid", "Do this in order:\n- turn the key\n- lift the lid"),
        ("What to do in a fire", "Leave by the nearest door and close it."),
    ],
)
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_a_title_right_above_its_text_is_a_heading(title: str, body: str, end: str) -> None:
    text = f"{title}\n{body}".replace("\n", end)
    assert rows(text) == [("heading", title, None), ("text", body.replace("\n", end), None)]


def test_titles_stand_under_the_headline_of_the_document_and_in_one_row() -> None:
    text = (
        "The bakery on Elm Street\n\nIt was founded in 1921 by two brothers from Graz.\n\n"
        "Bread\nThe rye loaf is baked at four.\n\nIt keeps for a week.\n\n"
        "Cakes\nThe plum cake is sold in September only.\n"
    )
    assert titles(text) == [(1, "The bakery on Elm Street"), (2, "Bread"), (2, "Cakes")]
    assert [row[1] for row in rows(text)][3] == (
        "The rye loaf is baked at four.\n\nIt keeps for a week."
    )


def test_a_short_sentence_does_not_hide_the_title_where_other_lines_are_long() -> None:
    text = (
        "Night shifts\nNurses may ask for no more than four night shifts in a month of work.\n\n"
        "Bank holidays\nPay is doubled.\n"
    )
    assert [title for _, title in titles(text)] == ["Night shifts", "Bank holidays"]


def test_a_date_above_its_text_is_the_date_of_this_item() -> None:
    text = (
        "7 April 2022\nThe weir at Holm broke. Two cellars were flooded.\n\n"
        "Friday, 20 May 2022\nThe council of Holm voted for a new weir.\n\nIt costs a million.\n"
    )
    assert rows(text) == [
        ("heading", "7 April 2022", None),
        ("item", "The weir at Holm broke. Two cellars were flooded.", "2022-04-07"),
        ("heading", "Friday, 20 May 2022", None),
        (
            "item",
            "The council of Holm voted for a new weir.\n\nIt costs a million.",
            "2022-05-20",
        ),
    ]
    assert (structure(text).title, structure(text).date) == (None, None)


@pytest.mark.parametrize(
    "text",
    [
        # a wrapped paragraph
        "The library was given to the town by Countess\nMaria of Orsk, who read every day.",
        "Rain fell on the hills above the town of\nUpper Marl for nine days.\nNobody could leave.",
        "Half of the oil goes to the port of\nRotterdam.",
        # a sentence that goes on
        "Tickets for the ferry are sold in\nTown Hall and on the quay by the two women there.",
        "Water (H\n2O) is heavier than oil.",
        'The play "Night\nTrain" was shown for three weeks in the old theatre by the lake.',
        # verse, an address, a list, a salutation, an owner, a line that leads in
        "The sun went down behind the hill\nThe night came up the silent mill\n"
        "And all the birds that sang were still.",
        "Marta Lind\n14 Quay Street\nMarl ML2 4TR\nShe lives here.",
        "Apples\nPears\nPlums and quinces from the garden behind the house.",
        "1. Fill the kettle\nUse cold water.\n2. Boil it\nWait for the click.",
        "Dear Marta\nThank you for the long letter about your garden.",
        "Copyright 2019 Marta Lind\nThe text may be copied by anybody for any purpose.",
        "The tenant agrees:\nThe rent is paid on the first day of each month.",
        "Marl, 3 May\nWet.",
        # no running text below
        "Marl Rovers\nUnbeaten since the cup of last year",
    ],
)
def test_other_first_lines_stay_in_their_paragraph(text: str) -> None:
    assert not titles(text)


LONG = (
    "In March the Society of Friends of Orsk met Lady Anna Marl at Castle Hill. The Lord Mayor of "
    "New Orsk, John Peter Quill, gave her the Key of Old Town, and On Monday the Great Bell of "
    "Saint Mary rang for Princess Ida of Upper Marl and the Prime Minister Karl Oskar Lind. Dr. "
    "Lind read the Charter of Orsk of 1412 to All Saints Choir, the Marl Rovers and the Town Band."
)


@pytest.mark.parametrize("width", range(30, 100))
def test_wrapped_text_full_of_names_has_no_titles(width: int) -> None:
    text = "\n\n".join(textwrap.fill(LONG[at:], width) for at in (0, 10, 51, 75, 120))
    assert not titles(text)


def test_links_right_above_one_another_stay_links() -> None:
    text = (
        "The quay was opened in May.\n\nShare this page\nPrint\n© 2022 Marl. All rights reserved."
    )
    assert [row[0] for row in rows(text)] == ["text", "navigation"]


@pytest.mark.parametrize(
    "text",
    [
        "The deadline is Friday\nPlease hand in the forms.",
        "Rent 450 euros\nThe deposit is 900 euros.",
        "The bus no longer leaves at nine\nIt leaves at ten instead.",
        "Breakfast 7 to 10\nThe bar is open all day.",
        "1. Wash the apples\nUse cold water for this.",
        "2. Peel them well\nUse a sharp knife for that.",
    ],
)
def test_a_statement_without_a_full_stop_is_no_title(text: str) -> None:
    """It could not be quoted any more."""
    assert [one.kind for one in structure(text).sections] == ["text"]


def test_questions_and_what_a_text_is_about_may_be_titles() -> None:
    for title in ("What is covered", "About the policy", "Reporting a loss"):
        text = f"{title}\nThe policy covers fire and theft.\n\nIt ends in May."
        assert structure(text).sections[0].title == title


def test_a_date_over_a_text_leaves_its_table() -> None:
    table = (
        "Item     Count   Price\nPaint    30      4.50\nBrush    12      2.20\nPole     3       8\n"
    )
    text = f"Report\n\n3 May 2021\nThe stock was counted by two people.\n\n{table}"
    assert [one.kind for one in structure(text).sections].count("row") == 3


def test_a_date_under_a_long_title_is_the_documents() -> None:
    text = (
        "Minutes of the annual meeting of the Orsk Rowing Club\n3 May 2021\n\nThe fee was raised.\n"
    )
    assert structure(text).date == "2021-05-03"


def test_a_line_of_blanks_over_a_date_is_no_title() -> None:
    """It ended the reading of the whole file."""
    assert structure(f"Notes\x0c{' ' * 60}\x0c3 May 2021\n\nThe fee was raised.\n").text
