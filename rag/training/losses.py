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


def losses(
    output: Output,
    batch: Batch,
    packed: Sequence[Example],
    hard: float = 1.0,
    temperature: float = 1.0,
) -> Losses:
    """``packed`` are the examples in the order in which they were given to ``pack``.

    Where teachers say something of a pair, ``hard`` is the share of its label against what
    they say (Hinton et al. 2015, "Distilling the knowledge in a neural network"). At a high
    ``temperature`` they are followed in how sure they are, not only in what they say.
    """
    examples = [packed[at] for at in batch.order]
    device = output.answers.device
    right = torch.tensor([one.right for one in examples], device=device)
    shares = [1.0 if one.soft is None else hard * one.labelled for one in examples]
    share = torch.tensor(shares, device=device)
    soft = torch.tensor([one.soft or 0.0 for one in examples], device=device)
    taught = any(one.soft is not None for one in examples)
    return Losses(
        _answers(output.answers, right, soft, share, temperature),
        _rank(output.answers, right, soft, examples, hard if taught else 1.0, temperature),
        _span(output, examples),
    )


def _answers(
    scores: Tensor, right: Tensor, soft: Tensor, share: Tensor, temperature: float
) -> Tensor:
    """The squared temperature keeps the gradient's size (Hinton et al.)."""
    entropy = functional.binary_cross_entropy_with_logits
    told = entropy(scores, right.float(), reduction="none")
    believed = torch.sigmoid(soft / temperature)
    taught = entropy(scores / temperature, believed, reduction="none") * temperature**2
    return (share * told + (1 - share) * taught).mean()


def _rank(
    scores: Tensor,
    right: Tensor,
    soft: Tensor,
    examples: Sequence[Example],
    hard: float,
    temperature: float,
) -> Tensor:
    """Of the questions with a right pair: -log of the share of the right in a softmax of all
    that have a label, and beside it the cross-entropy against the teachers' softmax of all."""
    questions = [one.question for one in examples]
    labelled = torch.tensor([one.labelled for one in examples], device=scores.device)
    numbers = {question: at for at, question in enumerate(dict.fromkeys(questions))}
    group = torch.tensor([numbers[question] for question in questions], device=scores.device)
    n = len(numbers)
    answerable = torch.zeros(n, dtype=torch.bool, device=scores.device)
    answerable[group[right]] = True
    if not bool(answerable.any()):
        return scores.sum() * 0.0
    of_labels, of_right = (
        log_sums(torch.where(counted, scores, scores - 1e4), group, n)
        for counted in (labelled, right)
    )
    lost = of_labels - of_right
    if hard < 1:
        mild, soft = scores / temperature, soft / temperature
        total = log_sums(mild, group, n)
        believed = torch.exp(soft - log_sums(soft, group, n)[group])
        surprise = believed * (total[group] - mild) * temperature**2
        lost = hard * lost + (1 - hard) * torch.zeros_like(total).index_add(0, group, surprise)
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
