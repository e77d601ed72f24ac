"""BM25 from counts alone, so that a score does not depend on how tantivy stores them.

Robertson and Zaragoza, "The Probabilistic Relevance Framework: BM25 and Beyond" (2009), with
Lucene's idf. tantivy computes the same, but its counts include passages that were deleted
until a merge drops them, and a merge estimates the sum of the lengths: the same passages
would get other scores after another history.
"""

from __future__ import annotations

import heapq
import json
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

K1 = 1.2
B = 0.75
ROUNDING = 1e-5  # tantivy adds up scores in single precision


@dataclass(frozen=True, slots=True)
class Candidate:
    """A passage with the score that tantivy gives it, and tantivy's explanation of it (JSON).

    ``score`` uses the right idf but tantivy's average length. ``length`` is in terms.
    """

    id: int
    score: float
    length: int
    explanation: Callable[[], str]


@dataclass(frozen=True, slots=True)
class Match:
    """A term in a passage: how often, in a length of how many terms, as tantivy knows them.

    ``average`` is tantivy's own average length; ``label`` names the term as tantivy writes it.
    """

    label: str
    count: float
    length: float
    average: float


def idf(documents: float, frequency: float) -> float:
    """Always above 0 for a frequency of at most ``documents``."""
    return math.log(1 + (documents - frequency + 0.5) / (frequency + 0.5))


def score(count: float, length: float, average: float) -> float:
    """Of one term, without its idf."""
    return count * (K1 + 1) / (count + K1 * (1 - B + B * length / average))


def ceiling(average: float, other_average: float) -> float:
    """How many times higher a score with ``average`` can be than one with the other.

    With a = (1 - B + B l / average) and b likewise for the other, the quotient of the scores is
    (count + K1 b) / (count + K1 a), at most max(1, b / a), at most max(1, average / other).
    """
    return max(1.0, average / other_average)


def matches(explanation: str) -> list[Match]:
    """The terms in tantivy's explanation of a passage's score (JSON)."""
    found: list[Match] = []
    _collect(json.loads(explanation), found)
    return found


def _collect(node: dict[str, Any], found: list[Match]) -> None:
    details = node.get("details", [])
    if not node["description"].startswith("TermQuery"):
        for detail in details:
            _collect(detail, found)
        return
    (frequency,) = (one for one in details if one["description"].startswith("freq"))
    counts = {one["description"].split(",")[0]: one["value"] for one in frequency["details"]}
    (label,) = (one.removeprefix("Term=") for one in node["context"])
    found.append(Match(label, counts["freq"], counts["dl"], counts["avgdl"]))


class Scorer:
    """Scores candidates for one question; ``idf`` is by the terms' labels."""

    def __init__(self, idf: Mapping[str, float], average: float) -> None:
        self._idf = idf
        self._average = average
        self._known: dict[tuple[float, int], float] = {}
        self.ceiling = math.inf  # of score over tantivy's; known with the first explanation

    def score(self, candidate: Candidate) -> float:
        # Same score to 7 digits in the same length: the terms stand in both equally often.
        key = candidate.score, candidate.length
        if key not in self._known:
            self._known[key] = self._explained(matches(candidate.explanation()))
        return self._known[key]

    def _explained(self, found: Sequence[Match]) -> float:
        self.ceiling = ceiling(self._average, found[0].average) * (1 + ROUNDING)
        return math.fsum(
            self._idf[one.label] * score(one.count, one.length, self._average) for one in found
        )


def best(
    candidates: Sequence[Candidate], scorer: Scorer, k: int
) -> tuple[list[tuple[int, float]], bool]:
    """Ids and scores of the ``k`` best candidates, best first, equals by id.

    Candidates stand in the order of tantivy's scores, the highest first. True where no passage
    with a lower score than theirs can be among the best.
    """
    heap: list[tuple[float, int]] = []  # the worst first, of equals the highest id
    proven = False
    for candidate in candidates:
        if len(heap) == k and heap[0][0] > candidate.score * scorer.ceiling:
            proven = True
            break
        one = scorer.score(candidate), -candidate.id
        if len(heap) < k:
            heapq.heappush(heap, one)
        else:
            heapq.heappushpop(heap, one)
    return [(-negative, found) for found, negative in sorted(heap, reverse=True)], proven
