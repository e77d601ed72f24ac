"""New versions from old ones: equal to what is built from nothing, and soon."""

from __future__ import annotations

import errno
import os
import random
import sqlite3
import sys
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

import index.folder.survey
import index.folder.walk
import index.ingest
from index.errors import DamageError, HomeError
from index.home.schema import FILE
from index.search.snapshot import Snapshot
from index.store import Index
from tests.index.desk import Desk, check

MAPS = "Ada Holt keeps the maps. She draws them herself."
FERRY = "The ferry left the harbour at nine."
CHEESE = "Cheese is made of milk."
SNOW = "Snow fell on the hills."
WORDS = ["ada", "holt", "keeps", "maps", "ferry", "harbour", "nine", "cheese", "milk", "snow"]
BINARY = bytes(range(256)) * 20


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.fixture
def settled(monkeypatch: pytest.MonkeyPatch) -> None:
    """Times are trusted at once, as those of files that have been there for a while."""
    monkeypatch.setattr(index.folder.survey, "TICK_NS", -(10**18))


# -- one version from the one before ---------------------------------------------------------


def searched(snapshot: Snapshot, desk: Desk) -> list[object]:
    found: list[object] = []
    for query in ("maps harbour", "snow rain tower", "ada keeps cheese", "clock"):
        found.append([(hit.passage_id, round(hit.score, 4)) for hit in snapshot.bm25(query, 30)])
        vector = desk.fake.embed([query])[0]
        near = snapshot.dense(vector, 30)
        found.append(sorted((round(hit.score, 4), hit.passage_id) for hit in near))
    return found


def scramble(desk: Desk, rng: random.Random) -> None:
    """Some change that a person makes to a folder."""
    there = sorted(path for path in desk.root.rglob("*.txt"))
    text = f"{' '.join(rng.choices(WORDS, k=8)).capitalize()}. {' '.join(rng.choices(WORDS, k=5))}."
    name = f"{rng.choice('abcdefgh')}{rng.choice(['', '/x', '/y'])}.txt".replace("/", "-s/")
    what = rng.randrange(8)
    if what <= 2 or len(there) < 3:
        desk.put(name, text)
    elif what == 3:
        rng.choice(there).unlink()
    elif what == 4:
        rng.choice(there).rename(desk.root / f"n{rng.randrange(6)}.txt")
    elif what == 5:
        desk.put(name, rng.choice(there).read_bytes())
    elif what == 6:
        one, other = rng.sample(there, 2)
        first, second = one.read_bytes(), other.read_bytes()
        desk.put(str(one.relative_to(desk.root)), second)
        desk.put(str(other.relative_to(desk.root)), first)
    else:
        desk.put(name, rng.choice([BINARY, b"", text.encode()]))


def contents(desk: Desk) -> dict[str, str]:
    """What the folder says that the index must hold."""
    found = {}
    for path in desk.root.rglob("*.txt"):
        data = path.read_bytes()
        if data and data != BINARY:
            found[path.relative_to(desk.root).as_posix()] = data.decode()
    return found


def indexed(desk: Desk) -> dict[str, str]:
    found = {}
    for one in desk.documents():
        for source in one.sources:
            found[Path(source.root, source.path).relative_to(desk.root).as_posix()] = one.text
    return found


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.usefixtures("settled")
def test_a_version_from_the_one_before_is_as_one_from_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    monkeypatch.setattr(index.ingest, "BATCH_PASSAGES", 3)
    rng = random.Random(seed)
    desk = Desk(tmp_path)
    reader = desk.open()
    for _ in range(12):
        for _ in range(rng.randrange(1, 6)):
            scramble(desk, rng)
        desk.run()
        assert indexed(desk) == contents(desk)
        followed, fresh = reader.snapshot(), desk.open().snapshot()
        assert followed.state == fresh.state
        assert searched(followed, desk) == searched(fresh, desk)
        desk.texts()
    assert not list(desk.home.glob("*.damaged-*"))
    assert desk.index.catalogue.aside() == []


# -- following -------------------------------------------------------------------------------


@contextmanager
def following(desk: Desk) -> Iterator[Index]:
    reader = desk.open()
    reader.snapshot()
    reader.follow()
    try:
        yield reader
    finally:
        reader.close()


