from __future__ import annotations

import json
import math

import numpy as np
import pytest

from index.search.bm25 import Candidate, Scorer, best, ceiling, idf, matches, score


def test_known_values() -> None:
    # Lucene's BM25Similarity by hand: 10 documents, 2 hold the term, 3 times in 20 of 25 terms
    assert idf(10, 2) == pytest.approx(math.log(1 + 8.5 / 2.5))
    assert idf(10, 2) == pytest.approx(1.4816045)
    assert score(3, 20, 25) == pytest.approx(3 * 2.2 / (3 + 1.2 * (0.25 + 0.75 * 0.8)))
    assert score(3, 20, 25) == pytest.approx(1.6417910)
    assert idf(10, 10) > 0


def test_the_ceiling_is_never_passed() -> None:
    rng = np.random.default_rng(4)
    for _ in range(2_000):
        count, length = int(rng.integers(1, 20)), int(rng.integers(1, 300))
        ours, theirs = rng.uniform(1, 200, 2)
        top = ceiling(ours, theirs)
        assert score(count, length, ours) <= top * score(count, length, theirs) * (1 + 1e-12)
    assert ceiling(100, 100) == 1


def explained(counts: dict[str, int], length: int, average: float) -> str:
    """As tantivy 0.27 writes it."""
    terms = [
        {
            "value": 1.0,
            "description": "Boost x1 of ...",
            "details": [
                {
                    "value": 1.0,
                    "description": "TermQuery, product of...",
                    "details": [
                        {"value": 2.2, "description": "(K1+1)"},
                        {
                            "value": 1.0,
                            "description": "idf, computed as log(1 + (N - n + 0.5) / (n + 0.5))",
                            "details": [{"value": 9.0, "description": "n, number of docs"}],
                        },
                        {
                            "value": 0.5,
                            "description": "freq / (freq + k1 * (1 - b + b * dl / avgdl))",
                            "details": [
                                {"value": count, "description": "freq, occurrences of term"},
                                {"value": 1.2, "description": "k1, term saturation parameter"},
                                {"value": length, "description": "dl, length of field"},
                                {"value": average, "description": "avgdl, average length of field"},
                            ],
                        },
                    ],
                    "context": [f"Term={term}"],
                }
            ],
        }
        for term, count in counts.items()
    ]
    return json.dumps({"value": 1.0, "description": "BooleanClause. sum of ...", "details": terms})


def test_the_counts_of_an_explanation() -> None:
    first, second = matches(explained({"one": 3, "two": 1}, 40, 12.5))
    assert (first.label, first.count, first.length, first.average) == ("one", 3, 40, 12.5)
    assert (second.label, second.count) == ("two", 1)


@pytest.mark.parametrize("theirs", [20.0, 60.0, 100.0])
@pytest.mark.parametrize("k", [1, 7, 50])
def test_the_best_are_the_best_of_all_by_the_right_average(theirs: float, k: int) -> None:
    """tantivy's order by another average, equals in any order: the same as scoring all."""
    rng = np.random.default_rng(7)
    weights, ours = {"one": 1.7, "two": 0.4}, 60.0
    rows = [
        (n, {t: int(c) for t, c in zip(weights, rng.integers(1, 4, 2), strict=True)}, int(length))
        for n, length in enumerate(rng.integers(5, 25, 800) * 10)
    ]

    def total(counts: dict[str, int], length: int, average: float) -> float:
        return math.fsum(weights[t] * score(c, length, average) for t, c in counts.items())

    read = []

    def candidate(n: int, counts: dict[str, int], length: int) -> Candidate:
        def explanation() -> str:
            read.append(n)
            return explained(counts, length, theirs)

        return Candidate(n, float(np.float32(total(counts, length, theirs))), length, explanation)

    candidates = sorted((candidate(*row) for row in rows), key=lambda one: (-one.score, -one.id))
    found, proven = best(candidates, Scorer(weights, ours), k)
    wanted = sorted((-total(counts, length, ours), n) for n, counts, length in rows)[:k]
    assert found == [(n, -negative) for negative, n in wanted]
    assert proven
    assert len(read) < 800 / 2  # not all were explained
    assert best(candidates[:k], Scorer(weights, ours), k)[1] is False


def test_no_candidates() -> None:
    assert best([], Scorer({}, 1.0), 5) == ([], False)
