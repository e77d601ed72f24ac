"""The index: opened on a home, brought up to date, searched in one version at a time."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import RLock
from typing import Any

from index.catalogue import FILE, FORMAT, Catalogue
from index.chunk import CHUNKER, TARGET_TOKENS, embedding_text
from index.errors import DamageError, HomeError, MismatchError
from index.folder import resolve
from index.ingest import FileReport, Ingest, Progress
from index.lexical import LexicalIndex
from index.lock import writer_lock
from index.readers import READERS
from index.sentences import SPLITTER
from index.types import Document, Embedder, Hit, Ids, Passage, Vectors
from index.vectors import FlatVectors

PARTS = {
    "chunker": f"{CHUNKER};{SPLITTER};target={TARGET_TOKENS}",
    "readers": READERS,
}

LOCK_WAIT_S = 1.0  # a reader that brings the BM25 index up holds the lock for a moment


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What one version holds, ready to be searched. It never changes."""

    version: int
    n_documents: int
    n_passages: int
    fingerprint: str
    vectors: FlatVectors
    lexical: LexicalIndex
    catalogue: Catalogue

    def dense(self, query: Vectors, k: int, only: Ids | None = None) -> list[Hit]:
        """The nearest passages to a question's vector (d,)."""
        return [Hit(i, score, "dense") for i, score in self.vectors.search(query, k, only)]

    def bm25(self, query: str, k: int, only: Ids | None = None) -> list[Hit]:
        terms = self.lexical.terms(query)
        return [Hit(i, score, "bm25") for i, score in self.lexical.search(terms, k, only)]

    def passage(self, passage_id: int) -> Passage:
        found = self.catalogue.passage(passage_id, self.version)
        if found is None:
            raise DamageError(f"passage {passage_id} is in an index but not in the catalogue")
        return found

    def document(self, document_id: str) -> Document | None:
        return self.catalogue.document(document_id, self.version)


