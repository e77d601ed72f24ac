"""Damage in the catalogue: set aside by a commit, named, and read again from the files."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from index.errors import DamageError, HomeError
from index.home.repair import check_file, examine
from index.home.schema import FILE
from index.search.derived import Bm25Writer
from tests.index.desk import Desk, check

MAPS = "Ada Holt keeps the maps."
FERRY = "The ferry left the harbour at nine."
CHEESE = "Cheese is made of milk."
SNOW = "Snow fell on the hills."


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    one = Desk(tmp_path)
    one.put("a.txt", MAPS)
    one.put("b.txt", FERRY)
    one.run()
    return one


def change(desk: Desk, sql: str, *values: object) -> None:
    with sqlite3.connect(desk.home / FILE) as db:
        assert db.execute(sql, values).rowcount > 0
    db.close()


def in_file(desk: Desk) -> bytes:
    """The catalogue's file with all that was committed, nobody having it open."""
    desk.index.close()
    with sqlite3.connect(desk.home / FILE) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    db.close()
    return (desk.home / FILE).read_bytes()


def only_in_index(desk: Desk, data: bytes, value: str, in_tables: str = "") -> int:
    """Where a value stands in an SQLite index, and not in the row itself: with that bit flipped
    the tables still say ``in_tables``, or the value, and SQLite finds its index wrong."""
    at = -1
    while (at := data.find(value.encode(), at + 1)) >= 0:
        changed = data[:at] + bytes([data[at] ^ 1]) + data[at + 1 :]
        (desk.home / FILE).write_bytes(changed)
        with sqlite3.connect(desk.home / FILE) as db:
            tables = "".join(map(str, db.execute("SELECT * FROM revisions NOT INDEXED")))
            tables += "".join(map(str, db.execute("SELECT * FROM sources NOT INDEXED")))
            said = db.execute("PRAGMA integrity_check").fetchall()
        db.close()
        if (in_tables or value) in tables and said != [("ok",)]:
            return at
    raise AssertionError(f"{value} is in no index")


# -- what is found ------------------------------------------------------------------------


def test_a_sound_catalogue_has_no_damage(desk: Desk) -> None:
    check_file(desk.index.catalogue)
    assert list(examine(desk.index.catalogue)) == []
    before = desk.index.catalogue.state()
    assert desk.index.mend() == []
    assert desk.index.catalogue.state() == before


@pytest.mark.parametrize(
    ("sql", "reason"),
    [
        ("UPDATE revisions SET text = x'20' WHERE revision = 1", "hash"),
        ("UPDATE revisions SET text = x'ff' WHERE revision = 1", "hash"),
        ("UPDATE revisions SET sections = '[' WHERE revision = 1", "hash"),
        ("UPDATE revisions SET n_passages = 3 WHERE revision = 1", "hash"),
        ("UPDATE passages SET start = 1 WHERE passage_id = 1", "hash"),
        ("UPDATE passages SET passage_id = 9 WHERE passage_id = 1", "hash"),
        ("DELETE FROM passages WHERE passage_id = 1", "0 passages instead of 1"),
        ("UPDATE vectors SET vectors = x'00' WHERE revision = 1", "hash"),
        ("DELETE FROM vectors WHERE revision = 1", "are missing"),
        ("UPDATE sources SET document_id = 'x' WHERE source = 1", "no file is known any more"),
        ("DELETE FROM sources WHERE source = 1", "no file is known any more"),
    ],
)
def test_each_kind_of_damage_is_named_and_read_again(desk: Desk, sql: str, reason: str) -> None:
    change(desk, sql)
    (damage, *_) = desk.open().mend()
    assert (damage.kind, damage.row) == ("revision", 1)
    assert reason in damage.reason
    desk.index = desk.open()
    assert desk.texts() == [FERRY]
    assert desk.index.mend() == []
    assert desk.statuses() == {"a.txt": "indexed", "b.txt": "unchanged"}
    assert desk.texts() == [MAPS, FERRY]
    assert {one["row"] for one in desk.index.catalogue.aside() if one["kind"] == "revision"} == {1}


