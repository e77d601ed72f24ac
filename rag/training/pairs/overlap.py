"""Which sentences share the most, and the rarest, words with a question. No model."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from functools import lru_cache
from heapq import heapify, heappop

from rag.text.words import bare, is_content, words

STEM = 6  # code points; enough to join "compute", "computer" and "computing"


@lru_cache(maxsize=100_000)
def terms(text: str) -> frozenset[str]:
    """Content words, folded and cut to their first letters."""
    return frozenset(bare(word)[:STEM] for word in words(text) if is_content(word))


class Overlap:
    """An inverted index over sentences; a shared word counts its idf among them."""

    def __init__(self, sentences: Sequence[str]) -> None:
        self._postings: defaultdict[str, list[int]] = defaultdict(list)
        for at, sentence in enumerate(sentences):
            for term in terms(sentence):
                self._postings[term].append(at)
        self._n = len(sentences)

    def idf(self, term: str) -> float:
        return math.log((self._n + 1) / (len(self._postings.get(term, ())) + 0.5))

    def score(self, question: str, sentence: str) -> float:
        # In one order, as ``nearest`` does: else the last digit, and a tie, is of the process.
        return sum(map(self.idf, sorted(terms(question) & terms(sentence))))

    def nearest(self, question: str) -> Iterator[tuple[int, float]]:
        """Numbers of the sentences that share a word, and the score, best first."""
        scores: defaultdict[int, float] = defaultdict(float)
        for term in sorted(terms(question)):
            idf = self.idf(term)
            for at in self._postings.get(term, ()):
                scores[at] += idf
        heap = [(-score, at) for at, score in scores.items()]
        heapify(heap)  # few are asked for
        while heap:
            score, at = heappop(heap)
            yield at, -score
