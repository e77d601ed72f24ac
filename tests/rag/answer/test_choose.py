from __future__ import annotations

import hashlib
import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.passages.sentences import split_sentences
from index.structure.pieces import TABLE_LEVEL
from index.types import Document, Passage, Section, Source, Span
from rag.answer.candidates import Candidate, candidates, passage_text
from rag.answer.choose import choose
from rag.answer.cite import to_sentences
from rag.answer.context import cannot_stand_alone
from rag.answer.mismatch import is_beyond, is_of_another, of_the_named, undated
from rag.answer.speakers import said_by
from rag.answer.whole_list import items_left_out
from rag.question.analyse import analyse
from rag.types import Reading, SentenceReading

CHOICE = {
    "fact": {"most": 2, "share": 0.5},
    "list": {"most": 4, "share": 0.25, "goes_on": 1},
    "other": {"most": 5, "share": 0.01},
}
FACT = analyse("When was the mill built?")
LIST = analyse("List the steps of the work.")


def document(text: str, id: str = "d") -> Document:
    sha256 = hashlib.sha256(text.encode()).hexdigest()
    sections = (Section(Span(0, len(text)), "text"),)
    source = Source("/folder", f"{id}.txt")
    return Document(id, (source,), id, "text/plain", text, sections, None, sha256, sha256)


def passage(of: Document, sentences: list[str], id: int = 0) -> Passage:
    spans, at = [], 0
    for sentence in sentences:
        at = of.text.index(sentence, at)
        spans.append(Span(at, at + len(sentence)))
        at += len(sentence)
    return Passage(id, of.id, Span(spans[0].start, spans[-1].end), tuple(spans), (), None, 1)


def read(
    sentences: list[str], scores: list[float], id: str = "d", passage_id: int = 0
) -> tuple[tuple[Document, Passage], Reading]:
    of = document(" ".join(sentences), id)
    reading = Reading(1.0, tuple(SentenceReading(score) for score in scores))
    return (of, passage(of, sentences, passage_id)), reading


def ranked(*parts: tuple[tuple[Document, Passage], Reading]) -> list[Candidate]:
    return candidates([one for one, _ in parts], [reading for _, reading in parts])


def texts(chosen: list[Candidate]) -> list[str]:
    return [one.text for one in chosen]


def test_candidates_are_best_first_and_their_shares_are_the_softmax() -> None:
    found = ranked(read(["One here.", "Two there.", "Three now."], [0.0, 2.0, 1.0]))
    assert texts(found) == ["Two there.", "Three now.", "One here."]
    assert [one.share for one in found] == pytest.approx([0.66524, 0.24473, 0.09003], abs=1e-5)


def test_questions_and_signs_are_no_candidates() -> None:
    found = ranked(read(["Who came?", "He asked: “Why?”", "***", "Nobody came."], [9, 9, 9, 0]))
    assert texts(found) == ["Nobody came."]


def test_a_sentence_of_two_passages_counts_once_with_its_best_score() -> None:
    sentences = ["The mill stood here.", "It burned in 1850."]
    of = document(" ".join(sentences))
    readings = [
        Reading(0.0, (SentenceReading(1.0), SentenceReading(0.0))),
        Reading(0.0, (SentenceReading(3.0), SentenceReading(0.0))),
    ]
    both = [(of, passage(of, sentences, id)) for id in (1, 2)]
    found = candidates(both, readings)
    assert texts(found) == sentences
    assert (found[0].score, found[0].passage.id) == (3.0, 2)


def test_no_candidates_and_no_choice_from_nothing() -> None:
    assert candidates([], []) == []
    assert choose(FACT, [], CHOICE, 5) == []


def test_a_further_sentence_needs_its_share() -> None:
    sentences = ["Red bricks came by boat.", "Blue slate lay near.", "Wool was dear."]
    near = ranked(read(sentences, [2.0, 1.5, -1.0]))
    assert texts(choose(FACT, near, CHOICE, 5)) == sentences[:2]
    far = ranked(read(sentences, [2.0, 1.0, -1.0]))
    assert texts(choose(FACT, far, CHOICE, 5)) == sentences[:1]


