"""What holds for any text at all, and files made to take long."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import ReadError
from index.readers import parse

LINES = st.sampled_from(
    [
        *(
            "",
            "",
            "",
            " ",
            "— Why is it so?",
            "– It is so because it was.",
            "- item",
            "\u00a0— Yes.",
        ),
        *("Q: How many?", "A: Ten.", "Anna: We go.", "Bo: Do we?", "A headline without a stop"),
        *(
            "CHAPTER IV",
            "1.2 Numbers",
            "=====",
            "-----",
            "* * *",
            "On 5 May 2020 it rained.",
            "Home",
        ),
        *("Back to the list", "# Title", "## Sub #", "> quoted", "```", "| a | b |", "|---|---|"),
        *("<!-- note", "-->", "<div>", "---", "title: x", "[a]: http://b", "![i](j)", "**Bold**"),
        *(
            "    code",
            "1. one",
            "\f",
            "\u2028",
            "e\u0301🐝 שלום",
            "\ufeff",
            "Anna:",
            "Date: 2024-03-05",
        ),
    ]
)
TEXTS = st.one_of(
    st.text(),
    st.builds(
        lambda lines, end: end.join(lines),
        st.lists(LINES, max_size=25),
        st.sampled_from(["\n", "\r\n", "\r", "\n\n", "\r\r\n"]),
    ),
)
LEFT = "—–―-:*_#=`~>|.()[]"  # dashes, marks of Markdown; and labels, which are checked by name
LABELS = ("Anna", "Bo", "Q", "A", "title", "Date", "T")


@given(TEXTS, st.sampled_from(["a.txt", "a.md"]))
def test_sections_are_ordered_disjoint_and_leave_out_nothing_but_marks(
    text: str, name: str
) -> None:
    try:
        parsed = parse(text.encode("utf-8", "replace"), name)
    except ReadError:
        return
    left: list[str] = []
    end = 0
    for section in parsed.sections:
        assert end <= section.span.start < section.span.end <= len(parsed.text)
        assert section.span.of(parsed.text).strip()
        left.append(parsed.text[end : section.span.start])
        end = section.span.end
    left.append(parsed.text[end:])
    for gap in left:
        words = "".join(c if c not in LEFT and c not in "\u200b\ufeff\u2060" else " " for c in gap)
        assert set(words.split()) <= set(LABELS), repr(gap)


HARD = {
    "one line": b"word and more " * 700_000,
    "no space": b"x" * 10_000_000,
    "blank lines": b"\n" * 1_000_000 + b"x",
    "returns": b"\r" * 1_000_000 + b"x",
    "spaces": b" " * 10_000_000 + b"x",
    "dashes": "— ".encode() * 100_000 + b"x",
    "hyphens": b"-" * 1_000_000 + b"x",
    "lines of dashes": b"- x\n" * 50_000,
    "quotes": b"> " * 500_000 + b"x",
    "brackets": b"[" * 1_000_000,
    "bold": b"**" * 500_000,
    "comments": b"<!--" * 200_000,
}


@pytest.mark.parametrize("name", ["a.txt", "a.md"])
@pytest.mark.parametrize("kind", HARD)
def test_hard_files_take_linear_time(kind: str, name: str) -> None:
    started = time.process_time()
    parsed = parse(HARD[kind], name)
    assert time.process_time() - started < 8
    assert parsed.sections[-1].span.end <= len(parsed.text)
