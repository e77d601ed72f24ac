"""Homes of older formats: ``golden/format-N.sql`` is a dump of one that format N made."""

from __future__ import annotations

import hashlib
import multiprocessing
import re
import sqlite3
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import pytest

from index.errors import DamageError
from index.home.catalogue import Catalogue
from index.home.rows import Hint
from index.home.schema import FILE, FORMAT
from index.passages.chunk import Draft
from index.store import Index
from index.types import About, Source
from tests.fakes import FakeEmbedder

GOLDEN = Path(__file__).parent / "golden"
FERRY = "# Ferry\n\nThe ferry left the harbour at nine. It came back at ten.\n"
MAPS = "Ada Holt keeps the maps.\n\nThe harbour was dredged in 1998.\n"
OLD_DOCUMENT, OLD_PASSAGE = 3, 3  # the last ids that were given; what had them was removed


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return made_by(1, tmp_path / "home")


@pytest.fixture
def second(tmp_path: Path) -> Path:
    return made_by(2, tmp_path / "home")


def made_by(format: int, folder: Path) -> Path:
    folder.mkdir()
    with sqlite3.connect(folder / FILE) as db:
        db.executescript((GOLDEN / f"format-{format}.sql").read_text())
    db.close()
    return folder


def fake() -> FakeEmbedder:
    return FakeEmbedder(dimension=8)


def change(home: Path, sql: str) -> None:
    with sqlite3.connect(home / FILE) as db:
        assert db.execute(sql).rowcount > 0
    db.close()


def rows(home: Path) -> list[str]:
    """All that the file holds."""
    with sqlite3.connect(home / FILE) as db:
        found = list(db.iterdump())
        found += map(str, db.execute("PRAGMA user_version"))
    db.close()
    return found


def old(home: Path, sql: str) -> list[tuple[bytes, ...]]:
    with sqlite3.connect(home / FILE) as db:
        found = db.execute(sql).fetchall()
    db.close()
    return found


def test_texts_sources_and_versions_stay(home: Path) -> None:
    catalogue = Catalogue.open(home)
    state = catalogue.state()
    assert (state.version, state.documents, state.passages) == (4, 2, 2)
    assert state.digest == catalogue.digest(4) != 0
    ferry, maps = catalogue.documents(4, 9, None)
    assert (ferry.id, ferry.text, ferry.title) == ("0a3e9bef200d0c69", FERRY, "Ferry")
    assert (maps.id, maps.text, maps.title) == ("9c02e30a30f215fd", MAPS, "maps.txt")
    assert ferry.sources == (Source("/docs", "ferry.md"),)
    assert maps.sources == (Source("/docs", "copy.txt"), Source("/docs", "maps.txt"))
    assert [ferry[one.span] for one in ferry.sections] == ["Ferry", FERRY[9:65]]
    for one in (ferry, maps):
        assert one.text_sha256 == hashlib.sha256(one.text.encode()).hexdigest()
        assert catalogue.find_file(one.file_sha256, one.media_type, 4) == one.id
    assert catalogue.source_at("/docs/old.txt") is None
    with sqlite3.connect(home / FILE) as db:
        assert db.execute("PRAGMA user_version").fetchone() == (FORMAT,)
        assert db.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert not db.execute("SELECT name FROM sqlite_master WHERE name LIKE 'old%'").fetchall()
    db.close()


def test_passages_and_vectors_stay(home: Path) -> None:
    stored = old(home, "SELECT passage_ids, vectors FROM vectors WHERE revision < 3")
    catalogue = Catalogue.open(home)
    first, second = catalogue.passages(4)
    assert (first.id, first.document_id, first.headings) == (1, "0a3e9bef200d0c69", ("Ferry",))
    assert [FERRY[s.start : s.end] for s in first.sentences] == [
        "The ferry left the harbour at nine.",
        "It came back at ten.",
    ]
    assert (second.id, second.n_tokens, second.headings) == (2, 16, ())
    for (ids, halves), (old_ids, singles) in zip(catalogue.vectors(4), stored, strict=True):
        assert ids.tobytes() == old_ids
        assert halves.dtype == np.float16
        expected = np.frombuffer(singles, np.float32).astype(np.float16)
        np.testing.assert_array_equal(halves, expected.reshape(1, 8))


def test_it_is_searched_as_before(home: Path) -> None:
    index = Index.open(home, fake)
    snapshot = index.snapshot()
    assert (snapshot.version, snapshot.n_documents) == (4, 2)
    assert [hit.passage_id for hit in snapshot.bm25("ferry", 5)] == [1]
    assert {hit.passage_id for hit in snapshot.bm25("the harbour", 5)} == {1, 2}
    for passage, text in ((1, f"Ferry\n{FERRY[9:65]}"), (2, MAPS[:58])):
        (best, _) = snapshot.dense(fake().embed([text])[0], 5)
        assert best.passage_id == passage
        assert best.score > 0.99
    assert snapshot.bm25("cheese", 5) == []
    assert snapshot.fingerprint == index.fingerprint != ""
    documents = snapshot.catalogue.documents(4, 9, None)
    assert len(documents) == len(snapshot.vectors) == len(snapshot.lexical) == 2


