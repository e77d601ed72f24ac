from __future__ import annotations

from dataclasses import replace

import pytest

from evals.ask.own import ask_own
from evals.types import Question
from rag.types import Turn
from tests.evals.fake_engine import FakeEngine

TEXTS = {
    "moon.txt": "The moon has no air. It is 384 thousand kilometres away.",
    "tea.txt": "Tea grows in Assam. Assam lies in India.",
}
ASKED = Question("q", "Where does tea grow in?", True, (("Assam lies",), ("India", "Ceylon")))


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(TEXTS)


def test_a_sentence_is_right_if_it_holds_some_group_and_nothing_forbidden(
    engine: FakeEngine,
) -> None:
    quotes = [one.quote for one in engine.rank(ASKED.question, k=3).sentences]
    assert quotes[:2] == ["Tea grows in Assam.", " Assam lies in India."]
    values = ask_own(engine, ASKED).values
    assert [values[f"answer@{k}"] for k in (1, 2, 3)] == [0, 1, 1]
    forbidden = replace(ASKED, must_not_quote=("lies in",))
    assert ask_own(engine, forbidden).values["answer@3"] == 0
    assert ask_own(engine, ASKED).scores == {
        "answer": engine.rank(ASKED.question, k=1).confidence,
        "cosine": engine.rank_cosine(ASKED.question, k=1).confidence,
    }


def test_a_follow_up_is_ranked_as_it_was_understood(engine: FakeEngine) -> None:
    asked = replace(ASKED, question="No air?", history=(Turn("user", "the moon has"),))
    asked = replace(asked, must_quote=(("no air",),))
    outcome = ask_own(engine, asked)
    assert outcome.values["answer@1"] == 1
    assert outcome.scores["answer"] == engine.rank("the moon has No air?", k=1).confidence


def test_an_unanswerable_question_has_scores_only_and_a_rejected_one_nothing(
    engine: FakeEngine,
) -> None:
    outcome = ask_own(engine, Question("q", "Who sells cheese?", False))
    assert outcome.scores.keys() == {"answer", "cosine"}
    assert "answer@1" not in outcome.values
    rejected = ask_own(engine, replace(ASKED, question="a\0"))
    assert (dict(rejected.values), rejected.scores) == ({"right": 0.0}, {})


def test_a_miss_brings_what_a_person_needs_to_see_why(engine: FakeEngine) -> None:
    wrong = ask_own(engine, replace(ASKED, question="Tea grows in"))
    assert wrong.detail["cited"] == ["Tea grows in Assam."]
    assert wrong.detail["wanted"] == [["Assam lies"], ["India", "Ceylon"]]
    assert wrong.detail["passages"][0] == {"path": "tea.txt", "text": "Tea grows in Assam."}
    assert len(wrong.detail["passages"]) == 3
    right = ask_own(engine, replace(ASKED, question="Assam lies in"))
    assert "passages" not in right.detail