def test_the_order_is_that_of_the_text_with_the_best_document_first() -> None:
    a = read(["Alpha stood first.", "Beta stood second."], [1.0, 1.5], "a", 1)
    b = read(["Gamma stood third.", "Delta stood fourth."], [1.2, 2.0], "b", 2)
    chosen = choose(analyse("stood"), ranked(a, b), {"other": CHOICE["other"]}, 5)
    assert [one.document.id for one in chosen] == ["b", "b", "a", "a"]
    assert texts(chosen) == [
        "Gamma stood third.",
        "Delta stood fourth.",
        "Alpha stood first.",
        "Beta stood second.",
    ]


def test_the_same_words_are_said_once() -> None:
    a = read(["The mill was built in 1843."], [2.0], "a", 1)
    b = read(["THE MILL was built, in 1843!", "Sheep graze there."], [1.9, 1.8], "b", 2)
    chosen = choose(FACT, ranked(a, b), CHOICE, 5)
    assert texts(chosen) == ["The mill was built in 1843.", "Sheep graze there."]


def test_a_sentence_that_leans_brings_the_one_before() -> None:
    sentences = ["The mill was owned by Ann Hale.", "She sold it in 1850.", "Oats grew."]
    chosen = choose(FACT, ranked(read(sentences, [-3.0, 3.0, -3.0])), CHOICE, 5)
    assert texts(chosen) == sentences[:2]


def test_what_is_brought_is_no_surer_than_it_was_read_to_be() -> None:
    """It had the confidence of the sentence that answers, as if it did so itself."""
    sentences = ["The mill was owned by Ann Hale.", "She sold it in 1850."]
    chosen = choose(FACT, ranked(read(sentences, [-3.0, 3.0])), CHOICE, 5)
    (before, best), _ = to_sentences(chosen, 0.8)
    assert best.confidence == 0.8
    assert before.confidence == pytest.approx(0.8 * math.exp(-6.0))
    assert before.highlight is None


@pytest.mark.parametrize(
    "before",
    [
        "By Ruth Amsel, 9 November 2022",
        "Photographs by Ruth Amsel",
        "By Ruth Amsel.",
        "Not about the dredging itself.",
        "No.",
        "Not yet.",
    ],
)
def test_what_can_not_be_pointed_to_is_not_brought(before: str) -> None:
    """A byline, and half of an answer to a question that is not quoted, went first."""
    sentences = [before, "It begins in September, after the holidays."]
    assert texts(choose(FACT, ranked(read(sentences, [-3.0, 3.0])), CHOICE, 5)) == sentences[1:]


@pytest.mark.parametrize(
    "before",
    [
        "The Osprey",
        "By March the harbour froze.",
        "Designed by Ann Hale, the mill stood on the quay.",
        "Not all ferries sail in winter.",
        "No ferry has sailed since.",
        "No, the boat is old.",
    ],
)
def test_what_can_be_pointed_to_is_brought(before: str) -> None:
    sentences = [before, "It begins in September, after the holidays."]
    assert texts(choose(FACT, ranked(read(sentences, [-3.0, 3.0])), CHOICE, 5)) == sentences


def test_this_thing_leans_on_nothing_under_a_heading_that_names_it() -> None:
    sentences = ["Serve it in deep bowls.", "This stew feeds six people."]
    (of, part), reading = read(sentences, [-3.0, 3.0])
    for heading, brought in (("Fish stew", False), ("Supper", True), ("Stews", True)):
        found = candidates([(of, replace(part, headings=(heading,)))], [reading])
        assert texts(choose(FACT, found, CHOICE, 5)) == sentences[0 if brought else 1 :]


