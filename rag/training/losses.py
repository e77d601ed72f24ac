"""What is minimised: three losses over the pairs of a batch."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn import functional

from rag.reader.network import Batch, Output
from rag.training.batches import Example


@dataclass(frozen=True, slots=True)
class Losses:
    """Means: ``answers`` over pairs, ``rank`` over questions, ``span`` over known spans."""

    answers: Tensor
    rank: Tensor
    span: Tensor


def losses(output: Output, batch: Batch, packed: Sequence[Example]) -> Losses:
    """``packed`` are the examples in the order in which they were given to ``pack``."""
    examples = [packed[at] for at in batch.order]
    device = output.answers.device
    right = torch.tensor([one.right for one in examples], device=device)
    return Losses(
        functional.binary_cross_entropy_with_logits(output.answers, right.float()),
        _rank(output.answers, right, [one.question for one in examples]),
        _span(output, examples),
    )


def _rank(scores: Tensor, right: Tensor, questions: Sequence[int]) -> Tensor:
    """Of the questions with a right pair: -log of the share of the right in a softmax of all."""
    numbers = {question: at for at, question in enumerate(dict.fromkeys(questions))}
    group = torch.tensor([numbers[question] for question in questions], device=scores.device)
    n = len(numbers)
    answerable = torch.zeros(n, dtype=torch.bool, device=scores.device)
    answerable[group[right]] = True
    used = answerable[group]
    if not bool(used.any()):
        return scores.sum() * 0.0
    hit = torch.where(right, scores, scores - 1e4)
    lost = log_sums(scores, group, n) - log_sums(hit, group, n)
    return lost[answerable].mean()


def _span(output: Output, examples: Sequence[Example]) -> Tensor:
    """-log of the chance of the known start and of the known end among the sentence's tokens."""
    begin, firsts, lasts, owners = 0, [], [], []
    for number, example in enumerate(examples):
        if example.span is not None:
            firsts.append(begin + example.span.start)
            lasts.append(begin + example.span.end - 1)
            owners.append(number)
        begin += len(example.encoded.sentence)
    if not owners:
        return output.start.sum() * 0.0
    n = len(examples)
    start = log_sums(output.start, output.owner, n)[owners] - output.start[firsts]
    end = log_sums(output.end, output.owner, n)[owners] - output.end[lasts]
    return (start.mean() + end.mean()) / 2


def log_sums(values: Tensor, group: Tensor, n: int) -> Tensor:
    """(n,): the log of the sum of exp(values) in each of ``n`` groups; -1e9 where there is none."""
    top = torch.full((n,), -1e9, dtype=values.dtype, device=values.device)
    top = top.scatter_reduce(0, group, values.detach(), "amax")
    total = torch.zeros_like(top).index_add(0, group, torch.exp(values - top[group]))
    return top + torch.log(torch.where(total > 0, total, 1.0))
