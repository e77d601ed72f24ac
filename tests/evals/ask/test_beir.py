from __future__ import annotations

import pytest

from evals.ask.beir import ask_beir
from evals.types import Beir, EvalError, Query, SetInfo
from tests.evals.fake_engine import FakeEngine

TEXTS = {
    "moon.txt": "The moon has no air. It is 384 thousand kilometres away.",
    "tea.txt": "Tea 🍵 grows in Assam. Assam lies in India.",
}


@pytest.fixture
def engine() -> FakeEngine:
    return FakeEngine(TEXTS)


def beir(engine_texts: dict[str, str]) -> Beir:
    ids = {"moon.txt": ("moon",), "tea.txt": ("tea", "chai")}
    return Beir(SetInfo("small", "beir", "0"), (), engine_texts, ids)


def test_beir_rankings_are_judged_by_the_qrels(engine: FakeEngine) -> None:
    queries = [Query("x", "tea in assam", {"chai": 1}), Query("tea", "tea in assam", {"chai": 1})]
    first, second = (ask_beir(engine, query, beir(TEXTS)) for query in queries)
    # the fake's dense order is tea (and its twin chai), moon; its bm25 order is the reverse
    assert first.values["dense nDCG@10"] == pytest.approx(1 / 1.5849625)  # chai second
    assert first.values["bm25 nDCG@10"] == pytest.approx(1 / 2)  # chai third
    assert first.values["fused recall@5"] == 1
    assert second.values["dense nDCG@10"] == 1  # a document that is the query itself is left out


def test_beir_refuses_an_index_of_other_documents(engine: FakeEngine) -> None:
    engine.add("diary.txt", "Tea in the morning.")
    with pytest.raises(EvalError, match=r"holds diary\.txt, which is not of small"):
        ask_beir(engine, Query("x", "tea", {"tea": 1}), beir(TEXTS))
