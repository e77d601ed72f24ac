"""Plain text of several kinds, none of them the documents that Citewell ships with."""

from __future__ import annotations

from pathlib import Path

import pytest

from index.errors import ReadError
from index.readers import media_type, parse
from index.types import Parsed

Row = tuple[str, str, str | None]


def read(text: str, name: str = "a.txt") -> Parsed:
    return parse(text.encode(), name)


def rows(parsed: Parsed) -> list[tuple[str, str]]:
    """Kind and words of each section, on one line."""
    return [(s.kind, " ".join(s.span.of(parsed.text).split())) for s in parsed.sections]


def spoken(parsed: Parsed) -> list[Row]:
    """Kind, first word and speaker of each turn."""
    turns = [s for s in parsed.sections if s.kind in ("question", "answer", "turn")]
    return [(s.kind, s.span.of(parsed.text).split()[0], s.speaker) for s in turns]


DIGEST = """\
Harbour Notes

The ferry Linnea returned to service on 11 March 2024 after a refit. It carries 240 passengers.

Tickets stay at the old price until summer.

On 3 to 5 March 2024 the old crane was taken down. Nobody was hurt.


The board will decide on the new quay later this year, in autumn.


In February 2024, Ms. Berg was named harbour master

Share this article
Print
© 2024 Harbour Board. All rights reserved.
"""


def test_a_news_digest_gives_items_with_dates_of_their_own() -> None:
    parsed = read(DIGEST)
    assert [(s.kind, s.level, s.date) for s in parsed.sections] == [
        ("heading", 1, None),
        ("item", 0, "2024-03-11"),
        ("item", 0, "2024-03-03/2024-03-05"),
        ("text", 1, None),
        ("item", 1, "2024-02"),
        ("navigation", 0, None),
    ]
    assert rows(parsed)[1][1].endswith("until summer.")
    assert parsed.title == "Harbour Notes"
    assert parsed.date is None


INTERVIEW = """\
"The bees told us"

Ana Reis spoke with Tom Becker of the Valley Post about forty years among hives.

– When did you start keeping bees?

– I was nine. My grandfather gave me one hive.

In those days nobody wrote anything down:

- the weather was kept in the head,
- the harvest was kept on the door.

–\u00a0Tell me about the winter of 1985.

– What can I say? We lost every colony but two. Would you have counted them?

\u00a0– Then came spring. Did you go on?

– Yes. The two that lived became the mothers of all that I have now.

Winter work

– And how many hives are there today?

– About one hundred and forty, in three valleys.

Read more interviews
"""


def test_a_dash_interview_has_roles_and_names_in_spite_of_rhetorical_questions() -> None:
    asked, said = "Tom Becker", "Ana Reis"
    assert spoken(read(INTERVIEW)) == [
        ("question", "When", asked),
        ("answer", "I", said),
        ("question", "Tell", asked),
        ("answer", "What", said),
        ("question", "Then", asked),
        ("answer", "Yes.", said),
        ("question", "And", asked),
        ("answer", "About", said),
    ]


def test_a_turn_goes_on_to_the_next_and_a_list_in_it_is_no_turn() -> None:
    parsed = read(INTERVIEW)
    assert rows(parsed)[3][1].endswith("- the harvest was kept on the door.")
    assert [row for row in rows(parsed) if row[0] in ("heading", "navigation")] == [
        ("heading", '"The bees told us"'),
        ("heading", "Winter work"),
        ("navigation", "Read more interviews"),
    ]
    question = next(s for s in parsed.sections if s.kind == "question")
    assert question.title == "When did you start keeping bees?"


def test_a_talk_that_begins_anew_below_a_headline_does_not_inherit_the_names() -> None:
    parsed = read(
        "Interview with Lena Vogt\n\n— Where do you work?\n\n— In an old mill near Ghent.\n\n"
        "Night work: an hour with a baker\n\nThe baker met our correspondent at dawn.\n\n"
        "— When do you get up?\n\n— At two. The ovens need an hour.\n"
    )
    assert [speaker for _, _, speaker in spoken(parsed)] == [
        "interviewer",
        "Lena Vogt",
        "interviewer",
        "interviewee",
    ]


