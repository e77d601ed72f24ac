"""The index: opened on a home, brought up to date, searched in one version at a time."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, RLock, Thread
from weakref import WeakSet

from index.catalogue import Catalogue
from index.chunk import CHUNKER, TARGET_TOKENS
from index.derived import (
    BM25,
    Bm25Writer,
    bm25_in_memory,
    bm25_version,
    bring_dense_up,
    drop_dense,
    load_dense,
    lost_commits,
    seen_by_derived,
)
from index.errors import DamageError, HomeError, IndexLayerError, LockedError, MismatchError
from index.exclusions import Exclusions
from index.folder import Rules
from index.ingest import Ingest, Progress, Scope
from index.lexical import LexicalIndex
from index.lock import writer_lock
from index.pins import Pin, oldest
from index.readers import READERS
from index.repair import Damage, examine, set_aside
from index.report import Reports
from index.rows import SourceRow, State
from index.schema import FILE, FORMAT
from index.sentences import SPLITTER
from index.snapshot import Snapshot, check_digest, vectors_at, vectors_since
from index.types import Embedder
from index.vectors import EXACT_UP_TO, DenseIndex

PARTS = {
    "chunker": f"{CHUNKER};{SPLITTER};target={TARGET_TOKENS}",
    "readers": READERS,
}

LOCK_WAIT_S = 1.0  # a reader that brings the BM25 index up holds the lock for a moment
BM25_WAIT_S = 3.0  # a writer brings the BM25 index up right after its commit
FOLLOW_S = 0.2


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
        self._live: WeakSet[Snapshot] = WeakSet()
        self._pin = Pin(home)
        self._lock = RLock()
        self._follower: Thread | None = None
        self._stop = Event()
        self._bm25_writer = Bm25Writer(home, catalogue)

    @classmethod
    def open(cls, home: Path, load_embedder: Callable[[], Embedder]) -> Index:
        """Raises HomeError (and MismatchError, NewerFormatError) where the home cannot be used."""
        index = cls(home, Catalogue.open(home), load_embedder)
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
        parts = [stored, *(PARTS[name] for name in sorted(PARTS)), f"format={FORMAT}"]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    # -- change -----------------------------------------------------------------------

    def update(
        self,
        scopes: Sequence[Scope],
        rules: Rules,
        *,
        prune: bool = False,
        progress: Callable[[Progress], None] = lambda _: None,
    ) -> Reports:
        """Makes the index what the files in ``scopes`` are now.

        Raises LockedError while another process writes, HomeError where the disk is full.
        What was committed before an error or an interruption stays.
        """
        with self._writing():
            try:
                return self._ingest(scopes, rules, prune, progress)
            except DamageError:
                if not self._mend():
                    raise
                return self._ingest(scopes, rules, prune, progress)
            finally:
                self._tidy()

    def _ingest(
        self,
        scopes: Sequence[Scope],
        rules: Rules,
        prune: bool,
        progress: Callable[[Progress], None],
    ) -> Reports:
        ingest = Ingest(
            self.catalogue,
            self._embedder_of_home,
            rules,
            frozenset(Exclusions(self.home).all()),
            prune,
            progress,
            self._after_commit,
        )
        return ingest.run(scopes)

    def remove(self, rows: Sequence[SourceRow]) -> None:
        """Takes files out of the index; those that are still there are excluded from now on."""
        exclusions = Exclusions(self.home)
        with self._writing():
            now = datetime.now(UTC).isoformat(timespec="seconds")
            for row in rows:
                path = Path(row.source.root, row.source.path)
                if path.exists():
                    exclusions.add(path, now)
            with self.catalogue.commit() as commit:
                for row in rows:
                    commit.remove_source(row)
            self._tidy()

    def mend(self) -> list[Damage]:
        """Looks at every row; what is damaged is set aside and named. Raises LockedError,
        HomeError where the file itself is broken."""
        with self._writing():
            return self._mend()

    def _mend(self) -> list[Damage]:
        damages = list(examine(self.catalogue))
        state, seen = self.catalogue.state(), bm25_version(self.home)
        if damages or seen > state.version or self.catalogue.digest(state.version) != state.digest:
            set_aside(self.catalogue, damages, at_least=seen + 1)
            drop_dense(self.home)
            self._bm25_writer.rebuild()
        return damages

    @contextmanager
    def _writing(self) -> Iterator[None]:
        """Holds the writer's lock; what an earlier fault took from the catalogue is mended."""
        with writer_lock(self.home, wait_s=LOCK_WAIT_S):
            with self._lock:
                self._reopen(create=True)
            self._bm25_writer = Bm25Writer(self.home, self.catalogue)
            if bm25_version(self.home) > self.catalogue.version():
                self._mend()
            yield

    def _after_commit(self) -> None:
        with suppress(DamageError, HomeError):  # tried again at the end; readers do without
            self._bm25_writer.bring_up()

    def _tidy(self) -> None:
        """Derived indexes brought up; what nobody reads any more cleared away."""
        self._bm25_writer.bring_up()
        bring_dense_up(self.home, self.catalogue, self._dimension())
        version = self.catalogue.version()
        read = oldest(self.home)
        horizon = min(version if read is None else read, seen_by_derived(self.home, version))
        self.catalogue.collect(horizon)
        self.catalogue.checkpoint()

    def _embedder_of_home(self) -> Embedder:
        """The embedder, its fingerprint and ours written into a home that has none."""
        embedder = self.embedder
        if self.catalogue.meta("embedder") is None:
            with self.catalogue.commit() as commit:
                commit.set_meta("embedder", embedder.fingerprint)
                commit.set_meta("dimension", str(embedder.dimension))
                for name, ours in PARTS.items():
                    commit.set_meta(name, ours)
        return embedder

    def _dimension(self) -> int:
        """Of the stored vectors; 1 while there are none."""
        return int(self.catalogue.meta("dimension") or 1)

    # -- read -------------------------------------------------------------------------

    def snapshot(self) -> Snapshot:
        """The last committed version, made ready when it is not yet; while ``follow`` runs,
        the one that it has made ready. Damage is set aside first, if no other process writes.

        Raises DamageError, HomeError.
        """
        if self._follower is not None and self._snapshot is not None:
            return self._snapshot
        with self._lock:
            try:
                return self._bring_up(wait=True)
            except DamageError as error:
                try:
                    self.mend()
                except LockedError:
                    raise error from None
                self._snapshot = None
                return self._bring_up(wait=True)

    def follow(self) -> None:
        """From now on new versions are made ready beside the questions, within a second."""
        self._follower = Thread(target=self._follow, daemon=True, name="citewell-follow")
        self._follower.start()

    def _follow(self) -> None:
        while not self._stop.wait(FOLLOW_S):
            with suppress(IndexLayerError), self._lock:  # it is tried again
                self._bring_up(wait=False)

    def _bring_up(self, *, wait: bool) -> Snapshot:
        self._reopen(create=False)
        now = self._snapshot
        if now is not None and now.state == self.catalogue.state():
            return now
        if self.catalogue.path is not None and not self._live:
            self._pin.hold(0)
        state, lexical = self._with_bm25(wait=wait)
        if lexical is None:
            assert now is not None
            return now
        built = self._build(state, lexical)
        self._snapshot = built
        self._live.add(built)
        if self.catalogue.path is not None:
            self._pin.hold(min(one.version for one in list(self._live)))
        return built

    def _build(self, state: State, lexical: LexicalIndex) -> Snapshot:
        vectors, left_out = self._vectors(state), tuple(self.catalogue.left_out(state.version))
        return Snapshot(state, self.fingerprint, vectors, lexical, self.catalogue, left_out)

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
        if state.passages > EXACT_UP_TO:
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
            seen = stored.version() or 0
            if seen == version:
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
