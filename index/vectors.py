"""Exact dense search. The only module that imports faiss."""

from __future__ import annotations

import faiss
import numpy as np

from index.types import Ids, Vectors


class FlatVectors:
    """All vectors of one version, never changed: another version is another object."""

    def __init__(self, ids: Ids, vectors: Vectors) -> None:
        """``ids`` (n,), ``vectors`` (n, d) with rows of length 1."""
        if len(ids) != len(vectors):
            raise ValueError(f"{len(ids)} ids for {len(vectors)} vectors")
        self._index = faiss.IndexIDMap2(faiss.IndexFlatIP(vectors.shape[1]))
        if len(ids):
            self._index.add_with_ids(
                np.ascontiguousarray(vectors, np.float32), np.ascontiguousarray(ids, np.int64)
            )

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def search(self, query: Vectors, k: int, only: Ids | None = None) -> list[tuple[int, float]]:
        """Ids and cosines of the ``k`` nearest to ``query`` (d,), best first, among ``only``."""
        if not len(self) or k < 1 or (only is not None and not len(only)):
            return []
        parameters = None
        if only is not None:
            selector = faiss.IDSelectorBatch(np.ascontiguousarray(only, np.int64))
            parameters = faiss.SearchParameters()
            parameters.sel = selector
        scores, ids = self._index.search(
            np.ascontiguousarray(query, np.float32).reshape(1, -1),
            min(k, len(self)),
            params=parameters,
        )
        found = zip(ids[0].tolist(), scores[0].tolist(), strict=True)
        return [(passage, score) for passage, score in found if passage >= 0]


def set_threads(threads: int) -> None:
    faiss.omp_set_num_threads(threads)
