"""The check for mixed answers must see one."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from evals.bench.made_home import RULES, MadeEmbedder
from evals.bench.store.asking import editions_of
from index.folder.survey import Scope
from index.store import Index

REAL = np.eye(8, dtype=np.float32)


def editions(tmp_path: Path, texts: list[str]) -> set[str]:
    root = tmp_path / "texts"
    root.mkdir()
    for number, text in enumerate(texts):
        (root / f"{number}.txt").write_text(text)
    index = Index.open(tmp_path / "home", lambda: MadeEmbedder(REAL))
    index.update([Scope(root)], RULES)
    found = editions_of(index, REAL[0], "harbour")
    index.close()
    return found


def test_one_edition_is_told(tmp_path: Path) -> None:
    texts = ["The harbour is closed edition7.", "The island is open edition7."]
    assert editions(tmp_path, texts) == {"7"}


def test_two_editions_are_a_mixed_answer(tmp_path: Path) -> None:
    texts = ["The harbour is closed edition7.", "The island is open edition8."]
    assert editions(tmp_path, texts) == {"7", "8"}


def test_an_edition_beside_the_passage_counts_too(tmp_path: Path) -> None:
    """What is read of a document must be of the same commit as its passage."""
    text = "The harbour is closed edition7.\n\n# edition8"
    assert editions(tmp_path, [text]) == {"7", "8"}