def test_where_only_questions_carry_dashes_the_paragraphs_below_answer() -> None:
    parsed = read(
        "Interview with the painter Lena Vogt\n\n- Where do you work?\n\nIn an old mill.\n\n"
        "I sleep upstairs.\n\n- What are you painting now?\n\nA series of doors.\n"
    )
    assert spoken(parsed) == [
        ("question", "Where", "interviewer"),
        ("answer", "In", "Lena Vogt"),
        ("question", "What", "interviewer"),
        ("answer", "A", "Lena Vogt"),
    ]
    assert rows(parsed)[2][1] == "In an old mill. I sleep upstairs."


def test_an_interview_in_another_language_has_roles() -> None:
    parsed = read(
        "Анна Орлова в интервью рассказала о выставке\n\n— Когда откроется выставка?\n\n"
        "— Она откроется 5 мая.\n\n— Сколько там картин?\n\n— Около ста двадцати.\n"
    )
    assert [kind for kind, _, _ in spoken(parsed)] == ["question", "answer"] * 2


@pytest.mark.parametrize("title", ["Museum guide", "Questions and answers", "Museum Q&A"])
def test_labels_q_and_a(title: str) -> None:
    parsed = read(
        f"{title}\n\nQ: When does the museum open?\nA: At nine, every day but Monday.\n\n"
        "Q: Is there a café?\nA: There is one on the second floor.\n\nIt takes no cards.\n"
    )
    assert rows(parsed) == [
        ("heading", title),
        ("question", "When does the museum open?"),
        ("answer", "At nine, every day but Monday."),
        ("question", "Is there a café?"),
        ("answer", "There is one on the second floor. It takes no cards."),
    ]
    assert {s.speaker for s in parsed.sections} == {None, "questioner"}


def test_labels_q_and_a_of_an_interview_that_names_nobody() -> None:
    parsed = read(
        "An interview about the mill\n\nQ: When was it built?\nA: In 1840, by two brothers.\n\n"
        "Q: Does it still turn?\nA: On Sundays it does.\n"
    )
    assert {s.speaker for s in parsed.sections} == {None, "interviewer", "interviewee"}


CHAT = """\
[12/03/2025, 18:02:11] Priya: Who brings the tent on Saturday?
[12/03/2025, 18:03:40] Jonas: I have the big one, it sleeps six
[12/03/2025, 18:03:51] Jonas: and a lamp
[12/03/2025, 18:04:02] Priya: great. I booked the campsite, pitch 22

It has a shop
[12/03/2025, 18:05:00] Ola left
[13/03/2025, 08:15:00] Mei: Forecast says rain until noon
"""


def test_a_chat_has_writers_and_days_and_what_answers_a_question() -> None:
    parsed = read(CHAT)
    assert spoken(parsed) == [
        ("question", "Who", "Priya"),
        ("answer", "I", "Jonas"),
        ("answer", "and", "Jonas"),
        ("turn", "great.", "Priya"),
        ("turn", "Forecast", "Mei"),
    ]
    assert ("text", "[12/03/2025, 18:05:00] Ola left") in rows(parsed)
    assert rows(parsed)[3][1].endswith("It has a shop")
    assert [s.date for s in parsed.sections if s.speaker] == ["2025-03-12"] * 4 + ["2025-03-13"]


@pytest.mark.parametrize(
    "stamp",
    ["12.03.25, 18:0{} - {}: ", "[2025-03-12 18:0{}] {}: ", "3/31/25, 6:0{}\u202fPM - {}: ",
     "18:0{} <{}> ", "[18:0{}:22] <@{}> ", "2025-03-12T18:0{}:11Z {}: "],
)  # fmt: skip
def test_a_chat_in_many_hands(stamp: str) -> None:
    said = [("Ann", "the pump fails again"), ("Bo", "I order a new one"), ("Ann", "thanks a lot"),
            ("Bo", "it costs 300 euros")]  # fmt: skip
    parsed = read("\n".join(stamp.format(i, who) + what for i, (who, what) in enumerate(said)))
    assert spoken(parsed) == [("turn", what.split()[0], who) for who, what in said]


def test_days_of_a_chat_are_not_guessed() -> None:
    parsed = read("".join(f"03/04/2025, 18:0{i} - {w}: it is done\n" for i, w in enumerate("ABAB")))
    assert {s.date for s in parsed.sections} == {None}


