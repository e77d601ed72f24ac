from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from index.types import Ids, Vectors
from index.vectors import FlatVectors


def unit(rng: np.random.Generator, *shape: int) -> Vectors:
    rows = rng.standard_normal(shape).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=-1, keepdims=True)
    return rows


def by_hand(
    ids: Ids, vectors: Vectors, query: Vectors, k: int, only: Ids | None = None
) -> list[tuple[int, float]]:
    allowed = np.ones(len(ids), bool) if only is None else np.isin(ids, only)
    scores: NDArray[np.float64] = vectors[allowed].astype(np.float64) @ query.astype(np.float64)
    best = np.argsort(-scores)[:k]
    return [(int(ids[allowed][at]), float(scores[at])) for at in best]


def assert_same(found: list[tuple[int, float]], wanted: list[tuple[int, float]]) -> None:
    assert [one for one, _ in found] == [one for one, _ in wanted]
    np.testing.assert_allclose([s for _, s in found], [s for _, s in wanted], atol=1e-5)


@pytest.fixture
def rng() -> np.random.Generator:
    return np.random.default_rng(7)


@pytest.mark.parametrize("k", [1, 10, 500, 2_000])
def test_the_same_as_by_hand(rng: np.random.Generator, k: int) -> None:
    ids = rng.permutation(10_000)[:500].astype(np.int64) + 2**40
    vectors = unit(rng, 500, 48)
    index = FlatVectors(ids, vectors)
    assert len(index) == 500
    for query in unit(rng, 20, 48):
        assert_same(index.search(query, k), by_hand(ids, vectors, query, k))


@pytest.mark.parametrize("k", [1, 10, 200])
def test_only_some_as_by_hand(rng: np.random.Generator, k: int) -> None:
    ids = np.arange(5, 505, dtype=np.int64)
    vectors = unit(rng, 500, 48)
    index = FlatVectors(ids, vectors)
    for size in (1, 7, 100):
        only = np.append(rng.choice(ids, size, replace=False), 99_999)  # one that is not there
        query = unit(rng, 48)
        assert_same(index.search(query, k, only), by_hand(ids, vectors, query, k, only))


def test_nothing_to_find(rng: np.random.Generator) -> None:
    empty = FlatVectors(np.zeros(0, np.int64), np.zeros((0, 1), np.float32))
    query = unit(rng, 48)
    assert empty.search(query, 5) == []
    index = FlatVectors(np.array([1], np.int64), unit(rng, 1, 48))
    assert index.search(query, 0) == []
    assert index.search(query, 5, np.zeros(0, np.int64)) == []
    assert index.search(query, 5, np.array([2], np.int64)) == []


def test_ids_and_vectors_must_be_as_many(rng: np.random.Generator) -> None:
    with pytest.raises(ValueError, match="2 ids for 3 vectors"):
        FlatVectors(np.array([1, 2], np.int64), unit(rng, 3, 8))
