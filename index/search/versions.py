"""The versions of a home: the last one made ready to be searched, followed beside a writer."""

from __future__ import annotations

import hashlib
import time
from abc import ABC, abstractmethod
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from threading import Event, RLock, Thread
from weakref import WeakSet

from index.errors import DamageError, HomeError, LockedError, MismatchError
from index.folder.uploads import Uploads
from index.home.catalogue import Catalogue
from index.home.lock import writer_lock
from index.home.pins import Pin
from index.home.rows import State
from index.home.schema import BM25, FILE, FORMAT, damaged
from index.passages.chunk import CHUNKER, TARGET_TOKENS
from index.passages.sentences import SPLITTER
from index.readers import READERS
from index.readers.formats import are_within
from index.search.derived import (
    Bm25Writer,
    bm25_in_memory,
    bm25_version,
    load_dense,
    lost_commits,
)
from index.search.lexical import LexicalIndex
from index.search.snapshot import Snapshot, check_digest, vectors_at, vectors_since
from index.search.vectors import DenseIndex, is_large
from index.types import Embedder

PARTS = {
    "chunker": f"{CHUNKER};{SPLITTER};target={TARGET_TOKENS}",
    "readers": READERS,
}

BM25_WAIT_S = 3.0  # a writer brings the BM25 index up right after its commit
FOLLOW_S = 0.2
SLOWEST_S = 10.0  # between tries while following fails


def fits(part: str, stored: str, ours: str) -> bool:
    """Whether what a home was made with is what we have. Of readers, those of its own files."""
    return are_within(stored, ours) if part == "readers" else stored == ours


class Versions(ABC):
    """What reads a home. Any number of threads may ask for a snapshot."""

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

    def close(self) -> None:
        self._stop.set()
        if self._follower is not None:
            self._follower.join()
        self._pin.release()
        self.catalogue.close()

    @abstractmethod
    def mend(self) -> object:
        """Sets aside what is damaged. Raises LockedError where another process writes."""

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
        changed = self.catalogue.changed(state.version)
        parts = vectors, lexical, self.catalogue, left_out, names, changed
        return Snapshot(state, self.fingerprint, *parts)

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

    def _dimension(self) -> int:
        """Of the stored vectors; 1 while there are none. Raises DamageError."""
        stored = self.catalogue.meta("dimension")
        if stored is None and self.catalogue.has_documents():
            raise damaged(self.catalogue.path, "it does not say how long its vectors are")
        return int(stored or 1)

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
