"""Files that a user took out of the index while they are still in their folder."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from index.errors import DamageError, HomeError
from index.schema import TROUBLE, connect, trouble
from index.seal import check, seal

FILE = "user.sqlite"  # apart from the catalogue, which can be made again from the files
TABLE = """CREATE TABLE IF NOT EXISTS exclusions
  (path TEXT PRIMARY KEY, at TEXT NOT NULL, row_sha256 TEXT NOT NULL) STRICT"""
REASON = "excluded by 'citewell rm'; 'citewell index --include' with this path takes it back"


class Exclusions:
    """Absolute paths, in the home's ``user.sqlite``; each call opens and closes it."""

    def __init__(self, home: Path) -> None:
        self._path = home / FILE

    def all(self) -> list[str]:
        """In their order. Raises DamageError, HomeError."""
        if not self._path.exists():
            return []
        rows = self._run("SELECT * FROM exclusions ORDER BY path")
        for row in rows:
            check(row, f"the exclusion of {row['path']!r}", row["path"], row["at"])
        return [str(row["path"]) for row in rows]

    def add(self, path: Path, at: str) -> None:
        sql = "INSERT OR REPLACE INTO exclusions VALUES (?, ?, ?)"
        self._run(sql, str(path), at, seal(str(path), at))

    def lift(self, path: Path) -> list[str]:
        """Takes back those of a file, or of all below a folder; which these were."""
        lifted = [one for one in self.all() if Path(one) == path or Path(one).is_relative_to(path)]
        for one in lifted:
            self._run("DELETE FROM exclusions WHERE path = ?", one)
        return lifted

    def _run(self, sql: str, *values: str) -> list[sqlite3.Row]:
        try:
            db = connect(str(self._path))
            try:
                db.execute("PRAGMA synchronous = FULL")
                db.execute(TABLE)
                return db.execute(sql, values).fetchall()
            finally:
                db.close()
        except sqlite3.OperationalError as error:
            raise HomeError(trouble(self._path, error)) from error
        except TROUBLE as error:
            raise DamageError(trouble(self._path, error)) from error
