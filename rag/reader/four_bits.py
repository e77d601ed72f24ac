"""Weights in four bits each: the nearest of sixteen levels, with a scale for each run of a row.

The levels are NF4's (Dettmers et al. 2023, arXiv 2305.14314): quantiles of a normal distribution,
which is how the weights of a trained network lie.
"""

from __future__ import annotations

from collections.abc import Mapping

import torch
from torch import Tensor

RUN = 32  # weights that share a scale
LEAST = 2**16  # a smaller matrix is not worth it
CODES, SCALES = ".codes", ".scales"
Encoded = tuple[Tensor, Tensor]  # codes and scales
# fmt: off
LEVELS = torch.tensor([
    -1.0, -0.6961928009986877, -0.5250730514526367, -0.39491748809814453,
    -0.28444138169288635, -0.18477343022823334, -0.09105003625154495, 0.0,
    0.07958029955625534, 0.16093020141124725, 0.24611230194568634, 0.33791524171829224,
    0.44070982933044434, 0.5626170039176941, 0.7229568362236023, 1.0,
])
# fmt: on
# What each byte stands for: its low four bits, then its high ones.
_PAIRS = torch.stack([LEVELS.repeat(16), LEVELS.repeat_interleave(16)], dim=1)
# Shares of a run's largest weight that are tried as its scale: what is cut off costs less, often,
# than coarser levels for all the others.
SHARES = (1.0, 0.95, 0.9, 0.85, 0.8, 0.75, 0.7)


def rounded(weights: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """All in bfloat16."""
    return {name: values.detach().cpu().bfloat16().contiguous() for name, values in weights.items()}


def shrink(
    weights: Mapping[str, Tensor], encoded: Mapping[str, Encoded] | None = None
) -> dict[str, Tensor]:
    """Large matrices as NAME.codes (rows, columns / 2), uint8, two to a byte, and NAME.scales
    (rows, columns / RUN), bfloat16; all else in bfloat16. ``encoded`` has some already."""
    found = rounded(weights)
    for name, values in weights.items():
        if is_large(values):
            del found[name]
            done = (encoded or {}).get(name)
            found[name + CODES], found[name + SCALES] = done or encode(
                values.detach().float().cpu()
            )
    return found


def is_large(values: Tensor) -> bool:
    return values.dim() == 2 and values.numel() >= LEAST and values.shape[1] % RUN == 0


def grow(stored: Mapping[str, Tensor]) -> dict[str, Tensor]:
    """What ``shrink`` gave, or weights as they are, in float32. Raises KeyError, RuntimeError where
    they do not belong together."""
    found = {}
    for name, values in stored.items():
        if name.endswith(CODES):
            whole = name.removesuffix(CODES)
            found[whole] = decode(values, stored[whole + SCALES])
        elif not name.endswith(SCALES):
            found[name] = values.float()
    return found


def encode(matrix: Tensor) -> Encoded:
    """``matrix`` (rows, columns) as codes and scales, each weight by itself."""
    runs = matrix.reshape(-1, RUN)
    scales = scales_of(runs)
    codes = nearest(runs / scales).reshape(matrix.shape)
    return together(codes), scales.reshape(len(matrix), -1).bfloat16()


def scales_of(runs: Tensor) -> Tensor:
    """(n, 1) for ``runs`` (n, RUN): of the scales that are tried those with the smallest squared
    errors, as they are stored."""
    largest = runs.abs().amax(dim=1, keepdim=True).clamp(min=1e-12)
    tried = torch.stack([(largest * share).bfloat16().float() for share in SHARES])
    errors = torch.stack(
        [(LEVELS[nearest(runs / one).int()] * one - runs).square().sum(1, True) for one in tried]
    )
    return tried.gather(0, errors.argmin(dim=0, keepdim=True))[0]


def nearest(values: Tensor) -> Tensor:
    """The levels that are nearest, by their numbers, uint8."""
    return torch.bucketize(values, (LEVELS[1:] + LEVELS[:-1]) / 2).to(torch.uint8)


def together(codes: Tensor) -> Tensor:
    """Two to a byte, the first in its low bits."""
    return codes[:, ::2] | codes[:, 1::2] << 4


def decode(codes: Tensor, scales: Tensor) -> Tensor:
    """(rows, columns), float32."""
    runs = _PAIRS[codes.int()].reshape(-1, RUN)
    return (runs * scales.float().reshape(-1, 1)).reshape(len(codes), -1)
