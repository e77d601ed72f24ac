"""The catalogue alone: what it gives back, to whom it shows what, and damage that it finds."""

from __future__ import annotations

import hashlib
import multiprocessing
import os
import sqlite3
from collections.abc import Callable
from dataclasses import replace
from multiprocessing.synchronize import Barrier
from pathlib import Path

import numpy as np
import pytest

from index.errors import DamageError, HomeError, NewerFormatError
from index.home.catalogue import Catalogue
from index.home.changes import CHANGED, Commit
from index.home.rows import Hint, State
from index.home.schema import FILE, FORMAT
from index.passages.chunk import Draft
from index.types import About, Document, Passage, Section, Source, Span, Vectors

DIMENSION = 8
HINT = Hint(31, 7, 8, 9)


def document(name: str, text: str, id: str | None = None) -> Document:
    data = text.encode()
    half = len(text) // 2
    return Document(
        id=id or f"id-{name}",
        sources=(Source("/docs", name),),
        title=f"Title of {name}",
        media_type="text/plain",
        text=text,
        sections=(
            Section(Span(0, half), "heading", "Ünder 🌧", 1),
            Section(Span(half, len(text)), "item", "", 0, 3, "Ada", "2023-09-20"),
        ),
        date="2023-09-20",
        file_sha256=hashlib.sha256(data).hexdigest(),
        text_sha256=hashlib.sha256(data).hexdigest(),
        warnings=("read as windows-1252",),
        about=About("English", "text", "page", 14, (2, 3), (5,)),
    )


def drafts(text: str) -> list[Draft]:
    half = len(text) // 2
    first, second = Span(0, half), Span(half, len(text))
    return [
        Draft(first, (first,), ("Ünder 🌧",), None, 4),
        Draft(second, (Span(half, half + 1), Span(half + 1, len(text))), (), 3, 5),
    ]


def vectors(text: str) -> Vectors:
    rng = np.random.default_rng(len(text))
    return rng.standard_normal((2, DIMENSION)).astype(np.float32)


def write(commit: Commit, one: Document) -> None:
    commit.add_document(one, drafts(one.text), vectors(one.text))
    for source in one.sources:
        commit.add_source(source, one.id, one.file_sha256, HINT)


def add(catalogue: Catalogue, *documents: Document) -> int:
    with catalogue.commit() as commit:
        for one in documents:
            write(commit, one)
    return commit.version


def remove(catalogue: Catalogue, one: Document) -> int:
    with catalogue.commit() as commit:
        for source in one.sources:
            row = catalogue.source_at(f"{source.root}/{source.path}")
            assert row is not None
            commit.remove_source(row)
    return commit.version


def vectors_at(catalogue: Catalogue, version: int, since: int = 0) -> dict[int, list[float]]:
    """By passage, as they were stored."""
    found: dict[int, list[float]] = {}
    for ids, rows in catalogue.vectors(version, since):
        assert rows.dtype == np.float16
        found |= dict(zip(ids.tolist(), rows.tolist(), strict=True))
    return found


def halves(text: str) -> list[list[float]]:
    rows: list[list[float]] = vectors(text).astype(np.float16).tolist()
    return rows


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue.open(tmp_path, create=True)


A = document("a.txt", "Ada Holt 👩‍👩‍👧 keeps maps.\r\nمرحبا e\u0301tudes.")
B = document("b.txt", "The ferry left the harbour at nine o'clock.")


def test_what_went_in_comes_out(tmp_path: Path, catalogue: Catalogue) -> None:
    version = add(catalogue, A)
    catalogue.close()
    again = Catalogue.open(tmp_path)
    state = again.state()
    assert (state.version, state.documents, state.passages) == (version, 1, 2)
    assert again.digest(version) == state.digest != 0
    assert again.document(A.id, version) == A
    passages = list(again.passages(version))
    assert passages == [
        Passage(passage.id, A.id, d.span, d.sentences, d.headings, d.page, d.n_tokens)
        for passage, d in zip(passages, drafts(A.text), strict=True)
    ]
    assert [again.passage(one.id, version) for one in passages] == passages
    assert again.passage_ids([A.id, "other"], version) == [one.id for one in passages]
    expected = dict(zip([one.id for one in passages], halves(A.text), strict=True))
    assert vectors_at(again, version) == expected
    (row,) = again.sources(version)
    assert (row.source, row.document_id, row.file_sha256) == (A.sources[0], A.id, A.file_sha256)
    assert again.source_at("/docs/a.txt") == row
    assert again.hint(row.id) == HINT
    assert again.roots() == ["/docs"]
    assert again.find_file(A.file_sha256, A.media_type, version) == A.id
    assert again.find_file(B.file_sha256, B.media_type, version) is None


