"""Versions, writers, readers, and what a home refuses."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from threading import Event, Thread, Timer

import pytest

import index.search.derived
from index.errors import DamageError, HomeError, LockedError, MismatchError
from index.folder.survey import Scope
from index.folder.walk import Rules
from index.home.catalogue import Catalogue
from index.home.lock import writer_lock
from index.home.schema import FILE
from index.readers import READERS
from index.readers.formats import BY_NAME, FORMATS, are_within, versions
from index.report import Summary
from index.search.derived import bm25_version
from index.search.versions import PARTS
from index.store import Index
from index.types import Embedder
from tests.fakes import FakeEmbedder
from tests.index.desk import Desk, check

MAPS = "Ada Holt keeps the maps."
FERRY = "The ferry left the harbour at nine."
CHEESE = "Cheese is made of milk."


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def no_embedder() -> Embedder:
    raise AssertionError("no model is needed for this")


# -- versions -----------------------------------------------------------------------


def test_opening_an_empty_place_makes_nothing_and_loads_no_model(tmp_path: Path) -> None:
    index = Index.open(tmp_path / "home", no_embedder)
    snapshot = index.snapshot()
    assert (snapshot.version, snapshot.n_documents, snapshot.n_passages) == (0, 0, 0)
    assert snapshot.bm25("maps", 5) == []
    assert index.fingerprint == ""
    assert list(tmp_path.iterdir()) == []


def test_an_empty_snapshot_outlives_the_first_commit(desk: Desk) -> None:
    before = desk.index.snapshot()
    desk.put("a.txt", MAPS)
    desk.run()
    assert desk.texts() == [MAPS]
    assert before.catalogue.documents(before.version, 9, None) == []
    check(before, [])


def test_a_reader_sees_the_commit_of_another_at_its_next_snapshot(desk: Desk) -> None:
    reader = desk.open()
    assert reader.snapshot().n_documents == 0
    desk.put("a.txt", MAPS)
    desk.run()
    first = reader.snapshot()
    desk.put("a.txt", FERRY)
    desk.put("b.txt", CHEESE)
    desk.run()
    second = reader.snapshot()
    assert second.version == desk.index.snapshot().version > first.version
    assert reader.snapshot() is second
    old = first.catalogue.documents(first.version, 9, None)
    assert [one.text for one in old] == [MAPS]
    check(first, old)
    new = second.catalogue.documents(second.version, 9, None)
    assert sorted(one.text for one in new) == [CHEESE, FERRY]
    check(second, new)
    assert first.fingerprint == second.fingerprint == reader.fingerprint != ""


def test_a_snapshot_finds_only_what_its_version_holds(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.run()
    snapshot = desk.index.snapshot()
    (hit,) = snapshot.bm25("the maps", 5)
    assert hit.source == "bm25"
    assert snapshot.dense(desk.fake.embed([MAPS])[0], 5)[0].passage_id == hit.passage_id
    desk.put("a.txt", FERRY)
    desk.run()
    assert desk.index.snapshot().bm25("maps", 5) == []
    with pytest.raises(DamageError, match="in an index but not in the catalogue"):
        desk.index.snapshot().passage(hit.passage_id)
    assert snapshot.passage(hit.passage_id).id == hit.passage_id


def test_snapshots_are_taken_while_another_thread_writes(desk: Desk) -> None:
    for n in range(12):
        desk.put(f"{n}.txt", f"File {n} tells of the sea.")
    desk.run(desk.root / "0.txt")
    reader, stop, failures = desk.open(), [False], []

    def read() -> None:
        try:
            while not stop[0]:
                snapshot = reader.snapshot()
                check(snapshot, snapshot.catalogue.documents(snapshot.version, 99, None))
        except BaseException as error:
            failures.append(error)

    thread = Thread(target=read)
    thread.start()
    try:
        for n in range(1, 12):
            desk.run(desk.root / f"{n}.txt")
    finally:
        stop[0] = True
        thread.join()
    assert failures == []
    assert len(desk.texts()) == 12
    assert not list(desk.home.glob("*.damaged-*"))


# -- the BM25 index beside the catalogue -----------------------------------------------


def bm25_folder(desk: Desk) -> Path:
    return desk.home / "bm25"


def test_a_bm25_index_that_is_missing_is_made_again(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.run()
    (bm25_folder(desk)).rename(desk.home / "moved")
    desk.index = desk.open()
    assert desk.texts() == [MAPS]
    assert bm25_version(desk.home) == desk.index.catalogue.version()


def test_a_bm25_index_that_is_behind_catches_up(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put("a.txt", MAPS)
    desk.put("b.txt", CHEESE)
    desk.run()

    def stopped(*_: object) -> None:
        raise HomeError("the disk is full")

    monkeypatch.setattr(index.search.derived.Bm25Writer, "bring_up", stopped)
    desk.put("a.txt", FERRY)
    desk.put("c.txt", MAPS)
    with pytest.raises(HomeError, match="the disk is full"):
        desk.run()
    monkeypatch.undo()
    desk.index = desk.open()
    assert desk.texts() == [MAPS, CHEESE, FERRY]
    assert not list(desk.home.glob("*.damaged-*"))


def test_a_catalogue_that_lost_its_last_commit_is_found_out(desk: Desk) -> None:
    """As when it alone was brought back from a copy: the number of its version is not reused."""
    desk.put("a.txt", MAPS)
    desk.run()
    desk.index.close()
    copy = (desk.home / FILE).read_bytes()
    desk.index = desk.open()
    desk.put("b.txt", FERRY)
    desk.run()
    seen = desk.index.catalogue.version()
    desk.index.close()
    for path in desk.home.glob(f"{FILE}-*"):
        path.unlink()
    (desk.home / FILE).write_bytes(copy)
    desk.index = desk.open()
    assert desk.texts() == [MAPS]
    assert desk.index.catalogue.version() > seen
    assert desk.statuses() == {"a.txt": "unchanged", "b.txt": "indexed"}


@pytest.mark.parametrize("name", ["meta.json", "*.term", "*.store"])
def test_a_damaged_bm25_index_is_set_aside_and_made_again(desk: Desk, name: str) -> None:
    desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    for number in (1, 2):
        (damaged, *_) = bm25_folder(desk).rglob(name)
        damaged.write_bytes(b"\xff" * damaged.stat().st_size)
        desk.index = desk.open()
        assert desk.texts() == [MAPS, FERRY]
        (aside,) = (desk.home / f"bm25.damaged-{number}").rglob(damaged.name)
        assert set(aside.read_bytes()) == {255}


def test_a_file_in_place_of_the_bm25_index_is_set_aside(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.run()
    bm25_folder(desk).rename(desk.home / "moved")
    bm25_folder(desk).write_text("a note")
    desk.index = desk.open()
    assert desk.texts() == [MAPS]
    assert (desk.home / "bm25.damaged-1").read_text() == "a note"


def test_while_another_writes_a_reader_searches_in_memory(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.run()
    bm25_folder(desk).rename(desk.home / "moved")
    with writer_lock(desk.home):
        desk.index = desk.open()
        assert desk.texts() == [MAPS]
        assert not list(bm25_folder(desk).rglob("*.term"))
    desk.index = desk.open()
    assert desk.texts() == [MAPS]
    assert list(bm25_folder(desk).rglob("*.term"))


# -- damage --------------------------------------------------------------------------------


def change_rows(desk: Desk, sql: str, *values: object) -> None:
    with sqlite3.connect(desk.home / FILE) as db:
        db.execute(sql, values)
    db.close()


def test_a_damaged_document_is_set_aside_named_and_read_again(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    change_rows(desk, "UPDATE revisions SET text = ? WHERE text = ?", b"Ida", MAPS.encode())
    desk.index = desk.open()
    snapshot = desk.index.snapshot()
    (hit,) = snapshot.bm25("maps", 5)
    with pytest.raises(DamageError, match="does not match its hash"):
        snapshot.document(snapshot.passage(hit.passage_id).document_id)
    (damage, place) = desk.index.mend()
    assert (damage.kind, damage.path, place.kind) == ("revision", place.path, "source")
    assert desk.texts() == [FERRY]
    assert desk.index.snapshot().left_out == (str(desk.root / "a.txt"),) == (damage.path,)
    assert desk.index.catalogue.one("SELECT 1 FROM revisions WHERE text = x'496461'")
    assert desk.statuses() == {"a.txt": "indexed", "b.txt": "unchanged"}
    assert desk.texts() == [MAPS, FERRY]
    assert desk.index.snapshot().left_out == ()
    assert {one["path"] for one in desk.index.catalogue.aside()} == {str(desk.root / "a.txt")}


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE vectors SET vectors = zeroblob(length(vectors)) WHERE revision = 1",
        "DELETE FROM vectors WHERE revision = 1",
        "DELETE FROM revisions WHERE revision = 1",
        "UPDATE revisions SET removed_version = 1 WHERE revision = 1",
        "UPDATE revisions SET added_version = 9 WHERE revision = 1",
        "UPDATE sources SET document_id = 'x' WHERE source = 1",
        "DELETE FROM sources WHERE source = 1",
    ],
)
def test_what_is_damaged_or_missing_is_set_aside_before_anything_is_answered(
    desk: Desk, sql: str
) -> None:
    desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    change_rows(desk, sql)
    desk.index = desk.open()
    assert desk.texts() == [FERRY]
    desk.run()
    assert desk.texts() == [MAPS, FERRY]


def test_swapped_vectors_are_found(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.put("c.txt", CHEESE)
    desk.run()
    for sql in ("revision = 9 WHERE revision = 1", "revision = 1 WHERE revision = 2"):
        change_rows(desk, f"UPDATE vectors SET {sql}")
    change_rows(desk, "UPDATE vectors SET revision = 2 WHERE revision = 9")
    desk.index = desk.open()
    assert desk.texts() == [CHEESE]
    desk.run()
    assert desk.texts() == [MAPS, CHEESE, FERRY]


# -- writers -----------------------------------------------------------------------------------


def test_a_second_writer_is_told_who_writes(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    hold = (
        "import sys, pathlib; from index.home.lock import writer_lock\n"
        "with writer_lock(pathlib.Path(sys.argv[1])): print('held', flush=True); sys.stdin.read()"
    )
    command = [sys.executable, "-c", hold, str(desk.home)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match=rf"process {other.pid}\): wait until"):
            desk.run()
        assert desk.documents() == []
        other.kill()
    assert desk.statuses() == {"a.txt": "indexed"}


def test_a_lock_that_is_held_for_a_moment_is_waited_for(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    held, release = Event(), Event()

    def hold() -> None:
        with writer_lock(desk.home):
            held.set()
            release.wait(10)

    thread = Thread(target=hold)
    thread.start()
    assert held.wait(10)
    Timer(0.2, release.set).start()
    assert desk.statuses() == {"a.txt": "indexed"}
    thread.join()


def test_the_lock_is_free_after_an_error(tmp_path: Path) -> None:
    for _ in range(2):
        with pytest.raises(KeyError), writer_lock(tmp_path / "home"):
            raise KeyError
    with writer_lock(tmp_path / "home") as _, pytest.raises(LockedError, match=str(os.getpid())):
        writer_lock(tmp_path / "home").__enter__()


def test_a_home_that_is_a_file_is_refused(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    with pytest.raises(HomeError, match="--home"):
        Index.open(desk.root / "a.txt", no_embedder)
    desk.home.write_text("a file")
    with pytest.raises(HomeError, match=r"cannot be written.*--home or CITEWELL_HOME"):
        desk.run()
    assert desk.home.read_text() == "a file"


def test_a_home_where_nothing_can_be_made_is_refused(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    index = Index.open(Path("/proc/citewell"), no_embedder)
    with pytest.raises(HomeError, match=r"/proc/citewell cannot be written.*--home"):
        index.update([Scope(desk.root)], Rules(1_000))


# -- what a home was made with -----------------------------------------------------------------


def test_another_embedder_is_refused_with_both_values_and_a_command(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.run()
    desk.put("b.txt", FERRY)
    other = FakeEmbedder(name="other")
    stranger = Index.open(desk.home, lambda: other)
    for attempt in (
        lambda: stranger.update([Scope(desk.root)], Rules(1_000)),
        lambda: stranger.embedder,
    ):
        with pytest.raises(MismatchError) as caught:
            attempt()
        message = str(caught.value)
        assert f"'{desk.fake.fingerprint}'" in message
        assert f"'{other.fingerprint}'" in message
        assert "citewell index FOLDER --home NEW_HOME" in message
    assert other.calls == []
    assert desk.texts() == [MAPS]


@pytest.mark.parametrize("part", sorted(PARTS))
def test_another_chunker_or_reader_is_refused(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    desk.put("a.txt", MAPS)
    desk.run()
    stored = desk.index.catalogue.meta(part)
    monkeypatch.setitem(PARTS, part, "another-1")
    with pytest.raises(MismatchError) as caught:
        desk.open()
    monkeypatch.undo()
    message = str(caught.value)
    assert f"the {part} '{stored}', and this is 'another-1'" in message
    assert "citewell index FOLDER --home NEW_HOME" in message


def test_a_home_that_came_into_being_later_is_checked_too(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both opened on nothing; the other wrote first."""
    desk.put("a.txt", MAPS)
    other = FakeEmbedder(name="other")
    late = Index.open(desk.home, lambda: other)
    assert late.embedder is other
    desk.run()
    with pytest.raises(MismatchError, match="embedder"):
        late.snapshot()
    desk.put("b.txt", FERRY)
    with pytest.raises(MismatchError, match="embedder"):
        late.update([Scope(desk.root)], Rules(1_000))
    late = Index.open(desk.root / "nothing-here", no_embedder)
    late.home = desk.home
    monkeypatch.setitem(PARTS, "chunker", "another-1")
    with pytest.raises(MismatchError, match="chunker"):
        late.snapshot()