def test_a_log_of_a_program_is_no_chat() -> None:
    log = "".join(
        f"2025-03-12 18:02:1{i} {w}: disk full\n" for i, w in enumerate(["INFO", "ERROR"] * 2)
    )
    assert spoken(read(log)) == []


PANEL = """\
MODERATOR: Good evening. What is the state of the lower dam?

DR. HOLM: It is sound. We measured it twice in April.

MS. OKAFOR: I would add that the spillway needs new gates.

They come from Trieste.

MODERATOR: Who pays?

DR. HOLM: The province does.
"""


def test_a_transcript_of_three_has_speakers_and_one_who_asks() -> None:
    assert spoken(read(PANEL)) == [
        ("question", "Good", "MODERATOR"),
        ("answer", "It", "DR. HOLM"),
        ("answer", "I", "MS. OKAFOR"),
        ("question", "Who", "MODERATOR"),
        ("answer", "The", "DR. HOLM"),
    ]


def test_a_talk_in_which_nobody_only_asks_has_turns() -> None:
    parsed = read(
        "Anna Weiss:\nThe budget is smaller by a tenth. Is that clear?\n\n"
        "Paul Roy:\nThe grant has ended.\n\nAnna Weiss:\nThen the roof must wait.\n\n"
        "It leaks.\n\nPaul Roy:\nIt will wait. There is no other money.\n"
    )
    assert rows(parsed) == [
        ("turn", "The budget is smaller by a tenth. Is that clear?"),
        ("turn", "The grant has ended."),
        ("turn", "Then the roof must wait. It leaks."),
        ("turn", "It will wait. There is no other money."),
    ]
    assert [s.speaker for s in parsed.sections] == ["Anna Weiss", "Paul Roy"] * 2


@pytest.mark.parametrize(
    "story",
    [
        "The lamp went out.\n\n— Who is there? she asked.\n\n— Only me, — said the boy.\n\n"
        "She felt for the table.\n\n— Did anyone see you on the stairs?\n\n— No. The dog slept.\n",
        "The train was late.\n\n— Are you going far?\n\n— To the sea.\n\n— Alone?\n\n— Yes.\n\n"
        "— Is somebody waiting?\n\n— Nobody.\n\nHe looked out of the window.\n",
    ],
)
def test_the_dialogue_of_a_story_stays_running_text(story: str) -> None:
    parsed = read(story)
    assert [s.kind for s in parsed.sections] == ["text"]
    assert parsed.sections[0].span.of(parsed.text) == story.strip()


def test_a_list_of_questions_is_no_interview() -> None:
    parsed = read(
        "Questions for the meeting\n\n- What is the budget?\n- Who leads the team?\n"
        "- When do we start?\n- Why was it late?\n\nBring your own copy.\n"
    )
    assert [kind for kind, _ in rows(parsed)] == ["heading", "text"]


def test_notes_with_keys_and_lists_are_neither_talk_nor_navigation() -> None:
    parsed = read(
        "Server notes\n\nServer address: 10.0.0.5\nPort: 8443\nOwner: Jane Smith\n\n"
        "Things to check:\n- disk space\n- backups\n\nServer address: 10.0.0.6\nPort: 22\n"
    )
    assert [kind for kind, _ in rows(parsed)] == ["heading", "text"]
    assert "Server address: 10.0.0.6 Port: 22" in rows(parsed)[1][1]


def test_a_letter_states_its_date() -> None:
    parsed = read(
        "From: Paul\nTo: Anna\nDate: Tue, 5 March 2024\n\nDear Anna,\n\nthe roof leaks.\n"
    )
    assert parsed.date == "2024-03-05"
    assert parsed.title is None


def test_headings_known_by_their_form_nest() -> None:
    parsed = read(
        "THE RIVER\n\nCHAPTER I\nThe Source\n\n\nIt rises in a meadow.\n\n\n"
        "There it turns south.\n\n\n\nCHAPTER II\n\nThe mill stood until 1903.\n\n"
        "1.2 Stones\n\nThey were cut near Arles.\n"
    )
    assert [(s.title, s.level) for s in parsed.sections if s.kind == "heading"] == [
        ("THE RIVER", 1),
        ("CHAPTER I", 2),
        ("The Source", 3),
        ("CHAPTER II", 2),
        ("1.2 Stones", 5),
    ]
    assert [s.level for s in parsed.sections if s.kind == "text"] == [0, 3, 0, 0]