@pytest.mark.parametrize(
    ("path", "names"),
    [
        ("/docs", ["a.txt", "sub/b.txt", "sub/deep/c.txt", "sub0.txt", "sub.txt"]),
        ("/docs/sub", ["sub/b.txt", "sub/deep/c.txt"]),
        ("/docs/sub/", ["sub/b.txt", "sub/deep/c.txt"]),
        ("/docs/sub/b.txt", ["sub/b.txt"]),
        ("/docs/su", []),
        ("/", ["a.txt", "sub/b.txt", "sub/deep/c.txt", "sub0.txt", "sub.txt", "etc"]),
        ("/elsewhere", []),
    ],
)
def test_sources_under_a_path(catalogue: Catalogue, path: str, names: list[str]) -> None:
    places = [Source("/", "etc")]
    for name in ("a.txt", "sub/b.txt", "sub/deep/c.txt", "sub0.txt", "sub.txt"):
        root, _, rest = f"/docs/{name}".rpartition("/") if "deep" in name else ("/docs", "", name)
        places.append(Source(root, rest))
    for n, place in enumerate(places):
        add(catalogue, replace(document(f"{n}", f"Text {n} is here."), sources=(place,)))
    found = [
        f"{row.source.root.rstrip('/')}/{row.source.path}" for row in catalogue.sources_under(path)
    ]
    assert found == sorted(f"/{one}" if one == "etc" else f"/docs/{one}" for one in names)


def test_each_version_sees_its_own(catalogue: Catalogue) -> None:
    changed = document("a.txt", "Ada Holt keeps no maps any more, only tools.")
    first = add(catalogue, A)
    second = add(catalogue, B)
    row = catalogue.source_at("/docs/a.txt")
    assert row is not None
    with catalogue.commit() as commit:
        commit.remove_source(row)
        write(commit, changed)
    third = commit.version
    fourth = remove(catalogue, B)
    states = {first: [A], second: [A, B], third: [changed, B], fourth: [changed]}
    seen: dict[int, set[int]] = {0: set()}
    for version, there in states.items():
        assert catalogue.documents(version, 10, None) == there
        seen[version] = {one.id for one in catalogue.passages(version)}
        assert len(seen[version]) == 2 * len(there)
        by_id = vectors_at(catalogue, version)
        assert set(by_id) == seen[version]
        assert sorted(by_id.values()) == sorted(row for d in there for row in halves(d.text))
        (kept,) = catalogue.all("SELECT * FROM versions WHERE version = :v", v=version)
        assert (kept["documents"], kept["passages"]) == (len(there), 2 * len(there))
        assert f"{catalogue.digest(version):064x}" == kept["digest"]
    for since in seen:
        for at in range(since, fourth + 1):
            went = [ids.tolist() for ids, _ in catalogue.gone_vectors(since, at)]
            assert {one for ids in went for one in ids} == seen[since] - seen[at]
            assert set(vectors_at(catalogue, at, since)) == seen[at] - seen[since]


def test_ids_of_passages_are_never_given_again(catalogue: Catalogue) -> None:
    before = [one.id for one in catalogue.passages(add(catalogue, A))]
    gone = remove(catalogue, A)
    assert catalogue.collect(gone) == 1
    after = [one.id for one in catalogue.passages(add(catalogue, A))]
    assert min(after) > max(before)