def test_without_room_it_brings_nothing() -> None:
    sentences = ["The mill was owned by Ann Hale.", "She sold it in 1850."]
    assert texts(choose(FACT, ranked(read(sentences, [-3.0, 3.0])), CHOICE, 1)) == sentences[1:]


def test_a_question_is_not_brought() -> None:
    sentences = ["Who owned the mill?", "She sold it in 1850."]
    assert texts(choose(FACT, ranked(read(sentences, [0.0, 3.0])), CHOICE, 5)) == sentences[1:]


def test_what_is_brought_repeats_nothing() -> None:
    """The sentence before may say what another document's sentence has said already."""
    a = read(["The mill was owned by Ann Hale."], [3.0], "a", 1)
    b = read(["The mill was owned by Ann Hale.", "She sold it in 1850."], [-9.0, 2.9], "b", 2)
    chosen = choose(FACT, ranked(a, b), CHOICE, 5)
    assert texts(chosen) == ["The mill was owned by Ann Hale.", "She sold it in 1850."]


def test_a_list_goes_on() -> None:
    sentences = [
        "First the ore is washed.",
        "Then the ore is crushed.",
        "Finally it is melted.",
        "Birds sang.",
    ]
    chosen = choose(LIST, ranked(read(sentences, [4.0, -4.0, -4.0, -4.0])), CHOICE, 5)
    assert texts(chosen) == sentences[:3]
    shorter = choose(LIST, ranked(read(sentences, [4.0, -4.0, -4.0, -4.0])), CHOICE, 2)
    assert texts(shorter) == sentences[:2]


def test_what_a_list_goes_on_with_repeats_nothing() -> None:
    sentences = ["Then the ore is washed.", "Then the ore is washed!", "Finally it is melted."]
    chosen = choose(LIST, ranked(read(sentences, [4.0, -4.0, -4.0])), CHOICE, 5)
    assert texts(chosen) == [sentences[0], sentences[2]]


@pytest.mark.parametrize(
    "sentence",
    [
        "She sold it.",
        "They closed the gate at noon.",
        "“This was the reason for the strike.”",
        "However, it was too late for the harvest.",
        "As a result, they left the valley for good.",
        "Twenty years.",
        "It was moved to Kiln Street.",
        "It belongs to the council.",
        "It was built to carry 90 people.",
        "It was sold when the owner died.",
        "It is open to the public.",
    ],
)
def test_leans(sentence: str) -> None:
    assert cannot_stand_alone(sentence)


@pytest.mark.parametrize(
    "sentence",
    [
        "The mill closed in 1850.",
        "It is known that the mill closed in 1850.",
        "It was resolved, by four votes to none, to buy the mill.",
        "It was not resolved who pays for the roof.",
        "However, it has been decided to wait.",
        "It is not known when the mill closed.",
        "It is clear from the minutes of March that the mill closed.",
        "It is possible to walk there.",
        "It costs 4.50 euros to enter.",
        "Itinerant workers came to the valley.",
        "However small, the mill fed the town.",
        "Tenant: Mara Lindqvist",
        "Deposit: none",
    ],
)
def test_stands_alone(sentence: str) -> None:
    assert not cannot_stand_alone(sentence)


def test_the_highlight_of_a_cut_sentence_is_where_its_words_are() -> None:
    """A long sentence is embedded in parts; a mark in the second part was put too early."""
    text = "The council of the valley met in the hall, and there it chose Ada Moreau as its head."
    of = document(text)
    second = Span(text.index("and there"), len(text))
    part = Passage(1, "d", second, (Span(0, len(text)),), (), None, 1)
    at = passage_text(of, part).text.index("Ada Moreau")
    mark = Span(at, at + len("Ada Moreau"))
    (one,) = candidates([(of, part)], [Reading(1.0, (SentenceReading(1.0, mark),))])
    assert one.highlight is not None
    assert one.highlight.of(one.text) == "Ada Moreau"
    (sentence,), _ = to_sentences([one], 0.5)
    assert sentence.highlight is not None
    assert sentence.highlight.of(sentence.text) == "Ada Moreau"