class Index:
    """A home folder. Opening it loads no model; the first search or new file does."""

    def __init__(
        self, home: Path, catalogue: Catalogue, load_embedder: Callable[[], Embedder]
    ) -> None:
        self.home = home
        self.catalogue = catalogue
        self._load_embedder = load_embedder
        self._embedder: Embedder | None = None
        self._snapshot: Snapshot | None = None
        self._lock = RLock()

    @classmethod
    def open(cls, home: Path, load_embedder: Callable[[], Embedder]) -> Index:
        """Raises HomeError (and MismatchError, NewerFormatError) where the home cannot be used."""
        index = cls(home, Catalogue.open(home), load_embedder)
        index._check()
        return index

    def close(self) -> None:
        self.catalogue.close()

    @property
    def embedder(self) -> Embedder:
        """Loaded once; refused where the home was made with another. Raises MismatchError."""
        with self._lock:
            if self._embedder is None:
                self._embedder = self._load_embedder()
            self._check()
            return self._embedder

    @property
    def fingerprint(self) -> str:
        """Of all that the stored passages and vectors depend on; empty before the first file."""
        stored = self.catalogue.meta("embedder")
        if stored is None:
            return ""
        parts = [stored, *(PARTS[name] for name in sorted(PARTS)), f"format={FORMAT}"]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    # -- change -----------------------------------------------------------------------

    def update(
        self,
        paths: Sequence[Path],
        *,
        max_bytes: int,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> list[FileReport]:
        """Makes the index what the files under ``paths`` are now.

        Raises ReadError for a path that is not there, LockedError while another process
        writes. What was committed before an error or an interruption stays.
        """
        absolute = [resolve(path) for path in paths]
        with writer_lock(self.home, wait_s=LOCK_WAIT_S):
            with self._lock:
                self._reopen(create=True)
            ingest = Ingest(self.catalogue, self._embedder_of_home, max_bytes, progress)
            try:
                return ingest.run(absolute)
            finally:
                self._bring_bm25_up(self.catalogue.version())

    def _embedder_of_home(self) -> Embedder:
        """The embedder, its fingerprint and ours written into a home that has none."""
        embedder = self.embedder
        if self.catalogue.meta("embedder") is None:
            with self.catalogue.commit():
                self.catalogue.set_meta("embedder", embedder.fingerprint)
                for name, ours in PARTS.items():
                    self.catalogue.set_meta(name, ours)
        return embedder

    # -- read -------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """The last committed version, made ready when it is not yet."""
        with self._lock:
            self._reopen(create=False)
            version = self.catalogue.version()
            if self._snapshot is None or self._snapshot.version != version:
                self._snapshot = self._build(version)
            return self._snapshot

    def _reopen(self, *, create: bool) -> None:
        """Leaves the stand-in for a catalogue once there is one on disk."""
        if self.catalogue.path is None and (create or (self.home / FILE).exists()):
            # The stand-in is not closed: a snapshot of it may still be read.
            self.catalogue = Catalogue.open(self.home, create=create)
        self._check()

    def _check(self) -> None:
        """Raises MismatchError where the home was made by other parts than ours."""
        ours = dict(PARTS)
        if self._embedder is not None:
            ours["embedder"] = self._embedder.fingerprint
        for name, value in ours.items():
            stored = self.catalogue.meta(name)
            if stored is not None and stored != value:
                raise MismatchError(
                    f"the home {self.home} was made with the {name} '{stored}', and this is "
                    f"'{value}': go back to that one, or index into a new home with "
                    "'citewell index FOLDER --home NEW_HOME'"
                )

    def _build(self, version: int) -> Snapshot:
        documents, passages = self.catalogue.counts(version)
        dimension = self.embedder.dimension if passages else 1
        return Snapshot(
            version=version,
            n_documents=documents,
            n_passages=passages,
            fingerprint=self.fingerprint,
            vectors=FlatVectors(*self.catalogue.vectors(version, dimension)),
            lexical=self._bm25(version),
            catalogue=self.catalogue,
        )

    def _bm25(self, version: int) -> LexicalIndex:
        """The stored BM25 index if it is at this version, else one brought up to it.

        While another process writes or has gone on, one in memory serves this one alone.
        """
        if self.catalogue.path is None:
            return LexicalIndex()
        try:
            stored = LexicalIndex(self.home / "bm25")
            if stored.version() == version:
                return stored
        except DamageError:
            pass
        try:
            with writer_lock(self.home):
                if version == self.catalogue.version():
                    return self._bring_bm25_up(version)
        except HomeError:
            pass
        memory = LexicalIndex()
        memory.change(version, self._texts(version, since=0))
        return memory

    def _bring_bm25_up(self, version: int) -> LexicalIndex:
        folder = self.home / "bm25"
        try:
            stored = LexicalIndex(folder)
            since = stored.version() or 0
        except DamageError:
            _set_aside(folder)
            stored, since = LexicalIndex(folder), 0
        if since > version:
            _set_aside(folder)
            stored, since = LexicalIndex(folder), 0
        if since < version:
            removed = self.catalogue.removed_passages(since, version)
            stored.change(version, self._texts(version, since), removed)
        return stored

    def _texts(self, version: int, since: int) -> list[tuple[int, str]]:
        """Ids and texts of the passages that came after ``since`` and are there at ``version``."""
        document: Document | None = None
        texts = []
        for passage in self.catalogue.passages(version, since):
            if document is None or document.id != passage.document_id:
                document = self.catalogue.document(passage.document_id, version)
            assert document is not None
            text = embedding_text(passage.headings, document[passage.span])
            texts.append((passage.id, text))
        return texts


def summary(reports: Sequence[FileReport], index: Index) -> dict[str, Any]:
    """What an indexing run did, with one entry a file."""
    version = index.catalogue.version()
    documents, passages = index.catalogue.counts(version)
    statuses = Counter(report.status for report in reports)
    return {
        "schema": "citewell.index/1",
        **{s: statuses[s] for s in ("indexed", "unchanged", "renamed", "removed", "skipped")},
        "files": [asdict(report) for report in reports],
        "index": {
            "fingerprint": index.fingerprint,
            "version": version,
            "documents": documents,
            "passages": passages,
        },
    }


def _set_aside(folder: Path) -> None:
    """Damage is kept for who wants to look at it, never answered from."""
    for number in range(1, 10_000):
        aside = folder.with_name(f"{folder.name}.damaged-{number}")
        if not aside.exists():
            folder.rename(aside)
            return
