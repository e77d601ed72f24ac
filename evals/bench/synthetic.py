"""Many vectors like a few real ones: seeded, for figures on speed, memory and recall.

Vectors drawn at random have no neighbourhoods, and no index that is faster than looking at
everything can find theirs. So each synthetic vector lies between a real one and one of that
one's neighbours, and is moved by the difference of two real vectors drawn at random: that
noise has the spread of real vectors, where noise alike in all directions would be nearly
orthogonal to all of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from index.types import Ids, Vectors

NEIGHBOURS = 8  # of each real vector, to mix it with
NOISE = 0.4  # length of the noise before the sum is brought to length 1
BLOCK = 20_000
STEP = 1_000  # queries that are compared at once
QUANTILES = (0.05, 0.25, 0.5, 0.75, 0.95)


def widen(
    real: Vectors,
    total: int,
    *,
    seed: int = 0,
    neighbours: int = NEIGHBOURS,
    noise: float = NOISE,
) -> Iterator[Vectors]:
    """``total`` rows of length 1 like those of ``real`` (n, d), n > 1, in blocks; the same
    ones at every call."""
    near = nearest(real, [real], neighbours + 1)[0][:, 1:]  # the first is the vector itself
    for block, start in enumerate(range(0, total, BLOCK)):
        rng = np.random.default_rng((seed, block))
        yield _block(real, near, min(BLOCK, total - start), noise, rng)


def _block(real: Vectors, near: Ids, size: int, noise: float, rng: np.random.Generator) -> Vectors:
    at = rng.integers(len(real), size=size)
    beside = near[at, rng.integers(near.shape[1], size=size)]
    share = rng.uniform(0.5, 1.0, (size, 1)).astype(np.float32)
    one, other = rng.integers(len(real), size=(2, size))
    moved = share * real[at] + (1 - share) * real[beside]
    return _unit(moved + noise * _unit(real[one] - real[other]))


def _unit(rows: Vectors) -> Vectors:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Vectors = rows / np.maximum(lengths, np.float32(1e-12))
    return unit


def nearest(queries: Vectors, blocks: Iterable[Vectors], k: int) -> tuple[Ids, Vectors]:
    """Row numbers and cosines (n, k) of the ``k`` nearest to each query (n, d), best first, by
    looking at every vector of ``blocks``. Fewer than ``k`` where there are fewer vectors."""
    ids = np.zeros((len(queries), 0), np.int64)
    scores = np.zeros((len(queries), 0), np.float32)
    start = 0
    for block in blocks:
        found = [_best(queries[at : at + STEP] @ block.T, k) for at in range(0, len(queries), STEP)]
        places = np.vstack([one for one, _ in found])
        ids = np.hstack([ids, places + start])
        scores = np.hstack([scores, np.vstack([best for _, best in found])])
        order, scores = _best(scores, k)
        ids = np.take_along_axis(ids, order, axis=1)
        start += len(block)
    return ids, scores


def _best(scores: Vectors, k: int) -> tuple[Ids, Vectors]:
    """Columns and values of the ``k`` highest of each row, highest first."""
    k = min(k, scores.shape[1])
    top = np.argpartition(-scores, k - 1, axis=1)[:, :k]
    order = np.argsort(-np.take_along_axis(scores, top, axis=1), axis=1, kind="stable")
    top = np.take_along_axis(top, order, axis=1)
    return top, np.take_along_axis(scores, top, axis=1)


def cosine_quantiles(queries: Vectors, blocks: Iterable[Vectors], nth: int) -> list[float]:
    """Of the cosine between each query and its ``nth`` nearest, at QUANTILES; ``nth`` from 1."""
    _, scores = nearest(queries, blocks, nth)
    return [float(value) for value in np.quantile(scores[:, nth - 1], QUANTILES)]