@pytest.mark.parametrize(("marked", "kept"), [(".", None), (" – ", None), ("1850", "1850")])
def test_a_mark_without_a_letter_or_digit_is_none(marked: str, kept: str | None) -> None:
    text = "The mill closed – for good – in 1850."
    at = text.index(marked)
    reading = Reading(1.0, (SentenceReading(1.0, Span(at, at + len(marked))),))
    of = document(text)
    (one,) = candidates([(of, passage(of, [text]))], [reading])
    assert (one.highlight and one.highlight.of(text)) == kept


def test_a_reader_sees_the_part_of_a_cut_sentence_that_is_in_the_passage() -> None:
    text = "Short. A long sentence that goes on, and on. End."
    of = document(text)
    whole = (Span(0, 6), Span(7, 44))
    seen = passage_text(of, Passage(1, "d", Span(0, 36), whole, ("Title",), None, 1))
    assert seen.text == text[:36]
    assert [span.of(seen.text) for span in seen.sentence_spans] == [
        "Short.",
        "A long sentence that goes on,",
    ]
    assert seen.headings == ("Title",)


def test_citations_and_chances() -> None:
    chosen = ranked(read(["Red bricks came.", "Blue slate lay near."], [2.0, 1.0]))
    sentences, citations = to_sentences(chosen, 0.8, first_number=4)
    assert [one.number for one in citations] == [4, 5]
    assert [one.citations for one in sentences] == [(4,), (5,)]
    assert sentences[0].confidence == pytest.approx(0.8)
    assert sentences[1].confidence == pytest.approx(0.8 / 2.718281828, rel=1e-6)
    for one, citation in zip(chosen, citations, strict=True):
        assert one.document[citation.span] == citation.quote == one.text
        assert citation.text_sha256 == one.document.text_sha256


VOCABULARY = "the mill a it she first then also 1850 red and Ann hall"
words_ = st.sampled_from(VOCABULARY.split())
sentences_ = st.lists(
    st.builds(
        lambda w, end: " ".join(w).capitalize() + end,
        st.lists(words_, min_size=1, max_size=6),
        st.sampled_from(".!?"),
    ),
    min_size=1,
    max_size=8,
)


@given(
    st.lists(sentences_, min_size=1, max_size=3),
    st.sampled_from([FACT, LIST, analyse("mill"), analyse("Was the mill red?")]),
    st.integers(1, 6),
    st.randoms(use_true_random=False),
)
def test_whatever_is_chosen(
    documents: list[list[str]], question: object, most: int, random: object
) -> None:
    """Whole sentences, each once, none a question, in order, no more than there is room for."""
    from random import Random

    from rag.question.analyse import Question

    assert isinstance(question, Question)
    assert isinstance(random, Random)
    parts = [
        read(sentences, [random.uniform(-3, 3) for _ in sentences], str(at), at)
        for at, sentences in enumerate(documents)
    ]
    found = ranked(*parts)
    chosen = choose(question, found, CHOICE, most)
    assert len(chosen) <= most
    assert bool(chosen) == bool(found)
    whole = {(of.id, span) for (of, part), _ in parts for span in part.sentences}
    assert {(one.document.id, one.span) for one in chosen} <= whole
    assert not any(text.endswith("?") for text in texts(chosen))
    said = [frozenset(text.casefold().strip(".!?").split()) for text in texts(chosen)]
    assert len(set(said)) == len(said)
    if found:
        assert chosen[0].document.id == found[0].document.id
        assert found[0].place in {one.place for one in chosen}
    order = [one.document.id for one in chosen]
    assert order == sorted(order, key=order.index)
    for id in order:
        starts = [one.span.start for one in chosen if one.document.id == id]
        assert starts == sorted(starts)


