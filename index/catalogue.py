"""The SQLite catalogue: the one source of truth.

Rows are never changed in place: they carry the version that added them and the one that
removed them, and a reader sees those of one version. What can be answered from carries a
hash that is checked when it is read.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from index.chunk import Draft
from index.errors import DamageError, HomeError, NewerFormatError
from index.types import Document, Ids, Passage, Section, Source, Span, Vectors

FORMAT = 1
FILE = "catalogue.sqlite"
TABLES = """
CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;
CREATE TABLE revisions (
  revision INTEGER PRIMARY KEY AUTOINCREMENT, document_id TEXT NOT NULL,
  title TEXT NOT NULL, media_type TEXT NOT NULL, text BLOB NOT NULL, sections TEXT NOT NULL,
  date TEXT, warnings TEXT NOT NULL, file_sha256 TEXT NOT NULL, text_sha256 TEXT NOT NULL,
  row_sha256 TEXT NOT NULL, added_version INTEGER NOT NULL, removed_version INTEGER) STRICT;
CREATE INDEX revisions_document ON revisions (document_id);
CREATE INDEX revisions_file ON revisions (file_sha256);
CREATE TABLE sources (
  source INTEGER PRIMARY KEY AUTOINCREMENT, root TEXT NOT NULL, path TEXT NOT NULL,
  document_id TEXT NOT NULL, file_sha256 TEXT NOT NULL, size INTEGER NOT NULL,
  mtime_ns INTEGER NOT NULL, added_version INTEGER NOT NULL, removed_version INTEGER) STRICT;
CREATE INDEX sources_root ON sources (root, path);
CREATE INDEX sources_document ON sources (document_id);
CREATE TABLE passages (
  passage_id INTEGER PRIMARY KEY AUTOINCREMENT, revision INTEGER NOT NULL REFERENCES revisions,
  start INTEGER NOT NULL, end INTEGER NOT NULL, sentences TEXT NOT NULL, headings TEXT NOT NULL,
  page INTEGER, n_tokens INTEGER NOT NULL, row_sha256 TEXT NOT NULL) STRICT;
CREATE INDEX passages_revision ON passages (revision);
CREATE TABLE vectors (
  revision INTEGER PRIMARY KEY REFERENCES revisions, passage_ids BLOB NOT NULL,
  vectors BLOB NOT NULL, row_sha256 TEXT NOT NULL) STRICT;
"""
# SQLite quotes damaged bytes in its messages, and the module cannot decode them.
TROUBLE = (sqlite3.DatabaseError, UnicodeDecodeError)
VISIBLE = "added_version <= :v AND (removed_version IS NULL OR removed_version > :v)"


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A file as it was when it was indexed; size and time are hints, the hash decides."""

    source: Source
    document_id: str
    file_sha256: str
    size: int
    mtime_ns: int


