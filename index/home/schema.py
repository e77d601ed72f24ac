"""The tables of the catalogue, and how a file comes to have them."""

from __future__ import annotations

import sqlite3
import time
from contextlib import closing, suppress
from pathlib import Path

from index.errors import DamageError, HomeError, NewerFormatError

FORMAT = 3
FILE = "catalogue.sqlite"
BM25 = "bm25"  # the folder of what is made from it
BUSY_S = 30
LOG = "WAL"
# In every table the blobs stand last: SQLite reads a row from its beginning.
TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL, row_sha256 TEXT NOT NULL) STRICT;
CREATE TABLE versions (
  version INTEGER PRIMARY KEY, documents INTEGER NOT NULL, passages INTEGER NOT NULL,
  digest TEXT NOT NULL, row_sha256 TEXT NOT NULL) STRICT;
CREATE TABLE revisions (
  revision INTEGER PRIMARY KEY AUTOINCREMENT, document_id TEXT NOT NULL,
  n_passages INTEGER NOT NULL, added_version INTEGER NOT NULL, removed_version INTEGER,
  content_sha256 TEXT NOT NULL, row_sha256 TEXT NOT NULL, title TEXT NOT NULL,
  media_type TEXT NOT NULL, date TEXT, file_sha256 TEXT NOT NULL, text_sha256 TEXT NOT NULL,
  warnings TEXT NOT NULL, about TEXT NOT NULL, sections TEXT NOT NULL, text BLOB NOT NULL) STRICT;
CREATE INDEX revisions_entry ON revisions (
  added_version, removed_version, document_id, n_passages, content_sha256, row_sha256);
CREATE INDEX revisions_removed ON revisions (removed_version) WHERE removed_version IS NOT NULL;
CREATE INDEX revisions_document ON revisions (document_id);
CREATE INDEX revisions_file ON revisions (file_sha256);
CREATE INDEX revisions_unread ON revisions (added_version) WHERE instr(about, '"unread"') > 0;
CREATE TABLE sources (
  source INTEGER PRIMARY KEY AUTOINCREMENT, root TEXT NOT NULL, path TEXT NOT NULL,
  document_id TEXT NOT NULL, file_sha256 TEXT NOT NULL, added_version INTEGER NOT NULL,
  removed_version INTEGER, row_sha256 TEXT NOT NULL) STRICT;
CREATE INDEX sources_added ON sources (added_version);
CREATE INDEX sources_removed ON sources (removed_version) WHERE removed_version IS NOT NULL;
CREATE UNIQUE INDEX sources_file ON sources (rtrim(root, '/') || '/' || path)
  WHERE removed_version IS NULL;
CREATE INDEX sources_document ON sources (document_id);
CREATE TABLE hints (
  source INTEGER PRIMARY KEY, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
  ctime_ns INTEGER NOT NULL, read_ns INTEGER NOT NULL) STRICT;
CREATE TABLE passages (
  passage_id INTEGER PRIMARY KEY AUTOINCREMENT, revision INTEGER NOT NULL,
  start INTEGER NOT NULL, end INTEGER NOT NULL, sentences TEXT NOT NULL, headings TEXT NOT NULL,
  page INTEGER, n_tokens INTEGER NOT NULL, row_sha256 TEXT NOT NULL) STRICT;
CREATE INDEX passages_revision ON passages (revision);
CREATE TABLE vectors (
  revision INTEGER PRIMARY KEY, row_sha256 TEXT NOT NULL, passage_ids BLOB NOT NULL,
  vectors BLOB NOT NULL) STRICT;
CREATE TABLE aside (
  kind TEXT NOT NULL, row INTEGER NOT NULL, document_id TEXT NOT NULL, path TEXT NOT NULL,
  reason TEXT NOT NULL, version INTEGER NOT NULL, PRIMARY KEY (kind, row)) STRICT;