def listed(text: str, scores: list[float]) -> list[Candidate]:
    """The sentences of a text with a list; one score for each."""
    of = document(text)
    spans = split_sentences(text, Span(0, len(text)))
    whole = Passage(0, of.id, Span(spans[0].start, spans[-1].end), tuple(spans), (), None, 1)
    reading = Reading(1.0, tuple(SentenceReading(score) for score in scores))
    return candidates([(of, whole)], [reading])


BRING = (
    "Meet at six.\nBring:\n- boots for the bog,\n- a good lamp,\n- some bread.\n\nDogs stay home."
)


def test_a_lead_in_brings_its_list() -> None:
    chosen = choose(analyse("What must I bring?"), listed(BRING, [0, 3, 0, 0, 0, 0]), CHOICE, 8)
    assert texts(chosen) == ["Bring:", "boots for the bog,", "a good lamp,", "some bread."]
    assert len({one.share for one in chosen}) == 1


def test_a_list_that_is_asked_for_comes_whole_and_with_its_lead_in() -> None:
    found = listed(BRING, [0, 1, 3, 0, 0, 0])
    whole = ["Bring:", "boots for the bog,", "a good lamp,", "some bread."]
    assert texts(choose(analyse("Which things are to be brought?"), found, CHOICE, 8)) == whole
    assert texts(choose(analyse("Which things are for the bog?"), found, CHOICE, 8)) == whole[:2]
    assert texts(choose(analyse("Which things are to be brought?"), found, CHOICE, 2)) == whole[:2]


def test_words_that_stand_over_a_list_do_not_set_one_item_apart() -> None:
    text = "The tenant shall:\n- pay the tenant insurance\n- clean\n- clean\n- lock the gate"
    chosen = choose(
        analyse("List what the tenant must do."), listed(text, [0, 3, 0, 0, 0]), CHOICE, 8
    )
    assert texts(chosen) == [
        "The tenant shall:", "pay the tenant insurance", "clean", "lock the gate",
    ]  # fmt: skip


def test_of_a_long_list_the_first_items_come_and_it_is_said() -> None:
    text = "You need:\n" + "\n".join(f"- paper {name}" for name in "abcdefghijkl")
    found = listed(text, [0, *([1] * 9), 3, 2, 1])
    chosen = choose(analyse("Which papers are needed?"), found, CHOICE, 6)
    assert texts(chosen) == ["You need:", "paper a", "paper b", "paper c", "paper d", "paper j"]
    assert items_left_out(chosen) == ["d.txt: a list has 12 items, of which 5 are quoted."]
    assert items_left_out(chosen[:3]) == []
    assert items_left_out(listed(BRING, [1] * 6)) == []


def test_one_that_leads_in_brings_its_list_though_another_is_better() -> None:
    found = listed(BRING, [3, 2.9, 0, 0, 0, 0])
    chosen = choose(analyse("What happens at six?"), found, CHOICE, 8)
    assert texts(chosen)[:2] == ["Meet at six.", "Bring:"]
    assert len(chosen) == 5
    whether = {**CHOICE, "yesno": CHOICE["fact"]}
    assert len(choose(analyse("Is it at six?"), found, whether, 8)) == 2
    behind = choose(analyse("Which things happen?"), listed(BRING, [3, 2, 0, 0, 0, 0]), CHOICE, 8)
    assert texts(behind) == ["Meet at six.", "Bring:"]


def test_a_salutation_leads_in_to_no_list() -> None:
    text = "Dear Anna:\n\nThe rent will rise in May.\n\nIt will be 700 euros from then on."
    chosen = choose(analyse("How much will it be?"), listed(text, [0, 0, 3]), CHOICE, 8)
    assert texts(chosen) == ["The rent will rise in May.", "It will be 700 euros from then on."]


