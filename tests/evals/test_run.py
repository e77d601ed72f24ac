from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from evals.run import ask_one, check_citations, sample
from evals.types import Question
from index.types import Span
from rag.types import Answer, AnswerSentence, Reason, Turn
from tests.evals.fake_engine import FakeEngine

TEXTS = {
    "moon.txt": "The moon has no air. It is 384 thousand kilometres away.",
    "tea.txt": "Tea 🍵 grows in Assam. Assam lies in India.",
}


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(TEXTS)


def question(text: str, *must: str, **rest: object) -> Question:
    groups = tuple((words,) for words in must)
    return Question("q", text, bool(must), groups, **rest)  # type: ignore[arg-type]


def test_a_right_answer(engine: FakeEngine) -> None:
    outcome = ask_one(engine, question("Tea grows in", "assam"))
    latency = dict(outcome.values).pop("ms")
    assert latency > 0
    assert {name: v for name, v in outcome.values.items() if name != "ms"} == {
        "right": 1.0,
        "precision": 1.0,
        "quotes": 1.0,
        "recall@1": 1.0,
        "recall@5": 1.0,
        "recall@10": 1.0,
        "MRR": 1.0,
    }
    assert outcome.detail["cited"] == ["Tea 🍵 grows in Assam."]
    assert (outcome.violations, outcome.scores) == ((), {"answer": 1.0})


def test_a_wrong_answer_whose_sentence_was_found_second(engine: FakeEngine) -> None:
    outcome = ask_one(engine, question("tea grows in assam lies", "India"))
    chosen = ("right", "precision", "recall@1", "recall@5", "MRR")
    assert [outcome.values[name] for name in chosen] == [0, 0, 0, 1, 0.5]


def test_an_unanswerable_question_answered_and_one_refused(engine: FakeEngine) -> None:
    outcomes = [ask_one(engine, question(q)) for q in ("The moon has air", "Who sells cheese?")]
    assert [outcome.values["refused"] for outcome in outcomes] == [0, 1]
    assert [outcome.values.get("precision") for outcome in outcomes] == [0, None]
    assert "right" not in outcomes[0].values
    assert "recall@1" not in outcomes[0].values


def test_history_reaches_the_engine_and_the_search_uses_what_it_made_of_it(
    engine: FakeEngine,
) -> None:
    history = (Turn("user", "the moon has"), Turn("assistant", "unused"))
    outcome = ask_one(engine, question("No air?", "no air", history=history))
    assert outcome.detail["standalone_question"] == "the moon has No air?"
    assert (outcome.values["right"], outcome.values["recall@1"]) == (1, 1)


def test_a_rejected_question_is_neither_right_nor_refused(engine: FakeEngine) -> None:
    outcomes = [ask_one(engine, one) for one in (question("a\0", "assam"), question("a\0"))]
    assert [dict(outcome.values) for outcome in outcomes] == [{"right": 0.0}, {"refused": 0.0}]
    assert "NUL" in outcomes[0].detail["error"]


def moved(answer: Answer) -> Answer:
    (cited,) = answer.citations
    return replace(answer, citations=(replace(cited, span=cited.span.shift(1)),))


def of_no_document(answer: Answer) -> Answer:
    return replace(answer, citations=(replace(answer.citations[0], document_id="gone"),))


def outside(answer: Answer) -> Answer:
    return replace(answer, citations=(replace(answer.citations[0], span=Span(0, 10_000)),))


def of_another_text(answer: Answer) -> Answer:
    return replace(answer, citations=(replace(answer.citations[0], text_sha256="0" * 64),))


def reworded(answer: Answer) -> Answer:
    return replace(answer, sentences=(AnswerSentence("Tea grows.", (1,), 1.0),))


def uncited(answer: Answer) -> Answer:
    return replace(answer, sentences=(replace(answer.sentences[0], citations=()),))


def citing_too_much(answer: Answer) -> Answer:
    return replace(answer, sentences=(replace(answer.sentences[0], citations=(1, 2)),))


def marked_outside(answer: Answer) -> Answer:
    sentence = answer.sentences[0]
    return replace(answer, sentences=(replace(sentence, highlight=Span(0, 99)),))


def with_one_number_twice(answer: Answer) -> Answer:
    return replace(answer, citations=answer.citations * 2)


def with_a_bad_nearest(answer: Answer) -> Answer:
    nearest = replace(answer.citations[0], quote="invented")
    return replace(answer, reason=Reason("not_supported", "", nearest=(nearest,)))


@pytest.mark.parametrize(
    ("spoil", "found"),
    [
        (moved, "1-22 of the document is not the quote"),
        (of_no_document, "document gone is not in the index"),
        (outside, "0-10000 is no range within the document"),
        (of_another_text, "text_sha256 is not the hash"),
        (reworded, "sentence 1: it is not the quote of its citation"),
        (uncited, "sentence 1: it cites nothing"),
        (citing_too_much, "or what is not there"),
        (marked_outside, "its highlight lies outside"),
        (with_one_number_twice, "two citations have one number"),
        (with_a_bad_nearest, "0-21 of the document is not the quote"),
    ],
)
def test_each_broken_citation_is_found(
    engine: FakeEngine, spoil: Callable[[Answer], Answer], found: str
) -> None:
    answer = engine.ask("Tea grows in Assam")
    assert list(check_citations(engine, answer)) == []
    (problem,) = check_citations(engine, spoil(answer))
    assert found in problem


def test_words_of_an_llm_need_not_be_the_quote(engine: FakeEngine) -> None:
    written = replace(reworded(engine.ask("Tea grows in Assam")), mode="llm")
    assert list(check_citations(engine, written)) == []


def test_a_sample_keeps_the_order_and_is_the_same_for_the_same_seed() -> None:
    drawn = sample(range(1000), 20, seed=7)
    assert drawn == sample(range(1000), 20, seed=7) == tuple(sorted(set(drawn)))
    assert len(drawn) == 20
    assert drawn != sample(range(1000), 20, seed=8)
    assert sample([3, 1], 5) == sample([3, 1], None) == (3, 1)
