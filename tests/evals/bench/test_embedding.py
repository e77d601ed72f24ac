"""The figures of the embedder's bench, on vectors whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from evals.bench.embedding import cosines_of, ndcg_of
from evals.types import Beir, Query, SetInfo


def test_cosines_are_row_by_row_whatever_the_lengths() -> None:
    one = np.array([[1, 0], [2, 0], [0, 3]], np.float32)
    other = np.array([[5, 0], [1, 1], [0, -1]], np.float32)
    assert cosines_of(one, other) == pytest.approx([1, math.sqrt(0.5), -1])


def test_ndcg_is_the_mean_over_the_queries() -> None:
    queries = (Query("1", "first", {"a": 1}), Query("2", "second", {"c": 1}))
    beir = Beir(SetInfo("made", "beir", ""), queries, {}, {})
    documents = np.array([[1, 0], [0.8, 0.6], [0, 1]], np.float32)
    asked = np.array([[1, 0], [0.8, 0.6]], np.float32)
    names = [("a",), ("b",), ("c", "d")]
    # "a" is first for the first query; "c" comes third for the second, after "b" and "a".
    assert ndcg_of(asked, documents, names, beir) == pytest.approx((1 + 1 / math.log2(4)) / 2)