class Catalogue:
    """One connection. Calls may come from any thread; one runs at a time."""

    def __init__(self, connection: sqlite3.Connection, path: Path | None) -> None:
        self._db = connection
        self._lock = RLock()
        self.path = path  # None: a stand-in in memory, because nothing was indexed yet

    @classmethod
    def open(cls, home: Path, *, create: bool = False) -> Catalogue:
        """The catalogue of a home; an empty one in memory where there is none and not ``create``.

        Raises HomeError, NewerFormatError.
        """
        path = home / FILE
        try:
            if create or (home.exists() and not home.is_dir()):
                home.mkdir(parents=True, exist_ok=True)
            elif not path.exists():
                return cls(_prepare(_connect(":memory:")), None)
            connection = _connect(str(path))
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            return cls(_prepare(connection), path)
        except TROUBLE as error:
            raise HomeError(_database_trouble(path, error)) from error
        except OSError as error:
            raise HomeError(
                f"the home folder {home} cannot be used ({error.strerror}): "
                "name another with --home or CITEWELL_HOME"
            ) from error

    def close(self) -> None:
        with self._lock:
            self._db.close()

    # -- what is there ------------------------------------------------------------

    def version(self) -> int:
        version = self.meta("version") or "0"
        if not version.isdecimal():
            raise DamageError(_database_trouble(self.path, f"its version is {version!r}"))
        return int(version)

    def meta(self, key: str) -> str | None:
        row = self._one("SELECT value FROM meta WHERE key = :key", key=key)
        return None if row is None else str(row["value"])

    def counts(self, version: int) -> tuple[int, int]:
        """Documents and passages visible at ``version``."""
        row = self._one(
            f"""SELECT count(*) AS documents, coalesce(sum(
                  (SELECT count(*) FROM passages p WHERE p.revision = r.revision)), 0) AS passages
                FROM revisions r WHERE {VISIBLE}""",
            v=version,
        )
        assert row is not None
        return int(row["documents"]), int(row["passages"])

    def document(self, document_id: str, version: int) -> Document | None:
        """The document as of ``version``, its text checked. Raises DamageError."""
        row = self._one(
            f"SELECT * FROM revisions WHERE document_id = :id AND {VISIBLE}",
            id=document_id,
            v=version,
        )
        return None if row is None else self._document(row, version)

    def documents(self, version: int, limit: int, after: str | None) -> list[Document]:
        """Documents in the order of their ids, after the given one."""
        rows = self._all(
            f"""SELECT * FROM revisions WHERE document_id > :after AND {VISIBLE}
                ORDER BY document_id LIMIT :limit""",
            after=after or "",
            limit=limit,
            v=version,
        )
        return [self._document(row, version) for row in rows]

    def sources(self, version: int, root: str | None = None) -> list[SourceRow]:
        """Where the visible documents come from, of one root or of all."""
        where = "" if root is None else "AND root = :root"
        rows = self._all(
            f"SELECT * FROM sources WHERE {VISIBLE} {where} ORDER BY root, path",
            v=version,
            root=root,
        )
        return [_source_row(row) for row in rows]

    def sources_of(self, document_id: str, version: int | None) -> tuple[Source, ...]:
        """The sources of a document, at a version or at any time."""
        where = "1" if version is None else VISIBLE
        rows = self._all(
            f"SELECT * FROM sources WHERE document_id = :id AND {where} ORDER BY root, path",
            id=document_id,
            v=version,
        )
        return tuple(Source(row["root"], row["path"]) for row in rows)

    def find_file(self, file_sha256: str, version: int) -> str | None:
        """Id of the visible document with this content."""
        row = self._one(
            f"SELECT document_id FROM revisions WHERE file_sha256 = :sha AND {VISIBLE} LIMIT 1",
            sha=file_sha256,
            v=version,
        )
        return None if row is None else str(row["document_id"])

    def knows_document(self, document_id: str) -> bool:
        """Whether the id was ever given, so that it is not given again."""
        sql = "SELECT 1 FROM revisions WHERE document_id = :id LIMIT 1"
        return self._one(sql, id=document_id) is not None

    def passage(self, passage_id: int, version: int) -> Passage | None:
        """A visible passage, its row checked. Raises DamageError."""
        row = self._one(
            f"""SELECT p.*, r.document_id FROM passages p JOIN revisions r USING (revision)
                WHERE passage_id = :id AND {VISIBLE}""",
            id=passage_id,
            v=version,
        )
        return None if row is None else _passage(row)

    def passages(self, version: int, since: int = 0) -> Iterator[Passage]:
        """The visible passages that were added after ``since``, by document."""
        rows = self._all(
            f"""SELECT p.*, r.document_id FROM passages p JOIN revisions r USING (revision)
                WHERE {VISIBLE} AND added_version > :since ORDER BY r.revision, passage_id""",
            v=version,
            since=since,
        )
        return map(_passage, rows)

    def removed_passages(self, since: int, version: int) -> list[int]:
        """Ids of passages that were visible at ``since`` and are not at ``version``."""
        rows = self._all(
            """SELECT passage_id FROM passages JOIN revisions USING (revision)
               WHERE added_version <= :since AND removed_version > :since
                 AND removed_version <= :v""",
            since=since,
            v=version,
        )
        return [int(row["passage_id"]) for row in rows]

    def passage_ids(self, document_ids: Sequence[str], version: int) -> list[int]:
        rows = self._all(
            f"""SELECT passage_id FROM passages JOIN revisions USING (revision)
                WHERE document_id IN (SELECT value FROM json_each(:ids)) AND {VISIBLE}
                ORDER BY passage_id""",
            ids=json.dumps(list(document_ids)),
            v=version,
        )
        return [int(row["passage_id"]) for row in rows]

    def vectors(self, version: int, dimension: int) -> tuple[Ids, Vectors]:
        """Ids (n,) and vectors (n, d) of all visible passages. Raises DamageError."""
        ids = [np.zeros(0, np.int64)]
        vectors = [np.zeros((0, dimension), np.float32)]
        rows = self._all(
            f"SELECT vectors.* FROM vectors JOIN revisions USING (revision) WHERE {VISIBLE}",
            v=version,
        )
        for row in rows:
            _check(row, "vectors of revision", row["revision"], row["passage_ids"], row["vectors"])
            ids.append(np.frombuffer(row["passage_ids"], np.int64))
            vectors.append(np.frombuffer(row["vectors"], np.float32).reshape(-1, dimension))
        return np.concatenate(ids), np.concatenate(vectors)

    # -- changes, all within one commit -----------------------------------------------

    @contextmanager
    def commit(self) -> Iterator[int]:
        """The version that the changes inside make; all of them become visible, or none."""
        with self._lock:
            try:
                self._db.execute("BEGIN IMMEDIATE")
                version = self.version() + 1
                yield version
                self.set_meta("version", str(version))
                self._db.execute("COMMIT")
            except BaseException as error:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                if isinstance(error, TROUBLE):
                    raise HomeError(_database_trouble(self.path, error)) from error
                raise

    def set_meta(self, key: str, value: str) -> None:
        self._run("INSERT OR REPLACE INTO meta VALUES (:key, :value)", key=key, value=value)

    def add_document(
        self, document: Document, drafts: Sequence[Draft], vectors: Vectors, version: int
    ) -> None:
        """A text with its passages and their vectors (len(drafts), d)."""
        text = document.text.encode()
        sections = _dump([asdict(section) for section in document.sections])
        warnings = _dump(document.warnings)
        fields = [document.id, document.title, document.media_type, text, sections, document.date]
        revision = self._run(
            """INSERT INTO revisions VALUES (NULL, :id, :title, :media_type, :text, :sections,
               :date, :warnings, :file_sha256, :text_sha256, :row_sha256, :version, NULL)""",
            id=document.id,
            title=document.title,
            media_type=document.media_type,
            text=text,
            sections=sections,
            date=document.date,
            warnings=warnings,
            file_sha256=document.file_sha256,
            text_sha256=document.text_sha256,
            row_sha256=_sha256(*fields, warnings, document.file_sha256, document.text_sha256),
            version=version,
        )
        ids = [self._add_passage(revision, document.id, draft) for draft in drafts]
        blobs = np.array(ids, np.int64).tobytes(), vectors.astype(np.float32).tobytes()
        self._run(
            "INSERT INTO vectors VALUES (:revision, :ids, :vectors, :row_sha256)",
            revision=revision,
            ids=blobs[0],
            vectors=blobs[1],
            row_sha256=_sha256(*blobs),
        )

    def _add_passage(self, revision: int, document_id: str, draft: Draft) -> int:
        sentences = _dump([(one.start, one.end) for one in draft.sentences])
        headings = _dump(draft.headings)
        start, end = draft.span.start, draft.span.end
        return self._run(
            """INSERT INTO passages VALUES
               (NULL, :revision, :start, :end, :sentences, :headings, :page, :n_tokens, :sha)""",
            revision=revision,
            start=start,
            end=end,
            sentences=sentences,
            headings=headings,
            page=draft.page,
            n_tokens=draft.n_tokens,
            sha=_sha256(document_id, start, end, sentences, headings, draft.page, draft.n_tokens),
        )

    def remove_document(self, document_id: str, version: int) -> None:
        self._remove("revisions", "document_id = :id", version, id=document_id)

    def add_source(self, row: SourceRow, version: int) -> None:
        self._run(
            """INSERT INTO sources VALUES
               (NULL, :root, :path, :id, :sha, :size, :mtime_ns, :version, NULL)""",
            root=row.source.root,
            path=row.source.path,
            id=row.document_id,
            sha=row.file_sha256,
            size=row.size,
            mtime_ns=row.mtime_ns,
            version=version,
        )

    def remove_source(self, source: Source, version: int) -> None:
        where = "root = :root AND path = :path"
        self._remove("sources", where, version, root=source.root, path=source.path)

    def _remove(self, table: str, where: str, version: int, **values: Any) -> None:
        self._run(
            f"UPDATE {table} SET removed_version = :v WHERE removed_version IS NULL AND {where}",
            v=version,
            **values,
        )

    # -- plumbing -----------------------------------------------------------------------

    def _document(self, row: sqlite3.Row, version: int) -> Document:
        names = ("document_id", "title", "media_type", "text", "sections", "date", "warnings")
        fields = [row[name] for name in (*names, "file_sha256", "text_sha256")]
        _check(row, "document", row["document_id"], *fields)
        sections = tuple(
            Section(**{**section, "span": Span(**section["span"])})
            for section in json.loads(row["sections"])
        )
        return Document(
            id=row["document_id"],
            sources=self.sources_of(row["document_id"], version),
            title=row["title"],
            media_type=row["media_type"],
            text=row["text"].decode(),
            sections=sections,
            date=row["date"],
            file_sha256=row["file_sha256"],
            text_sha256=row["text_sha256"],
            warnings=tuple(json.loads(row["warnings"])),
        )

    def _run(self, sql: str, **values: Any) -> int:
        with self._lock:
            return int(self._db.execute(sql, values).lastrowid or 0)

    def _one(self, sql: str, **values: Any) -> sqlite3.Row | None:
        rows = self._all(sql, **values)
        return rows[0] if rows else None

    def _all(self, sql: str, **values: Any) -> list[sqlite3.Row]:
        with self._lock:
            try:
                return self._db.execute(sql, values).fetchall()
            except TROUBLE as error:
                raise DamageError(_database_trouble(self.path, error)) from error


