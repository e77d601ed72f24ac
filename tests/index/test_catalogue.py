from __future__ import annotations

import hashlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from index.catalogue import FILE, FORMAT, Catalogue, SourceRow
from index.chunk import Draft
from index.errors import DamageError, HomeError, NewerFormatError
from index.types import Document, Passage, Section, Source, Span, Vectors

DIMENSION = 8


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


def add(catalogue: Catalogue, one: Document) -> int:
    with catalogue.commit() as version:
        catalogue.add_document(one, drafts(one.text), vectors(one.text), version)
        for source in one.sources:
            row = SourceRow(source, one.id, one.file_sha256, len(one.text), 7)
            catalogue.add_source(row, version)
    return version


def remove(catalogue: Catalogue, one: Document) -> int:
    with catalogue.commit() as version:
        catalogue.remove_source(one.sources[0], version)
        catalogue.remove_document(one.id, version)
    return version


@pytest.fixture
def catalogue(tmp_path: Path) -> Catalogue:
    return Catalogue.open(tmp_path, create=True)


A = document("a.txt", "Ada Holt 👩‍👩‍👧 keeps maps.\r\nمرحبا e\u0301tudes.")
B = document("b.txt", "The ferry left the harbour at nine o'clock.")


def test_what_went_in_comes_out(tmp_path: Path, catalogue: Catalogue) -> None:
    version = add(catalogue, A)
    catalogue.close()
    again = Catalogue.open(tmp_path)
    assert again.version() == version
    assert again.document(A.id, version) == A
    passages = list(again.passages(version))
    assert passages == [
        Passage(passage.id, A.id, d.span, d.sentences, d.headings, d.page, d.n_tokens)
        for passage, d in zip(passages, drafts(A.text), strict=True)
    ]
    assert [again.passage(one.id, version) for one in passages] == passages
    assert again.passage_ids([A.id, "other"], version) == [one.id for one in passages]
    ids, rows = again.vectors(version, DIMENSION)
    assert ids.tolist() == [one.id for one in passages]
    np.testing.assert_array_equal(rows, vectors(A.text))
    source = SourceRow(A.sources[0], A.id, A.file_sha256, len(A.text), 7)
    assert again.sources(version) == again.sources(version, "/docs") == [source]
    assert again.sources(version, "/doc") == []
    assert again.find_file(A.file_sha256, version) == A.id
    assert again.find_file(B.file_sha256, version) is None


def test_each_version_sees_its_own(catalogue: Catalogue) -> None:
    changed = document("a.txt", "Ada Holt keeps no maps any more, only tools.")
    first = add(catalogue, A)
    second = add(catalogue, B)
    with catalogue.commit() as third:
        catalogue.remove_document(A.id, third)
        catalogue.add_document(changed, drafts(changed.text), vectors(changed.text), third)
    fourth = remove(catalogue, B)
    expected = {0: [], first: [A], second: [A, B], third: [changed, B], fourth: [changed]}
    seen: dict[int, list[int]] = {}
    for version, there in expected.items():
        assert catalogue.documents(version, 10, None) == [
            one if version < fourth or one != B else None for one in there
        ]
        assert catalogue.counts(version) == (len(there), 2 * len(there))
        seen[version] = [one.id for one in catalogue.passages(version)]
        assert len(seen[version]) == 2 * len(there)
        assert catalogue.vectors(version, DIMENSION)[0].tolist() == seen[version]
        texts = [one.text for one in there]
        rows = [vectors(text) for text in texts] or [np.zeros((0, DIMENSION), np.float32)]
        by_id = dict(zip(seen[version], np.concatenate(sorted(rows, key=len)), strict=True))
        assert len(by_id) == len(seen[version])
    for since, at in ((0, fourth), (first, third), (second, fourth), (third, fourth)):
        gone = set(seen[since]) - set(seen[at])
        assert set(catalogue.removed_passages(since, at)) == gone
        new = [one.id for one in catalogue.passages(at, since)]
        assert set(new) == set(seen[at]) - set(seen[since])


def test_ids_of_passages_are_never_given_again(catalogue: Catalogue) -> None:
    before = [one.id for one in catalogue.passages(add(catalogue, A))]
    remove(catalogue, A)
    after = [one.id for one in catalogue.passages(add(catalogue, A))]
    assert min(after) > max(before)


def test_pages_of_documents(catalogue: Catalogue) -> None:
    for n in range(5):
        version = add(catalogue, document(f"{n}.txt", f"Text number {n} of five."))
    first = catalogue.documents(version, 2, None)
    rest = catalogue.documents(version, 9, first[-1].id)
    assert [one.path for one in first + rest] == ["0.txt", "1.txt", "2.txt", "3.txt", "4.txt"]


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_a_commit_that_fails_leaves_nothing(
    tmp_path: Path, catalogue: Catalogue, error: type[BaseException]
) -> None:
    def fail() -> None:
        with catalogue.commit() as version:
            catalogue.add_document(B, drafts(B.text), vectors(B.text), version)
            catalogue.remove_document(A.id, version)
            catalogue.set_meta("embedder", "other")
            raise error

    version = add(catalogue, A)
    with pytest.raises(error):
        fail()
    for one in (catalogue, Catalogue.open(tmp_path)):
        assert one.version() == version
        assert one.documents(version + 1, 9, None) == [A]
        assert one.meta("embedder") is None
        assert not one.knows_document(B.id)
    assert add(catalogue, B) == version + 1


