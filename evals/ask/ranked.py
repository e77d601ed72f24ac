"""The best sentences with abstention off, by the reader and by plain cosine: which are right."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import TYPE_CHECKING

from evals.metrics import groups_in, stands_in
from evals.run import quotes_of
from evals.types import Outcome, Question
from rag.types import Citation

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.rankings import Ranking

RANKS = (1, 2, 3)
STATED, PLAIN = "answer", "cosine"
IsRight = Callable[[Citation], bool]


def ranked(engine: Engine, outcome: Outcome) -> dict[str, Ranking]:
    """Of the question as it was understood; nothing for one that the engine rejected."""
    question = outcome.detail.get("standalone_question")
    if question is None:
        return {}
    return {
        STATED: engine.rank(question, k=max(RANKS)),
        PLAIN: engine.rank_cosine(question, k=max(RANKS)),
    }


def with_rankings(outcome: Outcome, rankings: dict[str, Ranking], is_right: IsRight) -> Outcome:
    """Of each ranking its score, and for an answerable question ``NAME@1``, ``@2``, ``@3``.

    These are 1 where a right sentence is among so many of the first.
    """
    values = dict(outcome.values)
    for name, ranking in rankings.items():
        if outcome.answerable:
            right = [is_right(one) for one in ranking.sentences]
            values |= {f"{name}@{k}": float(any(right[:k])) for k in RANKS}
    scores = {name: ranking.confidence for name, ranking in rankings.items()}
    return replace(outcome, values=values, scores=scores)


def answers(question: Question, citation: Citation) -> bool:
    """Whether one sentence answers by what must be quoted: some group is, nothing forbidden is."""
    quotes = quotes_of([citation])
    return bool(groups_in(question, quotes)) and not any(
        stands_in(words, citation.quote, whole_words=question.whole_words)
        for words in question.must_not_quote
    )