def test_ids_are_not_given_again_though_their_counter_is_lost(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    before = [one.id for one in catalogue.passages(add(catalogue, A))]
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("DELETE FROM sqlite_sequence")
    db.close()
    add(catalogue, B)
    after = catalogue.passage_ids([B.id], catalogue.version())
    assert min(after) > max(before)


def test_pages_of_documents(catalogue: Catalogue) -> None:
    for n in range(5):
        version = add(catalogue, document(f"{n}.txt", f"Text number {n} of five."))
    first = catalogue.documents(version, 2, None)
    rest = catalogue.documents(version, 9, first[-1].id)
    assert [one.path for one in first + rest] == ["0.txt", "1.txt", "2.txt", "3.txt", "4.txt"]


def test_a_document_goes_with_its_last_source(catalogue: Catalogue) -> None:
    twice = replace(A, sources=(*A.sources, Source("/docs", "copy.txt")))
    add(catalogue, twice)
    for name, gone in (("a.txt", False), ("copy.txt", True)):
        row = catalogue.source_at(f"/docs/{name}")
        assert row is not None
        with catalogue.commit() as commit:
            commit.remove_source(row)
        assert (catalogue.document(A.id, commit.version) is None) is gone
        assert catalogue.digest(commit.version) == catalogue.state().digest


def test_a_source_that_another_has_removed_meanwhile_is_not_removed_again(
    catalogue: Catalogue,
) -> None:
    """``rm`` looks its rows up before it has the lock."""
    twice = replace(A, sources=(*A.sources, Source("/docs", "copy.txt")))
    add(catalogue, twice, B)
    stale = catalogue.source_at("/docs/a.txt")
    assert stale is not None
    for _ in range(2):
        with catalogue.commit() as commit:
            commit.remove_source(stale)
        state = catalogue.state()
        assert catalogue.digest(state.version) == state.digest
        assert state.documents == len(catalogue.documents(state.version, 9, None)) == 2


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_commit_that_fails_leaves_nothing(
    tmp_path: Path, catalogue: Catalogue, error: type[BaseException]
) -> None:
    def fail() -> None:
        row = catalogue.source_at("/docs/a.txt")
        assert row is not None
        with catalogue.commit() as commit:
            write(commit, B)
            commit.remove_source(row)
            commit.set_meta("embedder", "other")
            raise error

    version = add(catalogue, A)
    before = catalogue.state()
    with pytest.raises(error):
        fail()
    for one in (catalogue, Catalogue.open(tmp_path)):
        assert one.state() == before
        assert one.documents(version + 1, 9, None) == [A]
        assert one.meta("embedder") is None
        assert not one.knows_document(B.id)
    assert add(catalogue, B) == version + 1


def test_a_commit_is_seen_by_others_only_when_it_is_done(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    other = Catalogue.open(tmp_path)
    with catalogue.commit() as commit:
        write(commit, A)
        assert other.version() == commit.version - 1
        assert other.documents(commit.version, 9, None) == []
    assert other.version() == commit.version
    assert other.documents(commit.version, 9, None) == [A]


def test_what_is_read_while_a_commit_lands_is_of_one_version(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    """More rows than are fetched at once; those behind the reader change."""
    version = add(catalogue, *(document(f"{n}.txt", f"Text {n} is here.") for n in range(1_200)))
    writer = Catalogue.open(tmp_path)
    reading = catalogue.entries(version)
    seen = [next(reading) for _ in range(10)]
    for n in range(10):
        remove(writer, document(f"{n}.txt", f"Text {n} is here."))
    seen += reading
    assert len(seen) == len({one.revision for one in seen}) == 1_200
    assert catalogue.state().documents == 1_190


def flip(path: Path, table: str, column: str, at: int) -> None:
    """One bit of a stored value, as a bad disk would change it."""
    with sqlite3.connect(path) as db:
        ((value,),) = db.execute(f"SELECT {column} FROM {table} ORDER BY rowid LIMIT 1")
        if isinstance(value, int):
            changed: object = value ^ 1
        elif isinstance(value, str):
            changed = value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]
        else:
            changed = value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
        row = f"rowid = (SELECT rowid FROM {table} ORDER BY rowid LIMIT 1)"
        db.execute(f"UPDATE {table} SET {column} = ? WHERE {row}", (changed,))
    db.close()


def all_documents(catalogue: Catalogue) -> object:
    return catalogue.documents(catalogue.version(), 9, None)


def all_passages(catalogue: Catalogue) -> object:
    return list(catalogue.passages(catalogue.version()))


def all_vectors(catalogue: Catalogue) -> object:
    return list(catalogue.vectors(catalogue.version()))


def all_sources(catalogue: Catalogue) -> object:
    return list(catalogue.sources(catalogue.version()))


def all_entries(catalogue: Catalogue) -> object:
    return list(catalogue.entries(catalogue.version()))


def a_meta(catalogue: Catalogue) -> object:
    return [catalogue.meta(name) for name in ("embedder", CHANGED)]


REVISION = ("title", "media_type", "date", "file_sha256", "text_sha256", "warnings", "sections",
            "about")  # fmt: skip


@pytest.mark.parametrize(
    ("table", "column", "read"),
    [
        *(("revisions", name, all_documents) for name in (*REVISION, "text", "row_sha256")),
        *(("revisions", name, all_entries) for name in ("document_id", "content_sha256")),
        *(("revisions", name, all_entries) for name in ("n_passages", "row_sha256")),
        *(("passages", name, all_passages) for name in ("start", "end", "sentences", "headings")),
        *(("passages", name, all_passages) for name in ("n_tokens", "row_sha256")),
        *(("vectors", name, all_vectors) for name in ("vectors", "passage_ids", "row_sha256")),
        *(("sources", name, all_sources) for name in ("root", "path", "document_id")),
        *(("sources", name, all_sources) for name in ("file_sha256", "row_sha256")),
        *(("versions", name, Catalogue.state) for name in ("documents", "passages")),
        *(("versions", name, Catalogue.state) for name in ("digest", "row_sha256", "version")),
        ("meta", "value", a_meta),
    ],
)
def test_a_flipped_bit_is_found(
    tmp_path: Path,
    catalogue: Catalogue,
    table: str,
    column: str,
    read: Callable[[Catalogue], object],
) -> None:
    with catalogue.commit() as commit:
        commit.set_meta("embedder", "fake")
        write(commit, A)
    assert read(catalogue)
    for at in (0, 1):
        flip(tmp_path / FILE, table, column, at)
        with pytest.raises(DamageError, match=r"does not match its hash|cannot be used"):
            read(catalogue)
        flip(tmp_path / FILE, table, column, at)
        assert read(catalogue)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM revisions",
        "DELETE FROM sources",
        "UPDATE revisions SET added_version = 99",
        "UPDATE sources SET added_version = 99",
    ],
)
def test_rows_that_are_missing_do_not_add_up(
    tmp_path: Path, catalogue: Catalogue, sql: str
) -> None:
    version = add(catalogue, A)
    add(catalogue, B)
    assert catalogue.digest(version + 1) == catalogue.state().digest
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute(f"{sql} WHERE rowid = 1")
    db.close()
    assert catalogue.digest(version + 1) != catalogue.state().digest