def test_a_commit_is_seen_by_others_only_when_it_is_done(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    other = Catalogue.open(tmp_path)
    with catalogue.commit() as version:
        catalogue.add_document(A, drafts(A.text), vectors(A.text), version)
        catalogue.add_source(SourceRow(A.sources[0], A.id, A.file_sha256, 1, 7), version)
        assert other.version() == version - 1
        assert other.documents(version, 9, None) == []
    assert other.version() == version
    assert other.documents(version, 9, None) == [A]


def flip(path: Path, table: str, column: str, at: int) -> None:
    """One bit of a stored value, as a bad disk would change it."""
    with sqlite3.connect(path) as db:
        ((value,),) = db.execute(f"SELECT {column} FROM {table} LIMIT 1")
        if isinstance(value, int):
            changed: object = value ^ 1
        elif isinstance(value, str):
            changed = value[:at] + chr(ord(value[at]) ^ 1) + value[at + 1 :]
        else:
            changed = value[:at] + bytes([value[at] ^ 1]) + value[at + 1 :]
        row = f"rowid = (SELECT rowid FROM {table} LIMIT 1)"
        db.execute(f"UPDATE {table} SET {column} = ? WHERE {row}", (changed,))
    db.close()


def all_documents(catalogue: Catalogue) -> object:
    return catalogue.documents(catalogue.version(), 9, None)


def all_passages(catalogue: Catalogue) -> object:
    return list(catalogue.passages(catalogue.version()))


def all_vectors(catalogue: Catalogue) -> object:
    return catalogue.vectors(catalogue.version(), DIMENSION)


@pytest.mark.parametrize(
    ("table", "column", "read"),
    [
        *(("revisions", name, all_documents) for name in ("text", "title", "sections", "date")),
        *(("revisions", name, all_documents) for name in ("warnings", "media_type", "row_sha256")),
        *(("revisions", name, all_documents) for name in ("file_sha256", "text_sha256")),
        *(("passages", name, all_passages) for name in ("start", "end", "sentences", "headings")),
        *(("passages", name, all_passages) for name in ("n_tokens", "row_sha256")),
        *(("vectors", name, all_vectors) for name in ("vectors", "passage_ids", "row_sha256")),
    ],
)
def test_a_flipped_bit_is_found(
    tmp_path: Path,
    catalogue: Catalogue,
    table: str,
    column: str,
    read: Callable[[Catalogue], object],
) -> None:
    add(catalogue, A)
    assert read(catalogue)
    for at in (0, 1):
        flip(tmp_path / FILE, table, column, at)
        with pytest.raises(DamageError, match=r"does not match its hash.*citewell index"):
            read(catalogue)
        flip(tmp_path / FILE, table, column, at)
        assert read(catalogue)


def test_a_version_that_is_no_number_is_found(tmp_path: Path, catalogue: Catalogue) -> None:
    add(catalogue, A)
    with sqlite3.connect(tmp_path / FILE) as db:
        db.execute("UPDATE meta SET value = 'q' WHERE key = 'version'")
    db.close()
    with pytest.raises(DamageError, match="its version is 'q'"):
        catalogue.version()


def test_flipped_bits_of_the_file_never_change_what_is_read(tmp_path: Path) -> None:
    catalogue = Catalogue.open(tmp_path / "good", create=True)
    version = add(catalogue, A)
    expected = (catalogue.documents(version, 9, None), list(catalogue.passages(version)))
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
            other.version()
            passages = list(other.passages(version))
            read = (other.documents(version, 9, None), passages)
            other.close()
        except (DamageError, HomeError):
            found += 1
            continue
        assert all(one in expected[0] for one in read[0]) or paths_only(read[0], expected[0])
        assert all(one in expected[1] for one in read[1])
    assert found > 50


def paths_only(read: list[Document], expected: list[Document]) -> bool:
    """Where a file was found is not hashed: only what is quoted is."""
    return [one.text for one in read] == [one.text for one in expected]


def test_no_home_is_an_empty_catalogue_and_makes_nothing(tmp_path: Path) -> None:
    home = tmp_path / "none"
    catalogue = Catalogue.open(home)
    assert (catalogue.version(), catalogue.counts(0), catalogue.path) == (0, (0, 0), None)
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
        with pytest.raises(HomeError, match=r"not a database.*move it away and run"):
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
        with other.commit():
            other.set_meta("embedder", "x")

    with catalogue.commit(), pytest.raises(HomeError, match="locked"):
        change()
    change()
    assert catalogue.meta("embedder") == "x"


@pytest.mark.skipif(os.geteuid() == 0, reason="permissions do not stop the root user")
def test_a_home_that_may_only_be_read_is_refused_and_kept(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    version = add(catalogue, A)
    catalogue.close()
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(HomeError, match="check that the folder can be written"):
            Catalogue.open(tmp_path)
    finally:
        tmp_path.chmod(0o700)
    assert Catalogue.open(tmp_path).document(A.id, version) == A
