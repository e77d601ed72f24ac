"""The SQLite catalogue: the one source of truth.

Rows are never changed in place: they carry the version that added them and the one that
removed them, and a reader sees those of one version. What can be answered from carries a
seal that is checked when it is read; each version carries a digest over all its rows, so
that one that is missing is found too.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from index.errors import DamageError, HomeError, why
from index.home.changes import CHANGED, Commit, collect, set_hint
from index.home.connection import Connection
from index.home.durable import make_folder
from index.home.rows import (
    Entry,
    Halves,
    Hint,
    SourceRow,
    State,
    about_of,
    document_of,
    entry_of,
    passage_of,
    source_of,
    state_of,
    vectors_of,
)
from index.home.schema import (
    FILE,
    connect,
    damaged,
    is_lost,
    open_database,
    prepare,
)
from index.home.seal import Digest, check
from index.home.seal import add as add_up
from index.types import About, Document, Ids, Passage, Source

VISIBLE = "added_version <= :v AND (removed_version IS NULL OR removed_version > :v)"
ENTRY = """revision, document_id, n_passages, added_version, removed_version, content_sha256,
           row_sha256"""
PLACE = "rtrim(root, '/') || '/' || path"
LOST = "the last changes"


class Catalogue(Connection):
    """What every version holds, and the one way to make the next."""

    @classmethod
    def open(cls, home: Path, *, create: bool = False) -> Catalogue:
        """The catalogue of a home; an empty one in memory where there is none and not ``create``.

        Raises HomeError, NewerFormatError, DamageError.
        """
        path = home / FILE
        try:
            if create or (home.exists() and not home.is_dir()):
                make_folder(home)
            elif not path.exists() and not is_lost(path):
                return cls(prepare(connect(":memory:")), None)
            if is_lost(path):
                raise damaged(path, "it is empty or missing, and there was more")
            return cls(open_database(path), path)
        except OSError as error:
            raise HomeError(
                f"the home folder {home} cannot be used ({why(error)}): "
                "name another with --home or CITEWELL_HOME"
            ) from error

    # -- what is there ------------------------------------------------------------

    def state(self) -> State:
        """Of the last committed version."""
        row = self.one("SELECT * FROM versions ORDER BY version DESC LIMIT 1")
        return State() if row is None else self._sound(state_of, row)

    def version(self) -> int:
        return self.state().version

    def mark(self, version: int) -> str | None:
        """By which an index that was made from a version knows this catalogue; None: it does not
        know of that version, or not any more."""
        if not version:
            return ""
        row = self.one("SELECT * FROM versions WHERE version = :v", v=version)
        return None if row is None else f"{self._sound(state_of, row).digest:064x}"

    def meta(self, key: str) -> str | None:
        row = self.one("SELECT * FROM meta WHERE key = :key", key=key)
        if row is None:
            return None
        try:
            check(row, f"the {key}", key, row["value"])
        except DamageError as error:
            raise damaged(self.path, error) from error
        return str(row["value"])

    def changed(self, version: int) -> str | None:
        """When the version was committed, "2026-05-03 18:20 UTC"; known of the last alone."""
        try:
            number, _, minute = (self.meta(CHANGED) or "").partition(" ")
        except DamageError:  # no text is answered from it, and the next commit writes it anew
            return None
        return minute if number == str(version) else None

    def entries(self, version: int, since: int = 0) -> Iterator[Entry]:
        """The texts visible at ``version`` that were added after ``since``."""
        sql = f"SELECT {ENTRY} FROM revisions WHERE added_version > :since AND {VISIBLE}"
        return map(entry_of, self.each(sql, v=version, since=since))

    def gone(self, since: int, version: int) -> Iterator[Entry]:
        """The texts that were visible at ``since`` and are not at ``version``."""
        sql = f"SELECT {ENTRY} FROM revisions WHERE {self._GONE}"
        return map(entry_of, self.each(sql, since=since, v=version))

    _GONE = "added_version <= :since AND removed_version > :since AND removed_version <= :v"

    def digest(self, version: int) -> Digest:
        """Over all rows of a version, counted again."""
        return add_up(
            add_up(0, (one.seal for one in self.entries(version))),
            (one.seal for one in self.sources(version)),
        )

    def source_change(self, since: int, version: int) -> tuple[list[str], list[str]]:
        """The seals of the sources that came and that went between two versions."""
        came = f"SELECT * FROM sources WHERE added_version > :since AND {VISIBLE}"
        went = f"SELECT * FROM sources WHERE {self._GONE}"
        return (
            [source_of(row).seal for row in self.each(came, since=since, v=version)],
            [source_of(row).seal for row in self.each(went, since=since, v=version)],
        )

    # -- documents -----------------------------------------------------------------

    def document(self, document_id: str, version: int) -> Document | None:
        """The document as of ``version``, all of it checked. Raises DamageError."""
        row = self.one(
            f"SELECT * FROM revisions WHERE document_id = :id AND {VISIBLE}",
            id=document_id,
            v=version,
        )
        return None if row is None else self._document(row, document_id, version)

    def documents(self, version: int, limit: int, after: str | None) -> list[Document]:
        """Documents in the order of their ids, after the given one."""
        rows = self.all(
            f"""SELECT * FROM revisions WHERE document_id > :after AND {VISIBLE}
                ORDER BY document_id LIMIT :limit""",
            after=after or "",
            limit=limit,
            v=version,
        )
        last = rows[-1]["document_id"] if len(rows) == limit else None
        self._check_count(len(rows), version, after or "", last)
        return [self._document(row, row["document_id"], version) for row in rows]

    def _check_count(self, found: int, version: int, after: str, last: str | None) -> None:
        """That a list by which SQLite finds rows hides none: the list of entries, whose digest
        is known, counts them."""
        sql = f"""SELECT count(*) FROM revisions INDEXED BY revisions_entry
                  WHERE document_id > :after AND (:last IS NULL OR document_id <= :last)
                  AND {VISIBLE}"""
        row = self.one(sql, v=version, after=after, last=last)
        if row is None or row[0] != found:
            raise DamageError("the list of documents hides some of them: it was damaged on disk")

    def _document(self, row: sqlite3.Row, document_id: str, version: int) -> Document:
        sources = self.sources_of(document_id, version)
        found = self._sound(document_of, row, sources)
        if not sources or found.id != document_id:
            raise DamageError(f"document {document_id} has lost its place: it was damaged on disk")
        return found

    def partly_read(self, version: int) -> list[tuple[str, About]]:
        """The paths of documents of which some pages gave no text, and what is known of them."""
        rows = self.all(
            f"""SELECT about, (SELECT min(path) FROM sources WHERE {VISIBLE}
                  AND sources.document_id = revisions.document_id) AS path
                FROM revisions WHERE instr(about, '"unread"') > 0 AND {VISIBLE} ORDER BY path""",
            v=version,
        )
        return [(str(row["path"] or ""), about_of(row["about"])) for row in rows]

    def partly_read_of(self, media_type: str, version: int) -> dict[str, About]:
        """By their ids the documents of a kind of which some pages gave no text."""
        rows = self.all(
            f"""SELECT document_id, about FROM revisions
                WHERE instr(about, '"unread"') > 0 AND media_type = :kind AND {VISIBLE}""",
            kind=media_type,
            v=version,
        )
        return {row["document_id"]: about_of(row["about"]) for row in rows}

    def find_file(self, file_sha256: str, media_type: str, version: int) -> str | None:
        """Id of the visible document with this content, read as this kind of file; of several
        the one that came last."""
        row = self.one(
            f"""SELECT {ENTRY}, file_sha256 FROM revisions
                WHERE file_sha256 = :sha AND media_type = :kind AND {VISIBLE}
                ORDER BY revision DESC LIMIT 1""",
            sha=file_sha256,
            kind=media_type,
            v=version,
        )
        return None if row is None else self._sound(entry_of, row).document_id

    def has_documents(self) -> bool:
        return self.one("SELECT 1 FROM revisions WHERE removed_version IS NULL LIMIT 1") is not None

    def knows_document(self, document_id: str) -> bool:
        """Whether the id is in use, or was lately, so that it is not given again."""
        sql = "SELECT 1 FROM revisions WHERE document_id = :id LIMIT 1"
        return self.one(sql, id=document_id) is not None

    # -- sources -------------------------------------------------------------------

    def sources(self, version: int) -> Iterator[SourceRow]:
        """Where the visible documents come from."""
        sql = f"SELECT * FROM sources WHERE {VISIBLE}"
        return map(source_of, self.each(sql, v=version))

    def sources_of(self, document_id: str, version: int | None) -> tuple[Source, ...]:
        """The sources of a document, at a version or at any time. Last those that are named by
        their hash, as uploads are."""
        where = "1" if version is None else VISIBLE
        rows = self.all(
            f"""SELECT * FROM sources WHERE document_id = :id AND {where}
                ORDER BY removed_version IS NOT NULL, instr(path, file_sha256) = 1, root, path""",
            id=document_id,
            v=version,
        )
        return tuple(dict.fromkeys(self._sound(source_of, row).source for row in rows))

    def files_of(self, document_id: str) -> list[SourceRow]:
        """The places of a document in the last version."""
        sources = self.sources_of(document_id, self.version())
        return [row for one in sources if (row := self.source_at(str(one.file)))]

    def source_at(self, path: str) -> SourceRow | None:
        """The source that is this file now, by its absolute path."""
        sql = f"SELECT * FROM sources WHERE {PLACE} = :path AND removed_version IS NULL"
        row = self.one(sql, path=path)
        return None if row is None else self._sound(source_of, row)

    def sources_under(self, path: str) -> Iterator[SourceRow]:
        """The sources at or below an absolute path, in the order of their paths."""
        folder = path.rstrip("/")
        sql = f"""SELECT * FROM sources WHERE removed_version IS NULL
                  AND ({PLACE} = :path OR ({PLACE} > :low AND {PLACE} < :high)) ORDER BY {PLACE}"""
        return map(source_of, self.each(sql, path=path, low=f"{folder}/", high=f"{folder}0"))

    def last_root(self, path: str) -> str | None:
        """The root that a file was last found under, whether it is still in the index or not."""
        sql = f"SELECT * FROM sources WHERE {PLACE} = :path ORDER BY source DESC LIMIT 1"
        row = self.one(sql, path=path)
        return None if row is None else self._sound(source_of, row).source.root

    def roots(self) -> list[str]:
        sql = "SELECT DISTINCT root FROM sources WHERE removed_version IS NULL ORDER BY root"
        return [str(row["root"]) for row in self.all(sql)]

    def hint(self, source_id: int) -> Hint | None:
        row = self.one("SELECT * FROM hints WHERE source = :id", id=source_id)
        if row is None:
            return None
        return Hint(row["size"], row["mtime_ns"], row["ctime_ns"], row["read_ns"])

    # -- passages and vectors ------------------------------------------------------

    def passage(self, passage_id: int, version: int) -> Passage | None:
        """A visible passage, its row checked. Raises DamageError."""
        row = self.one(
            f"""SELECT p.*, r.document_id FROM passages p JOIN revisions r USING (revision)
                WHERE passage_id = :id AND {VISIBLE}""",
            id=passage_id,
            v=version,
        )
        return None if row is None else self._sound(passage_of, row, row["document_id"])

    def passages_of(self, entry: Entry) -> list[Passage]:
        """The passages of one text, all of them. Raises DamageError."""
        sql = "SELECT * FROM passages WHERE revision = :revision ORDER BY passage_id"
        rows = self.all(sql, revision=entry.revision)
        if len(rows) != entry.n_passages:
            raise DamageError(
                f"document {entry.document_id} has {len(rows)} passages instead of "
                f"{entry.n_passages}: it was damaged on disk"
            )
        return [self._sound(passage_of, row, entry.document_id) for row in rows]

    def passages(self, version: int) -> Iterator[Passage]:
        """All visible passages, by document."""
        for entry in self.entries(version):
            yield from self.passages_of(entry)

    def passage_ids(self, document_ids: list[str], version: int) -> list[int]:
        """Ids of the visible passages of documents."""
        found = []
        for id in document_ids:
            rows = self.all(
                f"""SELECT passage_id FROM passages JOIN revisions USING (revision)
                    WHERE document_id = :id AND {VISIBLE} ORDER BY passage_id""",
                id=id,
                v=version,
            )
            found += [int(row["passage_id"]) for row in rows]
        return found

    def vectors(self, version: int, since: int = 0) -> Iterator[tuple[Ids, Halves]]:
        """Passage ids (n,) and vectors (n, d) of each text that ``entries`` gives."""
        where = f"WHERE added_version > :since AND {VISIBLE}"
        return self._vectors(where, v=version, since=since)

    def gone_vectors(self, since: int, version: int) -> Iterator[tuple[Ids, Halves]]:
        """The same of each text that ``gone`` gives."""
        return self._vectors(f"WHERE {self._GONE}", v=version, since=since)

    def vectors_of(self, entry: Entry) -> tuple[Ids, Halves]:
        """Of one text. Raises DamageError."""
        where = "WHERE r.revision = :revision"
        return next(self._vectors(where, revision=entry.revision))

    def _vectors(self, where: str, **values: Any) -> Iterator[tuple[Ids, Halves]]:
        names = ENTRY.replace("revision,", "r.revision,", 1).replace("row_sha256", "r.row_sha256")
        sql = f"""SELECT {names}, v.row_sha256 AS vectors_sha256, v.passage_ids, v.vectors
                  FROM revisions r LEFT JOIN vectors v ON v.revision = r.revision {where}"""
        for row in self.each(sql, **values):
            yield self._sound(vectors_of, row, self._sound(entry_of, row))

    def aside(self) -> list[dict[str, Any]]:
        """What was found damaged and is kept, but not answered from."""
        return [dict(row) for row in self.all("SELECT * FROM aside ORDER BY kind, row")]

    def lost_roots(self) -> list[str]:
        """Folders whose last changes were lost and not read again; "" for one not known."""
        return [str(row["path"]) for row in self.all("SELECT path FROM aside WHERE kind = 'root'")]

    def left_out(self, version: int) -> list[str]:
        """The paths of these that are not there again at ``version``; where no path is known
        any more, the titles of those whose content is not there again; and roots that have lost
        their last changes."""
        sql = f"""SELECT DISTINCT path FROM aside WHERE kind <> 'root' AND path <> ''
                  AND path NOT IN (SELECT {PLACE} FROM sources WHERE {VISIBLE})
                  UNION SELECT :lost || iif(path = '', '', ' in ' || path)
                  FROM aside WHERE kind = 'root'
                  UNION SELECT coalesce(nullif(title, ''), 'document ' || aside.document_id)
                  FROM aside JOIN revisions ON revision = row
                  WHERE kind = 'revision' AND path = '' AND file_sha256 NOT IN
                  (SELECT file_sha256 FROM revisions WHERE {VISIBLE}) ORDER BY path"""
        return [str(row["path"]) for row in self.all(sql, v=version, lost=LOST)]

    # -- changes -------------------------------------------------------------------

    @contextmanager
    def commit(self, after: State | None = None) -> Iterator[Commit]:
        """The changes that make the next version; all of them become visible, or none.

        ``after`` is given where the last version cannot be read.
        """
        with self._lock, self.transaction():
            commit = Commit(self._db, after or self.state())
            yield commit
            commit.seal()

    def set_hints(self, hints: Sequence[tuple[int, Hint]]) -> None:
        """Makes no version: hints are not answered from."""
        with self.transaction():
            for source_id, hint in hints:
                set_hint(self._db, source_id, hint)

    def collect(self, horizon: int) -> int:
        """Clears away what no version from ``horizon`` on holds; how many texts went."""
        with self.transaction():
            return collect(self._db, horizon)

    def checkpoint(self) -> None:
        """Moves what was committed from the log into the file, as far as readers allow."""
        self.run("PRAGMA wal_checkpoint(PASSIVE)")
