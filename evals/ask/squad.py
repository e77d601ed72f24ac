"""SQuAD: the answering sentence, the words marked in it, and the decision to abstain."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from evals.ask.ranked import STATED, answers, ranked, with_rankings
from evals.overlap import exact_match, word_f1
from evals.run import ask_one
from evals.types import Outcome, Question

if TYPE_CHECKING:
    from rag.engine import Engine
    from rag.rankings import Ranking


def ask_squad(engine: Engine, question: Question) -> Outcome:
    """As a user would; besides, the best sentences with abstention off, and by plain cosine.

    Of the best sentence the highlight is scored as SQuAD scores a span; none scores 0.
    """
    outcome = ask_one(engine, question)
    rankings = ranked(engine, outcome)
    outcome = with_rankings(outcome, rankings, partial(answers, question))
    if not question.answerable or not rankings:
        return outcome
    (gold,), marked = question.must_quote, _marked(rankings[STATED])
    highlight = {"highlight EM": exact_match(marked, gold), "highlight F1": word_f1(marked, gold)}
    return replace(outcome, values={**outcome.values, **highlight})


def _marked(ranking: Ranking) -> str:
    """The words marked in the best sentence."""
    mark = ranking.highlights[0] if ranking.highlights else None
    return mark.of(ranking.sentences[0].quote) if mark else ""