def test_several_items_that_answer_bring_the_others() -> None:
    both = listed(BRING, [0, 1, 3, 2.9, 0, 0])
    question = analyse("What will be needed?")
    assert len(choose(question, both, CHOICE, 8)) == 4
    assert texts(choose(question, listed(BRING, [0, 1, 3, 0, 0, 0]), CHOICE, 8)) == [
        "Bring:", "boots for the bog,",
    ]  # fmt: skip
    assert len(choose(analyse("Who was needed?"), both, CHOICE, 8)) == 3
    how = {**CHOICE, "explain": {"most": 2, "share": 0.5}}
    assert len(choose(analyse("How do I get across?"), both, how, 8)) == 4


def test_one_item_under_a_heading_that_is_asked_for_brings_the_others() -> None:
    found = listed("- chisel\n- wide plane\n- glue", [0, 3, 0])
    under = [
        replace(one, passage=replace(one.passage, headings=("2. Equipment",))) for one in found
    ]

    def terms(text: str) -> list[str]:
        return text.casefold().replace(".", "").split()

    asked = analyse("What equipment do I need for the shelf?")
    assert texts(choose(asked, under, CHOICE, 8, terms)) == ["chisel", "wide plane", "glue"]
    for question in ("What wood do I need?", "How much equipment do I need?"):
        assert "glue" not in texts(choose(analyse(question), under, CHOICE, 8, terms)), question
    told = listed("- The chisel is sharp.\n- The plane is wide.\n- Glue it.", [0, 3, 0])
    told = [replace(one, passage=replace(one.passage, headings=("Equipment",))) for one in told]
    assert texts(choose(asked, told, CHOICE, 8, terms)) == ["The plane is wide."]


def test_a_lead_in_without_a_colon_brings_its_list_and_an_item_its_lead_in() -> None:
    text = "Come at six. Hand in the following\n- the form\n- the card"
    whole = ["Hand in the following", "the form", "the card"]
    lead = choose(analyse("What do I hand in?"), listed(text, [0, 3, 0, 0]), CHOICE, 8)
    assert texts(lead) == whole
    item = choose(analyse("When do I need the card?"), listed(text, [0, 0, 0, 3]), CHOICE, 8)
    assert texts(item) == ["Hand in the following", "the card"]


def test_a_date_over_a_text_is_neither_chosen_nor_brought() -> None:
    found = listed("11 June 2021\n\nIt broke.\n\nThe weir is old.", [3, 2, 0])
    assert texts(choose(analyse("When did it break?"), found, CHOICE, 8)) == ["It broke."]


def test_an_item_that_is_a_sentence_stands_alone() -> None:
    text = "It was decided:\n- The well is built in May.\n- The party is in July."
    chosen = choose(analyse("When is the party?"), listed(text, [0, 0, 3]), CHOICE, 8)
    assert texts(chosen) == ["The party is in July."]


def rows(headings: tuple[str, ...], *lines: str) -> list[Candidate]:
    """The rows of a table, the first one the best."""
    of = document("\n".join(lines))
    spans = [Span(at, at + len(one)) for one in lines for at in [of.text.index(one)]]
    of = replace(of, sections=tuple(Section(span, "row") for span in spans))
    cells = [Passage(at, of.id, span, (span,), headings, None, 1) for at, span in enumerate(spans)]
    scores = [Reading(0.0, (SentenceReading(-float(at)),)) for at in range(len(lines))]
    return candidates([(of, cell) for cell in cells], scores)


def test_a_row_does_not_say_that_it_has_the_most_of_all() -> None:
    ships = rows(("Ship | Crew",), "Vega | 21", "Aurora | 34")
    largest = analyse("Which ship has the largest crew?")
    assert is_beyond(largest, ships)
    assert not is_beyond(analyse("What is the crew of the Vega?"), ships)
    assert not is_beyond(analyse("What is the crew of the Vega, the oldest ship?"), ships)
    assert not is_beyond(largest, rows((), "Largest ship | Aurora"))
    assert not is_beyond(largest, rows(("Largest ship",), "Aurora | 34"))
    assert not is_beyond(largest, ranked(read(["The Aurora has a crew of 34."], [1.0])))
    assert not is_beyond(largest, [])


