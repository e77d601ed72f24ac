"""The cross-encoder's network: BERT or MPNet over packed inputs, with two heads.

Inputs of a batch lie one behind the other, so that nothing but attention needs to know
where one ends; attention takes those of one (rounded) length together. With lengths as in
real text this spares a quarter of the work of a batch that is padded to its longest.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

from rag.reader.pair_input import Encoded

ROUND = 8  # lengths are rounded up to a multiple


@dataclass(frozen=True, slots=True)
class Shape:
    """Sizes of a BERT; the default is all-MiniLM-L6-v2's.

    With ``distances`` it is an MPNet (Song et al. 2020, arXiv 2004.09297): how far two tokens stand
    apart, in so many classes (T5's: Raffel et al. 2020, arXiv 1910.10683), adds to their attention.
    """

    vocabulary: int = 30_522
    positions: int = 512
    width: int = 384
    layers: int = 6
    heads: int = 12
    inner: int = 1_536
    distances: int = 0
    epsilon: float = 1e-12  # of the norms


@dataclass(frozen=True, slots=True)
class Bucket:
    """Inputs of one rounded length: rows ``start`` to ``end`` of the packed batch.

    ``bias`` (count, 1, 1, length) is 0 where a token stands and -inf where none does.
    """

    start: int
    end: int
    count: int
    length: int
    bias: Tensor


@dataclass(frozen=True, slots=True)
class Batch:
    """Packed inputs, in the order of ``order``: the places of the inputs in what was packed.

    ids, places, kinds and owner are (rows,): token, position, first or second part, and
    which input (in ``order``) it belongs to; ``marked`` (marks,) are the rows of sentences.
    """

    ids: Tensor
    places: Tensor
    kinds: Tensor
    owner: Tensor
    first: Tensor  # (inputs,), the row of each [CLS]
    marked: Tensor
    buckets: tuple[Bucket, ...]
    order: tuple[int, ...]

    def __len__(self) -> int:
        return len(self.order)


@dataclass(frozen=True, slots=True)
class Output:
    """``answers`` (inputs,) and ``start``, ``end`` (marks,), all raw logits.

    The marks of all sentences lie one behind the other; ``owner`` (marks,) says whose.
    """

    answers: Tensor
    start: Tensor
    end: Tensor
    owner: Tensor


def pack(inputs: Sequence[Encoded], device: torch.device | str = "cpu") -> Batch:
    """Puts inputs one behind the other, the shortest first."""
    order = sorted(range(len(inputs)), key=lambda at: len(inputs[at].ids))
    lengths = [-(-len(inputs[at].ids) // ROUND) * ROUND for at in order]
    starts = np.cumsum([0, *lengths])
    rows = int(starts[-1])
    ids, kinds, owner = (np.zeros(rows, np.int64) for _ in range(3))
    real, marked = np.zeros(rows, bool), np.zeros(rows, bool)
    for number, (at, start) in enumerate(zip(order, starts[:-1], strict=True)):
        one = inputs[at]
        stop = start + len(one.ids)
        ids[start:stop] = one.ids
        kinds[start + one.second : stop] = 1
        real[start:stop] = True
        marked[start + one.sentence.start : start + one.sentence.end] = True
        owner[start : start + lengths[number]] = number
    places = np.arange(rows) - starts[:-1][owner]

    def tensor(values: np.ndarray[tuple[int, ...], np.dtype[np.int64]]) -> Tensor:
        return torch.from_numpy(values).to(device)

    return Batch(
        tensor(ids),
        tensor(places),
        tensor(kinds),
        tensor(owner),
        tensor(starts[:-1].astype(np.int64)),
        tensor(np.flatnonzero(marked)),
        tuple(_buckets(lengths, torch.from_numpy(real).to(device))),
        tuple(order),
    )


def _buckets(lengths: Sequence[int], real: Tensor) -> Iterator[Bucket]:
    start = 0
    for length, alike in itertools.groupby(lengths):
        count = sum(1 for _ in alike)
        end = start + count * length
        there = real[start:end].view(count, 1, 1, length)
        bias = torch.zeros(there.shape, device=real.device).masked_fill(~there, float("-inf"))
        yield Bucket(start, end, count, length, bias)
        start = end


class Layer(nn.Module):
    """One of BERT's, with query, key and value in one product."""

    def __init__(self, shape: Shape, dropout: float) -> None:
        super().__init__()
        self.heads = shape.heads
        self.joint = nn.Linear(shape.width, 3 * shape.width)
        self.output = nn.Linear(shape.width, shape.width)
        self.attention_norm = nn.LayerNorm(shape.width, eps=shape.epsilon)
        self.widen = nn.Linear(shape.width, shape.inner)
        self.narrow = nn.Linear(shape.inner, shape.width)
        self.norm = nn.LayerNorm(shape.width, eps=shape.epsilon)
        self.dropout = nn.Dropout(dropout)

    def forward(self, rows: Tensor, buckets: Sequence[Bucket]) -> Tensor:
        joint = self.joint(rows)
        seen = torch.cat([self._attend(joint[one.start : one.end], one) for one in buckets])
        rows = self.attention_norm(rows + self.dropout(self.output(seen)))
        inner = functional.gelu(self.widen(rows))
        normed: Tensor = self.norm(rows + self.dropout(self.narrow(inner)))
        return normed

    def _attend(self, joint: Tensor, bucket: Bucket) -> Tensor:
        split = joint.view(bucket.count, bucket.length, 3, self.heads, -1).permute(2, 0, 3, 1, 4)
        query, key, value = split.unbind(0)
        seen = functional.scaled_dot_product_attention(
            query,
            key,
            value,
            attn_mask=bucket.bias.to(query.dtype),
            dropout_p=self.dropout.p if self.training else 0.0,
        )
        return seen.transpose(1, 2).reshape(bucket.end - bucket.start, -1)


class Network(nn.Module):
    """Tokens to: does the marked sentence answer, and which of its words."""

    def __init__(self, shape: Shape, dropout: float = 0.0) -> None:
        super().__init__()
        self.shape = shape
        width = shape.width
        self.words = nn.Embedding(shape.vocabulary, width)
        self.places = nn.Embedding(shape.positions, width)
        self.kinds = nn.Embedding(2, width)
        self.mark = nn.Parameter(torch.zeros(width))
        self.distances = nn.Embedding(shape.distances, shape.heads) if shape.distances else None
        self.norm = nn.LayerNorm(width, eps=shape.epsilon)
        self.dropout = nn.Dropout(dropout)
        self.layers = nn.ModuleList(Layer(shape, dropout) for _ in range(shape.layers))
        self.judge = nn.Linear(2 * width, width)
        self.answers = nn.Linear(width, 1)
        self.span = nn.Linear(width, 2)
        for head in (self.judge, self.answers, self.span):
            nn.init.normal_(head.weight, std=0.02)
            nn.init.zeros_(head.bias)

    def forward(self, batch: Batch) -> Output:
        rows = self.states(batch)
        inside = rows[batch.marked]
        owner = batch.owner[batch.marked]
        first = rows[batch.first]
        total = torch.zeros_like(first).index_add(0, owner, inside)
        count = torch.bincount(owner, minlength=len(batch)).clamp(min=1).unsqueeze(1)
        seen = self.dropout(torch.cat([first, total / count], dim=1))
        answers = self.answers(functional.gelu(self.judge(seen))).float().squeeze(1)
        start, end = self.span(inside).float().unbind(1)
        return Output(answers, start, end, owner)

    def states(self, batch: Batch) -> Tensor:
        """(rows, width) after the last layer."""
        rows: Tensor = self.words(batch.ids) + self.places(batch.places) + self.kinds(batch.kinds)
        rows = rows.index_add(0, batch.marked, self.mark.expand(len(batch.marked), -1))
        rows = self.dropout(self.norm(rows))
        buckets = [self._with_distances(one) for one in batch.buckets]
        for layer in self.layers:
            rows = layer(rows, buckets)
        return rows

    def _with_distances(self, bucket: Bucket) -> Bucket:
        """Its bias with that of how far two tokens stand apart: (count, heads, length, length)."""
        if self.distances is None:
            return bucket
        at = torch.arange(bucket.length, device=bucket.bias.device)
        apart = distance_class(at[None, :] - at[:, None], self.shape.distances)
        bias = self.distances(apart).permute(2, 0, 1)[None] + bucket.bias
        return replace(bucket, bias=bias)


def distance_class(apart: Tensor, classes: int, farthest: int = 128) -> Tensor:
    """T5's class of each distance ``apart`` (key's place minus query's): half of the ``classes``
    are for keys behind the query; of each half the first half are single distances, the others
    widen with the logarithm up to ``farthest``."""
    half = classes // 2
    exact = half // 2
    far = apart.abs()
    steps = torch.log(far.clamp(min=1).float() / exact) / math.log(farthest / exact)
    wide = (exact + (steps * (half - exact)).long()).clamp(max=half - 1)
    return (apart > 0).long() * half + torch.where(far < exact, far, wide)
