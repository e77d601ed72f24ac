"""The indexes that are made from the catalogue and may be thrown away: BM25, trained vectors."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from index.errors import DamageError, why
from index.home.catalogue import Catalogue
from index.home.durable import make_folder, set_aside, sha256_of, write_durably
from index.home.rows import State
from index.home.schema import BM25
from index.home.seal import seal
from index.passages.chunk import embedding_text
from index.search import manifest
from index.search.lexical import LexicalIndex
from index.search.snapshot import build_vectors, in_one
from index.search.vectors import DenseIndex, is_large
from index.types import Document

DENSE = "dense"
MANIFEST = "manifest.json"
DUE = 0.1  # of a trained index's vectors changed: train anew


class Bm25Writer:
    """Keeps the stored BM25 index at the catalogue's version; under the writer's lock."""

    def __init__(self, home: Path, catalogue: Catalogue) -> None:
        self._folder = home / BM25
        self._catalogue = catalogue
        self._stored: LexicalIndex | None = None

    def bring_up(self) -> LexicalIndex:
        """Opened and checked once, then only changed. Raises DamageError, OSError."""
        stored, self._stored = self._stored or self._open(), None  # after an error: open again
        since, version = stored.version() or 0, self._catalogue.version()
        if stored.source != self._catalogue.mark(since):  # of lost commits, of another home
            set_aside(self._folder)
            stored, since = LexicalIndex.open(self._folder), 0
        try:
            if since < version:
                self._change(stored, since, version)
        except DamageError:
            if not since:
                raise
            return self.rebuild()  # what has gone may be what was damaged
        self._stored = stored
        return stored

    def rebuild(self) -> LexicalIndex:
        """From nothing, after rows were set aside that say no more what they held."""
        self._stored = None
        shutil.rmtree(self._folder, ignore_errors=True)
        return self.bring_up()

    def _change(self, stored: LexicalIndex, since: int, version: int) -> None:
        vectors = self._catalogue.gone_vectors(since, version)
        removed = (passage for ids, _ in vectors for passage in ids.tolist())
        added = texts(self._catalogue, version, since)
        stored.change(version, added, removed, source=self._catalogue.mark(version) or "")

    def _open(self) -> LexicalIndex:
        try:
            return LexicalIndex.open(self._folder)
        except DamageError:
            set_aside(self._folder)
            return LexicalIndex.open(self._folder)


def bm25_version(home: Path) -> int:
    """The version that the stored index says it has; 0 where it cannot be read."""
    try:
        published = manifest.read(home / BM25)
    except DamageError:
        return 0
    return (published and published.version) or 0


def bm25_in_memory(catalogue: Catalogue, version: int) -> LexicalIndex:
    """For a reader of a version that the stored index is not at, and may not be brought to."""
    memory = LexicalIndex()
    memory.change(version, texts(catalogue, version))
    return memory


def texts(catalogue: Catalogue, version: int, since: int = 0) -> Iterator[tuple[int, str]]:
    """Ids and texts of the passages that came after ``since`` and are there at ``version``."""
    for entry in catalogue.entries(version, since):
        document: Document | None = catalogue.document(entry.document_id, version)
        if document is None:
            raise DamageError(f"document {entry.document_id} is missing: it was damaged on disk")
        for passage in catalogue.passages_of(entry):
            yield passage.id, embedding_text(passage.headings, document[passage.span])


def lost_commits(seen: int, version: int) -> DamageError:
    return DamageError(
        f"the catalogue is at version {version}, but its BM25 index has seen version {seen}: "
        "what was committed last is lost"
    )


# -- trained vectors ---------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Stored:
    """What the manifest says of a trained index in the home."""

    version: int
    mark: str  # of the catalogue at this version
    passages: int
    file: str
    sha256: str


def stored_dense(home: Path) -> Stored | None:
    """None where there is none. Raises DamageError for a manifest that is not as written."""
    path = home / DENSE / MANIFEST
    try:
        fields = json.loads(path.read_bytes())
        sealed = fields.pop("seal")
        stored = Stored(**fields)
    except FileNotFoundError:
        return None
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise DamageError(f"{path} cannot be read: {why(error)}") from error
    if seal(*asdict(stored).values()) != sealed:
        raise DamageError(f"{path} does not match its hash: it was damaged on disk")
    return stored


def check_dense(home: Path, stored: Stored) -> None:
    """Raises DamageError where the file is not the one that was written."""
    path = home / DENSE / stored.file
    try:
        found = sha256_of(path)
    except OSError as error:
        raise DamageError(f"{path} cannot be read: {why(error)}") from error
    if found != stored.sha256:
        raise DamageError(f"{path} does not match its hash: it was damaged on disk")


def load_dense(home: Path, catalogue: Catalogue, state: State, dimension: int) -> DenseIndex | None:
    """The trained index, with what has changed since; None where there is none to use."""
    try:
        stored = stored_dense(home)
        if stored is None or stored.mark != catalogue.mark(stored.version):
            return None
        index = DenseIndex.read(home / DENSE / stored.file, stored.sha256, dimension)
    except DamageError:
        return None  # it is made again; the writer sets it aside
    added = in_one(catalogue.vectors(state.version, stored.version), dimension)
    gone = in_one(catalogue.gone_vectors(stored.version, state.version), dimension)
    return index.changed(added, gone[0])


def drop_dense(home: Path) -> None:
    """It is trained anew with the next run."""
    (home / DENSE / MANIFEST).unlink(missing_ok=True)


def bring_dense_up(home: Path, catalogue: Catalogue, dimension: int) -> None:
    """Trains and stores an index where it is due; the caller holds the writer's lock."""
    state = catalogue.state()
    if not is_large(state.passages) or not _is_due(home, catalogue, state):
        return
    folder = home / DENSE
    make_folder(folder)
    name = f"vectors-{state.version}.faiss"
    sha256 = build_vectors(catalogue, state, dimension).write(folder / name)
    mark = catalogue.mark(state.version) or ""
    fields = asdict(Stored(state.version, mark, state.passages, name, sha256))
    said = json.dumps({**fields, "seal": seal(*fields.values())})
    write_durably(folder / MANIFEST, said.encode())
    for old in folder.glob("vectors-*.faiss"):
        if old.name != name:
            old.unlink()  # a reader that has it open keeps what it read


def _is_due(home: Path, catalogue: Catalogue, state: State) -> bool:
    try:
        stored = stored_dense(home)
        if stored is not None:
            check_dense(home, stored)
    except DamageError:
        set_aside(home / DENSE)
        make_folder(home / DENSE)
        return True
    if stored is None or stored.mark != catalogue.mark(stored.version):
        return True
    changed = sum(one.n_passages for one in catalogue.entries(state.version, stored.version))
    changed += sum(one.n_passages for one in catalogue.gone(stored.version, state.version))
    return changed > DUE * stored.passages


def seen_by_derived(home: Path, version: int) -> int:
    """The oldest version that a derived index starts from when it catches up."""
    seen = [version, bm25_version(home) or version]
    try:
        stored = stored_dense(home)
        seen += [stored.version] if stored else []
    except DamageError:
        pass  # it will be made from nothing
    return min(seen)