def _connect(path: str) -> sqlite3.Connection:
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False, timeout=30)
    connection.row_factory = sqlite3.Row
    return connection


def _prepare(connection: sqlite3.Connection) -> sqlite3.Connection:
    known = connection.execute("PRAGMA user_version").fetchone()[0]
    if known > FORMAT:
        raise NewerFormatError(
            f"this home was made by a newer version of Citewell (format {known}, this one reads "
            f"up to {FORMAT}): upgrade Citewell, or name another home with --home"
        )
    if known == 0:
        connection.executescript(f"BEGIN;{TABLES}PRAGMA user_version = {FORMAT};COMMIT;")
    elif _tables(connection) != _tables(_prepare(_connect(":memory:"))):
        raise sqlite3.DatabaseError("its tables are not those that Citewell makes")
    return connection


def _tables(connection: sqlite3.Connection) -> list[tuple[str, ...]]:
    sql = "SELECT type, name, sql FROM sqlite_master WHERE name NOT LIKE 'sqlite_%' ORDER BY name"
    return [tuple(row) for row in connection.execute(sql)]


def _database_trouble(path: Path | None, error: object) -> str:
    return (
        f"the catalogue {path or ''} cannot be used ({error}): check that the folder can be "
        "written and the disk is not full; if the file is damaged, move it away and run "
        "'citewell index' again"
    )


