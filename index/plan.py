"""What a run over some folders has to do, found before anything is done.

The plan is kept in a temporary database on disk, so that a folder of a million files costs
no memory.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from index.folder import Found, Left
from index.types import Source

TABLES = """
CREATE TABLE seen (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE todo (path TEXT PRIMARY KEY, root TEXT, name TEXT, size INTEGER, mtime_ns INTEGER,
  ctime_ns INTEGER, is_new INTEGER) WITHOUT ROWID;
CREATE TABLE left_out (path TEXT PRIMARY KEY, reason TEXT) WITHOUT ROWID;
CREATE TABLE gone (path TEXT PRIMARY KEY, sha256 TEXT, size INTEGER) WITHOUT ROWID;
CREATE INDEX gone_size ON gone (size);
"""


@dataclass(frozen=True, slots=True)
class Todo:
    found: Found
    is_new: bool  # no file of this path is known


class Plan:
    """Paths that were seen, that are to be read, left out, or gone."""

    def __init__(self) -> None:
        self._db = sqlite3.connect("", isolation_level=None)
        self._db.executescript(TABLES)
        self._db.execute("BEGIN")

    def close(self) -> None:
        self._db.close()

    def saw(self, path: Path) -> bool:
        """Notes a path; whether it is the first time."""
        return self._do("INSERT OR IGNORE INTO seen VALUES (?)", str(path)) > 0

    def has_seen(self, path: str) -> bool:
        return self._db.execute("SELECT 1 FROM seen WHERE path = ?", (path,)).fetchone() is not None

    def read(self, found: Found, *, is_new: bool) -> None:
        values = str(found.path), found.source.root, found.source.path
        self._do(
            "INSERT INTO todo VALUES (?, ?, ?, ?, ?, ?, ?)",
            *values,
            found.size,
            found.mtime_ns,
            found.ctime_ns,
            is_new,
        )

    def leave(self, left: Left) -> None:
        # A name may be of no encoding; then it is no document's path either.
        path = os.fsencode(left.path).decode("utf-8", "replace")
        self._do("INSERT OR IGNORE INTO left_out VALUES (?, ?)", path, left.reason)

    def forget(self, path: str, file_sha256: str, size: int) -> None:
        """A known file that is not there any more."""
        self._do("INSERT OR IGNORE INTO gone VALUES (?, ?, ?)", path, file_sha256, size)

    def gone_of_size(self, size: int) -> set[str]:
        """Hashes of the gone files of a size: one may be there under another name."""
        found = self._db.execute("SELECT sha256 FROM gone WHERE size = ?", (size,))
        return {sha256 for (sha256,) in found}

    @property
    def n_files(self) -> int:
        return int(self._db.execute("SELECT count(*) FROM todo").fetchone()[0])

    def todo(self, *, new_only: bool = False) -> Iterator[Todo]:
        """In the order of their paths."""
        where = "WHERE is_new" if new_only else ""
        for row in self._db.execute(f"SELECT * FROM todo {where} ORDER BY path"):
            path, root, name, size, mtime_ns, ctime_ns, is_new = row
            found = Found(Source(root, name), Path(path), size, mtime_ns, ctime_ns)
            yield Todo(found, bool(is_new))

    def done(self, path: Path) -> None:
        """What a rename has settled is not to be read again."""
        self._do("DELETE FROM todo WHERE path = ?", str(path))

    def left(self) -> Iterator[tuple[str, str]]:
        yield from self._db.execute("SELECT path, reason FROM left_out ORDER BY path")

    def is_left(self, path: str) -> bool:
        sql = "SELECT 1 FROM left_out WHERE path = ?"
        return self._db.execute(sql, (path,)).fetchone() is not None

    def gone(self) -> Iterator[str]:
        for (path,) in self._db.execute("SELECT path FROM gone ORDER BY path"):
            yield path

    def _do(self, sql: str, *values: object) -> int:
        return self._db.execute(sql, values).rowcount
