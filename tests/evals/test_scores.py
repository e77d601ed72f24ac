"""Figures of scores, and the plain way beside them."""

from __future__ import annotations

from dataclasses import replace

import pytest

from evals.beside import beside
from evals.metrics import auroc
from evals.reliability import calibration_error
from evals.report import figures_of
from evals.risk import aurc, coverage_at
from evals.scores import score_figures, scored
from tests.evals.outcomes import drawn, outcome

MADE = drawn(120)
NEW = {"coverage@10%wrong", "AURC", "ECE"}


def test_the_figures_are_those_of_the_pure_functions() -> None:
    figures = score_figures(MADE)
    assert figures.keys() == NEW | {
        "answer AUROC", "cosine AUROC", "cosine coverage@10%wrong", "cosine AURC"
    }  # fmt: skip
    for name, of in (("answer", ""), ("cosine", "cosine ")):
        score = [one.scores[name] for one in MADE]
        right = [one.values.get(f"{name}@1", 0.0) == 1 for one in MADE]
        could = [one.answerable for one in MADE]
        assert figures[f"{name} AUROC"].value == pytest.approx(auroc(could, score))
        assert figures[f"{of}AURC"].value == pytest.approx(aurc(score, right))
        coverage = coverage_at(0.1, score, right, could)
        assert figures[f"{of}coverage@10%wrong"].value == pytest.approx(coverage)
    stated = [one.scores["answer"] for one in MADE]
    first = [one.values.get("answer@1", 0.0) == 1 for one in MADE]
    assert figures["ECE"].value == pytest.approx(calibration_error(stated, first))
    assert all(one.n == 120 and one.low is not None for one in figures.values())


def test_an_unanswerable_question_is_wrong_whatever_it_quotes() -> None:
    one = scored([outcome("a", answerable=False, scores={"answer": 0.9}), *MADE], "answer")
    assert (one.right[0], one.answerable[0], one.judged) == (False, False, True)
    assert len(scored([outcome("b"), *MADE], "answer").outcomes) == 120  # without a score: out


def test_without_both_kinds_or_without_a_judgement_there_is_less_to_say() -> None:
    assert score_figures([one for one in MADE if one.answerable]) == {}
    unjudged = [replace(one, values={}) for one in MADE]
    assert score_figures(unjudged).keys() == {"answer AUROC", "cosine AUROC"}


def test_the_plain_way_has_the_same_questions_and_a_paired_difference() -> None:
    figures = figures_of(MADE)
    both = beside(MADE, figures)
    assert both.keys() == {"answer@1", "answer AUROC", "coverage@10%wrong", "AURC"}
    for name, plain in (("answer@1", "cosine@1"), ("answer AUROC", "cosine AUROC")):
        one = both[name]
        assert one.plain == figures[plain]
        assert one.gain.value == pytest.approx(figures[name].value - figures[plain].value)
        assert one.gain.low is not None
        assert one.gain.low <= one.gain.value
    assert both["answer AUROC"].gain.n == 120
    assert both["answer@1"].gain.n == 60


def test_nothing_is_beside_what_has_no_plain_way() -> None:
    alone = [replace(one, scores={"answer": one.scores["answer"]}) for one in MADE]
    assert beside(alone, figures_of(alone)).keys() == {"answer@1"}
    turns = [outcome(str(n), values={"fused turn@5": 1.0, "dense turn@5": n % 2}) for n in range(8)]
    assert beside(turns, figures_of(turns))["fused turn@5"].gain.value == 0.5
