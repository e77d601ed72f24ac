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


def test_a_list_ends_where_markers_of_another_sort_begin() -> None:
    for text, numbers in (
        ("Bring:\n- boots\n- a lamp\n\n1. We meet at six.\n2. We walk.", [None, 1, 1, 2, 2]),
        ("Bring:\n- boots\n- a lamp\n1. We meet at six.\n2. We walk.", [None, 1, 1, 2, 2]),
        ("You must not:\n(a) smoke;\n(b) sublet.\n\n4. Rent is due.", [None, 1, 1, 2]),
        ("You pay for:\n\nwater\n\nheat\n\n1. Rent is due.\n\n2. It is fixed.", [None, 1, 1, 2, 2]),
        ("1. Salt\n2. Flour\n\n1. Mix\n2. Bake", [1, 1, 2, 2]),
    ):
        assert [one[1] for one in listed(text)] == numbers, text


def test_a_clause_that_counts_on_is_of_the_list_around() -> None:
    text = (
        "3. Use. The tenant must not:\n(a) smoke;\n(b) sublet.\n\n"
        "4. The tenant shall insure.\n\n5. The law is that of Ireland."
    )
    assert [one[1:] for one in listed(text)] == [
        (1, None), (None, None), (2, "The tenant must not:"), (2, "The tenant must not:"),
        (1, None), (1, None),
    ]  # fmt: skip
    text = "1. You must send:\n- a form\n- a photo\n2. The fee is 40 euros."
    assert [one[1:] for one in listed(text)] == [
        (1, None), (2, "You must send:"), (2, "You must send:"), (1, None),
    ]  # fmt: skip
    found = entries(text, split_sentences(text, Span(0, len(text))))
    assert members(found, 1) == [1, 2]


def test_what_is_under_an_item_without_a_lead_in_is_of_its_list() -> None:
    for text in (
        "1. Food\n- bread\n- cheese\n2. Drink\n- tea",
        "Do:\n1. Choose\na) red\nb) blue\n2. Pay",
        "It ends if:\n(a) he dies;\n(b) the rent\n\n(i) is late; or\n\n(ii) is short;\n\n(c) now.",
        "1. (a) You pay;\n(b) we mend.\n2. (a) A month's notice.\n(b) In writing.",
        "Bring:\n- (a) boots\n- (b) a lamp",
        "• food\n◦ bread\n• a map",
        "1. one\n1. two\n1. three",
        "(g) one;\n(h) two;\n(i) three;\n(j) four.",
        "(iv) four;\n(v) five;\n(vi) six.",
    ):
        assert {one[1] for one in listed(text)} - {None} == {1}, text


def test_an_inner_list_without_a_lead_in_is_of_the_list_that_goes_on_behind_it() -> None:
    text = "(a) Fuel\n(1) oil\n(2) gas\n(b) Food"
    found = entries(text, split_sentences(text, Span(0, len(text))))
    assert members(found, 0) == [0, 1, 2, 3]
    assert members(found, 1) == [1, 2]