def test_a_reason_that_stands_in_the_next_sentence_comes_too() -> None:
    sentences = [
        "Fewer people drowned than in any year since 1952.",
        "The coast guard attributes this to the new law.",
        "It rained.",
    ]
    choice = {"explain": {"most": 4, "share": 0.25, "goes_on": 1}, "other": CHOICE["other"]}
    why = analyse("Why did fewer people drown?")
    assert texts(choose(why, ranked(read(sentences, [5, 0, 0])), choice, 8)) == sentences[:2]
    told = ["Fewer people drowned because of the law.", *sentences[1:]]
    assert texts(choose(why, ranked(read(told, [5, 0, 0])), choice, 8)) == told[:1]
    when = analyse("Explain how fewer people drowned.")
    assert texts(choose(when, ranked(read(sentences, [5, 0, 0])), choice, 8)) == sentences[:1]


@pytest.mark.parametrize(
    ("question", "sentence", "another"),
    [
        ("How old is Boiler 1?", "Boiler 2 was built in 1994.", True),
        ("How old is Boiler 2?", "Boiler 2 was built in 1994.", False),
        ("How old are Boiler 1 and Boiler 2?", "Boiler 2 was built in 1994.", False),
        ("How old is Boiler 1?", "Unlike boiler 2, boiler 1 is new.", False),
        ("How old is Boiler 1?", "The boiler was built in 1994.", False),
        ("What happened on May 5?", "In May 1994 the boiler burst.", False),
        ("What happened since 1990?", "It stood there since 1980.", False),
        ("What changed in version 1.4.1?", "Version 1.4.0 reads Word files.", True),
        ("What changed in 1.4.1?", "v1.4.0 reads Word files.", True),
        ("What changed in version 1.4.0?", "Version 1.4.0 reads Word files.", False),
        ("What changed in version 1.4.1?", "Version 1 reads Word files.", False),
        ("What was said after 3.4.2021?", "It was dug on 5.4.2021.", False),
        ("What runs on Boiler 3?", "Everything runs on Boiler 2 and 3.", False),
        (
            "How high was it in the year 2020?",
            "In 2020 it was 7, in the year 2021 it was 8.",
            False,
        ),
    ],
)
def test_what_is_said_of_another_of_the_same_name(
    question: str, sentence: str, another: bool
) -> None:
    assert is_of_another(analyse(question), *ranked(read([sentence], [1.0]))) is another


def test_the_next_best_of_the_one_that_is_asked_for_answers() -> None:
    """The question was refused, or answered with what is said of the other."""
    said = ["Boiler 2 was built in 1994.", "Boiler 1 was built in 1987.", "It rained."]
    asked = analyse("When was Boiler 1 built?")
    near = of_the_named(asked, ranked(read(said, [2.0, 1.5, 0.0])))
    assert [one.text for one in near] == said[1:]
    assert of_the_named(asked, ranked(read(said, [5.0, 1.5, 0.0]))) == []
    assert of_the_named(asked, []) == []


@pytest.mark.parametrize(
    ("line", "asked_for", "others"),
    [
        (
            "Date: 3 March 2024",
            ["When was the weir mended?", "What is the date?", "Was it mended in March?"],
            ["Who mended the weir?", "What did Ann mend?", "Is the weir whole?"],
        ),
        (
            "Deadline: 3 March 2024",
            ["What is the deadline?", "How long may it take?", "Summarize the plan."],
            ["Who mended the weir?", "Who is at the deadline?"],
        ),
    ],
)
def test_a_date_comes_along_only_where_it_is_asked_for(
    line: str, asked_for: list[str], others: list[str]
) -> None:
    found = ranked(read(["Ann mended the weir.", line], [1.0, 0.9]))
    for question in asked_for:
        assert texts(undated(analyse(question), found)) == texts(found), question
    for question in others:
        assert texts(undated(analyse(question), found)) == ["Ann mended the weir."], question


