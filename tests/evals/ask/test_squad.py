from __future__ import annotations

from dataclasses import replace

import pytest

from evals.ask.squad import ask_squad
from evals.types import Question
from tests.evals.fake_engine import FakeEngine, Ranking

TEXTS = {
    "moon.txt": "The moon has no air. It is 384 thousand kilometres away.",
    "tea.txt": "Tea 🍵 grows in Assam. Assam lies in India.",
}


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(TEXTS)


def test_squad_ranks_without_abstention(engine: FakeEngine) -> None:
    tea = engine.documents_by_id["doc-1"].text_sha256
    asked = Question(
        "q", "Where in the world does tea lie in?", True, (("India",),), text_sha256=tea
    )
    elsewhere = replace(asked, text_sha256="another paragraph")
    first, second = (ask_squad(engine, one) for one in (asked, elsewhere))
    ranks = [citation.quote for citation in engine.rank(asked.question, k=3).sentences]
    place = ranks.index(" Assam lies in India.") + 1
    assert [first.values[f"answer@{k}"] for k in (1, 2, 3)] == [
        float(place <= k) for k in (1, 2, 3)
    ]
    assert [second.values[f"answer@{k}"] for k in (1, 2, 3)] == [0, 0, 0]
    assert first.scores == {
        "answer": engine.rank(asked.question, k=1).confidence,
        "cosine": engine.rank_cosine(asked.question, k=1).confidence,
    }


def test_the_highlight_is_scored_as_squad_scores_a_span(engine: FakeEngine) -> None:
    # the fake marks the last two words of the best sentence: "no air"
    whole = Question("q", "What has the moon?", True, (("The air", "no air"),))
    half = replace(whole, must_quote=(("an air",),))
    none = replace(whole, must_quote=(("a sea",),))
    values = [ask_squad(engine, one).values for one in (whole, half, none)]
    assert [one["highlight EM"] for one in values] == [1, 0, 0]
    assert [one["highlight F1"] for one in values] == [1, pytest.approx(2 / 3), 0]


def test_no_highlight_scores_nothing_and_an_unanswerable_question_has_none() -> None:
    class Unmarked(FakeEngine):
        def rank(self, question: str, k: int) -> Ranking:
            return replace(super().rank(question, k), highlights=(None,) * k)

    asked = Question("q", "What has the moon?", True, (("no air",),))
    values = ask_squad(Unmarked(TEXTS), asked).values
    assert (values["highlight EM"], values["highlight F1"]) == (0, 0)
    assert (
        "highlight EM" not in ask_squad(FakeEngine(TEXTS), replace(asked, answerable=False)).values
    )