def test_flipped_bits_of_the_file_never_change_what_is_read(tmp_path: Path) -> None:
    catalogue = Catalogue.open(tmp_path / "good", create=True)
    version = add(catalogue, A)
    expected = (catalogue.documents(version, 9, None), list(catalogue.passages(version)))
    digest, vectors = catalogue.digest(version), vectors_at(catalogue, version)
    catalogue.close()
    data = (tmp_path / "good" / FILE).read_bytes()
    rng = np.random.default_rng(5)
    used = np.flatnonzero(np.frombuffer(data, np.uint8))
    found = 0
    for number, at in enumerate(rng.choice(used, 300, replace=False).tolist()):
        home = tmp_path / f"bad-{number}"
        home.mkdir()
        changed = data[:at] + bytes([data[at] ^ (1 << int(rng.integers(8)))]) + data[at + 1 :]
        (home / FILE).write_bytes(changed)
        try:
            other = Catalogue.open(home)
            state = other.state()
            if other.digest(version) != digest or state != replace(state, digest=digest):
                found += 1
                continue
            assert (other.documents(version, 9, None), list(other.passages(version))) == expected
            assert vectors_at(other, version) == vectors
            other.close()
        except (DamageError, HomeError):
            found += 1
    assert found > 50


def test_no_home_is_an_empty_catalogue_and_makes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "none"
    catalogue = Catalogue.open(home)
    assert (catalogue.state(), catalogue.path) == (State(), None)
    assert catalogue.documents(0, 9, None) == []
    assert not home.exists()


