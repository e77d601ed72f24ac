"""Files that were sent: kept under their hash, durable, and found again after a crash."""

from __future__ import annotations

import hashlib
import shutil
import sqlite3
from pathlib import Path

import pytest

from index.backup import back_up
from index.errors import DamageError, HomeError, LockedError, ReadError
from index.folder.exclusions import FILE, Exclusions
from index.folder.uploads import MAX_NAME, Upload, Uploads, clean_name
from index.folder.walk import Left, Rules, walk
from index.home.lock import writer_lock
from index.report import FileReport
from index.store import Index
from tests.fakes import FakeEmbedder
from tests.index.desk import LIMIT, Desk

MAPS = b"Ada Holt keeps the maps."
FERRY = b"The ferry left the harbour at nine."
NAMES = {
    "report.md": "report.md",
    "C:\\Users\\ada\\report.md": "report.md",
    "../../etc/passwd.txt": "passwd.txt",
    "/etc/cron.d/x.txt": "x.txt",
    "a\0b\r\n\x1b[31m.txt": "ab[31m.txt",
    "gpj.\u202etxt": "gpj.txt",
    "in\u200bvis\u2066ible\ufeff.md": "invisible.md",
    "two\u2028lines.txt": "two lines.txt",
    "lone\ud800.txt": "lone.txt",
    "  much   space .txt ": "much space .txt",
    "e\u0301tude.txt": "\u00e9tude.txt",
    "🚢 ferry.txt": "🚢 ferry.txt",
    "..": "..",
    "": "",
}


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def send(desk: Desk, name: str, data: bytes, index: Index | None = None) -> FileReport:
    return (index or desk.index).upload(Upload.of(name, data), Rules(LIMIT, home=desk.home))


def stored(desk: Desk) -> list[str]:
    folder = Uploads(desk.home).folder
    return sorted(one.name for one in folder.iterdir()) if folder.exists() else []


def shown(desk: Desk) -> list[tuple[str, str]]:
    return sorted((one.path, one.title) for one in desk.index.snapshot().documents(9))


# -- names -------------------------------------------------------------------------------


@pytest.mark.parametrize(("sent", "clean"), NAMES.items())
def test_names_are_cleaned(sent: str, clean: str) -> None:
    assert clean_name(sent) == clean
    assert clean_name(clean) == clean


def test_a_long_name_keeps_its_ending() -> None:
    name = clean_name("a" * 5_000 + ".markdown")
    assert name == "a" * (MAX_NAME - 9) + ".markdown"
    assert len(clean_name("a." + "b" * 5_000)) <= MAX_NAME


@pytest.mark.parametrize("name", ["a.exe", "a", "..", "", ".txt", "a.txt/", "a.txt.", "a.tx\u2066"])
def test_formats_that_are_not_read_are_refused(name: str) -> None:
    with pytest.raises(ReadError, match="is not a format that is read"):
        Upload.of(name, MAPS)


@pytest.mark.parametrize("name", ["A.MD", "b.markdown", "../../c.md", "d.txt.md"])
def test_the_stored_name_is_the_hash_and_a_known_ending(name: str) -> None:
    assert Upload.of(name, MAPS).file == f"{hashlib.sha256(MAPS).hexdigest()}.md"


def test_the_list_of_names_is_checked(tmp_path: Path) -> None:
    uploads = Uploads(tmp_path)
    assert uploads.names() == {}
    one, two = Upload.of("a.txt", MAPS), Upload.of("b.txt", FERRY)
    Exclusions(tmp_path).add(tmp_path / "x.txt", "now")
    for upload in (one, two):
        uploads.store(upload)
    assert uploads.names() == {one.file: "a.txt", two.file: "b.txt"}
    assert Exclusions(tmp_path).all() == [str(tmp_path / "x.txt")]
    for change in ("UPDATE uploads SET name = 'c.txt'", "DELETE FROM uploads WHERE name = 'a.txt'"):
        before = (tmp_path / FILE).read_bytes()
        with sqlite3.connect(tmp_path / FILE) as db:
            assert db.execute(change).rowcount > 0
        db.close()
        with pytest.raises(DamageError, match="damaged"):
            uploads.names()
        assert uploads.names_or_none() == {}
        (tmp_path / FILE).write_bytes(before)


