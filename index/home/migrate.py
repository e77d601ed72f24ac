"""Homes of older formats, brought to this one inside the caller's transaction."""

from __future__ import annotations

import sqlite3
from typing import Any

import numpy as np

from index.errors import DamageError
from index.home.rows import NOTHING, State, content_sha256, source_entry, state_fields
from index.home.seal import add, check, seal
from index.types import Source

OLD_TABLES = ("meta", "revisions", "sources", "passages", "vectors")


def from_format_1(connection: sqlite3.Connection) -> None:
    """Vectors in half precision, places and versions sealed, a digest for the version.

    What is visible goes over, each row checked by its old seal; what was removed before
    stays behind. Raises DamageError.
    """
    from index.home.schema import TABLES, statements

    db = connection
    for table in OLD_TABLES:
        db.execute(f"ALTER TABLE {table} RENAME TO old_{table}")
    indexes = "SELECT name FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
    for (name,) in db.execute(indexes).fetchall():
        db.execute(f"DROP INDEX {name}")
    for statement in statements(TABLES):
        db.execute(statement)
    meta = {row["key"]: row["value"] for row in db.execute("SELECT * FROM old_meta")}
    meta |= _dimension(db)
    version = _number(meta.pop("version", "0"))
    for key, value in meta.items():
        _insert(db, "meta", key=key, value=value, row_sha256=seal(key, value))
    documents, passages, digest = _texts(db)
    for row in db.execute("SELECT * FROM old_sources WHERE removed_version IS NULL"):
        digest = add(digest, [_source(db, row)])
    _keep_counting(db)
    if version:
        _insert(db, "versions", **state_fields(State(version, documents, passages, digest)))
    for table in reversed(OLD_TABLES):
        db.execute(f"DROP TABLE old_{table}")


def from_format_2(connection: sqlite3.Connection) -> None:
    """With room for what is known of a file besides its text. Nothing is known yet, so that every
    seal stays; what was damaged before is found by it when it is read, as ever."""
    from index.home.schema import TABLES, statements

    db = connection
    indexes = "SELECT name FROM sqlite_master WHERE tbl_name = 'revisions' AND sql IS NOT NULL"
    for (name,) in db.execute(f"{indexes} AND type = 'index'").fetchall():
        db.execute(f"DROP INDEX {name}")
    db.execute("ALTER TABLE revisions RENAME TO old_revisions")
    for statement in statements(TABLES):
        if statement.partition("(")[0].endswith(" revisions "):
            db.execute(statement)
    names = [row["name"] for row in db.execute("PRAGMA table_info(old_revisions)")]
    listed = ", ".join(names)
    db.execute(
        f"INSERT INTO revisions ({listed}, about) SELECT {listed}, ? FROM old_revisions", (NOTHING,)
    )
    db.execute("DELETE FROM sqlite_sequence WHERE name = 'revisions'")
    db.execute("UPDATE sqlite_sequence SET name = 'revisions' WHERE name = 'old_revisions'")
    db.execute("DROP TABLE old_revisions")


def _number(text: str) -> int:
    if not text.isdecimal():
        raise DamageError(f"the version {text!r} is no number: the catalogue was damaged on disk")
    return int(text)


def _keep_counting(db: sqlite3.Connection) -> None:
    """Ids that were given are not given again, also those of what was removed."""
    for table, key in (
        ("revisions", "revision"),
        ("passages", "passage_id"),
        ("sources", "source"),
    ):
        db.execute("DELETE FROM sqlite_sequence WHERE name = ?", (table,))
        db.execute(
            f"""INSERT INTO sqlite_sequence SELECT ?, max(
                  coalesce((SELECT seq FROM sqlite_sequence WHERE name = ?), 0),
                  coalesce((SELECT max({key}) FROM old_{table}), 0))""",
            (table, f"old_{table}"),
        )


def _dimension(db: sqlite3.Connection) -> dict[str, str]:
    """From any text that has passages; single precision, and ids of 8 bytes."""
    sql = "SELECT length(passage_ids), length(vectors) FROM old_vectors WHERE passage_ids <> x''"
    row = db.execute(sql).fetchone()
    if row is None:
        return {}
    if row[0] < 8 or row[1] % 4:
        raise DamageError("some vectors are too short: the catalogue was damaged on disk")
    return {"dimension": str(row[1] // 4 // (row[0] // 8))}


def _texts(db: sqlite3.Connection) -> tuple[int, int, int]:
    documents = passages = digest = 0
    for row in db.execute("SELECT * FROM old_revisions WHERE removed_version IS NULL"):
        names = ("document_id", "title", "media_type", "text", "sections", "date", "warnings")
        what = f"document {row['document_id']}"
        check(row, what, *(row[name] for name in (*names, "file_sha256", "text_sha256")))
        count = _passages(db, row)
        _vectors(db, row["revision"], what)
        fields = {name: row[name] for name in row.keys() if name != "row_sha256"}  # noqa: SIM118
        fields["about"] = NOTHING
        content = content_sha256(fields)
        entry = seal(row["revision"], row["document_id"], count, row["added_version"], content)
        fields |= {"n_passages": count, "content_sha256": content, "row_sha256": seal(entry, None)}
        _insert(db, "revisions", **fields)
        documents, passages, digest = documents + 1, passages + count, add(digest, [entry])
    return documents, passages, digest


def _passages(db: sqlite3.Connection, revision: sqlite3.Row) -> int:
    sql = "SELECT * FROM old_passages WHERE revision = ? ORDER BY passage_id"
    rows = db.execute(sql, (revision["revision"],)).fetchall()
    names = ("start", "end", "sentences", "headings", "page", "n_tokens")
    for row in rows:
        kept = [row[name] for name in names]
        check(row, f"passage {row['passage_id']}", revision["document_id"], *kept)
        fields = {"passage_id": row["passage_id"], "revision": row["revision"]}
        fields |= dict(zip(names, kept, strict=True))
        _insert(db, "passages", **fields, row_sha256=seal(*fields.values()))
    return len(rows)


def _vectors(db: sqlite3.Connection, revision: int, what: str) -> None:
    row = db.execute("SELECT * FROM old_vectors WHERE revision = ?", (revision,)).fetchone()
    if row is None:
        raise DamageError(f"the vectors of {what} are missing: the catalogue was damaged on disk")
    check(row, f"the vectors of {what}", row["passage_ids"], row["vectors"])
    halves = np.frombuffer(row["vectors"], np.float32).astype(np.float16).tobytes()
    sealed = seal(revision, row["passage_ids"], halves)
    fields = {"passage_ids": row["passage_ids"], "vectors": halves}
    _insert(db, "vectors", revision=revision, row_sha256=sealed, **fields)


def _source(db: sqlite3.Connection, row: sqlite3.Row) -> str:
    fields = {name: row[name] for name in ("source", "root", "path", "document_id", "file_sha256")}
    added, source = row["added_version"], Source(row["root"], row["path"])
    entry = source_entry(row["source"], source, row["document_id"], row["file_sha256"], added)
    _insert(db, "sources", **fields, added_version=added, row_sha256=seal(entry, None))
    # Its time of change says nothing without that of the reading; its size finds it renamed.
    hint = {"size": row["size"], "mtime_ns": 0, "ctime_ns": 0, "read_ns": 0}
    _insert(db, "hints", source=row["source"], **hint)
    return entry


def _insert(db: sqlite3.Connection, table: str, **values: Any) -> None:
    marks = ", ".join(f":{name}" for name in values)
    db.execute(f"INSERT INTO {table} ({', '.join(values)}) VALUES ({marks})", values)
