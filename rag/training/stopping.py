"""How good the reader is on questions that it does not learn from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

import numpy as np

from evals.metrics import auroc
from rag.reader.cross_encoder import Judgement
from rag.training.batches import Asked, Example, by_question
from rag.types import Json

FEWEST = 20  # questions that a figure is made from


@dataclass(frozen=True, slots=True)
class Figures:
    """``auroc``: do questions with a right pair score higher, by their best, than those without.

    ``hit_at_1``: of the questions with right and wrong pairs, the share whose best is right.
    ``highlight``: of the right pairs with a known span, the share marked to the character.
    ``by_kind``: the AUROC against only those unanswerable questions that have a wrong pair of
    this kind, from answerable questions of the same sources; only where there are
    ``FEWEST`` of them.
    """

    auroc: float
    hit_at_1: float
    highlight: float
    by_kind: dict[str, float]
    questions: int
    pairs: int

    def to_dict(self) -> Json:
        return {
            "auroc": round(self.auroc, 4),
            "hit_at_1": round(self.hit_at_1, 4),
            "highlight": round(self.highlight, 4),
            "auroc_by_kind": {kind: round(value, 3) for kind, value in self.by_kind.items()},
            "questions": self.questions,
            "pairs": self.pairs,
        }


def sample(examples: Sequence[Example], questions: int, seed: int) -> list[Example]:
    """All pairs of so many questions."""
    numbers = sorted({one.question for one in examples})
    kept = set(Random(f"{seed} stop").sample(numbers, min(questions, len(numbers))))
    return [one for one in examples if one.question in kept]


def figures(examples: Sequence[Example], judged: Sequence[Judgement]) -> Figures:
    questions = by_question(examples)
    scores = [one.answers for one in judged]
    best = [max(scores[at] for at in (*one.right, *one.wrong)) for one in questions]
    answerable = [bool(one.right) for one in questions]
    ranked = [one for one in questions if one.right and one.wrong]
    marked = [
        judged[at].highlight == one.text_span
        for at, one in enumerate(examples)
        if one.right and one.text_span is not None
    ]
    return Figures(
        auroc(answerable, best),
        _share([_first_is_right(one, scores) for one in ranked]),
        _share(marked),
        _by_kind(examples, questions, best),
        len(questions),
        len(examples),
    )


def _first_is_right(asked: Asked, scores: Sequence[float]) -> bool:
    return max(scores[at] for at in asked.right) > max(scores[at] for at in asked.wrong)


def _by_kind(
    examples: Sequence[Example], questions: Sequence[Asked], best: Sequence[float]
) -> dict[str, float]:
    without: defaultdict[str, set[int]] = defaultdict(set)
    sources: defaultdict[str, set[str]] = defaultdict(set)
    for number, one in enumerate(questions):
        for at in () if one.right else one.wrong:
            without[examples[at].kind].add(number)
            sources[examples[at].kind].add(examples[at].source)
    found = {}
    for kind in sorted(kind for kind, numbers in without.items() if len(numbers) >= FEWEST):
        rows = [(False, best[number]) for number in without[kind]]
        rows += [
            (True, best[number])
            for number, one in enumerate(questions)
            if one.right and examples[one.right[0]].source in sources[kind]
        ]
        labels, scores = zip(*rows, strict=True)
        found[kind] = auroc(labels, scores)
    return {kind: value for kind, value in found.items() if not np.isnan(value)}


def _share(hits: Sequence[bool]) -> float:
    return float(np.mean(hits)) if hits else float("nan")
