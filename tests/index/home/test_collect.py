"""What is cleared away, and what is kept because somebody reads it."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from index.errors import DamageError
from tests.index.desk import Desk, check

MAPS = "Ada Holt keeps the maps."
FERRY = "The ferry left the harbour at nine."
CHEESE = "Cheese is made of milk."
SNOW = "Snow fell on the hills."

READ = """
import sys, pathlib
from index.store import Index
from tests.fakes import FakeEmbedder
index = Index.open(pathlib.Path(sys.argv[1]), FakeEmbedder)
snapshot = index.snapshot()
print(snapshot.version, flush=True)
sys.stdin.readline()
(document,) = snapshot.catalogue.documents(snapshot.version, 9, None)
print(document.text, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    one = Desk(tmp_path)
    one.put("a.txt", MAPS)
    one.run()
    return one


def count(desk: Desk, table: str) -> int:
    row = desk.index.catalogue.one(f"SELECT count(*) FROM {table}")
    assert row is not None
    return int(row[0])


def tables(desk: Desk) -> dict[str, int]:
    names = ("revisions", "passages", "vectors", "versions")
    return {name: count(desk, name) for name in names}


ONE = {"revisions": 1, "passages": 1, "vectors": 1, "versions": 1}


def test_what_nobody_reads_is_cleared_away(desk: Desk) -> None:
    for text in (FERRY, CHEESE, SNOW):
        desk.put("a.txt", text)
        desk.run()
    assert tables(desk) == ONE
    assert desk.texts() == [SNOW]


def test_what_a_snapshot_in_use_needs_is_kept(desk: Desk) -> None:
    reader = desk.open()
    first = reader.snapshot()
    desk.put("a.txt", FERRY)
    desk.run()
    second = reader.snapshot()
    for text in (CHEESE, SNOW):
        desk.put("a.txt", text)
        desk.run()
    for snapshot, text in ((first, MAPS), (second, FERRY)):
        documents = snapshot.catalogue.documents(snapshot.version, 9, None)
        assert [one.text for one in documents] == [text]
        check(snapshot, documents)
    assert count(desk, "revisions") == 4


def test_a_reader_that_goes_on_frees_what_it_has_left(desk: Desk) -> None:
    reader = desk.open()
    old = reader.snapshot()
    desk.put("a.txt", FERRY)
    desk.run()
    assert count(desk, "revisions") == 2
    del old
    reader.snapshot()
    desk.run()
    assert tables(desk) == ONE
    assert [d.text for d in reader.snapshot().catalogue.documents(99, 9, None)] == [FERRY]


def test_a_reader_that_is_closed_frees_everything(desk: Desk) -> None:
    reader = desk.open()
    reader.snapshot()
    desk.put("a.txt", FERRY)
    desk.run()
    reader.close()
    desk.run()
    assert tables(desk) == ONE


def test_another_process_keeps_what_it_reads_until_it_is_killed(desk: Desk) -> None:
    command = [sys.executable, "-c", READ, str(desk.home)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert int(other.stdout.readline()) == desk.index.catalogue.version()
        for text in (FERRY, CHEESE):
            desk.put("a.txt", text)
            desk.run()
        assert count(desk, "revisions") == 3
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.stdout.readline() == f"{MAPS}\n"
        other.kill()
        other.wait()
    desk.run()
    assert tables(desk) == ONE


def test_rows_that_were_set_aside_are_kept(desk: Desk) -> None:
    desk.index.catalogue.run("UPDATE revisions SET text = x'4164' WHERE revision = 1")
    assert [one.kind for one in desk.index.mend()] == ["revision", "source"]
    for text in (FERRY, CHEESE):
        desk.put("a.txt", text)
        desk.run()
    assert tables(desk) == {"revisions": 2, "passages": 2, "vectors": 2, "versions": 1}
    assert desk.index.catalogue.one("SELECT 1 FROM revisions WHERE text = x'4164'")
    assert desk.texts() == [CHEESE]


def test_the_last_place_of_a_document_is_still_known(desk: Desk) -> None:
    """An answer of before may name it."""
    (document,) = desk.documents()
    (desk.root / "a.txt").rename(desk.root / "b.txt")
    desk.run()
    desk.put("c.txt", FERRY)
    (desk.root / "b.txt").unlink()
    desk.run()
    assert desk.texts() == [FERRY]
    assert count(desk, "revisions") == 1
    places = desk.index.catalogue.sources_of(document.id, None)
    assert sorted(one.path for one in places) == ["a.txt", "b.txt"]


def test_places_are_not_kept_without_end(desk: Desk) -> None:
    """A file that is saved again and again is one place."""
    for n in range(10):
        desk.put("a.txt", f"{MAPS} She drew number {n}.")
        desk.run()
    assert count(desk, "sources") <= 2
    assert count(desk, "hints") == 1


def test_a_passage_that_is_gone_is_not_answered_from(desk: Desk) -> None:
    snapshot = desk.index.snapshot()
    (passage,) = snapshot.catalogue.passages(snapshot.version)
    desk.put("a.txt", FERRY)
    desk.run()
    assert snapshot.passage(passage.id) == passage
    desk.index.snapshot()
    desk.index.catalogue.collect(desk.index.catalogue.version())
    with pytest.raises(DamageError, match="in an index but not in the catalogue"):
        snapshot.passage(passage.id)
