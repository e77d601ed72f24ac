"""Which rows of a table are quoted."""

from __future__ import annotations

from dataclasses import replace

import pytest

from index.structure.pieces import TABLE_LEVEL
from index.types import Document, Passage, Section, Source, Span
from rag.answer.candidates import Candidate, candidates
from rag.answer.choose import choose
from rag.answer.table_rows import rows_left_out
from rag.question.analyse import analyse
from rag.text.words import words
from rag.types import Reading, SentenceReading

CHOICE = {
    "fact": {"most": 2, "share": 0.25},
    "list": {"most": 8, "share": 0.25},
    "keywords": {"most": 3, "share": 0.3},
    "other": {"most": 2, "share": 0.25},
}
NAMES = "Length | Toll 2030 | Toll 2031"
TOLLS = ["under 5 m | 10 | 12", "5 to 9 m | 20 | 22", "9 to 14 m | 30 | 32", "over 14 m | 40 | 42"]
BOATS = "Boat | Port | Heated"


def terms(text: str) -> list[str]:
    return [word.casefold().removesuffix("s") for word in words(text)]


def table(names: str, rows: list[str], scores: list[float]) -> list[Candidate]:
    """The rows as they were read, each in a passage of its own; one score for each."""
    text = "\n".join([names, *rows])
    sections = [Section(Span(0, len(names)), "heading", names, TABLE_LEVEL)]
    for row in rows:
        at = sections[-1].span.end + 1
        sections.append(Section(Span(at, at + len(row)), "row"))
    source = (Source("r", "a.txt"),)
    document = Document("d", source, "a", "text/plain", text, tuple(sections), None, "", "")
    passages = [
        Passage(at, "d", one.span, (one.span,), (names,), None, 5)
        for at, one in enumerate(sections[1:])
    ]
    readings = [Reading(1.0, (SentenceReading(score),)) for score in scores]
    return candidates([(document, one) for one in passages], readings)


def quoted(
    question: str, names: str, rows: list[str], scores: list[float], most: int = 8
) -> tuple[list[str], list[str]]:
    """What is chosen, and the warnings."""
    asked = analyse(question)
    chosen = choose(asked, table(names, rows, scores), CHOICE, most, terms)
    return [one.text for one in chosen], rows_left_out(asked, chosen, terms)


@pytest.mark.parametrize("scores", [[3, 3, 3, 2.9], [3, 2.9, -4, 2.8]])
@pytest.mark.parametrize("question", ["toll 2031", "List the tolls of 2030."])
def test_rows_that_are_asked_for_come_all(question: str, scores: list[float]) -> None:
    assert quoted(question, NAMES, TOLLS, scores) == (TOLLS, [])


def test_where_there_is_no_room_for_all_it_is_said() -> None:
    chosen, warnings = quoted("toll 2031", NAMES, TOLLS, [3, 3, 3, 2.9], 3)
    assert chosen == TOLLS[:3]
    assert warnings == ["a.txt: 4 rows of a table may be meant, of which 3 are quoted."]
    _, warnings = quoted("What is the toll in 2031?", NAMES, TOLLS, [3, 3, 3, 3])
    assert warnings == ["a.txt: 4 rows of a table may be meant, of which 2 are quoted."]


def test_a_row_with_fewer_of_the_questions_words_is_not_meant() -> None:
    for at, question in enumerate(
        ("What is the toll for a boat under 5 m?", "", "", "What is the toll over 14 m in 2031?")
    ):
        if question:
            scores = [2.5] * at + [3.0] + [2.5] * (3 - at)
            assert quoted(question, NAMES, TOLLS, scores) == ([TOLLS[at]], [])
    boats = ["Tern | Orsk | yes", "Gull | Hald | yes", "Skua | Orsk | yes"]
    assert quoted("List the boats of Orsk.", BOATS, boats, [3, 2.5, 2]) == (
        [boats[0], boats[2]],
        [],
    )


def test_rows_of_two_things_that_are_named_stay() -> None:
    boats = ["Tern | Orsk | yes", "Gull | Hald | yes", "Skua | Marl | yes"]
    both = quoted("Which ports have the Tern and the Gull?", BOATS, boats, [3, 2.9, 0])
    assert both == (boats[:2], [])


def test_a_row_that_says_no_and_words_that_stand_nowhere_bring_no_rows() -> None:
    boats = ["Tern | Orsk | yes", "Gull | Hald | no", "Skua | Marl | yes"]
    assert quoted("heated boats", BOATS, boats, [3, -4, 2.9]) == ([boats[0], boats[2]], [])
    chosen, warnings = quoted(
        "List the cheap boats.", BOATS, [*boats[::2], "Auk | Orsk | yes"], [3, 2.9, -4]
    )
    assert chosen == boats[::2]
    assert warnings == ["a.txt: 3 rows of a table may be meant, of which 2 are quoted."]


def test_one_row_that_answers_stays_one() -> None:
    assert quoted("toll 2031", NAMES, TOLLS, [3, 0, 0, 0]) == (TOLLS[:1], [])


def test_a_text_that_is_in_no_file_has_no_path_before_the_warning() -> None:
    chosen = [
        replace(one, document=replace(one.document, sources=(Source("", ""),)))
        for one in table(NAMES, TOLLS, [3, 3, 3, 3])[:2]
    ]
    chosen[1] = replace(chosen[1], document=chosen[0].document)
    assert rows_left_out(analyse("What is the toll?"), chosen, terms) == [
        "4 rows of a table may be meant, of which 2 are quoted."
    ]
