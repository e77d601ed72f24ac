"""The index: opened on a home, brought up to date, searched in one version at a time."""

from __future__ import annotations

import hashlib
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from threading import Event, RLock, Thread
from weakref import WeakSet

from index.catalogue import Catalogue
from index.chunk import CHUNKER, TARGET_TOKENS
from index.derived import (
    Bm25Writer,
    bm25_in_memory,
    bm25_version,
    load_dense,
    lost_commits,
)
from index.errors import DamageError, HomeError, LockedError, MismatchError
from index.exclusions import Exclusions
from index.folder import Rules, is_mounted
from index.ingest import Ingest, Progress
from index.lexical import LexicalIndex
from index.lock import writer_lock
from index.pins import Pin
from index.readers import READERS
from index.readers.formats import are_within
from index.recognise import SCANNED, Ocr, check, parse_recognised, words_on
from index.repair import Damage, mend_lists
from index.report import FileReport, Reports
from index.rows import SourceRow, State
from index.sandbox import Sandbox
from index.schema import BM25, FILE, FORMAT, damaged
from index.sentences import SPLITTER
from index.snapshot import Snapshot, check_digest, vectors_at, vectors_since
from index.survey import Scope
from index.types import Embedder, Parsed
from index.uploads import Upload, Uploads
from index.vectors import DenseIndex, is_large
from index.writer import Writer

Parse = Callable[[bytes, str], Parsed]

PARTS = {
    "chunker": f"{CHUNKER};{SPLITTER};target={TARGET_TOKENS}",
    "readers": READERS,
}

LOCK_WAIT_S = 1.0  # a reader that brings the BM25 index up holds the lock for a moment
BM25_WAIT_S = 3.0  # a writer brings the BM25 index up right after its commit
FOLLOW_S = 0.2
SLOWEST_S = 10.0  # between tries while following fails


def fits(part: str, stored: str, ours: str) -> bool:
    """Whether what a home was made with is what we have. Of readers, those of its own files."""
    return are_within(stored, ours) if part == "readers" else stored == ours


