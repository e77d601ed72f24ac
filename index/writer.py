"""What writes: its own connection to the catalogue, and what is kept up with it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.errors import DamageError, HomeError
from index.home.catalogue import Catalogue
from index.home.pins import oldest
from index.home.repair import Damage, examine, is_whole, mend_lists, set_aside
from index.search.derived import (
    Bm25Writer,
    bm25_version,
    bring_dense_up,
    drop_dense,
    seen_by_derived,
)


class Writer:
    """For who holds the home's lock. Readers have other connections and wait for nothing."""

    def __init__(self, home: Path, catalogue: Catalogue) -> None:
        self.home = home
        self.catalogue = catalogue
        self._bm25 = Bm25Writer(home, catalogue)

    @classmethod
    @contextmanager
    def open(cls, home: Path) -> Iterator[Writer]:
        """Raises HomeError, DamageError, NewerFormatError."""
        catalogue = Catalogue.open(home, create=True)
        try:
            yield cls(home, catalogue)
        finally:
            catalogue.close()

    def has_lost_commits(self) -> bool:
        """Whether the BM25 index has seen what the catalogue does not know of (any more)."""
        try:
            return bm25_version(self.home) > self.catalogue.version()
        except DamageError:
            return True

    def mend(self) -> list[Damage]:
        """Makes SQLite's lists anew, sets damaged rows aside, counts what is left; returns which
        rows these were. Raises HomeError where the file itself is broken."""
        mend_lists(self.catalogue)
        damages = list(examine(self.catalogue))
        seen = bm25_version(self.home)
        if damages or not is_whole(self.catalogue) or self.has_lost_commits():
            set_aside(self.catalogue, damages, at_least=seen + 1)
            drop_dense(self.home)
            self._bm25.rebuild()
        return damages

    def after_commit(self) -> None:
        with suppress(DamageError, HomeError):  # tried again at the end; readers do without
            self._bm25.bring_up()

    def bring_up(self, dimension: int) -> None:
        """The derived indexes, to the last version."""
        self._bm25.bring_up()
        bring_dense_up(self.home, self.catalogue, dimension)

    def collect(self) -> None:
        """Clears away what no reader and no derived index needs."""
        version = self.catalogue.version()
        read = oldest(self.home)
        horizon = min(version if read is None else read, seen_by_derived(self.home, version))
        self.catalogue.collect(horizon)
        self.catalogue.checkpoint()
