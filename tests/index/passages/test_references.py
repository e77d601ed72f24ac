from __future__ import annotations

import pytest

from index.passages.chunk import chunk
from index.passages.references import entries
from index.readers import parse
from index.types import Section, Span

LISTED = """Orr, B. (2016). Salt in lime. *Masonry*, 3, 1-9.

[2] Vale, C. and Ito, K.: Who pays for walls? Build. Lett. 88
(2015) 410-419.
[3] Lund, P. Mortar. 2001.
- Roy, D. et al. (2019). Frost. In Proc. of Walls.
12. Ek, S. Wind. 1999.
"""
PAPER = f"# Salt\n\nThe wall is old. It is wet.\n\n## 6. References\n\n{LISTED}"


def found(text: str, *headings: str) -> list[str]:
    section = Section(Span(0, len(text)), "text")
    return [span.of(text) for span in entries(text, section, headings)]


@pytest.mark.parametrize(
    ("heading", "are"),
    [
        ("References", True),
        ("REFERENCES", True),
        ("7 Bibliography", True),
        ("VII. References", True),
        ("A.2 Works cited:", True),
        ("References and notes", True),
        ("Our references", False),
        ("Reference voltage", False),
        ("Literature on walls", False),
    ],
)
def test_the_heading_of_a_list_of_references(heading: str, are: bool) -> None:
    assert bool(found(LISTED, "Salt", heading)) is are


def test_each_entry_is_one() -> None:
    assert found(LISTED, "References") == [
        "Orr, B. (2016). Salt in lime. *Masonry*, 3, 1-9.",
        "[2] Vale, C. and Ito, K.: Who pays for walls? Build. Lett. 88\n(2015) 410-419.",
        "[3] Lund, P. Mortar. 2001.",
        "Roy, D. et al. (2019). Frost. In Proc. of Walls.",
        "12. Ek, S. Wind. 1999.",
    ]


def test_without_blank_lines_or_marks_each_line_is_an_entry() -> None:
    """A whole list was one quote."""
    lines = [f"Doe, A. ({1903 + n}). Work {n}. Press." for n in range(80)]
    assert found("\n".join(lines), "References") == lines


@pytest.mark.parametrize(
    "text",
    [
        "We ask for two references. They must not be relatives. Send them to Ms Ek.",
        "Writers of the country are read abroad. Two of them won the prize in 1926 and 1951. "
        "Others write in dialect.\n\nPlays are few. They are staged in summer.",
        "See the notes of the museum. They are free.\n\nAsk for the map.",
    ],
)
def test_prose_under_such_a_heading_is_read_as_prose(text: str) -> None:
    assert found(text, "References") == []


@pytest.mark.parametrize("name", ["paper.md", "paper.txt"])
def test_an_entry_is_quoted_whole(name: str) -> None:
    """It was cut at each stop: "Salt in lime." was quoted as if the document said it."""
    parsed = parse(PAPER.encode(), name)
    drafts = chunk(
        parsed.text,
        parsed.sections,
        count=lambda texts: [len(one.split()) for one in texts],
        window=200,
    )
    sentences = [span.of(parsed.text) for draft in drafts for span in draft.sentences]
    assert sentences[:2] == ["The wall is old.", "It is wet."]
    assert "Orr, B. (2016). Salt in lime. *Masonry*, 3, 1-9." in sentences
    assert not any(one.startswith("Salt in") for one in sentences)
