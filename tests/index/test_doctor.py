"""What the doctor finds, one damage at a time."""

from __future__ import annotations

import re
import shutil
import sqlite3
from pathlib import Path
from threading import Event, Thread

import pytest

import index.doctor
import index.search.vectors
from index.doctor import Finding, examine_home
from index.errors import ModelError
from index.folder.exclusions import FILE as USER_FILE
from index.home.lock import writer_lock
from index.home.schema import FILE
from tests.fakes import FakeEmbedder
from tests.index.desk import Desk

MAPS = "Ada Holt keeps the maps."
FERRY = "The ferry left the harbour at nine."


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    one = Desk(tmp_path)
    one.put("a.txt", MAPS)
    one.put("b.txt", FERRY)
    one.run()
    one.index.close()
    return one


def examine(home: Path, embedder: FakeEmbedder | None = None) -> list[Finding]:
    named = embedder or FakeEmbedder()
    return list(examine_home(home, embedder=lambda: named.fingerprint, settings_embedder="fake"))


def found(home: Path, embedder: FakeEmbedder | None = None) -> dict[str, tuple[str, str]]:
    """Level and message of what is not well, each with what to do."""
    bad = [one for one in examine(home, embedder) if one.level != "ok"]
    assert all(one.advice or one.level == "note" for one in bad)
    return {one.check: (one.level, one.message) for one in bad}


def change(desk: Desk, sql: str, file: str = FILE) -> None:
    with sqlite3.connect(desk.home / file) as db:
        assert db.execute(sql).rowcount > 0
    db.close()


def contents(home: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in home.rglob("*")
        if path.is_file() and not path.name.endswith(("-shm", "-wal", ".lock"))
    }


def test_a_sound_home_is_well_and_stays_as_it_is(desk: Desk) -> None:
    before = contents(desk.home)
    checks = [one.check for one in examine(desk.home)]
    expected = ["packages", "space", "lock", "exclusions", "fingerprints", "rows", "bm25", "dense"]
    assert checks == expected
    assert found(desk.home) == {}
    assert contents(desk.home) == before


def test_an_empty_home(tmp_path: Path) -> None:
    assert found(tmp_path / "home")["catalogue"][0] == "note"


@pytest.mark.parametrize(
    ("sql", "check", "message"),
    [
        ("UPDATE revisions SET text = x'20' WHERE revision = 1", "rows", "a.txt: .*hash"),
        ("UPDATE passages SET start = 1 WHERE passage_id = 1", "rows", "a.txt: .*hash"),
        ("DELETE FROM vectors WHERE revision = 2", "rows", "b.txt: .*missing"),
        ("UPDATE versions SET passages = 9", "rows", "hash"),
        ("UPDATE meta SET value = 'x' WHERE key = 'chunker'", "fingerprints", "hash"),
    ],
)
def test_a_damaged_row_is_named(desk: Desk, sql: str, check: str, message: str) -> None:
    change(desk, sql)
    findings = [one for one in examine(desk.home) if one.check == check and one.level == "bad"]
    assert findings
    assert any(re.search(message, one.message) for one in findings)
    assert all("citewell" in one.advice or "backup" in one.advice for one in findings)


def test_a_missing_place_is_told_from_the_version(desk: Desk) -> None:
    desk.put("copy.txt", MAPS)
    desk.index = desk.open()
    desk.run()
    desk.index.close()
    change(desk, "DELETE FROM sources WHERE path = 'copy.txt'")
    assert found(desk.home)["rows"] == ("bad", "some rows of the last version are missing")


def test_what_was_set_aside_is_noted(desk: Desk) -> None:
    change(desk, "UPDATE revisions SET text = x'20' WHERE revision = 1")
    desk.open().mend()
    level, message = found(desk.home)["rows"]
    assert level == "note"
    assert str(desk.root / "a.txt") in message


def test_another_embedder_and_one_that_cannot_be_loaded(desk: Desk) -> None:
    level, message = found(desk.home, FakeEmbedder(name="other"))["fingerprints"]
    assert level == "bad"
    assert "fake;" in message
    assert "other;" in message

    def fail() -> str:
        raise ModelError("the weights do not match their hash")

    findings = list(examine_home(desk.home, embedder=fail, settings_embedder="fake"))
    assert [one.level for one in findings if one.check == "model"] == ["bad"]


def test_exclusions(desk: Desk) -> None:
    desk.index = desk.open()
    (row,) = desk.index.catalogue.sources_under(str(desk.root / "a.txt"))
    desk.index.remove([row])
    desk.index.close()
    assert "exclusions" not in found(desk.home)
    change(desk, "DELETE FROM exclusions", USER_FILE)
    assert found(desk.home)["exclusions"][0] == "bad"


def test_a_broken_file(desk: Desk) -> None:
    data = (desk.home / FILE).read_bytes()
    (desk.home / FILE).write_bytes(data[: len(data) // 2])
    assert found(desk.home)["catalogue" if "catalogue" in found(desk.home) else "rows"][0] == "bad"


def test_bm25(desk: Desk) -> None:
    shutil.copytree(desk.home / "bm25", desk.home.parent / "copy")
    (some, *_) = (desk.home / "bm25").glob("*/*.term")
    some.write_bytes(some.read_bytes()[:-1])
    assert found(desk.home)["bm25"][0] == "bad"
    shutil.rmtree(desk.home / "bm25")
    assert found(desk.home)["bm25"][0] == "note"
    (desk.home.parent / "copy").rename(desk.home / "bm25")
    assert "bm25" not in found(desk.home)


def test_trained_vectors(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.index = desk.open()
    for n in range(300):
        desk.put(f"{n}.txt", f"File {n} tells of the sea and of port {n * n}.")
    desk.run()
    monkeypatch.setattr(index.search.vectors, "EXACT_UP_TO", 100)
    assert found(desk.home)["dense"] == ("note", "no trained index is stored")
    desk.run()
    desk.index.close()
    assert "dense" not in found(desk.home)
    (file,) = (desk.home / "dense").glob("*.faiss")
    data = bytearray(file.read_bytes())
    data[-1] ^= 1
    file.write_bytes(bytes(data))
    assert found(desk.home)["dense"][0] == "bad"


def test_another_writer_and_packages_of_our_names(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    with writer_lock(desk.home):
        assert found(desk.home)["lock"][0] == "note"
    monkeypatch.setattr(index.doctor, "OURS", ("index", "json", "no_such_package"))
    level, message = found(desk.home)["packages"]
    assert level == "bad"
    assert "json from" in message
    assert "no_such_package from nowhere" in message


def test_little_room(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(index.doctor, "MIN_FREE", 10**18)
    assert found(desk.home)["space"][0] == "bad"


def test_files_that_vanish_while_they_are_counted(desk: Desk) -> None:
    """As those of a search index do, beside a writer."""
    stop = Event()

    def come_and_go() -> None:
        while not stop.is_set():
            folder = desk.home / "bm25" / "9-aaaaaaaa" / "x"
            folder.mkdir(parents=True)
            (folder / "y").touch()
            shutil.rmtree(folder.parent)

    writer = Thread(target=come_and_go)
    writer.start()
    try:
        for _ in range(300):
            assert index.doctor._space(desk.home).level == "ok"
    finally:
        stop.set()
        writer.join()
