from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.types import Hit
from rag.retrieve import LEAST, fuse, reciprocal_rank_fusion, weighted_sum, worth_reading

rankings = st.lists(st.lists(st.integers(0, 12), unique=True, max_size=8), max_size=3)


def hits(ids: list[int], source: str = "dense") -> list[Hit]:
    return [Hit(one, 1.0 - at / 10, source) for at, one in enumerate(ids)]


@given(rankings)
def test_reciprocal_ranks_against_exact_fractions(ids: list[list[int]]) -> None:
    """The order is that of the exact sums; floats may only swap what differs by rounding."""
    exact = {
        one: sum(
            (Fraction(1, 60 + ranking.index(one) + 1) for ranking in ids if one in ranking),
            Fraction(0),
        )
        for ranking in ids
        for one in ranking
    }
    fused = reciprocal_rank_fusion([hits(ranking) for ranking in ids])
    assert {hit.passage_id for hit in fused} == exact.keys()
    for hit in fused:
        assert hit.score == pytest.approx(float(exact[hit.passage_id]), abs=1e-12)
        assert hit.source == "fused"
    keys = [(-hit.score, hit.passage_id) for hit in fused]
    assert keys == sorted(keys)


def test_what_both_rankings_hold_comes_first() -> None:
    fused = reciprocal_rank_fusion([hits([1, 2, 3]), hits([3, 4])])
    assert [hit.passage_id for hit in fused] == [3, 1, 2, 4]


def test_ties_stand_in_the_order_of_ids_whichever_ranking_comes_first() -> None:
    for first, second in (([7, 1], [1, 7]), ([1, 7], [7, 1])):
        assert [hit.passage_id for hit in fuse(hits(first), hits(second))] == [1, 7]


@given(st.lists(st.integers(0, 12), unique=True), st.lists(st.integers(0, 12), unique=True))
def test_the_fusion_in_use_loses_nothing_and_keeps_what_both_agree_on(
    dense: list[int], bm25: list[int]
) -> None:
    fused = [hit.passage_id for hit in fuse(hits(dense), hits(bm25))]
    assert sorted(fused) == sorted({*dense, *bm25})
    if dense and bm25 and dense[0] == bm25[0]:
        assert fused[0] == dense[0]


def test_nothing_from_nothing() -> None:
    assert fuse([], []) == []
    assert weighted_sum([[], []], [0.5, 0.5]) == []


def test_weighted_sum_of_scores_from_0_to_1() -> None:
    dense = [Hit(1, 0.9, "dense"), Hit(2, 0.5, "dense"), Hit(3, 0.1, "dense")]
    bm25 = [Hit(2, 20.0, "bm25"), Hit(4, 10.0, "bm25")]
    fused = weighted_sum([dense, bm25], [0.75, 0.25])
    assert [(hit.passage_id, round(hit.score, 9)) for hit in fused] == [
        (1, 0.75),
        (2, 0.625),
        (3, 0.0),
        (4, 0.0),
    ]


def test_a_ranking_of_equal_scores_counts_in_full() -> None:
    (only,) = weighted_sum([[Hit(5, 3.0, "bm25")]], [0.5])
    assert only == Hit(5, 0.5, "fused")


def test_each_ranking_needs_its_weight() -> None:
    with pytest.raises(ValueError, match="zip"):
        weighted_sum([[], []], [1.0])


def test_fewer_are_read_where_the_others_are_far_behind_the_best() -> None:
    def read(scores: list[float], most: int = 6) -> int:
        ranked = [Hit(at, score, "fused") for at, score in enumerate(scores)]
        found = worth_reading(ranked, most, 0.5)
        assert found == ranked[: len(found)]
        return len(found)

    assert read([0.8, 0.7, 0.6, 0.5, 0.4, 0.3]) == 5
    assert read([0.8] * 9) == 6
    assert read([0.8, 0.1, 0.1, 0.1]) == LEAST
    assert read([0.0, 0.0, 0.0, 0.0]) == 4  # each is as good as the best
    assert read([0.8, 0.1, 0.1], most=1) == 1
    assert read([]) == 0
