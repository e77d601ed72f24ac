from __future__ import annotations

from index.passages.outline import contexts
from index.readers import parse
from index.structure.pieces import TABLE_LEVEL
from index.types import Parsed

README = """\
---
title: "Tide table"
date: 2024-03-05
---
[![build](http://x/y.svg)](http://x)

# The *tide* `table` ##

Prints the tides. See [the notes](notes.md) for more.
It needs no network.

<!-- a comment
over two lines -->

Set-up
------

* one thing
* another

| place | metres |
|-------|--------|
| Bergen | 1.2 |

```python
print("tides")
```

> Quoted words
> go on.

**Known gaps:**

The north is not covered.

[ref]: http://foo
"""


def read(text: str) -> Parsed:
    return parse(text.encode(), "README.md")


def rows(parsed: Parsed) -> list[tuple[str, str]]:
    return [(s.kind, s.span.of(parsed.text)) for s in parsed.sections]


def test_blocks_are_sections_with_spans_into_the_raw_text() -> None:
    assert rows(read(README)) == [
        ("frontmatter", '---\ntitle: "Tide table"\ndate: 2024-03-05\n---'),
        ("navigation", "[![build](http://x/y.svg)](http://x)"),
        ("heading", "The *tide* `table`"),
        (
            "text",
            "Prints the tides. See [the notes](notes.md) for more.\nIt needs no network.",
        ),
        ("navigation", "<!-- a comment\nover two lines -->"),
        ("heading", "Set-up"),
        ("list", "* one thing\n* another"),
        ("heading", "place | metres"),
        ("navigation", "|-------|--------|"),
        ("row", "Bergen | 1.2"),
        ("code", 'print("tides")'),
        ("text", "> Quoted words\n> go on."),
        ("heading", "**Known gaps:**"),
        ("text", "The north is not covered."),
        ("navigation", "[ref]: http://foo"),
    ]


def test_titles_are_without_markup_and_levels_nest() -> None:
    parsed = read(README)
    assert [(s.title, s.level) for s in parsed.sections if s.kind == "heading"] == [
        ("The tide table", 1),
        ("Set-up", 2),
        ("place | metres", TABLE_LEVEL),
        ("Known gaps", 3),
    ]


def test_front_matter_gives_title_and_date() -> None:
    parsed = read(README)
    assert (parsed.title, parsed.date) == ("Tide table", "2024-03-05")
    assert read("+++\ntitle = 'Tides'\n+++\nWords.\n").title == "Tides"
    assert read("# Tides\n\nWords.\n").title == "Tides"
    assert read("Words first.\n\n# Tides\n\nMore.\n").title is None


def test_a_rule_at_the_start_is_no_front_matter() -> None:
    assert rows(read("---\n\nWords here.\n")) == [("navigation", "---"), ("text", "Words here.")]


def test_spans_hold_with_other_line_ends_and_a_byte_order_mark() -> None:
    text = README.replace("\n", "\r\n")
    parsed = parse(b"\xef\xbb\xbf" + text.encode(), "README.md")
    assert parsed.text == text
    plain = [(kind, words.replace("\r\n", "\n")) for kind, words in rows(parsed)]
    assert plain == rows(read(README))


def test_talk_with_bold_labels_has_speakers() -> None:
    parsed = read(
        "# Museum\n\n**Anna:** Why is the door shut?\n\n**Bo:** It is being painted.\n\n"
        "**Anna:** And the other one?\n\n**Bo:** That one is open all day.\n"
    )
    assert [(s.kind, s.speaker) for s in parsed.sections] == [
        ("heading", None),
        *([("question", "Anna"), ("answer", "Bo")] * 2),
    ]
    assert rows(parsed)[1:3] == [
        ("question", "Why is the door shut?"),
        ("answer", "It is being painted."),
    ]


def test_a_dash_interview_in_markdown() -> None:
    parsed = read(
        "# Interview with Lena Vogt\n\n— Where do you work?\n\n— In a mill.\n\nI sleep upstairs.\n"
    )
    assert rows(parsed)[2] == ("answer", "In a mill.\n\nI sleep upstairs.")
    assert parsed.sections[2].speaker == "Lena Vogt"


def test_links_at_the_end_are_navigation_and_a_heading_is_not() -> None:
    parsed = read("# Home\n\nWe live here.\n\n[Read more](http://foo)\n\n[Back to top](#home)\n")
    assert [s.kind for s in parsed.sections] == ["heading", "text", "navigation", "navigation"]


def test_code_that_looks_like_structure_stays_code() -> None:
    parsed = read("Words.\n\n```\n# no heading\nQ: why?\nA: so.\n```\n\n    - no list\n")
    assert rows(parsed) == [
        ("text", "Words."),
        ("code", "# no heading\nQ: why?\nA: so."),
        ("code", "- no list"),
    ]


