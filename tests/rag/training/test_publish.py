from __future__ import annotations

from pathlib import Path

import pytest
import torch

from rag.reader.cross_encoder import CrossEncoder
from rag.reader.files import WEIGHTS, ReaderFile, read_reader, write_reader
from rag.reader.network import Network, Shape
from rag.training import publish
from rag.training.learner import Recipe
from tests.rag.reader.readers import toy_rows, write_rows


@pytest.fixture
def trained(tmp_path: Path) -> Path:
    torch.manual_seed(1)
    shape = Shape(positions=128, width=64, layers=1, heads=4, inner=128)
    recipe = {"max_tokens": 112, "files": {}, "rate": Recipe().rate}
    folder = tmp_path / "trained"
    folder.mkdir()
    write_reader(folder, ReaderFile(Network(shape).state_dict(), shape, 112, recipe, {"hours": 1}))
    for side in ("train", "stop"):
        write_rows(tmp_path / f"p.{side}.jsonl", toy_rows(40, len(side)))
    return folder


@pytest.mark.parametrize("largest", [None, 1_500_000])
def test_large_weights_are_shrunk_and_their_figures_are_those_of_what_ships(
    trained: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, largest: int | None
) -> None:
    if largest is not None:
        monkeypatch.setattr(publish, "LARGEST", largest)
    out = tmp_path / "out"
    publish.main([str(tmp_path / "p"), str(trained), str(out)])
    before, after = read_reader(trained), read_reader(out)
    assert after.weights.keys() == before.weights.keys()
    shrunk = (out / WEIGHTS).stat().st_size < 0.4 * (trained / WEIGHTS).stat().st_size
    assert shrunk == ("before" in after.figures) == (largest is not None)
    assert after.figures["hours"] == 1
    assert after.figures["stop"]["questions"] == 40
    assert str(after.figures["stop"]["auroc"]) in (out / "README.md").read_text()
    CrossEncoder.open(out)


def test_a_folder_without_a_reader_is_named(tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="nowhere"):
        publish.main([str(tmp_path / "p"), str(tmp_path / "nowhere"), str(tmp_path / "out")])