def test_a_newer_format_is_refused(tmp_path: Path, catalogue: Catalogue) -> None:
    catalogue.close()
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute(f"PRAGMA user_version = {FORMAT + 6}")
    db.close()
    with pytest.raises(NewerFormatError, match=rf"format {FORMAT + 6}, .*up to {FORMAT}.*--home"):
        Catalogue.open(tmp_path)


def test_a_file_that_is_no_database_is_refused_and_kept(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("This is a letter, not a database. " * 100)
    for create in (False, True):
        with pytest.raises(
            HomeError, match=r"not a database.*put a backup back, or move the home folder away"
        ):
            Catalogue.open(tmp_path, create=create)
    assert (tmp_path / FILE).read_text().startswith("This is a letter")


def test_a_home_that_is_a_file_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.write_text("a file")
    for create in (False, True):
        with pytest.raises(HomeError, match=r"home cannot be used.*name another with --home"):
            Catalogue.open(home, create=create)
    assert home.read_text() == "a file"


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not stop the root user")
def test_a_home_that_cannot_be_written_is_refused(tmp_path: Path) -> None:
    home = tmp_path / "home"
    home.mkdir(mode=0o500)
    with pytest.raises(HomeError, match="check that the folder can be written"):
        Catalogue.open(home, create=True)


def test_a_place_where_no_folder_can_be_made_is_refused() -> None:
    with pytest.raises(HomeError, match=r"home folder /proc/citewell cannot be used.*--home"):
        Catalogue.open(Path("/proc/citewell"), create=True)


def test_another_writer_in_the_same_database_is_waited_for_or_named(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    other = Catalogue.open(tmp_path)
    other._db.execute("PRAGMA busy_timeout = 10")

    def change() -> None:
        with other.commit() as commit:
            commit.set_meta("embedder", "x")

    with catalogue.commit(), pytest.raises(HomeError, match="locked"):
        change()
    change()
    assert catalogue.meta("embedder") == "x"


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not stop the root user")
@pytest.mark.parametrize("files", [0o600, 0o400])
def test_a_home_that_may_only_be_read_is_read(
    tmp_path: Path, catalogue: Catalogue, files: int
) -> None:
    version = add(catalogue, A)
    catalogue.close()
    for path in tmp_path.iterdir():
        path.chmod(files)
    tmp_path.chmod(0o500)
    try:
        reader = Catalogue.open(tmp_path)
        assert reader.document(A.id, version) == A
        reader.close()
    finally:
        tmp_path.chmod(0o700)
    (tmp_path / f"{FILE}-shm").unlink()
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(HomeError, match="check that the folder can be written"):
            Catalogue.open(tmp_path)
    finally:
        tmp_path.chmod(0o700)
    assert Catalogue.open(tmp_path).document(A.id, version) == A


def open_together(home: Path, together: Barrier, name: str) -> None:
    together.wait()
    with Catalogue.open(home, create=True).commit() as commit:
        commit.set_meta(name, name)


def test_processes_that_make_a_home_at_once_all_get_on(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    together = context.Barrier(4)
    names = [f"part-{n}" for n in range(4)]
    others = [
        context.Process(target=open_together, args=(tmp_path / "home", together, name))
        for name in names
    ]
    for one in others:
        one.start()
    for one in others:
        one.join(60)
    assert [one.exitcode for one in others] == [0, 0, 0, 0]
    catalogue = Catalogue.open(tmp_path / "home")
    assert [catalogue.meta(name) for name in names] == names
    assert catalogue.version() == 4
