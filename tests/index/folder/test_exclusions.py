"""Files that were taken out by hand stay out, until they are taken back."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import pytest

from index.errors import DamageError, HomeError
from index.folder.exclusions import FILE, Exclusions
from index.folder.survey import Scope, scope_of
from index.folder.walk import Rules
from index.home.rows import SourceRow
from tests.index.desk import LIMIT, Desk

MAPS = "Ada Holt keeps the maps."
FERRY = "The ferry left the harbour at nine."
CHEESE = "Cheese is made of milk."
NOW = "2024-05-01T09:00:00+00:00"


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


def rows(desk: Desk, *names: str) -> list[SourceRow]:
    return [
        row for name in names for row in desk.index.catalogue.sources_under(str(desk.root / name))
    ]


def damage(home: Path, sql: str) -> None:
    with sqlite3.connect(home / FILE) as db:
        assert db.execute(sql).rowcount > 0
    db.close()


# -- the list ----------------------------------------------------------------------------


def test_none_are_kept_where_there_are_none(tmp_path: Path) -> None:
    assert Exclusions(tmp_path).all() == []
    assert Exclusions(tmp_path).lift(Path("/docs")) == []
    assert list(tmp_path.iterdir()) == []


def test_exclusions_are_kept_and_lifted(tmp_path: Path) -> None:
    for path in ("/docs/b.txt", "/docs/sub/a.txt", "/docs/sub2/ä 🌧.txt", "/docs/b.txt"):
        Exclusions(tmp_path).add(Path(path), NOW)
    assert Exclusions(tmp_path).all() == ["/docs/b.txt", "/docs/sub/a.txt", "/docs/sub2/ä 🌧.txt"]
    assert Exclusions(tmp_path).lift(Path("/docs/sub")) == ["/docs/sub/a.txt"]
    assert Exclusions(tmp_path).lift(Path("/docs/b.txt")) == ["/docs/b.txt"]
    assert Exclusions(tmp_path).all() == ["/docs/sub2/ä 🌧.txt"]
    assert Exclusions(tmp_path).lift(Path("/")) == ["/docs/sub2/ä 🌧.txt"]


@pytest.mark.parametrize("column", ["path", "at", "row_sha256"])
def test_a_damaged_exclusion_is_found(tmp_path: Path, column: str) -> None:
    Exclusions(tmp_path).add(Path("/docs/b.txt"), NOW)
    damage(tmp_path, f"UPDATE exclusions SET {column} = 'x'")
    with pytest.raises(DamageError, match="does not match its hash"):
        Exclusions(tmp_path).all()


def test_a_file_that_is_no_database_is_found_and_kept(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("This is a letter, not a database. " * 100)
    with pytest.raises(DamageError, match="not a database"):
        Exclusions(tmp_path).all()
    assert (tmp_path / FILE).read_text().startswith("This is a letter")


def test_a_folder_in_its_place_is_named(tmp_path: Path) -> None:
    (tmp_path / FILE).mkdir()
    with pytest.raises(HomeError, match=r"user\.sqlite"):
        Exclusions(tmp_path).add(Path("/docs/b.txt"), NOW)


# -- files -------------------------------------------------------------------------------


def test_a_file_that_was_taken_out_stays_out(desk: Desk) -> None:
    path = desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    desk.index.remove(rows(desk, "a.txt"))
    assert desk.texts() == [FERRY]
    assert Exclusions(desk.home).all() == [str(path)]
    assert "excluded by 'citewell rm'" in desk.reason("a.txt")
    desk.put("a.txt", CHEESE)
    assert desk.statuses() == {"a.txt": "skipped", "b.txt": "unchanged"}
    assert desk.texts() == [FERRY]
    assert path.read_text() == CHEESE


def test_an_exclusion_is_lifted(desk: Desk) -> None:
    desk.put("sub/a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    desk.index.remove(rows(desk, "sub"))
    assert Exclusions(desk.home).lift(desk.root) == [str(desk.root / "sub/a.txt")]
    assert desk.statuses() == {"a.txt": "indexed", "b.txt": "unchanged"}
    assert desk.texts() == [MAPS, FERRY]


def test_a_file_that_is_not_there_any_more_is_not_excluded(desk: Desk) -> None:
    path = desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    path.unlink()
    desk.index.remove(rows(desk, "a.txt"))
    assert desk.texts() == [FERRY]
    assert Exclusions(desk.home).all() == []
    desk.put("a.txt", MAPS)
    assert desk.statuses()["a.txt"] == "indexed"


def test_one_name_of_two_is_taken_out(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.put("b.txt", MAPS)
    desk.run()
    desk.index.remove(rows(desk, "a.txt"))
    assert desk.paths() == [["b.txt"]]
    desk.run()
    assert desk.paths() == [["b.txt"]]
    desk.index.remove(rows(desk, "b.txt"))
    desk.run()
    assert desk.texts() == []


def test_a_whole_folder_is_taken_out_in_one_version(desk: Desk) -> None:
    for n in range(5):
        desk.put(f"sub/{n}.txt", f"File {n} tells of the sea.")
    desk.put("b.txt", FERRY)
    desk.run()
    before = desk.index.catalogue.version()
    desk.index.remove(rows(desk, "sub"))
    assert desk.index.catalogue.version() == before + 1
    assert desk.texts() == [FERRY]


def test_an_exclusion_that_no_commit_followed_is_made_good(desk: Desk) -> None:
    """As when the process ends between the two."""
    path = desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    Exclusions(desk.home).add(path, NOW)
    assert "what was indexed from it was removed" in desk.reason("a.txt")
    assert desk.texts() == [FERRY]


def test_what_another_process_has_removed_meanwhile_is_removed_once(desk: Desk) -> None:
    """The rows are looked up before the lock is held."""
    first = desk.put("a.txt", MAPS)
    desk.put("b.txt", MAPS)
    desk.put("c.txt", FERRY)
    desk.run()
    stale = rows(desk, "a.txt", "c.txt")
    first.unlink()
    desk.open().remove(rows(desk, "a.txt"))
    desk.index.remove(stale)
    state = desk.index.catalogue.state()
    assert desk.index.catalogue.digest(state.version) == state.digest
    assert desk.texts() == [MAPS]
    assert desk.paths() == [["b.txt"]]


def test_nothing_is_indexed_while_exclusions_are_in_doubt(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.put("b.txt", FERRY)
    desk.run()
    desk.index.remove(rows(desk, "a.txt"))
    damage(desk.home, "UPDATE exclusions SET path = path || 'x'")
    with pytest.raises(DamageError, match="the exclusion of"):
        desk.run()
    assert desk.texts() == [FERRY]


def test_what_comes_back_belongs_to_the_root_again_that_it_had(desk: Desk) -> None:
    for name in ("a.txt", "sub/b.txt", "sub/c.txt"):
        desk.put(name, f"{MAPS} It is {name}.")
    desk.run()
    rows = list(desk.index.catalogue.sources_under(str(desk.root / "sub")))
    desk.index.remove(rows)
    lifted = Exclusions(desk.home).lift(desk.root / "sub")
    assert len(lifted) == 2
    scopes = [scope_of(Path(path), desk.index.catalogue) for path in lifted]
    desk.index.update([*scopes, Scope(desk.root / "sub")], Rules(LIMIT, home=desk.home))
    assert desk.paths() == [["a.txt"], ["sub/b.txt"], ["sub/c.txt"]]
    assert desk.index.catalogue.roots() == [str(desk.root)]
    shutil.rmtree(desk.root / "sub")
    assert desk.statuses() == {"a.txt": "unchanged", "b.txt": "removed", "c.txt": "removed"}


def test_a_file_that_was_never_there_has_a_root_of_its_own(desk: Desk) -> None:
    desk.put("a.txt", MAPS)
    desk.run()
    file = desk.put("new/b.txt", FERRY)
    assert scope_of(file, desk.index.catalogue) == Scope(file)
    assert scope_of(desk.root / "a.txt", desk.index.catalogue) == Scope(desk.root / "a.txt")