def test_underlined_headings_have_their_line_as_title() -> None:
    parsed = read("Guide\n=====\n\nIt works.\n\nSet-up\n------\nPlug it in.\n")
    assert [(s.kind, s.title, s.level) for s in parsed.sections] == [
        ("heading", "Guide", 1),
        ("text", "", 0),
        ("heading", "Set-up", 2),
        ("text", "", 0),
    ]


def test_a_numbered_title_may_stand_over_a_list() -> None:
    items = "- paint the boom,\n- test it,\n- sell it,\n- go."
    text = f"1. Scope\n\nThe contractor shall:\n{items}\n\n2. Dates\n\nIn May.\n"
    assert [s.title for s in read(text).sections if s.kind == "heading"] == ["1. Scope", "2. Dates"]


def test_titles_over_numbered_clauses_stay_titles() -> None:
    text = (
        "LEASE\n\n1. Rent\n\n1.1 The rent is 500 euros.\n\n1.2 It is due in May.\n\n2. Deposit\n\n"
        "2.1 The deposit is 1,000 euros.\n\n3. Notice\n\n30 days' notice is given.\n\n"
        "4. Repairs\n\nThe landlord repairs the roof.\n"
    )
    titles = [s.title for s in read(text).sections if s.kind == "heading"]
    assert titles == ["LEASE", "1. Rent", "2. Deposit", "3. Notice", "4. Repairs"]


def test_a_numbered_lead_in_is_a_clause_and_a_wrapped_clause_keeps_its_title() -> None:
    text = (
        "4. REPAIRS\n\n4.1 The Tenant shall:\n(a) keep the garden tidy;\n(b) pay.\n\n"
        "4.2 The Landlord repairs the roof.\n\n5. PETS\n\n"
        "5.1 Dogs may only be kept in the flat with the\nconsent of the Landlord.\n"
    )
    titles = [s.title for s in read(text).sections if s.kind == "heading"]
    assert titles == ["4. REPAIRS", "5. PETS"]


def test_days_amid_the_paragraphs_of_a_text_make_no_items_of_it() -> None:
    text = (
        "The hall was renovated on 14 June 2019.\n\nThe rent is 300 euros.\n\n"
        "The board met on 5 May 2024 in it.\n\nThe kitchen is closed.\n"
    )
    assert [(s.kind, s.date) for s in read(text).sections] == [("text", None)]


def dates(text: str) -> tuple[str | None, list[str | None]]:
    parsed = read(text)
    return parsed.date, [s.date for s in parsed.sections]


def test_a_day_in_passing_dates_neither_the_paragraph_nor_the_document() -> None:
    for text in (
        "The Marl fair is held on 8 July 2027 by the river.\n",
        "The Marl fair is held by the river under the old bridge of Orsk on\n8 July 2027.\n",
        "The Marl fair is held by the river and was first told of when it was\n"
        "published on 8 July 2027.\n",
        "Marl\n\n\nThe town lies by a river.\n\n\nThe fair is held on 8 July 2027.\n\n\n"
        "Orsk is near.\n",
    ):
        assert dates(text)[0] is None, text
        assert set(dates(text)[1]) == {None}, text


def test_a_dateline_dates_a_single_paragraph() -> None:
    for text in (
        "On 8 July 2027, the Marl fair was opened.\n",
        "Marl, 8 July 2027 – The fair was opened.\n",
        "8 July 2027: the Marl fair was opened.\n",
    ):
        assert dates(text)[1] == ["2027-07-08"], text


def test_of_several_items_that_stand_apart_each_has_the_day_that_it_names() -> None:
    text = (
        "The fair of Marl was opened by the mayor on 8 July 2027.\n\n\n"
        "The mill of Orsk was sold on 2 August 2027.\n"
    )
    assert dates(text)[1] == ["2027-07-08", "2027-08-02"]


def test_a_numbered_list_is_not_a_row_of_headings() -> None:
    parsed = read("You need these.\n\n1. Flour\n\n2. Water\n\n3. Salt\n\nMix them and wait.\n")
    assert [s.kind for s in parsed.sections] == ["text"]


