from __future__ import annotations

import time
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from index.passages.outline import NOT_QUOTED, Place, columns, contexts, place
from index.structure.pieces import TABLE_LEVEL
from index.types import About, Document, Section, Source, Span


def document(sections: list[Section], date: str | None = None) -> Document:
    text = "".join(chr(ord("a") + i % 26) * 10 for i in range(len(sections)))
    source = (Source("root", "a.txt"),)
    return Document("d", source, "a", "text/plain", text, tuple(sections), date, "", "")


def row(*parts: tuple[str, str, int]) -> list[Section]:
    """Sections of nine characters each, one character apart, from (kind, title, level)."""
    return [
        Section(Span(10 * i, 10 * i + 9), kind, title, level)
        for i, (kind, title, level) in enumerate(parts)
    ]


TALK = row(
    ("heading", "Part", 1),
    ("text", "", 0),
    ("heading", "Chapter", 2),
    ("question", "Why so?", 0),
    ("answer", "", 0),
    ("navigation", "", 0),
    ("answer", "", 0),
    ("item", "", 2),
    ("answer", "", 0),
    ("heading", "Next", 1),
    ("text", "", 1),
)


def test_contexts_hold_open_headings_and_the_question_of_an_answer() -> None:
    found = contexts(TALK, "x" * 200)
    assert [(section.kind, headings) for section, headings in found] == [
        ("text", ("Part",)),
        ("question", ("Part", "Chapter")),
        ("answer", ("Part", "Chapter", "Why so?")),
        ("answer", ("Part", "Chapter", "Why so?")),
        ("item", ("Part",)),
        ("answer", ("Part",)),
        ("text", ()),
    ]


def test_a_heading_without_a_title_is_named_by_its_text() -> None:
    text = "Two\n words\nMore."
    sections = [Section(Span(0, 10), "heading", level=1), Section(Span(11, 16), "text")]
    assert contexts(sections, text) == [(sections[1], ("Two words",))]


def test_place_of_a_span() -> None:
    sections = [
        Section(Span(0, 9), "heading", "Head", 1),
        Section(Span(10, 19), "question", "Why so?", page=2, speaker="Anna"),
        Section(Span(20, 29), "answer", page=3, speaker="Bo"),
        Section(Span(30, 39), "item", level=1, date="2023-09"),
    ]
    whole = document(sections, date="2024")
    assert place(whole, Span(12, 14)) == Place(2, "Head", "Anna", "2024", "page")
    assert place(whole, Span(20, 35)) == Place(3, "Why so?", "Bo", "2024", "page")
    assert place(whole, Span(38, 39)) == Place(None, None, None, "2023-09")
    assert place(whole, Span(19, 25)) == Place(date="2024")  # between two sections
    assert place(document([]), Span(0, 1)) == Place()


def test_a_place_names_what_its_number_counts() -> None:
    slides = replace(document([Section(Span(0, 9), "text", page=2)]), about=About(unit="slide"))
    assert place(slides, Span(0, 5)) == Place(2, unit="slide")
    sheet = replace(document([Section(Span(0, 9), "text")]), about=About(unit="sheet"))
    assert place(sheet, Span(0, 5)).unit is None


def test_a_row_has_the_columns_of_its_own_table() -> None:
    sections = [
        Section(Span(0, 9), "heading", "Boats", 1),
        Section(Span(10, 19), "heading", "Boat | Built", TABLE_LEVEL),
        Section(Span(20, 29), "row", "table 1, row 2"),
        Section(Span(30, 39), "row", "table 1, row 3"),
        Section(Span(40, 49), "row", "table 2, row 1", TABLE_LEVEL),
        Section(Span(50, 59), "row", "table 2, row 2"),
        Section(Span(60, 69), "text"),
    ]
    found = [columns(document(sections), one.span) for one in sections]
    assert found == [None, None, "Boat | Built", "Boat | Built", None, None, None]


KINDS = st.sampled_from(["heading", "text", "item", "question", "answer", "navigation"])


@given(st.lists(st.tuples(KINDS, st.integers(0, 4)), max_size=30))
def test_place_names_the_last_of_the_contexts(parts: list[tuple[str, int]]) -> None:
    sections = row(
        *((kind, f"{kind} {i}", level or int(kind == "heading")) for i, (kind, level) in
          enumerate(parts))
    )  # fmt: skip
    whole = document(sections)
    for section, headings in contexts(sections, whole.text):
        assert section.kind not in NOT_QUOTED
        expected = headings[-1] if headings else None
        assert place(whole, section.span).section == expected


def test_many_places_are_found_quickly() -> None:
    parts = [("heading", "Head", 1), *([("question", "Why?", 0), ("answer", "", 0)] * 50_000)]
    whole = document(row(*parts))
    started = time.process_time()
    for answer in whole.sections[2::10]:
        assert place(whole, answer.span).section == "Why?"
    assert time.process_time() - started < 2
