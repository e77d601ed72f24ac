"""Files that were sent, kept in the home under their SHA-256 and never under the sender's name.

Their folder is a root of its own, the one part of the home that is read. Its files never change.
"""

from __future__ import annotations

import hashlib
import re
import sqlite3
import unicodedata
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePath

from index.errors import DamageError, HomeError, ReadError, why
from index.folder.exclusions import FILE, make_records, open_records
from index.folder.walk import UPLOADS
from index.home.durable import make_folder, sync_folder, write_durably
from index.home.seal import check, seal
from index.readers import why_not_read
from index.readers.formats import format_of
from index.types import Document

MAX_NAME = 120  # code points
_STORED = re.compile(r"[0-9a-f]{64}\.[a-z0-9]+")
_TABLE = """CREATE TABLE IF NOT EXISTS uploads (
  file TEXT PRIMARY KEY, name TEXT NOT NULL, at TEXT NOT NULL, row_sha256 TEXT NOT NULL) STRICT"""
_WHOLE = 1  # the row in ``whole`` that seals the table; 0 is that of the exclusions


@dataclass(frozen=True, slots=True)
class Upload:
    """``name`` is shown to people, ``file`` is what it is stored under."""

    name: str
    file: str
    data: bytes

    @classmethod
    def of(cls, sent_name: str, data: bytes) -> Upload:
        """Raises ReadError for a format that is not read."""
        name = clean_name(sent_name)
        known = format_of(name)
        if known is None:
            raise ReadError(why_not_read(name))
        return cls(name, hashlib.sha256(data).hexdigest() + known.endings[0], data)


def clean_name(sent: str) -> str:
    """The last part of a sender's path, without characters that cannot be seen or that turn the
    direction of others, and not too long. It is for people alone."""
    last = re.split(r"[/\\]", sent)[-1]
    # All of C and the separators of lines: controls, formats, surrogates, private use.
    seen = "".join(" " if c.isspace() else c for c in last if unicodedata.category(c)[0] != "C")
    name = " ".join(unicodedata.normalize("NFC", seen).split())
    if len(name) > MAX_NAME:
        ending = PurePath(name).suffix[:20]
        name = name[: MAX_NAME - len(ending)] + ending
    return name


class Uploads:
    """The folder, and the names that its files were sent under, in the home's ``user.sqlite``.

    Who stores or deletes holds the home's lock. A crash in between leaves a file that is not in
    the index, or one in the index that is not there: ``unsettled``, to be looked at again.
    """

    def __init__(self, home: Path) -> None:
        self.folder = home.resolve() / UPLOADS
        self._records = home / FILE

    def path_of(self, upload: Upload) -> Path:
        return self.folder / upload.file

    def holds(self, path: Path) -> bool:
        return path.parent == self.folder

    def store(self, upload: Upload) -> None:
        """The name first, so that no file is there without it. Raises HomeError, DamageError."""
        try:
            make_folder(self.folder)
            for left in self.folder.glob(".*.tmp"):  # by a crash
                left.unlink()
            self._name(upload)
            write_durably(self.path_of(upload), upload.data)
        except OSError as error:
            raise _trouble("stored in", self.folder, error) from error

    def delete(self, path: Path) -> None:
        """The file before what is known of it: it must not come back. Raises HomeError."""
        try:
            path.unlink(missing_ok=True)
            if self.folder.exists():
                sync_folder(self.folder)
        except OSError as error:
            raise _trouble("deleted from", self.folder, error) from error
        with suppress(HomeError, DamageError):  # a name without a file is of no consequence
            self._forget(path.name)

    def unsettled(self, known: set[Path]) -> list[Path]:
        """The files that are there and not ``known``, or known and not there.

        None where no file is there at all: then the folder is away, not what was in it.
        """
        with suppress(OSError):
            there = {one for one in self.folder.iterdir() if _STORED.fullmatch(one.name)}
            return sorted(there ^ known) if there else []
        return []

    # -- names ------------------------------------------------------------------------

    def names(self) -> dict[str, str]:
        """The names that files were sent under. Raises HomeError, DamageError."""
        if not self._records.exists():
            return {}
        with open_records(self._records, "BEGIN") as db:
            return _names(db)

    def names_or_none(self) -> dict[str, str]:
        """Answers do without them where their list is damaged."""
        with suppress(HomeError, DamageError):
            return self.names()
        return {}

    def _name(self, upload: Upload) -> None:
        make_records(self._records)
        fields = upload.file, upload.name, datetime.now(UTC).isoformat(timespec="seconds")
        with open_records(self._records) as db:
            db.execute(_TABLE)
            _names(db)
            db.execute(
                "INSERT OR REPLACE INTO uploads VALUES (?, ?, ?, ?)", (*fields, seal(*fields))
            )
            _seal_all(db)

    def _forget(self, file: str) -> None:
        if file in self.names():
            with open_records(self._records) as db:
                db.execute("DELETE FROM uploads WHERE file = ?", (file,))
                _seal_all(db)


def named(document: Document, names: Mapping[str, str]) -> Document:
    """With the name that it was sent under, if it is an upload and nothing else. Where its title
    was made of the stored file's name, of this one."""
    first = document.sources[0]
    name = names.get(first.path)
    if name is None:
        return document
    title = document.title.replace(PurePath(first.path).stem, PurePath(name).stem)
    return replace(document, name=name, title=name if document.title == first.name else title)


def _names(db: sqlite3.Connection) -> dict[str, str]:
    """Each row checked, and that none is missing."""
    if not db.execute("SELECT 1 FROM sqlite_master WHERE name = 'uploads'").fetchone():
        return {}
    rows = db.execute("SELECT * FROM uploads ORDER BY file").fetchall()
    for row in rows:
        check(row, f"the name of {row['file']}", row["file"], row["name"], row["at"])
    whole = db.execute("SELECT * FROM whole WHERE id = ?", (_WHOLE,)).fetchone()
    if whole is None and rows:
        raise DamageError("the list of uploads is not whole: it was damaged on disk")
    if whole is not None:
        check(whole, "the list of uploads", *(row["row_sha256"] for row in rows))
    return {row["file"]: row["name"] for row in rows}


def _seal_all(db: sqlite3.Connection) -> None:
    rows = db.execute("SELECT row_sha256 FROM uploads ORDER BY file").fetchall()
    sealed = seal(*(row["row_sha256"] for row in rows))
    db.execute("INSERT OR REPLACE INTO whole VALUES (?, ?)", (_WHOLE, sealed))


def _trouble(what: str, folder: Path, error: OSError) -> HomeError:
    return HomeError(
        f"the file cannot be {what} {folder} ({why(error)}): see that the disk of the "
        "home has room and can be written, then send it again"
    )
