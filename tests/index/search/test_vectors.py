"""Dense search against a search by hand over all vectors."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from index.errors import DamageError
from index.search.vectors import Block, DenseIndex, Halves
from index.types import Ids, Vectors

DIMENSION = 24


def rows(n: int, seed: int = 0) -> Halves:
    """Unit vectors around some centres: without any structure no list could be left out."""
    rng = np.random.default_rng(seed)
    centres = np.random.default_rng(99).standard_normal((20, DIMENSION))
    found = centres[rng.integers(0, 20, n)] + 0.4 * rng.standard_normal((n, DIMENSION))
    return (found / np.linalg.norm(found, axis=1, keepdims=True)).astype(np.float16)


def blocks(ids: Ids, vectors: Halves, size: int = 7) -> Callable[[], Iterator[Block]]:
    def each() -> Iterator[Block]:
        for at in range(0, len(ids), size):
            yield ids[at : at + size], vectors[at : at + size]

    return each


def by_hand(there: dict[int, Vectors], query: Vectors, k: int) -> list[int]:
    scored = [(-float(vector @ query), id) for id, vector in there.items()]
    return [id for _, id in sorted(scored)[:k]]


def query(seed: int) -> Vectors:
    return rows(1, seed)[0].astype(np.float32)


def ids_of(hits: list[tuple[int, float]]) -> list[int]:
    return [id for id, _ in hits]


@pytest.mark.parametrize("seed", range(8))
def test_any_sequence_of_changes_finds_what_a_search_by_hand_finds(seed: int) -> None:
    rng = np.random.default_rng(seed)
    ids = np.arange(1, 61, dtype=np.int64)
    vectors = rows(60, seed)
    there = {int(i): v.astype(np.float32) for i, v in zip(ids, vectors, strict=True)}
    index = DenseIndex.build(blocks(ids, vectors), 60, DIMENSION)
    following = 61
    for step in range(12):
        before, old = index, ids_of(index.search(query(step), 9))
        gone = rng.choice(sorted(there), min(len(there), int(rng.integers(0, 9))), replace=False)
        n = int(rng.integers(0, 9))
        new = np.arange(following, following + n, dtype=np.int64)
        following += n
        added = rows(n, 1_000 * seed + step)
        index = index.changed((new, added), gone.astype(np.int64))
        for id in gone.tolist():
            del there[id]
        there |= {int(i): v.astype(np.float32) for i, v in zip(new, added, strict=True)}
        assert len(index) == len(there)
        for k in (1, 5, 500):
            hits = index.search(query(step), k)
            assert ids_of(hits) == by_hand(there, query(step), k)
            for id, score in hits:
                assert score == pytest.approx(float(there[id] @ query(step)), abs=2e-3)
        some = rng.choice(np.arange(1, following), 20, replace=False).astype(np.int64)
        allowed = {id: v for id, v in there.items() if id in set(some.tolist())}
        assert ids_of(index.search(query(step), 6, some)) == by_hand(allowed, query(step), 6)
        assert ids_of(before.search(query(step), 9)) == old, "an older version stays as it was"


def test_nothing_to_find() -> None:
    none = np.zeros(0, np.int64)
    empty = DenseIndex.build(blocks(none, rows(0)), 0, DIMENSION)
    assert len(empty) == 0
    assert empty.search(query(1), 5) == []
    full = empty.changed((np.array([4], np.int64), rows(1)), none)
    assert ids_of(full.search(query(1), 5)) == [4]
    assert full.search(query(1), 0) == []
    assert full.search(query(1), 5, none) == []
    assert full.search(query(1), 5, np.array([7], np.int64)) == []


def test_equal_vectors_come_in_the_order_of_their_ids() -> None:
    one = np.repeat(rows(1), 5, axis=0)
    ids = np.array([9, 3, 7, 1, 5], np.int64)
    index = DenseIndex.build(blocks(ids, one), 5, DIMENSION)
    assert ids_of(index.search(query(0), 5)) == [1, 3, 5, 7, 9]


@pytest.fixture(scope="module")
def trained() -> tuple[DenseIndex, Ids, Halves]:
    vectors = rows(3_000, 5)
    ids = np.arange(10, 3_010, dtype=np.int64)
    build = blocks(ids, vectors, 500)
    return DenseIndex.build(build, 3_000, DIMENSION, exact_up_to=100), ids, vectors


def test_a_trained_index_finds_nearly_all_that_is_near(
    trained: tuple[DenseIndex, Ids, Halves],
) -> None:
    index, ids, vectors = trained
    assert index.is_trained
    there = {int(i): v.astype(np.float32) for i, v in zip(ids, vectors, strict=True)}
    found = [
        len(set(ids_of(index.search(query(n), 10))) & set(by_hand(there, query(n), 10)))
        for n in range(40)
    ]
    assert sum(found) / 400 > 0.9


def test_a_trained_index_never_gives_what_was_removed_or_not_asked_for(
    trained: tuple[DenseIndex, Ids, Halves],
) -> None:
    index, _, _ = trained
    nearest = ids_of(index.search(query(3), 10))
    added = np.array([50_000], np.int64), query(3).astype(np.float16).reshape(1, -1)
    after = index.changed(added, np.array(nearest[:5], np.int64))
    assert len(after) == len(index) - 4
    found = ids_of(after.search(query(3), 10))
    assert found[0] == 50_000
    assert not set(found) & set(nearest[:5])
    assert ids_of(index.search(query(3), 10)) == nearest
    only = np.array([nearest[0], nearest[6]], np.int64)
    assert ids_of(after.search(query(3), 10, only)) == [nearest[6]]


def test_what_is_written_is_what_is_read(
    trained: tuple[DenseIndex, Ids, Halves], tmp_path: Path
) -> None:
    index, _, _ = trained
    sha256 = index.write(tmp_path / "x.faiss")
    again = DenseIndex.read(tmp_path / "x.faiss", sha256, DIMENSION)
    for n in range(20):
        assert again.search(query(n), 10) == index.search(query(n), 10)
    with pytest.raises(ValueError, match="without changes"):
        index.changed((np.array([1], np.int64), rows(1)), np.zeros(0, np.int64)).write(tmp_path)


def test_every_flipped_bit_of_the_file_is_refused(
    trained: tuple[DenseIndex, Ids, Halves], tmp_path: Path
) -> None:
    path = tmp_path / "x.faiss"
    sha256 = trained[0].write(path)
    data = path.read_bytes()
    for at in np.random.default_rng(1).integers(0, 8 * len(data), 60).tolist():
        flipped = bytearray(data)
        flipped[at // 8] ^= 1 << at % 8
        path.write_bytes(flipped)
        with pytest.raises(DamageError):
            DenseIndex.read(path, sha256, DIMENSION)
    for wrong in (b"", data[:-1], data + b"x"):
        path.write_bytes(wrong)
        with pytest.raises(DamageError):
            DenseIndex.read(path, sha256, DIMENSION)
    path.unlink()
    with pytest.raises(DamageError):
        DenseIndex.read(path, sha256, DIMENSION)
