"""The next version of the catalogue, row by row, within one transaction."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import numpy as np

from index.errors import DamageError
from index.home.rows import (
    Entry,
    Hint,
    SourceRow,
    State,
    document_fields,
    dump,
    entry_of,
    source_entry,
    state_fields,
)
from index.home.seal import add, seal, take
from index.passages.chunk import Draft
from index.types import Document, Source, Vectors

CHANGED = "changed"  # what ``meta`` calls the last version, and the minute in which it was made


class Commit:
    """What is added and removed. Every row is sealed as it is written."""

    def __init__(self, connection: sqlite3.Connection, before: State) -> None:
        self._db = connection
        self._before = before
        self.version = before.version + 1
        self._documents = before.documents
        self._passages = before.passages
        self._digest = before.digest
        self._left: set[str] = set()  # documents that a source was taken from

    def set_meta(self, key: str, value: str) -> None:
        self._insert("meta", replace=True, key=key, value=value, row_sha256=seal(key, value))

    def add_document(self, document: Document, drafts: Sequence[Draft], vectors: Vectors) -> None:
        """A text with its passages and their vectors (len(drafts), d).

        It takes the place of the document's last text where that has lost its sources.
        """
        if document.id in self._left:
            self._left.remove(document.id)
            self.remove_document(document.id)
        fields = document_fields(document)
        revision = self._next("revisions")
        content = fields["content_sha256"]
        entry = seal(revision, document.id, len(drafts), self.version, content)
        self._insert(
            "revisions",
            revision=revision,
            document_id=document.id,
            n_passages=len(drafts),
            added_version=self.version,
            removed_version=None,
            row_sha256=seal(entry, None),
            **fields,
        )
        first = self._next("passages")
        for at, draft in enumerate(drafts):
            self._add_passage(first + at, revision, draft)
        ids = np.arange(first, first + len(drafts), dtype=np.int64).tobytes()
        halves = np.asarray(vectors, np.float16).tobytes()
        self._insert(
            "vectors",
            revision=revision,
            row_sha256=seal(revision, ids, halves),
            passage_ids=ids,
            vectors=halves,
        )
        self._documents += 1
        self._passages += len(drafts)
        self._digest = add(self._digest, [entry])

    def _add_passage(self, passage_id: int, revision: int, draft: Draft) -> None:
        fields: dict[str, Any] = {
            "passage_id": passage_id,
            "revision": revision,
            "start": draft.span.start,
            "end": draft.span.end,
            "sentences": dump((one.start, one.end) for one in draft.sentences),
            "headings": dump(draft.headings),
            "page": draft.page,
            "n_tokens": draft.n_tokens,
        }
        self._insert("passages", **fields, row_sha256=seal(*fields.values()))

    def remove_document(self, document_id: str) -> None:
        """The visible text of a document. Raises DamageError where its row is not as it was."""
        sql = "SELECT * FROM revisions WHERE document_id = ? AND removed_version IS NULL"
        row = self._db.execute(sql, (document_id,)).fetchone()
        if row is None:
            raise DamageError(f"document {document_id} is missing: it was damaged on disk")
        self._remove_entry(entry_of(row))

    def _remove_entry(self, entry: Entry) -> None:
        self._db.execute(
            "UPDATE revisions SET removed_version = ?, row_sha256 = ? WHERE revision = ?",
            (self.version, seal(entry.seal, self.version), entry.revision),
        )
        self._documents -= 1
        self._passages -= entry.n_passages
        self._digest = take(self._digest, [entry.seal])

    def add_source(self, source: Source, document_id: str, file_sha256: str, hint: Hint) -> None:
        id = self._next("sources")
        entry = source_entry(id, source, document_id, file_sha256, self.version)
        self._insert(
            "sources",
            source=id,
            root=source.root,
            path=source.path,
            document_id=document_id,
            file_sha256=file_sha256,
            added_version=self.version,
            removed_version=None,
            row_sha256=seal(entry, None),
        )
        self._digest = add(self._digest, [entry])
        set_hint(self._db, id, hint)

    def remove_source(self, row: SourceRow) -> None:
        """Takes a source away; a document that has none at the end of the commit goes too."""
        changed = self._db.execute(
            """UPDATE sources SET removed_version = ?, row_sha256 = ?
               WHERE source = ? AND removed_version IS NULL""",
            (self.version, seal(row.seal, self.version), row.id),
        )
        if changed.rowcount:  # else another process has removed it meanwhile
            self._db.execute("DELETE FROM hints WHERE source = ?", (row.id,))
            self._digest = take(self._digest, [row.seal])
            self._left.add(row.document_id)

    def set_aside(self, kind: str, row: int, document_id: str, path: str, reason: str) -> None:
        """Out of sight from this version on, as it is; the caller counts anew afterwards."""
        table, key = {"revision": ("revisions", "revision"), "source": ("sources", "source")}[kind]
        self._db.execute(
            f"UPDATE {table} SET removed_version = ? WHERE {key} = ? AND removed_version IS NULL",
            (self.version, row),
        )
        self._insert(
            "aside",
            replace=True,
            kind=kind,
            row=row,
            document_id=document_id,
            path=path,
            reason=reason,
            version=self.version,
        )

    def lose(self, roots: Sequence[str]) -> None:
        """Names folders of which an earlier state is all that is left; "" for one not known."""
        self._db.execute("DELETE FROM aside WHERE kind = 'root'")
        for number, root in enumerate(roots):
            reason = "what was committed last is lost, and it is as it was before"
            self._insert(
                "aside",
                kind="root",
                row=number,
                document_id="",
                path=root,
                reason=reason,
                version=self.version,
            )

    def find_again(self, roots: Sequence[str]) -> None:
        """They were looked at anew, all of them."""
        for root in (*roots, ""):
            self._db.execute("DELETE FROM aside WHERE kind = 'root' AND path = ?", (root,))

    def forget_versions_after(self, version: int) -> None:
        """Rows that are damaged: what they said is counted anew."""
        self._db.execute("DELETE FROM versions WHERE version > ?", (version,))

    def count_anew(self, documents: int, passages: int, digest: int) -> None:
        self._documents, self._passages, self._digest = documents, passages, digest

    def seal(self) -> None:
        """The last step: documents without a source go, and what the version holds is said."""
        sql = "SELECT 1 FROM sources WHERE document_id = ? AND removed_version IS NULL LIMIT 1"
        for document_id in sorted(self._left):
            if self._db.execute(sql, (document_id,)).fetchone() is None:
                self.remove_document(document_id)
        state = State(self.version, self._documents, self._passages, self._digest)
        self._insert("versions", replace=True, **state_fields(state))
        self.set_meta(CHANGED, f"{self.version} {datetime.now(UTC):%Y-%m-%d %H:%M} UTC")

    def _next(self, table: str) -> int:
        """A row id that was never given before."""
        sql = "SELECT seq FROM sqlite_sequence WHERE name = ?"
        row = self._db.execute(sql, (table,)).fetchone()
        key = {"revisions": "revision", "passages": "passage_id", "sources": "source"}[table]
        top = self._db.execute(f"SELECT max({key}) FROM {table}").fetchone()[0]
        return max(int(row[0]) if row else 0, top or 0) + 1

    def _insert(self, table: str, *, replace: bool = False, **values: Any) -> None:
        names = ", ".join(values)
        marks = ", ".join(f":{name}" for name in values)
        verb = "INSERT OR REPLACE" if replace else "INSERT"
        self._db.execute(f"{verb} INTO {table} ({names}) VALUES ({marks})", values)


def set_hint(connection: sqlite3.Connection, source_id: int, hint: Hint) -> None:
    connection.execute(
        "INSERT OR REPLACE INTO hints VALUES (?, ?, ?, ?, ?)",
        (source_id, hint.size, hint.mtime_ns, hint.ctime_ns, hint.read_ns),
    )


def collect(connection: sqlite3.Connection, horizon: int) -> int:
    """Deletes the rows that no version from ``horizon`` on holds; how many texts went.

    Kept are rows that were set aside, and of each place of a document the last that is known:
    an old answer may name it.
    """
    old = """removed_version <= :h AND revision NOT IN
             (SELECT row FROM aside WHERE kind = 'revision')"""
    sql = f"SELECT revision FROM revisions WHERE {old}"
    revisions = [row[0] for row in connection.execute(sql, {"h": horizon})]
    for table in ("passages", "vectors", "revisions"):
        connection.execute(
            f"DELETE FROM {table} WHERE revision IN (SELECT value FROM json_each(?))",
            (json.dumps(revisions),),
        )
    connection.execute(
        """DELETE FROM sources WHERE removed_version <= :h AND source NOT IN
             (SELECT row FROM aside WHERE kind = 'source')
           AND EXISTS (SELECT 1 FROM sources later WHERE later.document_id = sources.document_id
             AND later.root = sources.root AND later.path = sources.path
             AND later.source > sources.source)""",
        {"h": horizon},
    )
    connection.execute(
        "DELETE FROM versions WHERE version < :h AND version < (SELECT max(version) FROM versions)",
        {"h": horizon},
    )
    return len(revisions)