def test_ids_that_were_given_are_not_given_again(home: Path) -> None:
    """Also those of what had been removed before."""
    catalogue = Catalogue.open(home)
    (row,) = catalogue.sources_under("/docs/ferry.md")
    document = catalogue.document(row.document_id, 4)
    (entry, *_) = catalogue.entries(4)
    (_, vectors) = catalogue.vectors_of(entry)
    assert document is not None
    (passage, *_) = catalogue.passages_of(entry)
    draft = Draft(passage.span, passage.sentences, passage.headings, None, passage.n_tokens)
    with catalogue.commit() as commit:
        commit.remove_source(row)
        commit.add_document(document, [draft], vectors.astype(np.float32))
    (new,) = catalogue.passage_ids([document.id], commit.version)
    assert new > OLD_PASSAGE
    (entry,) = catalogue.entries(commit.version, 4)
    assert entry.revision > OLD_DOCUMENT


def test_a_file_that_was_renamed_before_is_known_again(home: Path) -> None:
    """The sizes by which renames are found were stored in format 1 too."""
    catalogue = Catalogue.open(home)
    sizes = {}
    for row in catalogue.sources(4):
        hint = catalogue.hint(row.id)
        sizes[row.source.path] = hint and hint.size
    assert sizes == {"ferry.md": 66, "maps.txt": 59, "copy.txt": 59}


def test_it_is_done_once(home: Path) -> None:
    Catalogue.open(home).close()
    before = rows(home)
    Catalogue.open(home).close()
    assert rows(home) == before


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE revisions SET text = x'20' WHERE revision = 1",
        "UPDATE revisions SET title = 'Fairy' WHERE revision = 1",
        "UPDATE revisions SET row_sha256 = '' WHERE revision = 2",
        "UPDATE passages SET end = 64 WHERE passage_id = 1",
        "UPDATE passages SET revision = 1 WHERE passage_id = 2",
        "UPDATE vectors SET vectors = zeroblob(32) WHERE revision = 2",
        "DELETE FROM vectors WHERE revision = 2",
        "UPDATE vectors SET passage_ids = x'01' WHERE revision = 1",
        "UPDATE meta SET value = 'q' WHERE key = 'version'",
    ],
)
def test_a_damaged_row_is_refused_and_the_old_file_kept(home: Path, sql: str) -> None:
    change(home, sql)
    before = rows(home)
    for _ in range(2):
        with pytest.raises(DamageError):
            Catalogue.open(home)
    assert rows(home) == before


def test_what_was_removed_may_be_damaged(home: Path) -> None:
    change(home, "UPDATE revisions SET text = x'20' WHERE revision = 3")
    assert len(Catalogue.open(home).documents(4, 9, None)) == 2


def open_together(home: Path, together: Barrier) -> None:
    together.wait()
    assert Catalogue.open(home).state().documents == 2


@pytest.mark.parametrize("mode", ["WAL", "DELETE"])
def test_processes_that_open_it_at_once_all_get_on(home: Path, mode: str) -> None:
    with sqlite3.connect(home / FILE) as db:
        db.execute(f"PRAGMA journal_mode = {mode}")
    db.close()
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(3)
    others = [context.Process(target=open_together, args=(home, together)) for _ in range(3)]
    for one in others:
        one.start()
    for one in others:
        one.join(60)
    assert [one.exitcode for one in others] == [0, 0, 0]
    snapshot = Index.open(home, fake).snapshot()
    assert snapshot.n_passages == 2


def test_the_dump_is_of_format_1() -> None:
    assert re.search(r"PRAGMA user_version = 1;\s*$", (GOLDEN / "format-1.sql").read_text())


# -- format 2 -----------------------------------------------------------------------------------


def test_format_2_keeps_its_seals(second: Path) -> None:
    sql = "SELECT revision, content_sha256, row_sha256, text FROM revisions ORDER BY revision"
    before = old(second, sql)
    index = Index.open(second, fake)
    catalogue = index.catalogue
    state = catalogue.state()
    assert (state.version, state.documents, state.passages) == (5, 2, 2)
    assert state.digest == catalogue.digest(5) != 0
    ferry, maps = catalogue.documents(5, 9, None)
    assert (ferry.text, maps.text) == (FERRY, MAPS)
    assert ferry.about == maps.about == About()
    assert {one.path for one in maps.sources} == {"copy.txt", "maps.txt"}
    assert [hit.passage_id for hit in index.snapshot().bm25("ferry", 5)] == [1]
    assert [hit.passage_id for hit in index.snapshot().dense(fake().embed([MAPS])[0], 1)] == [2]
    index.close()
    assert old(second, sql) == before
    assert old(second, "PRAGMA user_version") == [(FORMAT,)]


def test_format_2_gives_no_id_again(second: Path) -> None:
    catalogue = Catalogue.open(second)
    (row,) = catalogue.sources_under("/docs/ferry.md")
    document = catalogue.document(row.document_id, 5)
    assert document is not None
    known = About(language="English", unit="page", total=3, unread=(2, 3))
    with catalogue.commit() as commit:
        commit.remove_source(row)
        commit.add_document(replace(document, about=known), [], np.zeros((0, 8), np.float32))
        commit.add_source(row.source, document.id, row.file_sha256, Hint(1, 0, 0))
    (entry,) = catalogue.entries(commit.version, 5)
    assert entry.revision > OLD_DOCUMENT
    stored = catalogue.document(document.id, commit.version)
    assert stored is not None
    assert stored.about == known


@pytest.mark.parametrize("change_to", ["title = 'Fairy'", "text = x'20'", "about = '{}' || ' '"])
def test_damage_in_format_2_is_found_when_it_is_read(second: Path, change_to: str) -> None:
    if "about" in change_to:
        Catalogue.open(second).close()
    change(second, f"UPDATE revisions SET {change_to} WHERE revision = 1")
    catalogue = Catalogue.open(second)
    with pytest.raises(DamageError):
        catalogue.document("0a3e9bef200d0c69", 5)
    assert catalogue.document("9c02e30a30f215fd", 5) is not None
