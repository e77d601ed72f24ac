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
from typing import Any

from index.folder.walk import Found, Left
from index.home.rows import Hint, SourceRow
from index.types import Source

TABLES = """
CREATE TABLE seen (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE todo (path TEXT PRIMARY KEY, root TEXT, name TEXT, size INTEGER, mtime_ns INTEGER,
  ctime_ns INTEGER) WITHOUT ROWID;
CREATE TABLE done (path TEXT PRIMARY KEY) WITHOUT ROWID;
CREATE TABLE left_out (path TEXT PRIMARY KEY, reason TEXT, is_unknown INTEGER) WITHOUT ROWID;
CREATE TABLE lost (path TEXT PRIMARY KEY, document_id TEXT, sha256 TEXT, size INTEGER,
  is_there INTEGER, is_taken INTEGER DEFAULT 0) WITHOUT ROWID;
CREATE INDEX lost_size ON lost (size);
CREATE INDEX lost_sha256 ON lost (sha256);
CREATE TABLE moves (path TEXT PRIMARY KEY, root TEXT, name TEXT, document_id TEXT, sha256 TEXT,
  size INTEGER, mtime_ns INTEGER, ctime_ns INTEGER, read_ns INTEGER) WITHOUT ROWID;
"""


@dataclass(frozen=True, slots=True)
class Move:
    """A file whose content is there already, as a document that had another name."""

    source: Source
    document_id: str
    sha256: str
    hint: Hint


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
        return any(self._all("SELECT 1 FROM seen WHERE path = ?", path))

    def read(self, found: Found) -> None:
        names = str(found.path), found.source.root, found.source.path
        times = found.size, found.mtime_ns, found.ctime_ns
        self._do("INSERT INTO todo VALUES (?, ?, ?, ?, ?, ?)", *names, *times)

    def leave(self, left: Left) -> None:
        # A name may be of no encoding; then it is no document's path either.
        path = os.fsencode(left.path).decode("utf-8", "replace")
        values = left.reason, left.is_unknown
        self._do("INSERT OR IGNORE INTO left_out VALUES (?, ?, ?)", path, *values)

    def lose(self, path: str, row: SourceRow, hint: Hint | None, *, is_there: bool) -> None:
        """A known file that is gone, or is there and has, it seems, another content."""
        values = row.document_id, row.file_sha256, hint.size if hint else -1, is_there
        self._do("INSERT OR IGNORE INTO lost VALUES (?, ?, ?, ?, ?, 0)", path, *values)

    def lost_of_size(self, size: int) -> set[str]:
        """Hashes of lost contents of a size: one may be there under another name."""
        return {sha256 for (sha256,) in self._all("SELECT sha256 FROM lost WHERE size = ?", size)}

    def take_lost(self, sha256: str) -> bool:
        """Whether a content had a place that is lost; each place counts once."""
        sql = """UPDATE lost SET is_taken = 1 WHERE path =
                 (SELECT path FROM lost WHERE sha256 = ? AND NOT is_taken ORDER BY is_there LIMIT 1)
              """
        return self._do(sql, sha256) > 0

    def keep(self, path: Path) -> None:
        """The content of a file that was read is as it was: it is not lost."""
        self._do("DELETE FROM lost WHERE path = ?", str(path))

    def done(self, path: Path) -> None:
        """There is nothing to read in a file any more."""
        self._do("INSERT INTO done VALUES (?)", str(path))

    def move(self, found: Found, move: Move) -> None:
        hint = move.hint
        values = found.source.root, found.source.path, move.document_id, move.sha256
        times = hint.size, hint.mtime_ns, hint.ctime_ns, hint.read_ns
        self._do(
            "INSERT INTO moves VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", str(found.path), *values, *times
        )
        self._do("INSERT INTO done VALUES (?)", str(found.path))

    def moves(self) -> Iterator[Move]:
        """In the order of their paths."""
        for _, root, name, document_id, sha256, *times in self._all(
            "SELECT * FROM moves ORDER BY path"
        ):
            yield Move(Source(root, name), document_id, sha256, Hint(*times))

    def moved(self) -> Iterator[str]:
        for (path,) in self._all("SELECT path FROM moves ORDER BY path"):
            yield path

    @property
    def n_files(self) -> int:
        """How many are to be read."""
        sql = "SELECT count(*) FROM todo WHERE path NOT IN (SELECT path FROM done)"
        return int(next(self._all(sql))[0])

    def todo(self) -> Iterator[Found]:
        """What is to be read, in the order of the paths."""
        sql = "SELECT * FROM todo WHERE path NOT IN (SELECT path FROM done) ORDER BY path"
        for path, root, name, *times in self._all(sql):
            yield Found(Source(root, name), Path(path), *times)

    def left(self) -> Iterator[tuple[str, str]]:
        """Paths that nobody takes, and why."""
        sql = "SELECT path, reason FROM left_out WHERE path NOT IN (SELECT path FROM seen)"
        yield from self._all(f"{sql} ORDER BY path")

    def is_left(self, path: str) -> bool:
        return any(self._all("SELECT 1 FROM left_out WHERE path = ?", path))

    def is_unknown(self, path: Path) -> bool:
        """Whether a file, or a folder above it, could not be looked at."""
        places = [str(one) for one in (path, *path.parents)]
        marks = ", ".join("?" * len(places))
        sql = f"SELECT 1 FROM left_out WHERE path IN ({marks}) AND is_unknown LIMIT 1"
        return any(self._all(sql, *places))

    def has_moved_or_gone(self) -> bool:
        sql = "SELECT 1 FROM lost WHERE NOT is_there UNION ALL SELECT 1 FROM moves LIMIT 1"
        return any(self._all(sql))

    def gone(self) -> Iterator[str]:
        for (path,) in self._all("SELECT path FROM lost WHERE NOT is_there ORDER BY path"):
            yield path

    def is_gone(self, path: str) -> bool:
        return any(self._all("SELECT 1 FROM lost WHERE NOT is_there AND path = ?", path))

    def removed(self) -> Iterator[tuple[str, str]]:
        """Paths and documents of what is gone and was not taken."""
        sql = "SELECT path, document_id FROM lost WHERE NOT is_there AND NOT is_taken"
        yield from self._all(f"{sql} ORDER BY path")

    def _all(self, sql: str, *values: object) -> Iterator[tuple[Any, ...]]:
        return self._db.execute(sql, values)

    def _do(self, sql: str, *values: object) -> int:
        return self._db.execute(sql, values).rowcount