def test_one_damaged_place_of_two(desk: Desk) -> None:
    desk.put("copy.txt", MAPS)
    desk.run()
    change(desk, "UPDATE sources SET path = 'cop?.txt' WHERE path = 'copy.txt'")
    (damage,) = desk.open().mend()
    assert damage.kind == "source"
    desk.index = desk.open()
    assert desk.paths() == [["a.txt"], ["b.txt"]]
    desk.run()
    assert desk.paths() == [["a.txt", "copy.txt"], ["b.txt"]]
    assert desk.texts() == [MAPS, FERRY]


def test_an_old_text_that_is_damaged_takes_nothing_else_along(desk: Desk) -> None:
    """Kept for a reader, while the document has another text by now."""
    reader = desk.open()
    snapshot = reader.snapshot()
    desk.put("a.txt", CHEESE)
    desk.run()
    change(desk, "UPDATE revisions SET title = 'x' WHERE removed_version IS NOT NULL")
    (damage,) = desk.open().mend()
    assert (damage.kind, damage.row) == ("revision", 1)
    desk.index = desk.open()
    assert desk.texts() == [CHEESE, FERRY]
    assert desk.statuses() == {"a.txt": "unchanged", "b.txt": "unchanged"}
    with pytest.raises(DamageError):
        snapshot.catalogue.documents(snapshot.version, 9, None)
    assert reader.snapshot().n_documents == 2


def test_what_is_damaged_is_named_by_its_whole_place(desk: Desk) -> None:
    """Two folders may hold files of one name."""
    for name, text in (("x", CHEESE), ("y", SNOW)):
        desk.put(f"{name}/same.txt", text)
        desk.run(desk.root / name)
    change(desk, "UPDATE vectors SET vectors = x'00' WHERE revision = 3")
    desk.index = desk.open()
    assert desk.texts() == [MAPS, SNOW, FERRY]
    (left,) = desk.index.snapshot().left_out
    assert left.endswith("same.txt")
    desk.run(desk.root / "x")
    assert desk.index.snapshot().left_out == ()


# -- after a crash in between -------------------------------------------------------------


@pytest.mark.parametrize("sql", ["vectors = x'00'", "row_sha256 = ''"])
def test_a_process_that_ends_while_it_mends(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, sql: str
) -> None:
    """Rows are set aside, and the BM25 index is not made anew yet."""

    def killed(_: Bm25Writer) -> None:
        raise KeyboardInterrupt

    change(desk, f"UPDATE vectors SET {sql} WHERE revision = 1")
    monkeypatch.setattr(Bm25Writer, "rebuild", killed)
    with pytest.raises(KeyboardInterrupt):
        desk.open().mend()
    monkeypatch.undo()
    desk.index = desk.open()
    assert desk.texts() == [FERRY]
    desk.run()
    assert desk.texts() == [MAPS, FERRY]


# -- rows that say what holds for all -------------------------------------------------------


@pytest.mark.parametrize("column", ["documents = 7", "digest = 'x'", "row_sha256 = ''"])
def test_a_damaged_version_is_counted_anew(desk: Desk, column: str) -> None:
    """All that it says can be told from the other rows."""
    change(desk, f"UPDATE versions SET {column}")
    desk.index = desk.open()
    assert desk.texts() == [MAPS, FERRY]
    assert desk.statuses() == {"a.txt": "unchanged", "b.txt": "unchanged"}


@pytest.mark.parametrize("key", ["embedder", "dimension", "chunker"])
def test_a_damaged_setting_is_refused_with_a_command(desk: Desk, key: str) -> None:
    change(desk, "UPDATE meta SET value = value || '1' WHERE key = ?", key)
    with pytest.raises((DamageError, HomeError), match=r"citewell|backup"):
        desk.open().snapshot()


def test_a_flipped_bit_in_a_list_that_sqlite_keeps_is_mended(desk: Desk) -> None:
    """The row itself is sound: no document may be lost for it."""
    seal = desk.index.catalogue.one("SELECT row_sha256 FROM revisions WHERE revision = 1")
    assert seal is not None
    data = in_file(desk)
    only_in_index(desk, data, seal[0])
    desk.index = desk.open()
    assert desk.texts() == [MAPS, FERRY]
    desk.run()
    assert desk.texts() == [MAPS, FERRY]