def test_the_fingerprint_is_of_embedder_and_parts(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put("a.txt", MAPS)
    desk.run()

    def made_with(name: str) -> str:
        home = tmp_path / f"home-{len(list(tmp_path.iterdir()))}"
        index = Index.open(home, lambda: FakeEmbedder(name=name))
        index.update([Scope(desk.root)], Rules(1_000))
        return index.fingerprint

    fingerprint = desk.index.fingerprint
    assert made_with("fake") == fingerprint
    assert made_with("other") != fingerprint
    raise_version(monkeypatch, "text")
    assert made_with("fake") != fingerprint


def raise_version(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """As in a Citewell that reads a format in another way."""
    changed = [replace(one, version=one.version + (one.name == name)) for one in FORMATS]
    kinds = {one.media_type: one for one in changed}
    monkeypatch.setattr("index.readers.formats._BY_MEDIA_TYPE", kinds)
    monkeypatch.setitem(PARTS, "readers", versions(changed))


def test_a_home_names_the_formats_that_it_holds(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others may be added, or read in another way: that is no matter for what it holds."""
    desk.put("a.txt", MAPS)
    desk.run()
    assert desk.index.catalogue.meta("readers") == BY_NAME["text"].mark
    desk.put("b.md", f"# Ferry\n\n{FERRY}\n")
    raise_version(monkeypatch, "pdf")
    desk.open().update([Scope(desk.root)], Rules(1_000))
    marks = f"{BY_NAME['markdown'].mark};{BY_NAME['text'].mark}"
    assert desk.index.catalogue.meta("readers") == marks
    raise_version(monkeypatch, "markdown")
    with pytest.raises(MismatchError, match=f"the readers '{marks}', and this is "):
        desk.open()


def test_what_a_file_is_counts_and_not_its_ending(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Read as what it is, it is refused when that format is read in another way."""
    desk.put("a.txt", f"<!DOCTYPE html><html><body><p>{MAPS}</p></body></html>")
    assert desk.statuses() == {"a.txt": "indexed"}
    assert [one.media_type for one in desk.documents()] == ["text/html"]
    raise_version(monkeypatch, "text")
    desk.open()
    raise_version(monkeypatch, "html")
    with pytest.raises(MismatchError, match="readers 'html-"):
        desk.open()


def test_a_home_of_before_formats_were_named_one_by_one_goes_on(desk: Desk) -> None:
    both = f"{BY_NAME['text'].mark};{BY_NAME['markdown'].mark}"  # in no order
    desk.put("a.txt", MAPS)
    desk.run()
    catalogue = Catalogue.open(desk.home, create=True)
    with catalogue.commit() as commit:
        commit.set_meta("readers", both)
    catalogue.close()
    assert are_within(both, READERS)
    fingerprint = desk.index.fingerprint
    desk.put("b.txt", FERRY)
    assert desk.statuses() == {"a.txt": "unchanged", "b.txt": "indexed"}
    assert desk.index.fingerprint == fingerprint
    assert desk.index.catalogue.meta("readers") == both


def test_the_summary_of_a_run(desk: Desk) -> None:
    kept, gone = desk.put("a.txt", MAPS), desk.put("b.txt", FERRY)
    desk.run()
    gone.unlink()
    desk.put("c.doc", "x")
    new = desk.put("d.txt", CHEESE.encode("utf-16"))
    reports = desk.index.update([Scope(desk.root)], Rules(1_000))
    said = Summary(reports, {"version": desk.index.catalogue.version()}).to_dict()
    text = "".join(Summary(reports, said["index"]).json_lines())
    assert json.loads(text) == json.loads(json.dumps(said))
    version = desk.index.snapshot().version
    ids = {one.path: one.id for one in desk.documents()}
    assert {name: said[name] for name in ("indexed", "unchanged", "renamed", "removed")} == {
        "indexed": 1,
        "unchanged": 1,
        "renamed": 0,
        "removed": 1,
    }
    assert said["skipped"] == 1
    assert said["schema"] == "citewell.index/1"
    assert said["index"] == {"version": version}
    files = {file["path"]: file for file in said["files"]}
    assert len(files) == 4
    assert files[str(kept)]["document_id"] == ids["a.txt"]
    assert files[str(new)]["document_id"] == ids["d.txt"]
    assert files[str(gone)]["status"] == "removed"
    assert "save it as .docx" in files[str(desk.root / "c.doc")]["reason"]


@pytest.mark.parametrize("call", ["ftruncate", "pwrite"])
def test_the_lock_is_held_on_a_full_disk_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(f"index.home.lock.os.{call}", full)
    with (
        writer_lock(tmp_path / "home"),
        pytest.raises(LockedError, match="another process"),
        writer_lock(tmp_path / "home"),
    ):
        pass


def test_a_file_system_without_locks_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def none(*_: object) -> None:
        raise OSError(37, "No locks available")

    monkeypatch.setattr("index.home.lock.fcntl.flock", none)
    with pytest.raises(HomeError, match=r"has no locks.*--home"), writer_lock(tmp_path / "home"):
        pass


@pytest.mark.parametrize("part", ["index.folder.plan.Plan.saw", "index.report.Reports.add"])
def test_no_room_for_temporary_files(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, part: str
) -> None:
    desk.put("a.txt", MAPS)
    desk.run()
    error = sqlite3.OperationalError("database or disk is full") if "plan" in part else OSError(28)

    def full(*_: object, **__: object) -> None:
        raise error

    desk.put("b.txt", FERRY)
    monkeypatch.setattr(part, full)
    with pytest.raises(HomeError, match="temporary files"):
        desk.run()
    monkeypatch.undo()
    desk.run()
    assert desk.texts() == [MAPS, FERRY]