# -- coming and going ----------------------------------------------------------------------


def test_an_upload_is_a_document(desk: Desk) -> None:
    report = send(desk, "maps.txt", MAPS)
    assert (report.status, Path(report.path).parent) == ("indexed", desk.home / "uploads")
    assert stored(desk) == [f"{hashlib.sha256(MAPS).hexdigest()}.txt"]
    assert shown(desk) == [("maps.txt", "maps.txt")]
    assert send(desk, "other.txt", MAPS).document_id == report.document_id
    assert desk.texts() == [MAPS.decode()]


def test_its_own_title_comes_before_its_name(desk: Desk) -> None:
    send(desk, "maps.md", b"# The maps\n\nAda Holt keeps them.\n")
    assert shown(desk) == [("maps.md", "The maps")]


def test_nothing_is_kept_of_what_cannot_be_read(desk: Desk) -> None:
    report = send(desk, "empty.txt", b"")
    assert report.status == "skipped"
    assert "empty" in (report.reason or "")
    assert (stored(desk), desk.texts(), Uploads(desk.home).names()) == ([], [], {})


def test_a_run_over_a_folder_leaves_uploads_alone(desk: Desk) -> None:
    desk.put("a.txt", FERRY)
    send(desk, "maps.txt", MAPS)
    assert desk.statuses() == {"a.txt": "indexed"}
    assert desk.statuses() == {"a.txt": "unchanged"}
    assert desk.texts() == [MAPS.decode(), FERRY.decode()]
    assert desk.index.catalogue.roots() == sorted([str(desk.root), str(desk.home / "uploads")])


def test_content_that_a_folder_has_too_is_one_document(desk: Desk) -> None:
    desk.put("zebra.txt", MAPS)
    (before,) = desk.run()
    assert send(desk, "maps.txt", MAPS).document_id == before.document_id
    assert shown(desk) == [("zebra.txt", "zebra.txt")]
    (desk.root / "zebra.txt").unlink()
    desk.put("b.txt", FERRY)
    desk.run()
    assert shown(desk) == [("b.txt", "b.txt"), ("maps.txt", "maps.txt")]


def test_removing_deletes_the_file_and_excludes_nothing(desk: Desk) -> None:
    send(desk, "maps.txt", MAPS)
    send(desk, "ferry.txt", FERRY)
    uploads = Uploads(desk.home)
    row = desk.index.catalogue.source_at(str(uploads.path_of(Upload.of("x.txt", MAPS))))
    assert row is not None
    desk.index.remove([row])
    assert desk.texts() == [FERRY.decode()]
    assert list(uploads.names().values()) == ["ferry.txt"]
    assert len(stored(desk)) == 1
    assert Exclusions(desk.home).all() == []
    desk.run()
    assert desk.texts() == [FERRY.decode()]
    send(desk, "again.txt", MAPS)
    assert ("again.txt", "again.txt") in shown(desk)


def test_nothing_is_stored_while_another_writes(desk: Desk) -> None:
    with writer_lock(desk.home), pytest.raises(LockedError):
        send(desk, "maps.txt", MAPS)
    assert stored(desk) == []
    assert send(desk, "maps.txt", MAPS).status == "indexed"


def test_the_home_is_still_never_read_otherwise(desk: Desk) -> None:
    send(desk, "maps.txt", MAPS)
    (desk.home / "notes.txt").write_bytes(FERRY)
    rules = Rules(LIMIT, home=desk.home)
    for root in (desk.home, desk.home / "bm25", desk.home / "notes.txt"):
        (left,) = walk(root, rules)
        assert isinstance(left, Left)
    assert [one.path for one in walk(desk.root.parent, rules) if not isinstance(one, Left)] == []
    assert desk.statuses(desk.home / "uploads") == {stored(desk)[0]: "unchanged"}


# -- crashes -------------------------------------------------------------------------------


def test_a_file_without_its_commit_is_indexed_by_the_next_run(desk: Desk) -> None:
    Uploads(desk.home).store(Upload.of("maps.txt", MAPS))
    assert desk.texts() == []
    desk.put("a.txt", FERRY)
    assert sorted(desk.statuses().values()) == ["indexed", "indexed"]
    assert shown(desk) == [("a.txt", "a.txt"), ("maps.txt", "maps.txt")]