def test_a_path_that_sqlite_finds_no_more_does_not_answer_for_ever(desk: Desk) -> None:
    """One flipped bit where paths are looked up: the file must not be there twice."""
    data = in_file(desk)
    only_in_index(desk, data, f"{desk.root}/a.txt", "'a.txt'")
    desk.index = desk.open()
    desk.run()
    (desk.root / "a.txt").unlink()
    desk.run()
    assert desk.paths() == [["b.txt"]]
    assert desk.texts() == [FERRY]


# -- whole files ---------------------------------------------------------------------------


def test_an_emptied_catalogue_is_no_empty_index(desk: Desk) -> None:
    """Its other files say that there was one."""
    in_file(desk)
    (desk.home / FILE).write_bytes(b"")
    with pytest.raises((DamageError, HomeError), match="citewell index"):
        desk.open().snapshot()
    assert (desk.home / FILE).read_bytes() == b""


@pytest.mark.parametrize("keep", [0.3, 0.6, 0.95])
def test_a_truncated_catalogue_is_refused_and_kept(desk: Desk, keep: float) -> None:
    data = in_file(desk)
    (desk.home / FILE).write_bytes(data[: int(len(data) * keep)])
    with pytest.raises((DamageError, HomeError), match="citewell index"):
        desk.open().snapshot()
    assert len((desk.home / FILE).read_bytes()) == int(len(data) * keep)


def test_a_bm25_index_of_another_home_is_not_searched(desk: Desk, tmp_path: Path) -> None:
    """It may well be at the same version."""
    (tmp_path / "other").mkdir()
    other = Desk(tmp_path / "other")
    other.put("a.txt", CHEESE)
    other.put("b.txt", SNOW)
    other.run()
    assert other.index.catalogue.version() == desk.index.catalogue.version()
    shutil.rmtree(desk.home / "bm25")
    shutil.copytree(other.home / "bm25", desk.home / "bm25")
    desk.index = desk.open()
    assert desk.index.snapshot().bm25("cheese", 5) == []
    assert desk.texts() == [MAPS, FERRY]


def test_a_bm25_index_of_long_ago_is_made_anew(desk: Desk) -> None:
    """What has gone since then is not known any more."""
    shutil.copytree(desk.home / "bm25", desk.home / "copy")
    for text in (CHEESE, SNOW):
        desk.put("a.txt", text)
        desk.run()
    shutil.rmtree(desk.home / "bm25")
    (desk.home / "copy").rename(desk.home / "bm25")
    desk.index = desk.open()
    assert desk.texts() == [SNOW, FERRY]


def test_commits_that_were_lost_are_read_again(desk: Desk) -> None:
    """The BM25 index has seen versions that the catalogue does not have any more."""
    data = in_file(desk)
    desk.index = desk.open()
    desk.put("c.txt", CHEESE)
    desk.put("a.txt", SNOW)
    desk.run()
    seen = desk.index.catalogue.version()
    in_file(desk)
    (desk.home / FILE).write_bytes(data)
    desk.index = desk.open()
    assert desk.texts() == [MAPS, FERRY]
    assert desk.index.catalogue.version() > seen
    assert desk.index.snapshot().left_out == (f"the last changes in {desk.root}",)
    desk.run(desk.root / "b.txt")
    assert desk.index.snapshot().left_out == (f"the last changes in {desk.root}",)
    desk.run()
    assert desk.texts() == [CHEESE, SNOW, FERRY]
    assert desk.index.snapshot().left_out == ()


def test_the_very_first_commit_is_lost(desk: Desk) -> None:
    desk.index.close()
    with sqlite3.connect(desk.home / FILE) as db:
        for table in ("versions", "revisions", "sources", "passages", "vectors"):
            db.execute(f"DELETE FROM {table}")
    db.close()
    desk.index = desk.open()
    assert desk.index.snapshot().left_out == ("the last changes",)
    desk.run()
    assert desk.texts() == [MAPS, FERRY]
    assert desk.index.snapshot().left_out == ()
    check(desk.index.snapshot(), desk.documents())
