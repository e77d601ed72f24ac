from __future__ import annotations

from index.passages.lists import entries, members
from index.passages.sentences import split_sentences
from index.types import Span


def listed(text: str) -> list[tuple[str, int | None, str | None]]:
    spans = split_sentences(text, Span(0, len(text)))
    found = entries(text, spans)
    return [
        (
            span.of(text),
            one and one.number,
            None if one is None or one.lead is None else spans[one.lead].of(text),
        )
        for span, one in zip(spans, found, strict=True)
    ]


def test_items_know_the_sentence_that_leads_in() -> None:
    assert listed(
        "Be here at six. Bring:\n- boots,\n- a lamp. It gets dark.\n\nWe walk north."
    ) == [
        ("Be here at six.", None, None),
        ("Bring:", None, None),
        ("boots,", 1, "Bring:"),
        ("a lamp.", 1, "Bring:"),
        ("It gets dark.", None, None),
        ("We walk north.", None, None),
    ]


def test_a_line_without_a_full_stop_right_above_a_list_leads_in() -> None:
    for gap in ("\n", "\n\n", "\r\n\r\n"):
        text = f"We meet at six. Hand these in{gap}- the form{gap}- the card"
        assert [one[1:] for one in listed(text)] == [
            (None, None), (None, None), (1, "Hand these in"), (1, "Hand these in"),
        ]  # fmt: skip
    for text in ("Hand these in.\n- the form\n- the card", "Notes\n\n\n- the form\n- the card"):
        assert [one[2] for one in listed(text)] == [None] * 3


def test_what_is_no_line_over_a_list_does_not_lead_in() -> None:
    for text in (
        "The ozone (O\n3) is blue. It smells.",  # wrapped at a number
        "(a) brass\n\n1417\n\n(b) lead\n\n1418",  # numbers beside the items
        "Chair: Ida Marl\n- the form\n- the card",
        "Marl, Orsk, Hill, etc.;\n- the form\n- the card",
        "Before Judge Farrukh\nHanded down on 4 May\n\n1. This is a claim.\n\n2. It fails.",
    ):
        assert {one[2] for one in listed(text)} == {None}, text


def test_a_list_without_a_lead_in_and_one_after_it() -> None:
    assert [one[1:] for one in listed("1. Salt\n2. Flour\n\nThen:\n\n* knead\n* bake")] == [
        (1, None), (1, None), (None, None), (2, "Then:"), (2, "Then:"),
    ]  # fmt: skip


def test_a_list_within_an_item_ends_with_the_item() -> None:
    text = "Pack:\n- food:\n  - bread\n  - cheese\n- a map"
    assert [one[1:] for one in listed(text)] == [
        (None, None), (1, "Pack:"), (2, "food:"), (2, "food:"), (1, "Pack:"),
    ]  # fmt: skip


def test_paragraphs_of_one_sentence_behind_a_lead_in_are_items() -> None:
    text = "The tenant pays for:\n\nwater\n\nheating\n\nThe rent is due on the first. It is fixed."
    assert [one[1] for one in listed(text)] == [None, 1, 1, None, None]


def test_prose_is_no_list() -> None:
    for text in (
        "He came. She left.\n\nThey met.",
        "She said:\n\nI came early. Nobody was there.\n\nThen I left.",
        "— Why here?\n\n— It is quiet.",
        "One line\nand the next. And so on:\nit ends.",
    ):
        assert {one[1] for one in listed(text)} == {None}, text


def test_all_items_of_a_list() -> None:
    text = "Bring:\n- boots\n- a lamp\n\nNot allowed:\n- dogs"
    found = entries(text, split_sentences(text, Span(0, len(text))))
    assert [members(found, at) for at in range(len(found))] == [[], [1, 2], [1, 2], [], [4]]


def test_the_first_sentence_of_a_stretch_may_be_an_item() -> None:
    text = "Bring:\n- boots\n- a lamp"
    spans = split_sentences(text, Span(0, len(text)))[1:]
    assert [one and one.number for one in entries(text, spans)] == [1, 1]


def test_other_line_ends() -> None:
    for end in ("\r\n", "\r", "\u2029"):
        text = f"Bring:{end}- boots{end}- a lamp{end}{end}We walk."
        assert [one[1] for one in listed(text)] == [None, 1, 1, None], repr(end)


def test_a_list_within_an_item_belongs_to_the_list() -> None:
    text = "Pack:\n- food:\n  - bread\n  - cheese\n- a map"
    found = entries(text, split_sentences(text, Span(0, len(text))))
    assert members(found, 1) == members(found, 4) == [1, 2, 3, 4]
    assert members(found, 2) == [2, 3]
