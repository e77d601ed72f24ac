"""Who reads texts in several languages, and where a chance counts as measured."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from index.types import Document, Passage, Source, Span
from rag.answer.candidates import Candidate, passage_text
from rag.answer.tongues import Read, Tongues, read_by, tongue_of
from rag.confidence.decision import decide
from rag.reader.kit import Kit, similarity
from rag.types import Reading, SentenceReading

ENGLISH = (
    "The lamp was lit for the first time in 1867, and the last keeper has been gone since 1989."
)
GERMAN = "Der Turm wurde 1867 gebaut und ist von einem Wärter bis 1989 nicht verlassen worden."
ROW = "Gannet | 31 | 1867"
TRAINED: Kit = replace(similarity(), name="trained", open_judge=lambda: pytest.fail("not opened"))


def given(text: str, **more: Any) -> tuple[Document, Passage]:
    source = (Source("", "a.txt"),)
    document = Document("1", source, "", "text/plain", text, (), None, "", "", **more)
    span = Span(0, len(text))
    return document, Passage(1, "1", span, (span,), (), None, 9)


def read(texts: list[str], similar: list[float], own: list[float]) -> tuple[Read, list[str]]:
    """By readers that give each text its score, and who read; from 0 on there is an answer."""
    who: list[str] = []

    def reading(kit: Kit) -> list[Reading]:
        who.append(kit.name)
        scores = similar if kit.name == "similarity" else own
        return [Reading(one, (SentenceReading(one),)) for one in scores]

    placed = [given(text) for text in texts]
    passages = [passage_text(*one) for one in placed]
    return read_by(TRAINED, placed, passages, decide(0.5, None), reading), who


def quoted(text: str) -> list[Candidate]:
    document, passage = given(text)
    return [Candidate(document, passage, passage.span, 1.0, 1.0)]


def test_english_is_read_by_the_kit_alone_and_other_texts_by_similarity_alone() -> None:
    assert read([ENGLISH, ROW], [1, 2], [1, 2])[1] == ["trained"]
    found, who = read([GERMAN], [1], [1])
    assert who == ["similarity"]
    assert not found.tongues.are_measured(quoted(GERMAN))
    assert found.decision.least != decide(0.5, None).least  # similarity's own threshold


@pytest.mark.parametrize(
    ("similar", "own", "by"),
    [
        ([2, 1], [2, 1], "trained"),
        ([1, 2], [2, 1], "trained"),  # sure of the English one
        ([1, 2], [-1, -2], "similarity"),
        ([1, 2], [1, 2], "similarity"),
        ([2, 1], [-1, -2], "trained"),
        ([2, 1], [1, 2], "trained"),
    ],
)
def test_of_both_who_reads_goes_by_the_best_sentence(
    similar: list[float], own: list[float], by: str
) -> None:
    found, _ = read([ENGLISH, GERMAN], similar, own)
    assert found.kit.name == by
    best = own if by == "trained" else similar
    assert found.tongues.best == ("German" if best[1] > best[0] else None)


def test_a_chance_is_measured_where_english_was_best_and_is_quoted() -> None:
    both = Tongues(None, (None, "German"))
    assert both.are_measured(quoted(ENGLISH))
    assert not both.of(quoted(ENGLISH))
    assert not both.are_measured(quoted(GERMAN))
    assert both.of(quoted(GERMAN)) == {"German"}
    assert both.are_measured([])  # refused: the best one was English
    assert both.of([]) == {"German"}  # and this was read, too
    assert not Tongues("German", ("German",)).are_measured([])


def test_a_passage_of_few_words_is_of_its_documents_language() -> None:
    document, passage = given(ROW)
    assert tongue_of(document, passage) is None
    about = replace(document.about, language="German")
    assert tongue_of(replace(document, about=about), passage) == "German"
    english, whole = given(ENGLISH)
    assert tongue_of(replace(english, about=about), whole) is None