def quoted(text: str) -> list[tuple[str, str]]:
    """What may be quoted, under the innermost heading."""
    parsed = read(text)
    return [
        (headings[-1] if headings else "", section.span.of(parsed.text))
        for section, headings in contexts(parsed.sections, parsed.text)
    ]


def test_rows_of_a_table_are_read_one_by_one_under_the_names_of_the_columns() -> None:
    text = (
        "| **Part** | Price \\| euros |\n|---|--:|\n| lens | 40 |\nlamp | 55\n|  |  |\n"
        "| rope \\| |\n\n* one\n* two\n"
    )
    assert quoted(text) == [
        ("Part | Price | euros", "lens | 40"),
        ("Part | Price | euros", "lamp | 55"),
        ("Part | Price | euros", "rope \\|"),
        ("", "* one\n* two"),
    ]
    rows = [section for section in read(text).sections if section.kind == "row"]
    assert [row.title for row in rows] == ["table 1, row 2", "table 1, row 3", "table 1, row 5"]


def test_what_stands_behind_a_table_is_under_the_heading_of_the_text() -> None:
    table = "| a | b |\n|---|---|\n| c | d |\n"
    for after in ("Words.", "> Words.", "- Words.", "    words"):
        assert quoted(f"# Top\n\n{table}\n{after}\n")[-1][0] == "Top", after
    assert quoted(f"# Top\n\n{table}\n**Bold**\n\nWords.\n")[-1] == ("Bold", "Words.")
    assert read(table).title is None


def test_talk_and_dated_items_behind_a_table_stay_what_they_are() -> None:
    table = "| a | b |\n|---|---|\n| c | d |\n\n"
    talk = read(
        f"{table}Interviewer: When did you start here?\n\nAnna Berg: I started in May of that year."
        "\n\nInterviewer: And where did you live?\n\nAnna Berg: We lived in Oslo for a year.\n"
    )
    assert [s.kind for s in talk.sections][3:] == ["question", "answer"] * 2
    items = read(f"{table}12 May 2020: It opened.\n\n13 May 2020: It closed.\n")
    assert [(s.kind, s.date) for s in items.sections][3:] == [
        ("item", "2020-05-12"), ("item", "2020-05-13"),
    ]  # fmt: skip
    assert quoted(f"{table}12 May 2020: It opened.\n\n13 May 2020: It closed.\n")[1][0] == ""


def test_the_names_of_a_table_without_rows_head_nothing() -> None:
    for rows in ("", "|  |  |\n"):
        assert quoted(f"# Top\n\n| A | B |\n|---|---|\n{rows}\nText.\n") == [("Top", "Text.")]


def test_wide_and_many_tables_are_read() -> None:
    """Each took minutes: the first with the cube of its blanks, the second with its square."""
    wide = f"| a | b | c |\n|---|---|---|\n| x{' ' * 20_000}| y{' ' * 20_000}| z |\n"
    assert quoted(wide)[0][1].split() == ["x", "|", "y", "|", "z"]
    assert len(quoted("| a |\n|---|\n| b |\n\n" * 5_000)) == 5_000


def test_a_list_of_a_dated_item_keeps_its_date() -> None:
    parsed = read("12 May 2020: We met.\n\nWe decided:\n\n- to go\n\n13 May 2020: We met again.\n")
    assert [(s.kind, s.date) for s in parsed.sections] == [
        ("item", "2020-05-12"), ("list", "2020-05-12"), ("item", "2020-05-13"),
    ]  # fmt: skip


def test_a_bold_line_heads_a_list_and_a_table() -> None:
    assert quoted("**Bring**\n\n- a lamp\n\n**Pay:**\n\n| a | b |\n|---|---|\n| c | d |\n") == [
        ("Bring", "- a lamp"),
        ("a | b", "c | d"),
    ]


def test_a_list_belongs_to_the_line_that_leads_in_to_it() -> None:
    text = "Come early.\n\nBring:\n\n- a lamp\n\nGo home.\n\nNot this.\n\n- a rope\n"
    assert rows(read(text)) == [
        ("text", "Come early."),
        ("list", "Bring:\n\n- a lamp"),
        ("text", "Go home.\n\nNot this."),
        ("list", "- a rope"),
    ]


def test_a_list_belongs_to_the_item_that_leads_in_to_it() -> None:
    text = "1. You must send:\n- a form\n- a photo\n2. You pay.\n- Not this.\n"
    assert rows(read(text)) == [
        ("list", "1. You must send:\n- a form\n- a photo"),
        ("list", "2. You pay."),
        ("list", "- Not this."),
    ]


def test_a_date_behind_a_label_in_bold() -> None:
    text = "# Outage\n\n**Status:** over\n**Level:** 1\n**Date:** 2024-11-18\n\nIt failed.\n"
    assert parse(text.encode(), "a.md").date == "2024-11-18"