def wait_until(reached: Callable[[], object]) -> None:
    """A minute is for a busy machine: how soon a version is seen, `make bench-store` says."""
    until = time.monotonic() + 60
    while not reached():
        assert time.monotonic() < until
        time.sleep(0.01)


def wait_for(reader: Index, version: int) -> Snapshot:
    wait_until(lambda: reader.snapshot().version >= version)
    return reader.snapshot()


def test_a_new_version_is_followed_without_being_asked(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.run()
    with following(desk) as reader:
        for text in (FERRY, CHEESE, SNOW):
            desk.put("a.txt", text)
            desk.run()
            snapshot = wait_for(reader, desk.index.catalogue.version())
            (document,) = snapshot.catalogue.documents(snapshot.version, 9, None)
            assert document.text == text
            check(snapshot, [document])


def test_the_first_files_of_a_home_are_followed_too(desk: Desk) -> None:
    with following(desk) as reader:
        assert reader.snapshot().n_documents == 0
        desk.put("a.txt", MAPS)
        desk.run()
        assert wait_for(reader, desk.index.catalogue.version()).n_documents == 1


def test_questions_go_on_while_versions_come(desk: Desk) -> None:
    desk.put("a.txt", f"Number 0 is here. {MAPS}")
    desk.run()
    stop, failures, seen = Event(), [], set()

    def ask(reader: Index) -> None:
        try:
            while not stop.is_set():
                snapshot = reader.snapshot()
                (document,) = snapshot.catalogue.documents(snapshot.version, 9, None)
                check(snapshot, [document])
                seen.add(document.text[:8])
        except BaseException as error:
            failures.append(error)

    with following(desk) as reader:
        threads = [Thread(target=ask, args=(reader,)) for _ in range(4)]
        for thread in threads:
            thread.start()
        for n in range(1, 8):
            desk.put("a.txt", f"Number {n} is here. {MAPS}")
            desk.run()
            wait_until(lambda n=n: failures or f"Number {n}" in seen)
        stop.set()
        for thread in threads:
            thread.join()
    assert failures == []
    assert seen >= {f"Number {n}" for n in range(1, 8)}


def test_following_goes_on_after_an_error(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    desk.put("a.txt", MAPS)
    desk.run()
    with following(desk) as reader:
        bring_up, errors = (
            reader._bring_up,
            iter([HomeError("full"), OSError(24, "too many"), ValueError("an id came twice")]),
        )

        def failing(*, wait: bool) -> Snapshot:
            for error in errors:
                raise error
            return bring_up(wait=wait)

        monkeypatch.setattr(reader, "_bring_up", failing)
        desk.put("a.txt", FERRY)
        desk.run()
        assert wait_for(reader, desk.index.catalogue.version()).n_documents == 1


def test_damage_in_a_new_version_is_set_aside_by_who_follows(desk: Desk) -> None:
    """Else what is gone would go on answering for as long as it follows."""
    desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    with following(desk) as reader:
        with reader._lock:  # it sees the new version only when that is damaged
            (desk.root / "b.txt").unlink()
            desk.put("c.txt", CHEESE)
            desk.run()
            with sqlite3.connect(desk.home / FILE) as db:
                changed = db.execute(
                    "UPDATE vectors SET vectors = zeroblob(128) WHERE revision = 3"
                )
                assert changed.rowcount == 1
            db.close()
        snapshot = wait_for(reader, desk.index.catalogue.version() + 1)
        assert [one.text for one in snapshot.catalogue.documents(snapshot.version, 9, None)] == [
            MAPS
        ]
        assert [Path(path).name for path in snapshot.left_out] == ["c.txt"]


def test_damage_that_a_question_finds_is_not_met_by_the_next(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    with following(desk) as reader:
        (passage,) = [hit.passage_id for hit in reader.snapshot().bm25("ferry", 1)]
        with sqlite3.connect(desk.home / FILE) as db:
            db.execute("UPDATE passages SET start = 1 WHERE passage_id = ?", (passage,))
        db.close()
        with pytest.raises(DamageError):
            reader.snapshot().passage(passage)
        assert [one.kind for one in reader.mend()] == ["revision", "source"]
        assert reader.snapshot().bm25("ferry", 1) == []
        assert [Path(path).name for path in reader.snapshot().left_out] == ["b.txt"]


def test_a_home_that_another_takes_the_place_of_is_followed(desk: Desk) -> None:
    """A backup that is put back under a program that goes on."""
    desk.put("a.txt", MAPS)
    desk.run()
    desk.index.close()
    desk.home.rename(desk.home.with_name("backup"))
    desk.index = desk.open()
    desk.put("a.txt", FERRY)
    desk.run()
    with following(desk) as reader:
        before = reader.snapshot()
        desk.index.close()
        desk.home.rename(desk.home.with_name("old"))
        desk.home.with_name("backup").rename(desk.home)
        wait_until(lambda: reader.snapshot() is not before)
        snapshot = reader.snapshot()
        (document,) = snapshot.catalogue.documents(snapshot.version, 9, None)
        assert document.text == MAPS
        check(snapshot, [document])
        (old,) = before.catalogue.documents(before.version, 9, None)  # who reads it goes on
        assert old.text == FERRY
        desk.index = desk.open()
        desk.put("b.txt", CHEESE)
        desk.run()
        assert wait_for(reader, desk.index.catalogue.version()).n_documents == 2


def test_what_one_reads_while_the_same_process_writes_is_of_one_version(desk: Desk) -> None:
    """More rows than are fetched at once; those behind the reader change."""
    for n in range(1_200):
        desk.put(f"{n:04}.txt", f"File {n} tells of the sea.")
    desk.run()
    snapshot = desk.index.snapshot()
    reading = snapshot.catalogue.entries(snapshot.version)
    seen = [next(reading) for _ in range(10)]
    for n in range(3):
        (desk.root / f"{n:04}.txt").unlink()
    desk.run()
    seen += reading
    assert len({one.revision for one in seen}) == len(seen) == 1_200


def test_nobody_waits_while_the_same_process_writes(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A renamed folder is read through; questions must not wait for it."""
    desk.put("old/a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    (desk.root / "old").rename(desk.root / "new")
    snapshot = desk.index.snapshot()
    (passage, *_) = snapshot.catalogue.passages(snapshot.version)
    read_file, waited = index.folder.survey.read_file, []

    def slow(path: Path, max_bytes: int) -> bytes:
        if path.name == "a.txt" and not waited:
            begun = time.monotonic()
            asking = Thread(target=snapshot.passage, args=(passage.id,))
            asking.start()
            asking.join(1.0)
            waited.append(time.monotonic() - begun)
        return read_file(path, max_bytes)

    monkeypatch.setattr(index.folder.survey, "read_file", slow)
    assert desk.statuses()["a.txt"] == "renamed"
    assert waited[0] < 0.5


# -- what became of files, where it is easy to go wrong ----------------------------------------


def test_a_change_within_the_same_tick_is_found(desk: Desk) -> None:
    """The same size and time of change: only the hash can tell."""
    path = desk.put("a.txt", "The ferry left at nine.")
    desk.run()
    info = path.stat()
    path.write_text("The ferry left at nigh.")
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    assert desk.statuses() == {"a.txt": "indexed"}
    assert desk.texts() == ["The ferry left at nigh."]


@pytest.mark.usefixtures("settled")
def test_a_change_that_hides_its_time_is_found(desk: Desk) -> None:
    """Whoever sets the time of change back cannot set back the time of that."""
    path = desk.put("a.txt", "The ferry left at nine.")
    desk.run()
    info = path.stat()
    time.sleep(0.05)
    path.write_text("The ferry left at nigh.")
    os.utime(path, ns=(info.st_atime_ns, info.st_mtime_ns))
    desk.run()
    assert desk.texts() == ["The ferry left at nigh."]


@pytest.mark.usefixtures("settled")
def test_a_file_whose_times_are_known_is_not_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.put("a.txt", MAPS)
    desk.run()

    def unread(path: Path, _: int) -> bytes:
        raise AssertionError(path)

    monkeypatch.setattr(index.folder.survey, "read_file", unread)
    assert desk.statuses() == {"a.txt": "unchanged"}


def test_a_renamed_folder_beside_removed_files_in_one_version(desk: Desk) -> None:
    for n in range(40):
        desk.put(f"old/{n:02}.txt", f"File {n} tells of the sea.")
    desk.put("keep.txt", FERRY)
    desk.put("old/gone.txt", MAPS)
    desk.run()
    ids = {one.text: one.id for one in desk.documents()}
    before = desk.index.catalogue.version()
    desk.fake.calls.clear()
    (desk.root / "old").rename(desk.root / "new")
    (desk.root / "new" / "gone.txt").unlink()
    statuses = desk.statuses()
    assert [statuses[f"{n:02}.txt"] for n in range(40)] == ["renamed"] * 40
    assert (statuses["gone.txt"], statuses["keep.txt"]) == ("removed", "unchanged")
    assert desk.fake.calls == []
    assert desk.index.catalogue.version() == before + 1
    now = {one.text: one.id for one in desk.documents()}
    assert now == {text: id for text, id in ids.items() if text != MAPS}
    assert desk.paths() == [["keep.txt"], *([f"new/{n:02}.txt"] for n in range(40))]
    desk.texts()


def test_a_file_that_was_renamed_onto_another_keeps_its_document(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    (id,) = [one.id for one in desk.documents() if one.text == MAPS]
    desk.fake.calls.clear()
    (desk.root / "a.txt").rename(desk.root / "b.txt")
    desk.run()
    assert desk.texts() == [MAPS]
    assert [one.id for one in desk.documents()] == [id]
    assert desk.fake.calls == []


@pytest.mark.parametrize("names", ["ab", "abc", "cab"])
def test_files_that_take_each_others_names_keep_their_documents(desk: Desk, names: str) -> None:
    """As logs do that are rotated, and two files that change places."""
    for name, text in zip(names, (MAPS, FERRY, CHEESE), strict=False):
        desk.put(f"{name}.txt", text)
    desk.run()
    ids = {one.text: one.id for one in desk.documents()}
    desk.fake.calls.clear()
    places = [desk.root / f"{name}.txt" for name in names]
    for path in places:
        path.rename(path.with_suffix(".away"))
    for old, new in zip(places, [*places[1:], places[0]], strict=True):
        old.with_suffix(".away").rename(new)
    assert set(desk.statuses().values()) == {"renamed"}
    assert desk.fake.calls == []
    assert {one.text: one.id for one in desk.documents()} == ids
    assert len(desk.texts()) == len(names)


def test_a_chain_of_renames_with_a_new_file_at_its_head(desk: Desk) -> None:
    desk.put("log", b"")
    for name, text in (("log.0.txt", MAPS), ("log.1.txt", FERRY)):
        desk.put(name, text)
    desk.run()
    ids = {one.text: one.id for one in desk.documents()}
    (desk.root / "log.1.txt").rename(desk.root / "log.2.txt")
    (desk.root / "log.0.txt").rename(desk.root / "log.1.txt")
    desk.put("log.0.txt", CHEESE)
    desk.fake.calls.clear()
    statuses = desk.statuses()
    assert [statuses[f"log.{n}.txt"] for n in range(3)] == ["indexed", "renamed", "renamed"]
    assert len(desk.fake.calls) == 1
    now = {one.text: one.id for one in desk.documents()}
    assert ids.items() <= now.items()
    assert desk.texts() == [MAPS, CHEESE, FERRY]


def test_a_copy_of_a_file_that_was_only_touched_is_a_copy(desk: Desk) -> None:
    path = desk.put("b.txt", MAPS)
    desk.run()
    os.utime(path, (5, 5))
    desk.put("a.txt", MAPS)
    assert desk.statuses() == {"a.txt": "indexed", "b.txt": "unchanged"}
    assert desk.paths() == [["a.txt", "b.txt"]]


def test_a_copy_that_goes_is_said(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    copy = desk.put("b.txt", MAPS)
    desk.run()
    copy.unlink()
    assert desk.statuses() == {"a.txt": "unchanged", "b.txt": "removed"}
    assert desk.paths() == [["a.txt"]]


def test_a_copy_whose_first_name_gets_another_text_in_the_same_run(desk: Desk) -> None:
    """The new name comes first: its text is the one that the other name is about to lose."""
    desk.put("b.txt", MAPS)
    desk.run()
    desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    assert indexed(desk) == {"a.txt": MAPS, "b.txt": FERRY}
    assert len({one.id for one in desk.documents()}) == 2
    assert desk.texts() == [MAPS, FERRY]


def test_a_copy_whose_first_name_cannot_be_read_any_more(desk: Desk) -> None:
    desk.put("b.txt", MAPS)
    desk.put("c.txt", FERRY)
    desk.run()
    desk.put("a.txt", MAPS)
    desk.put("b.txt", BINARY)
    for _ in range(2):
        desk.run()
        assert indexed(desk) == {"a.txt": MAPS, "c.txt": FERRY}


@pytest.mark.usefixtures("settled")
@pytest.mark.parametrize("order", [("", "sub"), ("sub", "")])
def test_what_one_root_leaves_out_and_another_takes_stays(
    desk: Desk, order: tuple[str, str]
) -> None:
    desk.put("a.txt", MAPS)
    desk.put("sub/b.txt", FERRY)
    desk.put(".citewellignore", "sub/b.txt\n")
    for _ in range(4):
        desk.run(*(desk.root / name for name in order))
        assert indexed(desk) == {"a.txt": MAPS, "sub/b.txt": FERRY}


def shut(patch: pytest.MonkeyPatch, folder: Path, how: str) -> None:
    """As a folder is that may not be listed ("scandir"), or not be entered ("lstat")."""
    scandir, lstat = os.scandir, Path.lstat

    def refuse(path: Path) -> None:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), str(path))

    def shut_scandir(path: Path | int) -> object:
        return refuse(folder) if path == folder else scandir(path)

    def shut_lstat(path: Path) -> object:
        return refuse(path) if path.parent == folder else lstat(path)

    if how == "scandir":
        patch.setattr(os, "scandir", shut_scandir)
    else:
        patch.setattr(Path, "lstat", shut_lstat)


@pytest.mark.parametrize("how", ["scandir", "lstat"])
@pytest.mark.usefixtures("settled")
def test_what_lies_in_a_folder_that_cannot_be_read_is_kept(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    desk.put("shut/deep/maps.txt", MAPS)
    gone = desk.put("shut/gone.txt", SNOW)
    outside = desk.put("ferry.txt", FERRY)
    desk.put("cheese.txt", CHEESE)
    desk.run()
    gone.unlink()
    outside.unlink()
    with monkeypatch.context() as patch:
        shut(patch, desk.root / "shut", how)
        assert "--prune" in desk.reason("maps.txt")
        unlisted = {"shut/gone.txt"} if how == "scandir" else set()
        assert indexed(desk).keys() == {"cheese.txt", "shut/deep/maps.txt"} | unlisted
    assert desk.statuses()["maps.txt"] == "unchanged"
    assert indexed(desk).keys() == {"cheese.txt", "shut/deep/maps.txt"}
    with monkeypatch.context() as patch:
        shut(patch, desk.root / "shut", how)
        desk.run(prune=True)
        assert indexed(desk).keys() == {"cheese.txt"}


def test_with_prune_an_emptied_folder_takes_all_along(desk: Desk) -> None:
    path = desk.put("a.txt", MAPS)
    desk.run()
    path.unlink()
    assert [one.status for one in desk.run()] == ["skipped"]
    assert indexed(desk) == {"a.txt": MAPS}
    assert [one.status for one in desk.run(prune=True)] == ["removed"]
    assert desk.texts() == []


# -- memory ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("settled")
def test_a_run_over_many_unchanged_files_takes_little_memory(
    desk: Desk,
) -> None:
    """At most 4 MB for 20,000 files. Their names are kept: else pathlib, which interns them, makes
    Python's table of all such strings grow, and that is as large as the other tests made it.
    """
    desk.put("0/0.txt", MAPS)
    desk.run()
    data = MAPS.encode()
    for n in range(200):
        folder = desk.root / f"{n}"
        folder.mkdir(exist_ok=True)
        for m in range(100):
            (folder / f"{m}.txt").write_bytes(data)
    desk.run()
    assert len(desk.documents()[0].sources) == 20_000
    names = [sys.intern(f"{n}{ending}") for n in range(200) for ending in ("", ".txt")]
    scopes = [index.folder.survey.Scope(desk.root)]
    tracemalloc.start()
    reports = desk.index.update(scopes, index.folder.walk.Rules(1_000))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert reports.counts == {"unchanged": 20_000}
    assert peak < 4_000_000
    assert names
