"""One connection to the catalogue's file: rows in and out, and what goes wrong as plain errors."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import RLock
from typing import Any, TypeVar

from index.errors import HomeError
from index.home.schema import TROUBLE, close, damaged, trouble

T = TypeVar("T")
PAGE = 500  # rows fetched at a time


class Connection:
    """Calls may come from any thread; one runs at a time."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        self._db = connection
        self._lock = RLock()
        self.path = path  # None: a stand-in in memory, because nothing was indexed yet
        self._file = path and _file_at(path)

    def close(self) -> None:
        with self._lock:
            if self.path is None:
                self._db.close()
            else:
                close(self._db, self.path)

    def is_replaced(self) -> bool:
        """Whether another file stands in its place by now: a backup was put there."""
        return self.path is not None and _file_at(self.path) not in (None, self._file)

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """All or nothing, and on disk when it is done."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                yield
                self._db.execute("COMMIT")
            except BaseException as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, TROUBLE):
                    raise HomeError(trouble(self.path, error)) from error
                raise

    def run(self, sql: str, **values: Any) -> None:
        with self._lock:
            try:
                self._db.execute(sql, values)
            except TROUBLE as error:
                raise HomeError(trouble(self.path, error)) from error

    def one(self, sql: str, **values: Any) -> sqlite3.Row | None:
        rows = self.all(sql, **values)
        return rows[0] if rows else None

    def all(self, sql: str, **values: Any) -> list[sqlite3.Row]:
        return list(self.each(sql, **values))

    def each(self, sql: str, **values: Any) -> Iterator[sqlite3.Row]:
        """Rows as they come, some hundred in memory at a time. Raises DamageError."""
        try:
            with self._lock:
                cursor = self._db.execute(sql, values)
                rows = cursor.fetchmany(PAGE)
            while rows:
                yield from rows
                if len(rows) < PAGE:
                    return
                with self._lock:
                    rows = cursor.fetchmany(PAGE)
        except TROUBLE as error:
            raise damaged(self.path, error) from error

    def _sound(self, read: Callable[..., T], *arguments: Any) -> T:
        """What a reader of ``rows`` makes of a row; nonsense in it is damage."""
        try:
            return read(*arguments)
        except (ValueError, TypeError, KeyError, *TROUBLE) as error:
            raise damaged(self.path, error) from error


def _file_at(path: Path) -> tuple[int, int] | None:
    """Which file has this name; None while there is none, or nothing in it yet."""
    try:
        info = path.stat()
    except OSError:
        return None
    return (info.st_dev, info.st_ino) if info.st_size else None