def _source_row(row: sqlite3.Row) -> SourceRow:
    source = Source(row["root"], row["path"])
    return SourceRow(source, row["document_id"], row["file_sha256"], row["size"], row["mtime_ns"])


def _passage(row: sqlite3.Row) -> Passage:
    names = ("document_id", "start", "end", "sentences", "headings", "page", "n_tokens")
    _check(row, "passage", row["passage_id"], *(row[name] for name in names))
    return Passage(
        id=row["passage_id"],
        document_id=row["document_id"],
        span=Span(row["start"], row["end"]),
        sentences=tuple(Span(start, end) for start, end in json.loads(row["sentences"])),
        headings=tuple(json.loads(row["headings"])),
        page=row["page"],
        n_tokens=row["n_tokens"],
    )


def _check(row: sqlite3.Row, what: str, name: object, *fields: object) -> None:
    if _sha256(*fields) != row["row_sha256"]:
        raise DamageError(
            f"the stored {what} {name} does not match its hash: it was damaged on disk. Move the "
            "home folder aside and run 'citewell index' again"
        )


def _sha256(*fields: object) -> str:
    """Of the fields, each with its length before it so that no two rows look alike."""
    digest = hashlib.sha256()
    for field in fields:
        value = field if isinstance(field, bytes) else json.dumps(field).encode()
        digest.update(str(len(value)).encode() + b":" + value)
    return digest.hexdigest()


def _dump(value: Iterable[Any]) -> str:
    return json.dumps(list(value), ensure_ascii=False, separators=(",", ":"))
