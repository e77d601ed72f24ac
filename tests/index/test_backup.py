"""A copy of a home that is in use, and what it is worth."""

from __future__ import annotations

import shutil
from pathlib import Path
from threading import Event, Thread

import pytest

from index.backup import back_up
from index.errors import HomeError
from index.folder.exclusions import Exclusions
from index.home.repair import examine
from index.store import Index
from tests.fakes import FakeEmbedder
from tests.index.desk import Desk, check

MAPS = "Ada Holt keeps the maps."
FERRY = "The ferry left the harbour at nine."
NOW = "2024-05-01T09:00:00+00:00"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def test_a_copy_answers_as_the_home_did(desk: Desk, tmp_path: Path) -> None:
    desk.put("a.txt", MAPS)
    desk.run()
    Exclusions(desk.home).add(desk.root / "secret.txt", NOW)
    (desk.home / "config.toml").write_text("max_file_mb = 3\n")
    (desk.home / "calibration.json").write_text("{}")
    copied = back_up(desk.home, tmp_path / "copy")
    assert copied == ["catalogue.sqlite", "user.sqlite", "config.toml", "calibration.json"]
    desk.put("a.txt", FERRY)
    desk.run()
    index = Index.open(tmp_path / "copy", FakeEmbedder)
    snapshot = index.snapshot()
    documents = snapshot.catalogue.documents(snapshot.version, 9, None)
    assert [one.text for one in documents] == [MAPS]
    check(snapshot, documents)
    assert Exclusions(tmp_path / "copy").all() == [str(desk.root / "secret.txt")]
    assert (tmp_path / "copy" / "config.toml").read_text() == "max_file_mb = 3\n"


def test_a_copy_that_is_put_in_the_place_of_the_home(desk: Desk, tmp_path: Path) -> None:
    desk.put("a.txt", MAPS)
    desk.run()
    back_up(desk.home, tmp_path / "copy")
    for text in (FERRY, f"{FERRY} It came back."):
        desk.put("a.txt", text)
        desk.run()
    desk.index.close()
    shutil.rmtree(desk.home)
    shutil.copytree(tmp_path / "copy", desk.home)
    desk.index = desk.open()
    assert desk.texts() == [MAPS]
    assert desk.statuses() == {"a.txt": "indexed"}
    assert desk.texts() == [f"{FERRY} It came back."]


def test_a_copy_put_over_the_catalogue_alone(desk: Desk, tmp_path: Path) -> None:
    """The search indexes are then ahead of it."""
    desk.put("a.txt", MAPS)
    desk.run()
    back_up(desk.home, tmp_path / "copy")
    desk.put("b.txt", FERRY)
    desk.run()
    desk.index.close()
    shutil.copy(tmp_path / "copy" / "catalogue.sqlite", desk.home)
    desk.index = desk.open()
    assert desk.texts() == [MAPS]
    desk.run()
    assert desk.texts() == [MAPS, FERRY]


def test_while_it_is_written_it_is_of_one_version(desk: Desk, tmp_path: Path) -> None:
    """Two files change together in each commit."""
    stop = Event()

    def write() -> None:
        number = 0
        while not stop.is_set():
            number += 1
            for name in "ab":
                desk.put(f"{name}.txt", f"Round {number} of {name}. {MAPS}")
            desk.run()

    for name in "ab":
        desk.put(f"{name}.txt", f"Round 0 of {name}. {MAPS}")
    desk.run()
    writer = Thread(target=write)
    writer.start()
    try:
        for number in range(10):
            back_up(desk.home, tmp_path / f"copy-{number}")
    finally:
        stop.set()
        writer.join()
    for number in range(10):
        index = Index.open(tmp_path / f"copy-{number}", FakeEmbedder)
        snapshot = index.snapshot()
        texts = [one.text for one in snapshot.catalogue.documents(snapshot.version, 9, None)]
        assert len({text.split()[1] for text in texts}) == 1
        assert len(texts) == 2
        assert list(examine(index.catalogue)) == []


def test_what_cannot_be_backed_up(desk: Desk, tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="nothing is indexed"):
        back_up(desk.home, tmp_path / "copy")
    desk.put("a.txt", MAPS)
    desk.run()
    with pytest.raises(HomeError, match="is not empty"):
        back_up(desk.home, desk.root)
    (tmp_path / "file").write_text("")
    with pytest.raises(HomeError, match="was not finished"):
        back_up(desk.home, tmp_path / "file" / "copy")
    assert desk.texts() == [MAPS]
