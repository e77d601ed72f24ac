"""Weights in four bits so that what comes out of each matrix stays, not each weight by itself.

GPTQ (Frantar et al. 2023, arXiv 2210.17323): column by column; what rounding one of them leaves
over is taken off by those that follow, as far as what the matrix is given goes together.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from rag.reader.cross_encoder import judge
from rag.reader.four_bits import LEVELS, RUN, Encoded, is_large, nearest, scales_of, together
from rag.reader.network import Network
from rag.reader.pair_input import Encoded as Input

DAMP = 0.01  # of the mean moment, added to each: the directions that were hardly seen


def encoded(network: Network, inputs: Sequence[Input]) -> dict[str, Encoded]:
    """The large matrices of products by the names of their weights, for what is like ``inputs``."""
    found = moments(network, inputs)
    weights = dict(network.named_parameters())
    return {name: encode(weights[name].detach(), one) for name, one in found.items()}


def moments(network: Network, inputs: Sequence[Input]) -> dict[str, Tensor]:
    """(columns, columns) of each large matrix: the mean of x xᵀ over the rows x it is given."""
    totals: dict[str, Tensor] = {}
    counts: dict[str, int] = {}

    def watch(name: str, given: Tensor) -> None:
        rows = given.reshape(-1, given.shape[-1]).float()
        totals[name] = totals.get(name, 0) + rows.T @ rows
        counts[name] = counts.get(name, 0) + len(rows)

    handles = [
        one.register_forward_pre_hook(lambda _, given, name=f"{name}.weight": watch(name, given[0]))
        for name, one in network.named_modules()
        if isinstance(one, nn.Linear) and is_large(one.weight)
    ]
    try:
        judge(network, inputs)
    finally:
        for handle in handles:
            handle.remove()
    return {name: total / counts[name] for name, total in totals.items()}


@torch.inference_mode()
def encode(matrix: Tensor, moment: Tensor) -> Encoded:
    """``matrix`` (rows, columns), ``moment`` (columns, columns)."""
    rows, columns = matrix.shape
    damped = moment + DAMP * moment.diagonal().mean() * torch.eye(columns)
    # Row i: how an error in column i is best made good by those that follow.
    inverse = torch.cholesky_inverse(torch.linalg.cholesky(damped))
    spread = torch.linalg.cholesky(inverse, upper=True)
    left = matrix.float().clone()
    codes = torch.zeros(rows, columns, dtype=torch.uint8)
    scales = torch.zeros(rows, columns // RUN)
    for start in range(0, columns, RUN):
        scale = scales_of(left[:, start : start + RUN])
        scales[:, start // RUN] = scale[:, 0]
        for at in range(start, start + RUN):
            codes[:, at] = nearest(left[:, at] / scale[:, 0])
            over = left[:, at] - LEVELS[codes[:, at].int()] * scale[:, 0]
            left[:, at + 1 :] -= torch.outer(over / spread[at, at], spread[at, at + 1 :])
    return together(codes), scales.bfloat16()
