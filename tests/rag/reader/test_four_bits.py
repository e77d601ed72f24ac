from __future__ import annotations

import pytest
import torch

from rag.reader.four_bits import CODES, LEVELS, RUN, SCALES, decode, encode, grow, shrink


def test_what_lies_on_the_levels_comes_back_as_it_was() -> None:
    torch.manual_seed(1)
    levels = torch.randint(0, 16, (24, 4 * RUN))
    levels[:, ::RUN] = 15  # the largest of each run sets its scale
    matrix = LEVELS[levels] * torch.tensor([0.5, 2.0, 0.125]).repeat(8)[:, None]
    codes, scales = encode(matrix)
    assert (codes.shape, codes.dtype) == ((24, 2 * RUN), torch.uint8)
    assert scales.shape == (24, 4)
    torch.testing.assert_close(decode(codes, scales), matrix)


@pytest.mark.parametrize("spread", [1e-4, 1.0, 300.0])
def test_normal_weights_are_off_by_a_twelfth_of_their_spread(spread: float) -> None:
    """By 0.081; with the largest weight of a run as its scale it is 0.087."""
    torch.manual_seed(2)
    matrix = spread * torch.randn(128, 768)
    error = decode(*encode(matrix)) - matrix
    assert float(error.std() / spread) < 0.083
    assert abs(float(error.mean() / spread)) < 0.002


def test_no_weight_is_none() -> None:
    assert not decode(*encode(torch.zeros(4, RUN))).any()


def test_only_large_matrices_are_shrunk() -> None:
    torch.manual_seed(3)
    weights = {
        "large": torch.randn(512, 256),
        "small": torch.randn(32, 32),
        "odd": torch.randn(3000, 33),
        "bias": torch.randn(2**17),
    }
    stored = shrink(weights)
    assert stored.keys() == {"large" + CODES, "large" + SCALES, "small", "odd", "bias"}
    found = grow(stored)
    assert found.keys() == weights.keys()
    for name in ("small", "odd", "bias"):
        assert torch.equal(found[name], weights[name].bfloat16().float())
    assert all(one.dtype == torch.float32 for one in found.values())
    with pytest.raises(KeyError):
        grow({"large" + CODES: stored["large" + CODES]})
