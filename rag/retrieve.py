"""Passages for a question: dense and BM25 rankings, fused. Pure functions over hits."""

from __future__ import annotations

from collections.abc import Sequence

from index.types import Hit

SAID = 0.35  # set by hand: no training set has follow-up questions
# Chosen on questions to train on, docs/retrieval.md.
NEAR = 0.45  # of the best hit's fused score, from which a passage is worth reading
LEAST = 3  # passages that are read whatever their scores


def fuse(dense: Sequence[Hit], bm25: Sequence[Hit]) -> list[Hit]:
    """The fusion in use; docs/retrieval.md says what it was compared with."""
    return weighted_sum([dense, bm25], [0.5, 0.5])


def in_context(alone: Sequence[Hit], with_said: Sequence[Hit]) -> list[Hit]:
    """A question's ranking and that of the question with what was said before it.

    The second helps where the question leans on the turns before in a way that no rule sees,
    and must not drown the first where the topic has changed.
    """
    return weighted_sum([alone, with_said], [1 - SAID, SAID])


def worth_reading(fused: Sequence[Hit], most: int, near: float = NEAR) -> list[Hit]:
    """The first hits, ``most`` of them where it is open which is the best, fewer where the others
    are far behind it."""
    least = near * fused[0].score if fused else 0.0
    return [hit for at, hit in enumerate(fused[:most]) if at < LEAST or hit.score >= least]


def reciprocal_rank_fusion(rankings: Sequence[Sequence[Hit]], k: float = 60.0) -> list[Hit]:
    """Sum of 1 / (k + rank) over the rankings (Cormack, Clarke and Büttcher 2009)."""
    scores: dict[int, float] = {}
    for ranking in rankings:
        for rank, hit in enumerate(ranking, start=1):
            scores[hit.passage_id] = scores.get(hit.passage_id, 0.0) + 1.0 / (k + rank)
    return _sorted(scores)


def weighted_sum(rankings: Sequence[Sequence[Hit]], weights: Sequence[float]) -> list[Hit]:
    """Weighted sum of scores that each ranking maps to 0 (its last hit) … 1 (its first).

    A passage that a ranking does not hold counts as its last.
    """
    scores: dict[int, float] = {}
    for ranking, weight in zip(rankings, weights, strict=True):
        for hit, score in zip(ranking, _normalised(ranking), strict=True):
            scores[hit.passage_id] = scores.get(hit.passage_id, 0.0) + weight * score
    return _sorted(scores)


def _normalised(ranking: Sequence[Hit]) -> list[float]:
    if not ranking:
        return []
    low = min(hit.score for hit in ranking)
    span = max(hit.score for hit in ranking) - low
    return [(hit.score - low) / span if span else 1.0 for hit in ranking]


def _sorted(scores: dict[int, float]) -> list[Hit]:
    """Best first; passages with the same score in the order of their ids, so that runs repeat."""
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return [Hit(passage_id, score, "fused") for passage_id, score in ranked]
