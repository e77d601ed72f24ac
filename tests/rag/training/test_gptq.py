from __future__ import annotations

import torch

from rag.reader.four_bits import RUN, decode
from rag.reader.four_bits import encode as plainly
from rag.training.gptq import encode, encoded, moments
from tests.rag.reader.readers import encoder, item, network


def _given(rows: int, columns: int) -> torch.Tensor:
    """What goes together: few directions have most of the spread."""
    torch.manual_seed(1)
    return torch.randn(rows, 8) @ torch.randn(8, columns) + 0.1 * torch.randn(rows, columns)


def test_what_comes_out_is_nearer_than_with_each_weight_by_itself() -> None:
    given, matrix = _given(2_000, 4 * RUN), torch.randn(64, 4 * RUN)
    wanted = given @ matrix.T
    errors = [
        float((given @ decode(*found).T - wanted).square().mean())
        for found in (encode(matrix, given.T @ given / len(given)), plainly(matrix))
    ]
    assert errors[0] < 0.3 * errors[1]


def test_where_nothing_goes_together_each_weight_is_the_nearest() -> None:
    torch.manual_seed(2)
    matrix = torch.randn(16, 2 * RUN)
    for found, wanted in zip(encode(matrix, torch.eye(2 * RUN)), plainly(matrix), strict=True):
        assert torch.equal(found, wanted)


def test_moments_are_of_what_each_large_matrix_is_given() -> None:
    net = network(seed=3)
    inputs = encoder().encode([item("It is red."), item("It was built in 1840.")])
    assert moments(net, inputs) == {}  # all of its matrices are small
    big = torch.nn.Linear(64, 2_048)
    net.judge = torch.nn.Sequential(torch.nn.Linear(64, 64), big, torch.nn.Linear(2_048, 32))
    seen: list[torch.Tensor] = []
    big.register_forward_pre_hook(lambda _, given: seen.append(given[0]))
    found = moments(net, inputs)
    assert found.keys() == {"judge.1.weight", "judge.2.weight"}
    rows = torch.cat(seen)
    torch.testing.assert_close(found["judge.1.weight"], rows.T @ rows / len(rows))
    assert encoded(net, inputs).keys() == found.keys()
