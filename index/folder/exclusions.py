"""Files that a user took out of the index while they are still in their folder."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from index.errors import DamageError, HomeError
from index.home.durable import make_folder, sync_folder, temporary_of
from index.home.schema import TROUBLE, connect, statements
from index.home.seal import check, seal

FILE = "user.sqlite"  # apart from the catalogue, which can be made again from the files
TABLES = """
CREATE TABLE exclusions (path TEXT PRIMARY KEY, at TEXT NOT NULL, row_sha256 TEXT NOT NULL) STRICT;
CREATE TABLE whole (id INTEGER PRIMARY KEY, row_sha256 TEXT NOT NULL) STRICT;
"""
REASON = "excluded by 'citewell rm'; 'citewell index --include' with this path takes it back"


class Exclusions:
    """Absolute paths, in the home's ``user.sqlite``; each call opens and closes it."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE

    def all(self) -> list[str]:
        """In their order. Raises DamageError, HomeError."""
        if not self._path.exists():
            return []
        with open_records(self._path, "BEGIN") as db:
            return _rows(db)

    def add(self, path: Path, at: str) -> None:
        make_records(self._path)
        with open_records(self._path) as db:
            _rows(db)
            fields = str(path), at
            db.execute(
                "INSERT OR REPLACE INTO exclusions VALUES (?, ?, ?)", (*fields, seal(*fields))
            )
            _seal_all(db)

    def lift(self, path: Path) -> list[str]:
        """Takes back those of a file, or of all below a folder; which these were."""
        if not self._path.exists():
            return []
        with open_records(self._path) as db:
            lifted = [one for one in _rows(db) if Path(one).is_relative_to(path)]
            db.executemany("DELETE FROM exclusions WHERE path = ?", [(one,) for one in lifted])
            _seal_all(db)
        return lifted


def _rows(db: sqlite3.Connection) -> list[str]:
    """All paths, each row checked, and that none is missing."""
    rows = db.execute("SELECT * FROM exclusions ORDER BY path").fetchall()
    for row in rows:
        check(row, f"the exclusion of {row['path']!r}", row["path"], row["at"])
    whole = db.execute("SELECT * FROM whole WHERE id = 0").fetchone()
    if whole is None:
        raise DamageError("the list of exclusions is not whole: it was damaged on disk")
    check(whole, "the list of exclusions", *(row["row_sha256"] for row in rows))
    return [str(row["path"]) for row in rows]


def _seal_all(db: sqlite3.Connection) -> None:
    rows = db.execute("SELECT row_sha256 FROM exclusions ORDER BY path").fetchall()
    sealed = seal(*(row["row_sha256"] for row in rows))
    db.execute("INSERT OR REPLACE INTO whole VALUES (0, ?)", (sealed,))


def make_records(path: Path) -> None:
    """Where there are none yet: beside their place first, since an empty file there is a damaged
    one. Raises HomeError."""
    if path.exists():
        return
    new = temporary_of(path)
    try:
        make_folder(path.parent)
        new.unlink(missing_ok=True)
        with open_records(new) as db:
            for statement in statements(TABLES):
                db.execute(statement)
            _seal_all(db)
        new.replace(path)
        sync_folder(path.parent)
    except OSError as error:
        raise HomeError(_trouble(path, error)) from error


@contextmanager
def open_records(path: Path, begin: str = "BEGIN IMMEDIATE") -> Iterator[sqlite3.Connection]:
    """All or nothing, and on disk when it is done. Raises DamageError, HomeError."""
    try:
        with closing(connect(str(path))) as db:
            db.execute("PRAGMA synchronous = FULL")
            db.execute(begin)
            yield db
            db.execute("COMMIT")
    except sqlite3.OperationalError as error:
        raise HomeError(_trouble(path, error)) from error
    except TROUBLE as error:
        raise DamageError(_trouble(path, error)) from error


def _trouble(path: Path, error: object) -> str:
    return (
        f"the list of excluded files {path} cannot be used ({error}): check that the folder can be "
        "written and the disk is not full; if the file is damaged, put a backup back, or move it "
        "away: what 'citewell rm' has excluded comes back with the next 'citewell index', and "
        "what was uploaded loses its names"
    )
