from __future__ import annotations

import pytest

from index.passages.markers import markers


def goes_on(written: str) -> bool:
    """Whether each marker goes on with the list of the one before, as that is read."""
    last, *others = markers(written)
    for one in others:
        following = one.after(last)
        if following is None:
            return False
        last = following
    return True


@pytest.mark.parametrize(
    "written",
    [
        "1. 2. 3.", "1. 1. 1.", "2) 5)", "- * •", "(a) (b)", "(h) (i) (j)", "(i) (ii) (iii) (iv)",
        "(iv) (v) (vi)", "(ix) (x) (xi)", "(y) (z) (aa) (bb)", "a. b.", "١. ٢.",
    ],
)  # fmt: skip
def test_markers_that_go_on(written: str) -> None:
    assert goes_on(written)


@pytest.mark.parametrize(
    "written",
    ["1. 2. 1.", "1. 2)", "(1) 2.", "- 1.", "(a) (1)", "(a) (i)", "(c) (i)", "(b) a)", "(h) (ii)"],
)
def test_markers_that_begin_another_list(written: str) -> None:
    assert not goes_on(written)
