"""A home whose vectors are many enough to be trained and stored; here "many" is made small."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

import index.search.vectors
import index.search.versions
from index.search.derived import DENSE
from index.search.snapshot import Snapshot
from tests.index.desk import Desk

N = 400


def text(n: int, word: str = "sea") -> str:
    return f"File {n} tells of the {word} and of port {n * n}, where {n % 7} boats lay."


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Desk:
    monkeypatch.setattr(index.search.vectors, "EXACT_UP_TO", 100)
    one = Desk(tmp_path)
    for n in range(N):
        one.put(f"{n}.txt", text(n))
    one.run()
    return one


def found(desk: Desk, snapshot: Snapshot, n: int, word: str = "sea") -> str:
    """The text that is nearest to one of ``text``."""
    (best,) = snapshot.dense(desk.fake.embed([text(n, word)])[0], 1)
    document = snapshot.document(snapshot.passage(best.passage_id).document_id)
    assert document is not None
    return document.text


def hits(desk: Desk, snapshot: Snapshot) -> int:
    return sum(found(desk, snapshot, n) == text(n) for n in range(0, N, 10))


def test_it_is_stored_and_read_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    assert [one.suffix for one in (desk.home / DENSE).iterdir() if one.suffix == ".faiss"]

    def unbuilt(*_: object) -> None:
        raise AssertionError("it was to be read and not made again")

    monkeypatch.setattr(index.search.versions, "vectors_at", unbuilt)
    snapshot = desk.open().snapshot()
    assert snapshot.vectors.is_trained
    assert len(snapshot.vectors) == N
    assert hits(desk, snapshot) >= 39


def test_what_has_changed_since_is_there_too(desk: Desk) -> None:
    desk.put("3.txt", text(3, "wood"))
    (desk.root / "4.txt").unlink()
    desk.put("new.txt", text(999, "hill"))
    desk.run()
    for index_ in (desk.index, desk.open()):
        snapshot = index_.snapshot()
        assert len(snapshot.vectors) == snapshot.n_passages == N
        assert found(desk, snapshot, 3, "wood") == text(3, "wood")
        assert found(desk, snapshot, 999, "hill") == text(999, "hill")
        assert found(desk, snapshot, 4) != text(4)


def test_it_is_trained_anew_when_much_has_changed(desk: Desk) -> None:
    (before,) = (desk.home / DENSE).glob("*.faiss")
    for n in range(60):
        desk.put(f"{n}.txt", text(n, "wood"))
    desk.run()
    (after,) = (desk.home / DENSE).glob("*.faiss")
    assert after != before
    assert found(desk, desk.open().snapshot(), 5, "wood") == text(5, "wood")


@pytest.mark.parametrize("what", ["flip", "cut", "empty", "gone", "manifest", "no manifest"])
def test_damage_is_never_searched_and_mended_by_the_next_run(desk: Desk, what: str) -> None:
    (file,) = (desk.home / DENSE).glob("*.faiss")
    manifest = desk.home / DENSE / "manifest.json"
    data = file.read_bytes()
    if what == "flip":
        file.write_bytes(data[:-40] + bytes([data[-40] ^ 16]) + data[-39:])
    elif what in ("cut", "empty"):
        file.write_bytes(data[: len(data) // 2] if what == "cut" else b"")
    elif what == "manifest":
        manifest.write_text(manifest.read_text().replace(f'"passages": {N}', '"passages": 9'))
    else:
        (file if what == "gone" else manifest).unlink()
    assert hits(desk, desk.open().snapshot()) >= 39
    desk.index = desk.open()
    desk.run()
    (again,) = (desk.home / DENSE).glob("*.faiss")
    assert again.stat().st_size > 0
    assert hits(desk, desk.open().snapshot()) >= 39


def test_vectors_of_another_home_are_not_searched(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    other = Desk(tmp_path / "other")
    for n in range(N):
        other.put(f"{n}.txt", text(n, "desert"))
    other.run()
    assert other.index.catalogue.version() == desk.index.catalogue.version()
    shutil.rmtree(desk.home / DENSE)
    shutil.copytree(other.home / DENSE, desk.home / DENSE)
    assert hits(desk, desk.open().snapshot()) >= 39
