"""Vectors in blocks, and which id stands at which place. Plain arrays, nothing of a library."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from index.types import Ids, Vectors

Halves = NDArray[np.float16]
Block = tuple[Ids, Halves]  # ids (n,), vectors (n, d) with rows of length 1
Mask = NDArray[np.bool_]


@dataclass(frozen=True, slots=True, eq=False)
class Places:
    """The ids (n,) at the places 0 … n-1, none twice, and the way back."""

    ids: Ids
    order: Ids | None  # places by rising id; None where that is their order

    @classmethod
    def of(cls, ids: Ids) -> Places:
        """Raises ValueError for an id that comes twice."""
        order = None if np.all(ids[1:] > ids[:-1]) else np.argsort(ids, kind="stable")
        if order is not None and np.any(ids[order[1:]] == ids[order[:-1]]):
            raise ValueError("an id came twice")
        return cls(ids, order)

    def __len__(self) -> int:
        return len(self.ids)

    def find(self, ids: Ids) -> Ids:
        """Where those of ``ids`` stand that are here."""
        if not len(self):
            return np.zeros(0, np.int64)
        at = np.minimum(np.searchsorted(self.ids, ids, sorter=self.order), len(self) - 1)
        places: Ids = at if self.order is None else self.order[at]
        found: Ids = places[self.ids[places] == ids]
        return found

    def mask(self, only: Ids, live: Mask | None) -> Mask:
        """(n,): those of ``only`` that are ``live``; None for all."""
        places = self.find(only)
        found = np.zeros(len(self), bool)
        found[places] = True if live is None else live[places]
        return found

    def without(self, ids: Ids, live: Mask | None) -> Mask | None:
        """``live`` less ``ids``; the same object where none of them is here."""
        places = self.find(ids)
        if not len(places):
            return live
        left = np.ones(len(self), bool) if live is None else live.copy()
        left[places] = False
        return left


def ids_of(block: Block, dimension: int) -> Ids:
    """Raises ValueError where there are not as many vectors, or they are of another length."""
    ids, rows = block
    if rows.shape != (len(ids), dimension):
        raise ValueError(
            f"{len(ids)} ids for vectors of {rows.shape}, not ({len(ids)}, {dimension})"
        )
    return np.asarray(ids, np.int64)


def singles(rows: Halves | Vectors) -> Vectors:
    return np.ascontiguousarray(rows, np.float32)


def without(block: Block, ids: Ids) -> Block:
    keep = ~np.isin(block[0], ids)
    return block[0][keep], block[1][keep]


def sample(blocks: Iterable[Block], dimension: int, total: int, size: int) -> Halves | None:
    """``size`` of the first ``total`` vectors, drawn evenly, the same ones each time; None
    where fewer than ``total`` come."""
    drawn = np.sort(np.random.default_rng(0).choice(total, size, replace=False))
    found, start = [], 0
    for block in blocks:
        end = start + len(ids_of(block, dimension))
        first, last = np.searchsorted(drawn, (start, end))
        found.append(block[1][drawn[first:last] - start])
        start = end
    return np.concatenate(found) if start >= total else None
