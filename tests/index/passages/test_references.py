from __future__ import annotations

import pytest

from index.passages.chunk import chunk
from index.passages.references import are_references, entries
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


@pytest.mark.parametrize(
    ("heading", "are"),
    [
        ("References", True),
        ("REFERENCES", True),
        ("7 Bibliography", True),
        ("A.2 Works cited:", True),
        ("References and notes", True),
        ("Our references", False),
        ("Reference voltage", False),
        ("Literature on walls", False),
    ],
)
def test_the_heading_of_a_list_of_references(heading: str, are: bool) -> None:
    assert are_references(["Salt", heading]) is are


def test_each_entry_is_one() -> None:
    text = f"References\n\n{LISTED}"
    found = [span.of(text) for span in entries(text, Section(Span(12, len(text)), "text"))]
    assert found == [
        "Orr, B. (2016). Salt in lime. *Masonry*, 3, 1-9.",
        "[2] Vale, C. and Ito, K.: Who pays for walls? Build. Lett. 88\n(2015) 410-419.",
        "[3] Lund, P. Mortar. 2001.",
        "Roy, D. et al. (2019). Frost. In Proc. of Walls.",
        "12. Ek, S. Wind. 1999.",
    ]


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
