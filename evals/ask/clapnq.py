"""ClapNQ: cited sentences against those that people selected; questions to be refused."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import TYPE_CHECKING

from evals.ask.ranked import ranked, with_rankings
from evals.metrics import ANSWERED
from evals.overlap import Agreement, agreement, same_sentence
from evals.run import RECALL_AT, ask_one, verdict
from evals.types import Outcome, Selected
from rag.types import Answer, Citation, Json

if TYPE_CHECKING:
    from rag.engine import Engine


def ask_clapnq(engine: Engine, asked: Selected) -> Outcome:
    """As a user would. Right: a sentence that somebody selected is cited, or it is refused.

    Of an answered question besides how the cited sentences agree with the selected ones of
    the annotator nearest to them, and how those of the whole passage would. A citation is a
    sentence of the passage by ``same_sentence``; one that is none of them is one too many.
    And as for SQuAD the best sentences with abstention off, and by plain cosine.
    """
    outcome = ask_one(engine, asked.question, partial(_judge, asked))
    return with_rankings(outcome, ranked(engine, outcome), partial(_is_selected, asked))


def _is_selected(asked: Selected, citation: Citation) -> bool:
    """Whether it holds a sentence that somebody selected."""
    cited = _cited(asked, [citation])
    return any(cited & one for one in asked.selected)


def _judge(asked: Selected, answer: Answer, hits: Sequence[Json]) -> dict[str, float]:
    question = asked.question
    if not question.answerable:
        return verdict(question, answer, answer.status == "no_answer")
    answered = answer.status in ANSWERED
    cited = _cited(asked, answer.citations if answered else ())
    values = verdict(question, answer, any(cited & one for one in asked.selected))
    found = [hit["text_sha256"] for hit in hits]
    values |= {f"recall@{k}": float(question.text_sha256 in found[:k]) for k in RECALL_AT}
    if cited:
        ours = _nearest(cited, asked.selected)
        whole = _nearest(frozenset(range(len(asked.sentences))), asked.selected)
        values["sentence precision"] = ours.precision
        values["sentence recall"] = ours.recall
        values["sentence F1"] = ours.f1
        values["whole passage F1"] = whole.f1
    return values


def _cited(asked: Selected, citations: Sequence[Citation]) -> frozenset[int]:
    """Numbers of the passage's sentences, and one below 0 for each citation of none of them."""
    numbers: set[int] = set()
    for place, citation in enumerate(citations, start=1):
        here = citation.text_sha256 == asked.question.text_sha256
        same = [n for n, span in enumerate(asked.sentences) if same_sentence(span, citation.span)]
        numbers.update(same if here and same else [-place])
    return frozenset(numbers)


def _nearest(found: frozenset[int], selected: Iterable[frozenset[int]]) -> Agreement:
    return max((agreement(found, one) for one in selected), key=lambda one: one.f1)