class Index:
    """A home folder. Opening it loads no model; the first search or new file does."""

    def __init__(
        self,
        home: Path,
        catalogue: Catalogue,
        load_embedder: Callable[[], Embedder],
        parse: Parse | None = None,
    ) -> None:
        self.home = home
        self.catalogue = catalogue
        self._load_embedder = load_embedder
        self._parse = parse
        self._embedder: Embedder | None = None
        self._snapshot: Snapshot | None = None
        self._live: WeakSet[Snapshot] = WeakSet()
        self._pin = Pin(home)
        self._lock = RLock()
        self._follower: Thread | None = None
        self._stop = Event()
        self._lists_checked = False

    @classmethod
    def open(
        cls, home: Path, load_embedder: Callable[[], Embedder], parse: Parse | None = None
    ) -> Index:
        """``parse`` reads files in this process; without it a process of its own does.

        Raises HomeError (and MismatchError, NewerFormatError) where the home cannot be used.
        """
        index = cls(home, Catalogue.open(home), load_embedder, parse)
        index._check()
        return index

    def close(self) -> None:
        self._stop.set()
        if self._follower is not None:
            self._follower.join()
        self._pin.release()
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
        readers = self.catalogue.meta("readers") or ""
        parts = [stored, PARTS["chunker"], readers, f"format={FORMAT}"]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    # -- change -----------------------------------------------------------------------

    def update(
        self,
        scopes: Sequence[Scope],
        rules: Rules,
        *,
        prune: bool = False,
        progress: Callable[[Progress], None] = lambda _: None,
        ocr: Ocr | None = None,
    ) -> Reports:
        """Makes the index what the files in ``scopes`` are now; with ``ocr`` also what pictures
        of pages show, of files too that were indexed without it.

        Raises LockedError while another process writes, HomeError where the disk is full,
        WorkerError where the process that reads files does not start, OcrError where the program
        that recognises text is missing.
        What was committed before an error or an interruption stays.
        """
        with self._writing() as writer:
            return self._update(writer, scopes, rules, prune=prune, progress=progress, ocr=ocr)

    def upload(
        self,
        upload: Upload,
        rules: Rules,
        progress: Callable[[Progress], None] = lambda _: None,
        ocr: Ocr | None = None,
    ) -> FileReport:
        """Stores a file that was sent, and indexes it; nothing is kept of one that is skipped.

        Raises what ``update`` does.
        """
        uploads = Uploads(self.home)
        path = uploads.path_of(upload)
        with self._writing() as writer:
            try:
                uploads.store(upload)
                reports = self._update(writer, (), rules, progress=progress, ocr=ocr)
            finally:
                known = writer.catalogue.source_at(str(path))
                if known is None:
                    uploads.delete(path)
            for one in reports:
                if one.path == str(path):
                    return one
        return FileReport(str(path), "unchanged", document_id=known.document_id if known else None)

    def _update(
        self,
        writer: Writer,
        scopes: Sequence[Scope],
        rules: Rules,
        *,
        prune: bool = False,
        progress: Callable[[Progress], None] = lambda _: None,
        ocr: Ocr | None = None,
    ) -> Reports:
        with self._reading(ocr) as parse:

            def ingest() -> Reports:
                catalogue = writer.catalogue
                again = catalogue.unread(SCANNED, catalogue.version()) if ocr else {}
                run = Ingest(
                    writer.catalogue,
                    lambda: self._embedder_of_home(writer.catalogue),
                    rules,
                    frozenset(Exclusions(self.home).all()),
                    prune,
                    progress,
                    writer.after_commit,
                    parse,
                    again,
                )
                return run.run([*self._unsettled(writer.catalogue), *scopes])

            try:
                try:
                    reports = ingest()
                except DamageError:
                    writer.mend()
                    reports = ingest()
                self._find_again(writer, scopes)
                return reports
            except (OSError, sqlite3.Error) as error:  # of what a run notes in temporary files
                raise HomeError(
                    f"the run was ended by an error ({error}): see that the disk of the home and "
                    f"that of temporary files ({tempfile.gettempdir()}) have room, then run "
                    "'citewell index' again"
                ) from error

    def _unsettled(self, catalogue: Catalogue) -> list[Scope]:
        """Uploads that an earlier run did not come to the end of."""
        uploads = Uploads(self.home)
        known = {row.source.file for row in catalogue.sources_under(str(uploads.folder))}
        return [Scope(uploads.folder, path) for path in uploads.unsettled(known)]

    def locate(
        self, data: bytes, name: str, ocr: Ocr | None = None, pages: Sequence[int] = ()
    ) -> Parsed:
        """A file's text with its origins, by ``ocr`` also that in the pictures of these pages.
        Raises ReadError, WorkerError."""
        if self._parse is not None:
            return self._parse(data, name)
        with Sandbox() as box:
            words = words_on(box, ocr, data, name, pages)[0] if ocr and pages else None
            return box.locate(data, name, words)

    @contextmanager
    def _reading(self, ocr: Ocr | None) -> Iterator[Parse]:
        """Its process starts with the first file that has to be read."""
        if self._parse is not None:
            yield self._parse
            return
        if ocr is not None:
            check(ocr)
        with Sandbox() as box:
            yield box.parse if ocr is None else partial(parse_recognised, box, ocr)

    def _find_again(self, writer: Writer, scopes: Sequence[Scope]) -> None:
        """Folders that had lost their last changes and were looked at as a whole."""
        lost = writer.catalogue.lost_roots()
        seen = [scope.root for scope in scopes if scope.within is None and is_mounted(scope.root)]
        found = [one for one in lost if any(Path(one).is_relative_to(root) for root in seen)]
        if found or (lost == [""] and seen):
            with writer.catalogue.commit() as commit:
                commit.find_again(found)

    def remove(self, rows: Sequence[SourceRow]) -> None:
        """Takes files out of the index; uploads are deleted, what is still there in a folder is
        excluded from now on."""
        exclusions, uploads = Exclusions(self.home), Uploads(self.home)
        with self._writing() as writer:
            now = datetime.now(UTC).isoformat(timespec="seconds")
            for row in rows:
                path = row.source.file
                if uploads.holds(path):
                    uploads.delete(path)
                elif path.exists():
                    exclusions.add(path, now)
            with writer.catalogue.commit() as commit:
                for row in rows:
                    commit.remove_source(row)

    def mend(self) -> list[Damage]:
        """Looks at every row; what is damaged is set aside and named. Raises LockedError,
        HomeError where the file itself is broken."""
        with self._lock:
            with self._writing(tidy=False) as writer:
                damages = writer.mend()
            if self._follower is not None and self._snapshot is not None:
                self._bring_up(wait=False)  # else the next question would meet the damage again
        return damages

    @contextmanager
    def _writing(self, *, tidy: bool = True) -> Iterator[Writer]:
        """Holds the writer's lock; what an earlier fault took from the catalogue is mended."""
        with writer_lock(self.home, wait_s=LOCK_WAIT_S), Writer.open(self.home) as writer:
            with self._lock:
                self._reopen()
            if not self._lists_checked:
                mend_lists(writer.catalogue, "sources")
                self._lists_checked = True
            if writer.has_lost_commits():
                writer.mend()
            yield writer
            if tidy:
                self._tidy(writer)

    def _tidy(self, writer: Writer) -> None:
        """Derived indexes brought up; what nobody reads any more cleared away."""
        writer.bring_up(self._dimension())
        if self._snapshot is not None:  # else it would keep alive what it was made from
            with self._lock:
                self._bring_up(wait=False)
        writer.collect()

    def _embedder_of_home(self, catalogue: Catalogue) -> Embedder:
        """The embedder, its fingerprint and ours written into a home that has none."""
        embedder = self.embedder
        if catalogue.meta("embedder") is None:
            with catalogue.commit() as commit:
                commit.set_meta("embedder", embedder.fingerprint)
                commit.set_meta("dimension", str(embedder.dimension))
                commit.set_meta("chunker", PARTS["chunker"])
                commit.set_meta("readers", "")  # until there are files
        return embedder

    def _dimension(self) -> int:
        """Of the stored vectors; 1 while there are none. Raises DamageError."""
        stored = self.catalogue.meta("dimension")
        if stored is None and self.catalogue.has_documents():
            raise damaged(self.catalogue.path, "it does not say how long its vectors are")
        return int(stored or 1)

    # -- read -------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """The last committed version, made ready when it is not yet; while ``follow`` runs,
        the one that it has made ready. Damage is set aside first, if no other process writes.

        Raises DamageError, HomeError.
        """
        if self._follower is not None and self._snapshot is not None:
            return self._snapshot
        with self._lock:
            return self._bring_up_mended(wait=True)

    def follow(self) -> None:
        """From now on new versions are made ready beside the questions, within a second."""
        self._follower = Thread(target=self._follow, daemon=True, name="citewell-follow")
        self._follower.start()

    def _follow(self) -> None:
        pause = FOLLOW_S
        while not self._stop.wait(pause):
            pause = min(2 * pause, SLOWEST_S)
            with suppress(Exception), self._lock:  # whatever it is, it is tried again
                self._bring_up_mended(wait=False)
                pause = FOLLOW_S

    def _bring_up_mended(self, *, wait: bool) -> Snapshot:
        """What is damaged is set aside first, if no other process writes."""
        try:
            return self._bring_up(wait=wait)
        except DamageError as error:
            try:
                self.mend()
            except LockedError:
                raise error from None
            return self._bring_up(wait=wait)

    def _bring_up(self, *, wait: bool) -> Snapshot:
        self._reopen()
        if not self._is_last(self._snapshot):
            if self.catalogue.path is not None and not self._live:
                self._pin.hold(0)  # until it is known which version it will be
            state, lexical = self._with_bm25(wait=wait)
            if lexical is not None:
                self._snapshot = self._build(state, lexical)
                self._live.add(self._snapshot)
        assert self._snapshot is not None
        if self.catalogue.path is not None:
            self._pin.hold(min(one.version for one in list(self._live)))
        return self._snapshot

    def _is_last(self, snapshot: Snapshot | None) -> bool:
        state = self.catalogue.state()
        return (
            snapshot is not None
            and snapshot.catalogue is self.catalogue
            and snapshot.state == state
        )

    def _build(self, state: State, lexical: LexicalIndex) -> Snapshot:
        vectors, left_out = self._vectors(state), tuple(self.catalogue.left_out(state.version))
        names = Uploads(self.home).names_or_none()
        return Snapshot(state, self.fingerprint, vectors, lexical, self.catalogue, left_out, names)

    def _vectors(self, state: State) -> DenseIndex:
        dimension = self._dimension()
        before = self._snapshot
        if before is not None and before.catalogue is self.catalogue and before.n_passages:
            with suppress(DamageError):  # a row that was set aside: then all is counted anew
                changed = vectors_since(
                    before.vectors, self.catalogue, before.state, state, dimension
                )
                if not changed.is_due:
                    return changed
        if is_large(state.passages):
            loaded = load_dense(self.home, self.catalogue, state, dimension)
            if loaded is not None:
                check_digest(self.catalogue, state)
                return loaded
        return vectors_at(self.catalogue, state, dimension)

    def _with_bm25(self, *, wait: bool) -> tuple[State, LexicalIndex | None]:
        """The last version with its BM25 index; without it while a writer is bringing it up."""
        deadline = time.monotonic() + BM25_WAIT_S
        while True:
            state = self.catalogue.state()
            lexical = self._bm25(state.version)
            if lexical is not None:
                return state, lexical
            if not wait and self._snapshot is not None:
                return state, None
            if time.monotonic() > deadline:
                return state, bm25_in_memory(self.catalogue, state.version)
            time.sleep(0.02)

    def _bm25(self, version: int) -> LexicalIndex | None:
        """The stored BM25 index if it is at this version or can be brought to it now."""
        if self.catalogue.path is None:
            return LexicalIndex()
        with suppress(DamageError):
            stored = LexicalIndex.open(self.home / BM25)
            if (stored.version() or 0, stored.source) == (version, self.catalogue.mark(version)):
                return stored
        if bm25_version(self.home) > (now := self.catalogue.version()):
            raise lost_commits(bm25_version(self.home), now)
        if now > version:
            return None
        try:
            with writer_lock(self.home):
                if version == self.catalogue.version():
                    return Bm25Writer(self.home, self.catalogue).bring_up()
                return None
        except LockedError:
            return None
        except HomeError:
            return bm25_in_memory(self.catalogue, version)

    def _reopen(self) -> None:
        """Leaves the stand-in for a catalogue once there is one on disk, and one in whose place
        another was put."""
        is_there = self.catalogue.path is None and (self.home / FILE).exists()
        if is_there or self.catalogue.is_replaced():
            # The one before is not closed: a snapshot of it may still be read.
            self.catalogue = Catalogue.open(self.home)
            self._pin.release()  # it was one of the home that stood here before
        self._check()

    def _check(self) -> None:
        """Raises MismatchError where the home was made by other parts than ours."""
        ours = dict(PARTS)
        if self._embedder is not None:
            ours["embedder"] = self._embedder.fingerprint
        for name, value in ours.items():
            stored = self.catalogue.meta(name)
            if stored is None and self.catalogue.has_documents():
                raise damaged(self.catalogue.path, f"it does not name its {name} any more")
            if stored is not None and not fits(name, stored, value):
                raise MismatchError(
                    f"the home {self.home} was made with the {name} '{stored}', and this is "
                    f"'{value}': go back to that one, or index into a new home with "
                    "'citewell index FOLDER --home NEW_HOME'"
                )