"""
# SQLite quotes damaged bytes in its messages, and the module cannot decode them. An
# OverflowError is a damaged number that is none of SQLite's.
TROUBLE = (sqlite3.DatabaseError, UnicodeDecodeError, OverflowError)


def open_database(path: Path) -> sqlite3.Connection:
    """The catalogue's file, made or brought to this format where need be.

    Raises HomeError, NewerFormatError, DamageError.
    """
    deadline = time.monotonic() + BUSY_S
    while True:
        try:
            connection = connect(str(path))
        except TROUBLE as error:
            raise HomeError(trouble(path, error)) from error
        try:
            connection.execute(f"PRAGMA journal_mode = {LOG}")
            connection.execute("PRAGMA synchronous = FULL")
            return prepare(connection)
        except BaseException as error:
            connection.close()
            if not isinstance(error, TROUBLE):
                raise
            if not _is_busy(error) or time.monotonic() > deadline:
                raise HomeError(trouble(path, error)) from error
            time.sleep(0.02)


def _is_busy(error: Exception) -> bool:
    """SQLite does not wait for a process that makes the file or changes its kind of log."""
    code = getattr(error, "sqlite_errorcode", None)
    return code is not None and code & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


def connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(
        path, isolation_level=None, check_same_thread=False, timeout=BUSY_S
    )
    connection.row_factory = sqlite3.Row
    return connection


def close(connection: sqlite3.Connection, path: Path) -> None:
    """Closes a connection so that the next one needs no room on the disk.

    SQLite's last connection deletes the file by which connections share the log, and makes it
    anew when it opens: on a full disk nobody could read any more. It cannot delete it when the
    last connection is one that may only read.
    """
    with suppress(*TROUBLE, OSError):
        connection.execute("PRAGMA busy_timeout = 0")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        last = sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)
        with closing(last):
            last.execute("SELECT count(*) FROM sqlite_master")
            connection.close()
    connection.close()


def prepare(connection: sqlite3.Connection) -> sqlite3.Connection:
    """With the tables of this format."""
    known = connection.execute("PRAGMA user_version").fetchone()[0]
    if known > FORMAT:
        raise NewerFormatError(
            f"this home was made by a newer version of Citewell (format {known}, this one reads "
            f"up to {FORMAT}): upgrade Citewell, or name another home with --home"
        )
    if known < FORMAT:
        _bring_up(connection)
    elif _tables(connection) != _tables(prepare(connect(":memory:"))):
        raise sqlite3.DatabaseError("its tables are not those that Citewell makes")
    return connection


def _bring_up(connection: sqlite3.Connection) -> None:
    """In one transaction; whoever comes second finds it done."""
    from index.home.migrate import from_format_1, from_format_2

    connection.execute("BEGIN IMMEDIATE")
    try:
        known = connection.execute("PRAGMA user_version").fetchone()[0]
        if known == 1:
            from_format_1(connection)
        elif known == 2:
            from_format_2(connection)
        elif known == 0:
            for statement in statements(TABLES):
                connection.execute(statement)
        connection.execute(f"PRAGMA user_version = {FORMAT}")
        connection.execute("COMMIT")
    except BaseException:
        if connection.in_transaction:
            connection.execute("ROLLBACK")
        raise


def is_lost(path: Path) -> bool:
    """Whether there was a catalogue: what is made from it is there, and it is not."""
    is_empty = not path.exists() or path.stat().st_size == 0
    return is_empty and (path.parent / BM25).exists()


def statements(script: str) -> list[str]:
    """One by one: ``executescript`` would commit first."""
    return [one.strip() for one in script.split(";") if one.strip()]


def trouble(path: Path | None, error: object) -> str:
    return (
        f"the catalogue {path or ''} cannot be used ({error}): check that the folder can be "
        "written and the disk is not full; if the file is damaged, put a backup back, or move the "
        "home folder away and run 'citewell index' again"
    )


def damaged(path: Path | None, error: object) -> DamageError:
    return DamageError(trouble(path, error))


def _tables(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    sql = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
    return [tuple(row) for row in connection.execute(sql)]