def test_numbered_clauses_are_not_headings_and_a_licence_keeps_its_owner() -> None:
    parsed = read(
        "Copyright (c) 2018 Ana Reis\n\n5.1. New versions\n\nThey may be published.\n\n"
        "5.2. If you bring an action under Section 5.1 above, all\nrights of yours end.\n"
    )
    assert rows(parsed) == [
        ("heading", "Copyright (c) 2018 Ana Reis"),
        ("heading", "5.1. New versions"),
        (
            "text",
            "They may be published. "
            "5.2. If you bring an action under Section 5.1 above, all rights of yours end.",
        ),
    ]


def test_links_between_and_around_the_text_are_navigation() -> None:
    parsed = read(
        "Home » News » 2023\n\nThe quay was opened by the mayor.\n\nRead more »\n\n"
        "The crane was sold to Gdansk.\n\nBack to the list\n\nContact us\n\nPress office\n"
    )
    assert rows(parsed) == [
        ("navigation", "Home » News » 2023"),
        ("text", "The quay was opened by the mayor."),
        ("navigation", "Read more »"),
        ("text", "The crane was sold to Gdansk."),
        ("navigation", "Back to the list"),
        ("navigation", "Contact us"),
        ("navigation", "Press office"),
    ]


def test_a_line_that_begins_like_a_link_may_be_text() -> None:
    text = "Back to the list of wishes he went.\n\nHome is far.\n\nHost: 10.0.0.5\n"
    assert [kind for kind, _ in rows(read(text))] == ["text"]


SEED = Path(__file__).parents[3] / "seeds" / "000_0e46ad283a0c1166.txt"


@pytest.mark.skipif(not SEED.exists(), reason="seeds/ is not here")
def test_the_seeds() -> None:
    parsed = parse(SEED.read_bytes(), SEED.name)
    sections = parsed.sections
    assert [s.kind for s in sections] == [
        *("item", "text", "item", "item", "item", "heading", "text"),
        *(("question", "answer") * 10),
        *(["navigation"] * 3),
    ]
    assert [s.date for s in sections[:5]] == [
        *("2023-09-20", None, "2023-09-14", "2023-09-07", "2023-09-06")
    ]
    assert [s.level for s in sections[:6]] == [1] * 6
    turns = sections[7:-3]
    assert [s.speaker for s in turns] == ["Dmitry Vinogradov", "Stanislav Zas"] * 10
    armenia = [s for s in sections if "70 people" in s.span.of(parsed.text)]
    assert [s.kind for s in armenia] == ["question"]
    assert (parsed.title, parsed.date, parsed.warnings) == (None, None, ())


def test_media_types_by_ending() -> None:
    names = ["a.txt", "B.TEXT", "c.md", "d.markdown", "e.log", "f", ".txt", "g.pdf.zip"]
    plain, marked = "text/plain", "text/markdown"
    assert [media_type(n) for n in names] == [plain, plain, marked, marked, None, None, None, None]


def test_an_unknown_ending_is_refused_with_the_way_to_one_that_is_read() -> None:
    with pytest.raises(ReadError, match=r"^\.log is not a format that is read: convert it to"):
        parse(b"words", "notes.log")


def test_a_clause_that_leads_in_to_its_list_is_no_heading() -> None:
    parsed = read(
        "LEASE\n\n3. OBLIGATIONS\n\n3.1 The Tenant shall:\n\n(a) keep the Premises clean; and\n"
        "(b) not keep animals.\n\nThe Landlord must:\n\n(a) insure the roof.\n\n"
        "Fees:\n\nThe fee is 5 euros.\n"
    )
    assert [s.title for s in parsed.sections if s.kind == "heading"] == [
        "LEASE",
        "3. OBLIGATIONS",
        "Fees:",
    ]


@pytest.mark.parametrize("line", ["Dated 9 January 2024", "Issued on 9 January 2024"])
def test_a_word_for_it_and_a_date_date_the_document_and_no_part_of_it(line: str) -> None:
    parsed = read(
        f"LEASE\n\nbetween two parties.\n\n{line}\n\n4. BREAK\n\n"
        "4.1 It may end on 31 January 2029.\n"
    )
    assert parsed.date == "2024-01-09"
    assert {s.date for s in parsed.sections} == {None}
    assert line not in [s.title for s in parsed.sections]


def test_the_date_may_be_the_last_of_several_labels() -> None:
    parsed = read("# Outage\n\nStatus: over\nLevel: 1\nLead: Ann\nDate: 2024-11-18\n\nIt failed.\n")
    assert parsed.date == "2024-11-18"
