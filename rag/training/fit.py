"""Fits the two linear models of the similarity reader and the threshold of the decision."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.reader.features import Matrix
from rag.reader.model import Linear, chance
from rag.reader.similarity import Columns, decision_row
from rag.training.examples import Example, by_group

RANK_L2 = 1e-2
DECISION_C = 0.1  # inverse strength of the L2 penalty
MADE_WEIGHT = 0.3  # of a question made unanswerable by rule, beside 1 for one that was asked
# Share of right first sentences that the threshold lets through. By the articles set aside for it
# the trained reader then refuses 0.44 of the wrong ones; at 0.95 it would be 0.30, at 0.85 0.52.
KEPT = 0.9
FOLDS = 5

Vector = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Fitted:
    sentence: Linear
    answerable: Linear


def fit(columns: Columns, examples: Sequence[Example]) -> Fitted:
    """The ranker on questions with a right sentence, the decision on all."""
    sentence = fit_ranker(columns, examples)
    rows, _ = decisions(columns, sentence, examples)
    answerable = np.array([one.right.any() for one in examples])
    weights = np.where([one.made for one in examples], MADE_WEIGHT, 1.0)
    return Fitted(sentence, fit_decision(columns, rows, answerable, weights))


def fit_ranker(columns: Columns, examples: Sequence[Example]) -> Linear:
    """Conditional logit: the likelihood that a softmax over a question's sentences gives the right.

    With several right sentences, the likelihood of any of them (McFadden 1974; the listwise
    loss of Cao et al. 2007 with a set as target).
    """
    import torch

    used = [one for one in examples if one.right.any()]
    rows = np.concatenate([one.rows for one in used])
    mean, scale = _moments(rows)
    features = torch.tensor((rows - mean) / scale, dtype=torch.float64)
    right = torch.tensor(np.concatenate([one.right for one in used]))
    group = torch.repeat_interleave(
        torch.arange(len(used)), torch.tensor([len(one.right) for one in used])
    )
    weights = torch.zeros(len(columns.sentence), dtype=torch.float64, requires_grad=True)
    optimiser = torch.optim.LBFGS([weights], max_iter=300, line_search_fn="strong_wolfe")

    def log_sum(scores: torch.Tensor) -> torch.Tensor:
        top = torch.full((len(used),), -1e9, dtype=torch.float64)
        top = top.scatter_reduce(0, group, scores.detach(), "amax")
        total = torch.zeros(len(used), dtype=torch.float64)
        return top + torch.log(total.scatter_add(0, group, torch.exp(scores - top[group])))

    def loss() -> torch.Tensor:
        optimiser.zero_grad()
        scores = features @ weights
        hit = torch.where(right, scores, scores - 1e4)
        value = (log_sum(scores) - log_sum(hit)).mean() + RANK_L2 * (weights**2).sum()
        value.backward()  # type: ignore[no-untyped-call]
        return value

    optimiser.step(loss)  # type: ignore[no-untyped-call]
    return Linear(columns.sentence, mean, scale, weights.detach().numpy(), 0.0)


def fit_decision(
    columns: Columns, rows: Matrix, answerable: NDArray[np.bool_], weights: Vector
) -> Linear:
    """Logistic regression on the first sentence: whether any that was read is right.

    Fitted on whether the first one itself is right, it told answerable questions from others
    less well (AUROC 0.707 against 0.722 by articles held out).
    """
    from sklearn.linear_model import LogisticRegression

    mean, scale = _moments(rows)
    model = LogisticRegression(C=DECISION_C, max_iter=5_000)
    model.fit((rows - mean) / scale, answerable, sample_weight=weights)
    return Linear(columns.decision, mean, scale, model.coef_[0], float(model.intercept_[0]))


def decisions(
    columns: Columns, sentence: Linear, examples: Sequence[Example]
) -> tuple[Matrix, NDArray[np.bool_]]:
    """For each example the decision's features of its first sentence, and whether it is right."""
    rows, right = [], []
    for one in examples:
        scores = sentence(one.rows)
        best = int(np.argmax(scores))
        rows.append(decision_row(columns, one.question, one.rows, scores, best))
        right.append(bool(one.right[best]))
    return np.array(rows), np.array(right)


def cross_fitted(columns: Columns, examples: Sequence[Example]) -> tuple[Vector, NDArray[np.bool_]]:
    """Raw decision scores from models that have not seen the article, and whether right."""
    groups = sorted(by_group(examples).items())
    scores, rights = [], []
    folds = min(FOLDS, len(groups))
    for fold in range(folds):
        held = {name for name, _ in groups[fold::folds]}
        fitted = fit(columns, [one for one in examples if one.group not in held])
        own = [one for one in examples if one.group in held]
        rows, right = decisions(columns, fitted.sentence, own)
        scores.append(fitted.answerable(rows))
        rights.append(right)
    return np.concatenate(scores), np.concatenate(rights)


def threshold(scores: Vector, right: NDArray[np.bool_], kept: float) -> float:
    """The chance from which on the share ``kept`` of the right answers is given."""
    return chance(float(np.quantile(scores[right], 1.0 - kept)))


def _moments(rows: Matrix) -> tuple[Vector, Vector]:
    scale = rows.std(axis=0)
    return rows.mean(axis=0), np.where(scale > 1e-9, scale, 1.0)