def test_a_file_without_its_commit_is_indexed_by_the_next_upload(desk: Desk) -> None:
    Uploads(desk.home).store(Upload.of("maps.txt", MAPS))
    send(desk, "ferry.txt", FERRY)
    assert shown(desk) == [("ferry.txt", "ferry.txt"), ("maps.txt", "maps.txt")]


def test_a_delete_that_was_cut_short_is_finished(desk: Desk) -> None:
    send(desk, "maps.txt", MAPS)
    send(desk, "ferry.txt", FERRY)
    uploads = Uploads(desk.home)
    uploads.delete(uploads.path_of(Upload.of("maps.txt", MAPS)))
    desk.put("a.txt", "Cheese is made of milk.")
    desk.run()
    assert [path for path, _ in shown(desk)] == ["a.txt", "ferry.txt"]


def test_a_folder_of_uploads_that_is_away_takes_nothing_with_it(desk: Desk) -> None:
    send(desk, "maps.txt", MAPS)
    (desk.home / "uploads").rename(desk.home / "elsewhere")
    desk.put("a.txt", FERRY)
    desk.run()
    assert desk.texts() == [MAPS.decode(), FERRY.decode()]
    assert send(desk, "maps.txt", MAPS).status == "unchanged"
    assert len(stored(desk)) == 1


def test_what_a_crash_left_half_written_is_cleared_away(desk: Desk) -> None:
    folder = desk.home / "uploads"
    folder.mkdir(parents=True)
    (folder / ".half.txt.tmp").write_bytes(b"The fer")
    send(desk, "maps.txt", MAPS)
    assert stored(desk) == [Upload.of("maps.txt", MAPS).file]


def test_a_name_that_is_no_hash_is_not_indexed_by_itself(desk: Desk) -> None:
    (desk.home / "uploads").mkdir(parents=True)
    (desk.home / "uploads" / "notes.txt").write_bytes(FERRY)
    send(desk, "maps.txt", MAPS)
    assert desk.texts() == [MAPS.decode()]


def test_a_crash_while_embedding_keeps_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: object) -> None:
        raise MemoryError

    monkeypatch.setattr(desk.fake, "embed", fail)
    with pytest.raises(MemoryError):
        send(desk, "maps.txt", MAPS)
    monkeypatch.undo()
    assert (stored(desk), Uploads(desk.home).names()) == ([], {})
    assert send(desk, "maps.txt", MAPS).status == "indexed"


def test_a_full_disk_keeps_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("index.folder.uploads.write_durably", full)
    with pytest.raises(HomeError, match="No space left"):
        send(desk, "maps.txt", MAPS)
    assert (stored(desk), desk.texts(), Uploads(desk.home).names()) == ([], [], {})


def test_a_commit_that_fails_keeps_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr("index.home.changes.Commit.seal", full)
    with pytest.raises(HomeError, match="disk is full"):
        send(desk, "maps.txt", MAPS)
    monkeypatch.undo()
    assert (stored(desk), desk.texts()) == ([], [])


def test_a_backup_holds_the_uploads(desk: Desk, tmp_path: Path) -> None:
    send(desk, "maps.txt", MAPS)
    copied = back_up(desk.home, tmp_path / "copy")
    assert copied == ["catalogue.sqlite", "user.sqlite", "uploads"]
    (file,) = (tmp_path / "copy" / "uploads").iterdir()
    assert file.read_bytes() == MAPS
    index = Index.open(tmp_path / "copy", FakeEmbedder)
    assert [one.path for one in index.snapshot().documents(9)] == ["maps.txt"]
    index.close()


def test_uploads_survive_the_loss_of_the_catalogue(desk: Desk) -> None:
    send(desk, "maps.txt", MAPS)
    desk.index.close()
    for file in desk.home.iterdir():
        if file.name.startswith("catalogue"):
            file.unlink()
    shutil.rmtree(desk.home / "bm25")
    desk.index = desk.open()
    desk.put("a.txt", FERRY)
    desk.run()
    assert shown(desk) == [("a.txt", "a.txt"), ("maps.txt", "maps.txt")]
