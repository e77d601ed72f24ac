from __future__ import annotations

from pathlib import Path

from evals.ask.qmsum import ask_qmsum
from evals.data.qmsum import load_qmsum
from tests.evals.fake_engine import FakeEngine
from tests.evals.made import TRANSCRIPT, qmsum_folder


def test_gold_turns_found_and_cited(tmp_path: Path) -> None:
    tea, coffee = load_qmsum(qmsum_folder(tmp_path) / "train" / "covid_1.json").questions
    engine = FakeEngine({"covid_1.txt": TRANSCRIPT})
    values = ask_qmsum(engine, tea).values
    # six sentences: the first five and the last five both hold a gold turn
    assert (values["dense turn@5"], values["bm25 turn@5"], values["fused turn@5"]) == (1, 1, 1)
    assert values["fused minus dense"] == 0
    for one in (tea, coffee):
        answer = engine.ask(one.question.question)
        in_gold = any(c.span.overlaps(turn) for c in answer.citations for turn in one.gold)
        assert ask_qmsum(engine, one).values["right"] == in_gold


def test_a_passage_outside_the_gold_turns_or_of_another_meeting_is_none(tmp_path: Path) -> None:
    tea, _ = load_qmsum(qmsum_folder(tmp_path) / "train" / "covid_1.json").questions
    talk = "Ann: I say what Ann did say on tea.\n\n"
    other = FakeEngine({"covid_2.txt": talk + TRANSCRIPT})  # the same words, another meeting
    values = ask_qmsum(other, tea).values
    assert (values["fused turn@5"], values["right"], values["precision"]) == (0, 0, 0)
    both = FakeEngine({"covid_1.txt": TRANSCRIPT, "long.txt": "Ann did say on tea what. " * 6})
    values = ask_qmsum(both, tea).values
    assert (values["fused turn@5"], values["right"]) == (0, 0)
    assert values["fused minus dense"] == -values["dense turn@5"]
