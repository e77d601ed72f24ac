"""How much of an expected text stands in ours, in order."""

from __future__ import annotations

from itertools import combinations
from pathlib import Path
from random import Random

import pytest

from evals.documents.order import compare, in_order, words_of
from index.sandbox.box import Sandbox


def by_hand(expected: str, ours: str) -> int:
    """Every choice of letters, the longest first."""
    for size in range(len(expected), 0, -1):
        for chosen in combinations(expected, size):
            rest = iter(ours)
            if all(letter in rest for letter in chosen):
                return size
    return 0


@pytest.mark.parametrize("seed", range(30))
def test_the_longest_common_order(seed: int) -> None:
    dice = Random(seed)
    expected, ours = ("".join(dice.choices("abcd", k=dice.randrange(9))) for _ in range(2))
    assert in_order(expected, ours) == by_hand(expected, ours)


def test_words_are_those_of_a_person() -> None:
    assert words_of("| **Total** due:  $1,5_0 |") == ["total", "due", "1", "5", "0"]


def test_each_file_beside_its_text(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("One two three. Five four.")
    (tmp_path / "b.txt").write_text("Nobody expects this.")
    (tmp_path / "c.zip").write_bytes(b"PK\3\4")
    (tmp_path / "expected_outputs").mkdir()
    for name in ("a", "c"):
        (tmp_path / "expected_outputs" / f"{name}.md").write_text("# One\n\ntwo four five six")
    with Sandbox() as box:
        assert list(compare(tmp_path, box)) == ["0.600  a.txt (5 words)"]