def test_a_date_is_the_best_answer_only_as_one_of_a_fact() -> None:
    who, thing = analyse("Who mended the weir?"), analyse("What is the last call?")
    for line, kept in (("Published: 3 March 2024", False), ("Closing: 3 March 2024", True)):
        near = ranked(read(["Ann mended the weir.", line], [1.0, 1.1]))
        assert texts(undated(who, near))[0] == (line if kept else "Ann mended the weir.")
        far = ranked(read(["Ann mended the weir.", line], [1.0, 4.0]))
        assert texts(undated(thing, far))[:1] == ([line] if kept else [])
    assert undated(who, []) == []


def test_lines_that_tell_when_something_is_stay_together() -> None:
    rows = ["Fair: 5 May 2024", "Regatta: 9 June 2024", "Marl is a town."]
    found = ranked(read(rows, [2.0, 1.9, 1.0]))
    assert texts(undated(analyse("What does the club plan?"), found)) == rows
    found = ranked(read(rows, [1.9, 1.8, 2.0]))
    assert texts(undated(analyse("Which events are planned?"), found)) == [rows[2], *rows[:2]]
    assert texts(undated(analyse("What does the club plan?"), found)) == rows[2:]


def test_no_sentence_leans_on_a_date() -> None:
    found = ranked(read(["Date: 3 March 2024", "She mended the weir."], [0.0, 9.0]))
    assert texts(choose(analyse("Who mended the weir?"), found, CHOICE, 5)) == [
        "She mended the weir."
    ]


def test_the_number_of_a_section_is_no_version() -> None:
    of = document("Run it as root.")
    span = Span(0, len(of.text))
    for title, another in (("2.1.3 Installation", False), ("2.1.3 (May 2021)", True)):
        one = Candidate(of, Passage(1, of.id, span, (span,), (title,), None, 5), span, 1.0, 1.0)
        assert is_of_another(analyse("How do I install version 1.4.1?"), one) is another


def test_a_year_without_a_column() -> None:
    header, row = "Item | 2019 | 2020", "Rent | 410 | 430"
    text = f"{header}\n{row}"
    span = Span(len(header) + 1, len(text))
    names = Section(Span(0, len(header)), "heading", header, TABLE_LEVEL)
    of = replace(document(text), sections=(names, Section(span, "row")))
    one = Candidate(of, Passage(1, of.id, span, (span,), (), None, 5), span, 1.0, 1.0)
    assert not is_of_another(analyse("What was the rent in 2020?"), one)
    assert not is_of_another(analyse("What was the rent?"), one)
    assert is_of_another(analyse("What was the rent in 2031?"), one)


def test_the_words_of_the_speaker_who_is_named() -> None:
    of = document("We raise the price. I am against it.")
    spans = (Span(0, 19), Span(20, 36))
    sections = (
        Section(spans[0], "turn", speaker="Anna Berg"),
        Section(spans[1], "turn", speaker="Tom Lee"),
    )
    of = replace(of, sections=sections)
    turns = [Passage(at, of.id, span, (span,), (), None, 1) for at, span in enumerate(spans)]
    both = candidates(
        [(of, one) for one in turns],
        [Reading(0.0, (SentenceReading(-float(at)),)) for at in range(2)],
    )
    for question in (
        "What did Tom say about the price?", "What is Tom Lee's opinion?", "According to Tom, why?",
        "What does Lee really think of it?",
    ):  # fmt: skip
        assert texts(said_by(question, both)) == ["I am against it."], question
    for question in ("What is the price?", "Who met Tom?", "What did Eva say to Tom?"):
        assert said_by(question, both) == both, question
    sections = sections[0], replace(sections[1], speaker="TOM LEE")  # as transcripts write it
    loud = [replace(one, document=replace(of, sections=sections)) for one in both]
    assert texts(said_by("What did Tom say about the price?", loud)) == ["I am against it."]
    assert said_by("Who met Tom?", loud) == loud
