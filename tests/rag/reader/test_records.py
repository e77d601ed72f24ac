"""Rows of tables as the cross-encoder reads them."""

from __future__ import annotations

import pytest

from index.types import Span
from rag.reader.pair_input import Item
from rag.reader.records import MOST, as_records
from rag.reader.trained import items_of, ways_to_read
from rag.types import PassageText

NAMES = "Ship | Built | Home port"
ROW = "Aurora | 1998 | Varde"


def test_each_cell_stands_behind_the_name_of_its_column() -> None:
    (record,) = as_records(ROW, NAMES)
    assert record.text == "Ship: Aurora; Built: 1998; Home port: Varde"
    assert [place.of(record.text) for place in record.places] == ["Aurora", "1998", "Varde"]


def test_an_empty_cell_is_not_read() -> None:
    (record,) = as_records("Aurora |  | Varde", NAMES)
    assert record.text == "Ship: Aurora; Home port: Varde"


@pytest.mark.parametrize(
    ("row", "names"),
    [(ROW, None), ("Aurora | 1998", NAMES), ("Aurora", "Ship"), (ROW, "Ship |  | Home port")],
)
def test_a_row_that_does_not_tell_its_columns_is_read_as_it_stands(
    row: str, names: str | None
) -> None:
    assert as_records(row, names) == []


@pytest.mark.parametrize(
    ("marked", "found"),
    [("1998", "1998"), ("Built: 1998", "1998"), ("99", "99"), ("a; Built: 1998; H", "1998")],
)
def test_a_mark_is_carried_back_to_the_row(marked: str, found: str) -> None:
    (record,) = as_records(ROW, NAMES)
    start = record.text.index(marked)
    mark = record.in_row(Span(start, start + len(marked)))
    assert mark is not None
    assert mark.of(ROW) == found


def test_a_mark_on_a_name_alone_marks_nothing() -> None:
    (record,) = as_records(ROW, NAMES)
    start = record.text.index("Home port")
    assert record.in_row(Span(start, start + 9)) is None


def test_rows_are_read_without_the_heading_that_names_their_columns() -> None:
    text = f"{ROW}\nNordstar | 2015 | Varde"
    spans = (Span(0, len(ROW)), Span(len(ROW) + 1, len(text)))
    passages = [PassageText(text, ("Ferries", NAMES), spans, NAMES)]
    [(first, _)], [(second, _)] = (ways_to_read(*one) for one in items_of("Who?", passages))
    row = "Ship: Aurora; Built: 1998; Home port: Varde"
    assert first == Item("Who?", ("Ferries",), "", row, "Nordstar | 2015 | Varde")
    assert second.before == ROW


def test_a_wide_row_is_read_in_parts_each_with_what_the_question_names() -> None:
    names = [f"N{n}" for n in range(2 * MOST)]
    row = [f"c{n}" for n in range(2 * MOST)]
    first, second = as_records(" | ".join(row), " | ".join(names), {"who", "is", "c3"})
    assert first.text.startswith("N3: c3; N0: c0; N1: c1; N2: c2; N4: c4")
    assert second.text.startswith(f"N3: c3; N{MOST + 1}: ")
    assert {one.text for record in (first, second) for one in record.cells} == set(row)
    assert as_records(" | ".join(row), " | ".join(names))[1].text.startswith("N0: c0; ")
