"""The nearest vectors to a question's. The only module that imports faiss.

Up to EXACT_UP_TO vectors each one is compared, in float16 as it is stored. Above, an inverted
file is trained: one list in SHARE_PROBED is looked into, and a vector there is one byte a
dimension.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from math import ceil, sqrt
from pathlib import Path
from typing import Any

import numpy as np

from index.errors import DamageError
from index.search.dense_file import Put, Take, read_hashed, write_hashed
from index.search.dense_rows import Block, Halves, Mask, Places, ids_of, sample, singles, without
from index.types import Ids, Vectors

__all__ = ["EXACT_UP_TO", "Block", "DenseIndex", "Halves", "is_large", "set_threads"]

EXACT_UP_TO = 300_000  # of 384 dimensions: 8 ms a search, 230 MB
SHARE_PROBED = 8  # a million vectors: 256 of 2,000 lists, 4 ms, as near as 8 bits let it come
SAMPLE = 64  # vectors to train on, for each list
DUE_FROM = 10_000  # fewer changes than this never pay a rebuild
DUE_SHARE = 4  # a rebuild looks at all n vectors, so it comes once in n / 4 changes at most
CHUNK = 1 << 20  # bytes to and from a file at once


@cache
def _faiss() -> Any:
    """Loaded when it is used: commands that search nothing do without its 50 ms.

    The types that it ships lack or misname half of what is used here.
    """
    import faiss

    return faiss


def is_large(total: int) -> bool:
    """Whether an index of so many vectors is trained, and stored."""
    return total > EXACT_UP_TO


@dataclass(frozen=True, slots=True, eq=False)
class DenseIndex:
    """One version's vectors, never changed: another version is another object that shares the
    base. So any number of threads may search, also while the next version is made."""

    _base: _Part
    _live: Mask | None  # which of the base are still there; None for all
    _added: _Part  # exact, all of it live

    @classmethod
    def build(
        cls,
        blocks: Callable[[], Iterator[Block]],
        total: int,
        dimension: int,
        *,
        exact_up_to: int | None = None,
    ) -> DenseIndex:
        """Exact where ``total``, the number of vectors to come, is small enough, else trained.

        To train, ``blocks()`` is called three times: to draw a sample, to count what falls into
        each list, to fill them. So no list has spare room, and no more than the sample is ever
        held in single precision. Ids may come in any order. Raises ValueError for an id that
        comes twice, another dimension, or calls that do not give the same.
        """
        limit = EXACT_UP_TO if exact_up_to is None else exact_up_to
        base = _trained(blocks, total, dimension) if total > limit else None
        return cls(base or _exact(blocks(), dimension), None, _exact([], dimension))

    def changed(self, added: Block, removed: Ids) -> DenseIndex:
        """The next version, at the cost of what has changed since the base.

        An id of ``added`` that is there already gets the new vector. One that is in both is not
        there afterwards: it came and went. ``removed`` may name ids that are not there.
        """
        gone = np.concatenate([removed, added[0]])
        blocks = [without(self._added.block(), gone), without(added, removed)]
        live = self._base.places.without(gone, self._live)
        return DenseIndex(self._base, live, _exact(blocks, self._base.index.d))

    @property
    def is_due(self) -> bool:
        """Whether so much has changed since the base that building anew pays.

        What was removed from the base is still passed over by each search; what was added is
        copied by each change and, beside a trained base, compared one by one.
        """
        n = len(self._base.places)
        changes = len(self._added.places) + n - self._base.count(self._live)
        return changes > max(DUE_FROM, n // DUE_SHARE)

    @property
    def is_trained(self) -> bool:
        return self._base.n_lists > 1

    def __len__(self) -> int:
        return self._base.count(self._live) + len(self._added.places)

    def search(self, query: Vectors, k: int, only: Ids | None = None) -> list[tuple[int, float]]:
        """Ids and cosines of the ``k`` nearest to ``query`` (d,), best first, ties by id.

        With ``only`` no others are found. There are always as many as there can be. They are
        the nearest of all in an exact index, and in a trained one where ``only`` names at most
        one in SHARE_PROBED. Raises ValueError for a query of another dimension.
        """
        if k < 1 or not len(self):
            return []
        if query.shape != (self._base.index.d,):
            raise ValueError(f"a query of {query.shape}, not ({self._base.index.d},)")
        found: list[tuple[int, float]] = []
        for part, live in ((self._base, self._live), (self._added, None)):
            mask = live if only is None else part.places.mask(only, live)
            found += part.search(query, k, mask)
        return sorted(found, key=lambda one: (-one[1], one[0]))[:k]

    def write(self, path: Path) -> str:
        """Stores a trained index without changes; returns the sha256 of the file.

        The file is there whole, also after a power failure, or it is as it was. Raises
        ValueError for any other index, OSError.
        """
        if not self.is_trained or self._live is not None or len(self._added.places):
            raise ValueError("only a trained index without changes is written")
        return write_hashed(path, self._base.write)

    @classmethod
    def read(cls, path: Path, sha256: str, dimension: int) -> DenseIndex:
        """What ``write`` stored. Raises DamageError where it is not that or cannot be read."""
        base = read_hashed(path, sha256, _Part.read)
        if base.index.d != dimension:
            raise DamageError(f"{path} holds {base.index.d} dimensions a vector, not {dimension}")
        return cls(base, None, _exact([], dimension))


def set_threads(threads: int) -> None:
    """How many threads ``build`` may train with where it is called from this thread.

    A search takes one. A second would save 1 ms in 2.5 while nothing else runs; when something
    does, the two wait for each other, and 20 to 50 ms were seen.
    """
    _faiss().omp_set_num_threads(threads)


@dataclass(frozen=True, slots=True, eq=False)
class _Part:
    """Vectors that faiss knows by their places. ``index`` is flat, or in lists."""

    index: Any
    places: Places

    @property
    def n_lists(self) -> int:
        return int(getattr(self.index, "nlist", 1))

    def count(self, live: Mask | None) -> int:
        return len(self.places) if live is None else int(np.count_nonzero(live))

    def block(self) -> Block:
        """All of a flat part, as it was given."""
        codes = _faiss().vector_to_array(self.index.codes)
        return self.places.ids, codes.view(np.float16).reshape(-1, self.index.d)

    def search(self, query: Vectors, k: int, live: Mask | None) -> list[tuple[int, float]]:
        """The ``k`` nearest that are ``live``, and all that are as near as the last of them."""
        n = self.count(live)
        wanted = min(k, n)
        asked = min(wanted + 1, n)
        # Of few that may be found as many are compared as of all.
        share = SHARE_PROBED * n / max(len(self.places), 1)
        probes = min(self.n_lists, ceil(self.n_lists / max(share, 1)))
        found: list[tuple[int, float]] = []
        while n:
            found = self._look(query, asked, probes, live)
            if len(found) < wanted and probes < self.n_lists:
                probes = min(self.n_lists, probes * 4)
            elif len(found) == asked < n and found[-1][1] == found[wanted - 1][1]:
                asked = min(asked * 4, n)
            else:
                break
        return found

    def _look(
        self, query: Vectors, k: int, probes: int, live: Mask | None
    ) -> list[tuple[int, float]]:
        chosen: dict[str, Any] = {}
        if live is not None:
            chosen["sel"] = _faiss().IDSelectorBitmap(np.packbits(live, bitorder="little"))
        if self.n_lists > 1:
            parameters = _faiss().SearchParametersIVF(nprobe=probes, **chosen)
        else:
            parameters = _faiss().SearchParameters(**chosen)
        with _one_thread():
            scores, places = self.index.search(singles(query[None]), k, params=parameters)
        here = places[0] >= 0
        ids = self.places.ids[places[0][here]]
        return list(zip(ids.tolist(), scores[0][here].tolist(), strict=True))

    def write(self, put: Put) -> None:
        put(len(self.places).to_bytes(8, "little"))
        put(self.places.ids.astype("<i8").tobytes())
        _faiss().write_index(self.index, _faiss().PyCallbackIOWriter(put, CHUNK))

    @classmethod
    def read(cls, take: Take) -> _Part:
        """Raises RuntimeError or ValueError where this is not what ``write`` wrote."""
        n = int.from_bytes(take(8), "little")
        ids = np.frombuffer(take(8 * n), "<i8").astype(np.int64)
        index = _faiss().read_index(_faiss().PyCallbackIOReader(take, CHUNK))
        if not isinstance(index, _faiss().IndexIVFScalarQuantizer) or index.ntotal != len(ids):
            raise ValueError("it holds another kind of index")
        return cls(index, Places.of(ids))


def _exact(blocks: Iterable[Block], dimension: int) -> _Part:
    """Every vector as it is stored: what faiss keeps is the float16 values themselves."""
    kind = _faiss().ScalarQuantizer.QT_fp16
    index = _faiss().IndexScalarQuantizer(dimension, kind, _faiss().METRIC_INNER_PRODUCT)
    ids = [np.zeros(0, np.int64)]
    for block in blocks:
        ids.append(ids_of(block, dimension))
        if len(block[0]):
            index.add_sa_codes(np.ascontiguousarray(block[1], np.float16).view(np.uint8))
    return _Part(index, Places.of(np.concatenate(ids)))


def _trained(blocks: Callable[[], Iterator[Block]], total: int, dimension: int) -> _Part | None:
    """None where there are too few to train on."""
    n_lists = max(2, round(2 * sqrt(total)))
    drawn = sample(blocks(), dimension, total, min(total, SAMPLE * n_lists))
    if drawn is None or len(drawn) < n_lists:
        return None
    nearest = _faiss().IndexFlatIP(dimension)
    kind = _faiss().ScalarQuantizer.QT_8bit
    index = _faiss().IndexIVFScalarQuantizer(
        nearest, dimension, n_lists, kind, _faiss().METRIC_INNER_PRODUCT
    )
    index.cp.min_points_per_centroid = 1  # so that faiss does not warn of few
    index.train(singles(drawn))
    del drawn
    ids, lists = [], []
    for block in blocks():
        ids.append(ids_of(block, dimension))
        lists.append(nearest.search(singles(block[1]), 1)[1][:, 0])
    for number, size in enumerate(np.bincount(np.concatenate(lists), minlength=n_lists).tolist()):
        index.invlists.resize(number, size)  # the room stays when the size goes
        index.invlists.resize(number, 0)
    for block, known, into in zip(blocks(), ids, lists, strict=True):
        if not np.array_equal(ids_of(block, dimension), known):
            raise ValueError("blocks() gave other ids when it was called again")
        rows, into = singles(block[1]), np.ascontiguousarray(into)
        index.add_core(len(rows), _faiss().swig_ptr(rows), None, _faiss().swig_ptr(into))
    return _Part(index, Places.of(np.concatenate(ids)))


@contextmanager
def _one_thread() -> Iterator[None]:
    """OpenMP keeps the number for each thread that calls, so it is set at each search."""
    before = _faiss().omp_get_max_threads()
    _faiss().omp_set_num_threads(1)
    try:
        yield
    finally:
        _faiss().omp_set_num_threads(before)
