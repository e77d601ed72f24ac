from __future__ import annotations

import math
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sklearn.metrics import ndcg_score, roc_auc_score

from evals.metrics import (
    auroc,
    first_rank,
    fold,
    found_at,
    is_right,
    ndcg_at,
    recall_at,
    reciprocal_rank,
    stands_in,
)
from evals.types import Question, Quote


def quotes(*texts: str, sha256: str = "a") -> list[Quote]:
    return [Quote(text, sha256) for text in texts]


def asked(*groups: tuple[str, ...], **rest: object) -> Question:
    return Question("q", "?", True, must_quote=groups, **rest)  # type: ignore[arg-type]


UNANSWERABLE = Question("q", "?", False)


def test_fold_knows_composition_case_and_white_space() -> None:
    assert fold("  Cafe\u0301\u00a0STRASSE\r\n x ") == fold("café straße x") == "café strasse x"


@pytest.mark.parametrize(
    ("words", "text", "whole", "stands"),
    [
        ("about 70", "There were ABOUT\n70 people", False, True),
        ("40", "the share was 140", False, True),
        ("40", "the share was 140", True, False),
        ("40", "the share was 40%", True, True),
        ("40", "the share was 40.5", True, False),
        ("40", "the share was 40.", True, True),
        ("40", "the share was 3.40", True, False),
        ("art", "a part of the article", True, False),
        ("(art)", "the (ART) of", True, True),
        ("a.c", "abc", True, False),
        (" ", "anything at all", False, False),
    ],
)
def test_stands_in(words: str, text: str, whole: bool, stands: bool) -> None:
    assert stands_in(words, text, whole_words=whole) is stands


def test_answerable_needs_an_alternative_of_every_group() -> None:
    question = asked(("seventy", "about 70"), ("Minsk",))
    assert is_right(question, "answered", quotes("About 70 people.", "It was in Minsk."))
    assert is_right(question, "partial", quotes("Seventy people came to Minsk."))
    assert not is_right(question, "answered", quotes("About 70 people."))
    assert not is_right(question, "no_answer", [])


def test_must_not_quote_and_max_quotes_make_an_answer_wrong() -> None:
    question = asked(("Zas",), must_not_quote=("Tasmagambetov",), max_quotes=2)
    assert is_right(question, "answered", quotes("Stanislav Zas spoke.", "He left."))
    assert not is_right(question, "answered", quotes("Zas spoke.", "TASMAGAMBETOV spoke."))
    assert not is_right(question, "answered", quotes("Zas spoke.", "He left.", "He came."))


def test_only_quotes_of_the_named_text_count() -> None:
    question = asked(("Minsk",), text_sha256="right")
    assert is_right(question, "answered", quotes("In Minsk.", sha256="right"))
    assert not is_right(question, "answered", quotes("In Minsk.", sha256="other"))


@pytest.mark.parametrize(
    ("status", "right"), [("no_answer", True), ("answered", False), ("info", False)]
)
def test_unanswerable_is_right_when_refused(status: str, right: bool) -> None:
    assert is_right(UNANSWERABLE, status, []) is right


def test_recall_counts_groups_and_mrr_the_first_hit_of_any() -> None:
    question = asked(("one",), ("two", "zwei"))
    hits = quotes("nothing", "it is one", "none", "zwei")
    assert [found_at(question, hits, k) for k in (1, 2, 3, 4)] == [0, 0.5, 0.5, 1]
    assert reciprocal_rank(first_rank(question, hits)) == 0.5
    assert reciprocal_rank(first_rank(question, quotes("nothing"))) == 0


def test_ndcg_against_a_hand_computed_value() -> None:
    # gains 3 and 1 at ranks 2 and 3; ideal 3, 2, 1
    got = 3 / math.log2(3) + 1 / math.log2(4)
    ideal = 3 / 1 + 2 / math.log2(3) + 1 / 2
    relevant = {"a": 3, "b": 2, "c": 1}
    assert ndcg_at(["x", "a", "c"], relevant, 10) == pytest.approx(got / ideal)
    assert ndcg_at(["x", "a", "c"], relevant, 1) == 0
    assert ndcg_at(["a", "b", "c"], relevant, 2) == 1
    assert ndcg_at(["a"], {}, 10) == 0


@given(st.integers(0, 2**32))
def test_ndcg_agrees_with_scikit_learn(seed: int) -> None:
    draw = random.Random(seed)
    grades = {str(i): draw.randrange(4) for i in range(12)}
    grades["0"] = 1
    ranking = draw.sample(sorted(grades), 12)
    scores = [[12 - ranking.index(document) for document in grades]]
    expected = ndcg_score([list(grades.values())], scores, k=5)
    assert ndcg_at(ranking, grades, 5) == pytest.approx(expected)


def test_recall_leaves_out_documents_of_grade_0() -> None:
    relevant = {"a": 1, "b": 2, "c": 0}
    assert [recall_at(["c", "a", "x", "b"], relevant, k) for k in (1, 2, 4)] == [0, 0.5, 1]


def test_auroc_of_hand_made_scores() -> None:
    assert auroc([True, False, True, False], [0.9, 0.1, 0.8, 0.2]) == 1
    assert auroc([True, False], [0.5, 0.5]) == 0.5
    assert math.isnan(auroc([True, True], [0.1, 0.2]))


@given(st.lists(st.tuples(st.booleans(), st.integers(0, 5)), min_size=2, max_size=60))
def test_auroc_agrees_with_scikit_learn_and_counted_pairs(rows: list[tuple[bool, int]]) -> None:
    labels, scores = [label for label, _ in rows], [score for _, score in rows]
    pairs = [
        (a > b) + 0.5 * (a == b)
        for a, yes in zip(scores, labels, strict=True)
        if yes
        for b, other in zip(scores, labels, strict=True)
        if not other
    ]
    if not pairs:
        assert math.isnan(auroc(labels, scores))
        return
    assert auroc(labels, scores) == pytest.approx(sum(pairs) / len(pairs))
    assert auroc(labels, scores) == pytest.approx(roc_auc_score(labels, scores))
