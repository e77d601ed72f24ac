"""Which cell of a table's row answers."""

from __future__ import annotations

import pytest

from index.structure.pieces import TABLE_LEVEL
from index.types import Document, Passage, Section, Source, Span
from rag.answer.candidates import Candidate
from rag.answer.cells import in_cells
from rag.question.analyse import analyse

KILNS = "Kiln | Volume (l) | Weight (kg) | 2021 | 2022 | Owner"
NEBO = "Nebo | 120 | 310 | 45 | 51 | Ida Falk"


def marked(question: str, row: str, mark: Span | None, names: str = "", kind: str = "row") -> str:
    """What is marked in a row under the names of its columns; "" for nothing."""
    text = f"{names}\n{row}"
    header = Section(Span(0, len(names)), "heading", names, TABLE_LEVEL)
    where = Span(len(names) + 1, len(text))
    sections = ([header] if names else []) + [Section(where, kind)]
    source = (Source("r", "a.txt"),)
    document = Document("d", source, "a", "text/plain", text, tuple(sections), None, "", "")
    passage = Passage(1, "d", where, (where,), (), None, 5)
    (one,) = in_cells(analyse(question), [Candidate(document, passage, where, 1.0, 1.0, mark)])
    return one.highlight.of(row) if one.highlight else ""


@pytest.mark.parametrize(
    ("question", "cell"),
    [
        ("How much does the Nebo weigh?", "310"),
        ("How heavy is the Nebo?", "310"),
        ("What is the volume of the Nebo?", "120"),
        ("How many firings had the Nebo in 2022?", "51"),
        ("How many firings had the Nebo?", ""),  # it may be any of the numbers
        ("How many firings had the Nebo in 2019?", ""),
    ],
)
def test_the_cell_under_the_column_that_is_asked_for(question: str, cell: str) -> None:
    """The reader's mark, here always the volume, was kept: right by chance."""
    assert marked(question, NEBO, Span(7, 10), KILNS) == cell


def test_a_mark_on_what_the_question_names_is_moved() -> None:
    assert marked("Which kiln weighs 310 kg?", NEBO, Span(13, 16), KILNS) == "Nebo"
    assert marked("Who is the owner of the Nebo?", NEBO, Span(0, 4), KILNS) == "Ida Falk"


@pytest.mark.parametrize(
    ("question", "names", "row", "mark", "kept"),
    [
        ("How long does the train take from Oslo to Bergen?", "From | To | Length (km) | Time",
         "Oslo | Bergen | 480 | 7 h", Span(22, 25), ""),
        ("Where does Ann work?", "Name | Work phone | Office", "Ann | 123 | Oslo",
         Span(12, 16), "Oslo"),
        ("Who is the head of the partnership?", "Part | Chair", "Pump | Bo", Span(7, 9), ""),
        ("How wide is the window?", "Item | Wide | High", "Window | 3 | 5", None, "3"),
        ("Who opened the bridge?", "Bridge | Opened | Opened by", "Ayr | 1901 | The Queen",
         Span(13, 22), "The Queen"),
        ("How far is the old harbour?", "Place | Distance | Age", "Harbour | 3 km | 90",
         Span(10, 14), "3 km"),
    ],
)  # fmt: skip
def test_a_weak_likeness_of_names_decides_nothing(
    question: str, names: str, row: str, mark: Span | None, kept: str
) -> None:
    assert marked(question, row, mark, names) == kept


def test_the_readers_mark_stays_where_no_other_cell_is_of_its_sort() -> None:
    row, names = "Falk | 310 | Malmö", "Name | No | Town"
    assert marked("Where does Falk live?", row, Span(13, 18), names) == "Malmö"
    assert marked("What does Falk pay?", row, Span(7, 10), names) == "310"
    assert marked("Where does Falk live?", row, Span(0, 4), names) == ""  # it is asked about
    assert marked("Where does Falk live?", row, None, names) == ""


def test_an_empty_cell_is_none() -> None:
    row, names = "Falk |  | 12 | 13", "Name | Age | Height | Weight"
    assert marked("How tall is Falk?", row, None, names) == "12"
    assert marked("How old is Falk?", row, Span(9, 11), names) == ""


@pytest.mark.parametrize(
    ("kind", "row", "mark", "kept"),
    [
        ("row", "Teal | 7.8 | Lund", Span(7, 17), "7.8"),
        ("row", "Teal     7.8   Lund", Span(9, 19), "7.8"),
        ("row", "7\t\tMalmö", Span(0, 8), "7"),
        ("row", "a|7", Span(0, 3), "a"),
        ("row", "A |  | 7", Span(2, 8), "7"),
        ("text", "It was John  Hall | of York.", Span(7, 17), "John  Hall"),
    ],
)
def test_in_a_row_a_highlight_lies_in_one_cell(kind: str, row: str, mark: Span, kept: str) -> None:
    assert marked("Which is it?", row, mark, kind=kind) == kept
