from __future__ import annotations

from pathlib import Path

import pytest

from evals.data.beir import load_beir
from evals.types import EvalError, Query
from tests.evals.made import DATA, beir_folder, needs_data


def test_beir(tmp_path: Path) -> None:
    loaded = load_beir(beir_folder(tmp_path / "weather"))
    assert loaded.queries == (Query("x", "rain?", {"1": 2}),)
    assert loaded.texts == {"1.txt": "Rain\n\nRain falls.", "2%2Fb.txt": "Snow falls in winter."}
    assert loaded.ids == {"1.txt": ("1",), "2%2Fb.txt": ("2/b", "3")}
    assert (loaded.info.split, loaded.published) == ("test", {})
    with pytest.raises(EvalError, match=r"train\.tsv does not exist"):
        load_beir(tmp_path / "weather", "train")


@pytest.mark.parametrize(
    ("qrels", "wrong"),
    [
        ("query-id\tcorpus-id\tscore\nx 1 1", "line 2: needs query-id, corpus-id and score"),
        ("query-id\tcorpus-id\tscore\nx\t1\tyes", "line 2: the score"),
        ("query-id\tcorpus-id\tscore\nz\t1\t1", 'judges the query "z"'),
        ("query-id\tcorpus-id\tscore\n", "judges no query"),
    ],
)
def test_broken_qrels_are_named(tmp_path: Path, qrels: str, wrong: str) -> None:
    folder = beir_folder(tmp_path / "weather")
    (folder / "qrels" / "test.tsv").write_text(qrels)
    with pytest.raises(EvalError, match=wrong):
        load_beir(folder)


@needs_data
def test_the_published_folder_loads_whole() -> None:
    scifact = load_beir(DATA / "scifact")
    assert len(scifact.queries) == 300
    assert sum(len(ids) for ids in scifact.ids.values()) == 5183
    assert scifact.published["dense nDCG@10"] == "0.645"
