"""Measures of one answer or one ranking. Pure functions over plain values."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import ArrayLike

from evals.types import Question, Quote

ANSWERED = frozenset({"answered", "partial"})  # statuses that claim something of the documents


def fold(text: str) -> str:
    """NFC, casefolded, each run of white space one blank, none at the ends."""
    folded = unicodedata.normalize("NFC", unicodedata.normalize("NFC", text).casefold())
    return " ".join(folded.split())


def stands_in(words: str, text: str, *, whole_words: bool = False) -> bool:
    """Whether the words stand in the text, both folded.

    With ``whole_words`` they may not begin or end inside a word or a number: "40" stands
    in "40%", not in "140" or "40.5".
    """
    words, text = fold(words), fold(text)
    if not words:
        return False
    if not whole_words:
        return words in text
    before = r"(?<!\w)(?<!\d[.,])" if words[0].isalnum() else ""
    after = r"(?!\w|[.,]\d)" if words[-1].isalnum() else ""
    return re.search(before + re.escape(words) + after, text) is not None


def counts(question: Question, quote: Quote) -> bool:
    """Whether the quote stands in a text that can answer the question."""
    return question.text_sha256 in (None, quote.text_sha256)


def groups_in(question: Question, quotes: Sequence[Quote]) -> frozenset[int]:
    """The numbers of the ``must_quote`` groups of which some alternative stands in some quote."""
    texts = [quote.text for quote in quotes if counts(question, quote)]
    return frozenset(
        number
        for number, group in enumerate(question.must_quote)
        if any(
            stands_in(words, text, whole_words=question.whole_words)
            for words in group
            for text in texts
        )
    )


def is_right(question: Question, status: str, quotes: Sequence[Quote]) -> bool:
    """The rule for eval sets.

    Answerable: every group is quoted, nothing of ``must_not_quote`` is, and there are at
    most ``max_quotes`` quotes. Unanswerable: the status is ``no_answer``.
    """
    if not question.answerable:
        return status == "no_answer"
    return (
        len(quotes) <= question.max_quotes
        and len(groups_in(question, quotes)) == len(question.must_quote)
        and not any(
            stands_in(words, quote.text, whole_words=question.whole_words)
            for words in question.must_not_quote
            for quote in quotes
        )
    )


def found_at(question: Question, hits: Sequence[Quote], k: int) -> float:
    """Share of the ``must_quote`` groups that the first k hits hold: recall at k."""
    return len(groups_in(question, hits[:k])) / len(question.must_quote)


def first_rank(question: Question, hits: Sequence[Quote]) -> int | None:
    """Rank from 1 of the first hit that holds an alternative of some group."""
    for rank, hit in enumerate(hits, start=1):
        if groups_in(question, [hit]):
            return rank
    return None


def reciprocal_rank(rank: int | None) -> float:
    return 0.0 if rank is None else 1.0 / rank


def ndcg_at(ranking: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """nDCG as in trec_eval, and so BEIR: the grade is the gain, log2(rank + 1) the discount."""
    gains = [relevant.get(document, 0) for document in ranking[:k]]
    ideal = _dcg(sorted(relevant.values(), reverse=True)[:k])
    return _dcg(gains) / ideal if ideal else 0.0


def _dcg(gains: Sequence[int]) -> float:
    return sum(gain / math.log2(rank + 1) for rank, gain in enumerate(gains, start=1))


def recall_at(ranking: Sequence[str], relevant: Mapping[str, int], k: int) -> float:
    """Share of the documents with a grade above 0 that stand among the first k."""
    wanted = {document for document, grade in relevant.items() if grade > 0}
    return len(wanted.intersection(ranking[:k])) / len(wanted) if wanted else 0.0


def auroc(labels: ArrayLike, scores: ArrayLike) -> float:
    """Chance that a positive scores higher than a negative, a tie counting half.

    The Mann-Whitney rank statistic, mean ranks for ties. NaN where one class is missing.
    """
    positive = np.asarray(labels, dtype=bool)
    n_positive = int(positive.sum())
    n_negative = positive.size - n_positive
    if not n_positive or not n_negative:
        return math.nan
    _, place, count = np.unique(
        np.asarray(scores, dtype=float), return_inverse=True, return_counts=True
    )
    mean_rank = np.cumsum(count) - (count - 1) / 2
    rank_sum = float(mean_rank[place][positive].sum())
    return (rank_sum - n_positive * (n_positive + 1) / 2) / (n_positive * n_negative)
