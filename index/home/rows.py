"""Rows of the catalogue to values and back, each with its seal."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from index.errors import DamageError
from index.home.seal import Digest, check, seal
from index.types import About, Document, Ids, Passage, Section, Source, Span

Halves = NDArray[np.float16]
CONTENT = ("title", "media_type", "date", "file_sha256", "text_sha256", "warnings", "sections")
NOTHING = "{}"  # what is stored of a file of which nothing is known besides its text


@dataclass(frozen=True, slots=True)
class State:
    """What one version holds in all; ``digest`` is over the entries of its rows."""

    version: int = 0
    documents: int = 0
    passages: int = 0
    digest: Digest = 0


@dataclass(frozen=True, slots=True)
class Entry:
    """One text of one document, as its version's digest knows it."""

    revision: int
    document_id: str
    n_passages: int
    seal: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """A file as it was when it was indexed."""

    id: int
    source: Source
    document_id: str
    file_sha256: str
    seal: str


@dataclass(frozen=True, slots=True)
class Hint:
    """By which a file is taken for unchanged without reading it; the hash is what decides."""

    size: int
    mtime_ns: int
    ctime_ns: int
    read_ns: int = 0  # when it was read, by the clock


def state_of(row: sqlite3.Row) -> State:
    fields = [row[name] for name in ("version", "documents", "passages", "digest")]
    check(row, f"version {row['version']}", *fields)
    return State(row["version"], row["documents"], row["passages"], int(row["digest"], 16))


def state_fields(state: State) -> dict[str, Any]:
    digest = f"{state.digest:064x}"
    row = seal(state.version, state.documents, state.passages, digest)
    return {**asdict(state), "digest": digest, "row_sha256": row}


def entry_of(row: sqlite3.Row) -> Entry:
    names = ("revision", "document_id", "n_passages", "added_version", "content_sha256")
    entry = seal(*(row[name] for name in names))
    check(row, f"document {row['document_id']}", entry, row["removed_version"])
    return Entry(row["revision"], row["document_id"], row["n_passages"], entry)


def content_sha256(fields: Mapping[str, Any]) -> str:
    return seal(*_content(fields))


def _content(fields: Mapping[str, Any] | sqlite3.Row) -> list[Any]:
    """What the seal of a text is over; without ``about`` where that is empty, as in format 2."""
    about = [] if fields["about"] == NOTHING else [fields["about"]]
    return [*(fields[name] for name in CONTENT), *about, fields["text"]]


def document_fields(document: Document) -> dict[str, Any]:
    fields = {
        "title": document.title,
        "media_type": document.media_type,
        "date": document.date,
        "file_sha256": document.file_sha256,
        "text_sha256": document.text_sha256,
        "warnings": dump(document.warnings),
        "about": _about(document.about),
        "sections": dump([asdict(section) for section in document.sections]),
        "text": document.text.encode(),
    }
    return {**fields, "content_sha256": content_sha256(fields)}


def document_of(row: sqlite3.Row, sources: tuple[Source, ...]) -> Document:
    entry_of(row)
    what = f"document {row['document_id']}"
    sealed = {"row_sha256": row["content_sha256"]}
    check(sealed, what, *_content(row))
    return Document(
        id=row["document_id"],
        sources=sources,
        title=row["title"] or (sources[0].name if sources else ""),
        media_type=row["media_type"],
        text=row["text"].decode(),
        sections=tuple(
            Section(**{**section, "span": Span(**section["span"])})
            for section in json.loads(row["sections"])
        ),
        date=row["date"],
        file_sha256=row["file_sha256"],
        text_sha256=row["text_sha256"],
        warnings=tuple(json.loads(row["warnings"])),
        about=about_of(row["about"]),
    )


def _about(about: About) -> str:
    """What is known, and no more: fields that are as they are without a file stay out."""
    known = {key: value for key, value in asdict(about).items() if value != getattr(About(), key)}
    return json.dumps(known, ensure_ascii=False, separators=(",", ":"))


def about_of(stored: str) -> About:
    """Raises DamageError."""
    try:
        fields: dict[str, Any] = {
            key: tuple(value) if isinstance(value, list) else value
            for key, value in json.loads(stored).items()
        }
        return About(**fields)
    except (ValueError, TypeError, AttributeError) as error:
        raise DamageError(f"what is known of a document was damaged on disk ({error})") from error


def source_entry(id: int, source: Source, document_id: str, sha256: str, added: int) -> str:
    return seal(id, source.root, source.path, document_id, sha256, added)


def source_of(row: sqlite3.Row) -> SourceRow:
    source = Source(row["root"], row["path"])
    fields = row["document_id"], row["file_sha256"]
    entry = source_entry(row["source"], source, *fields, row["added_version"])
    check(row, f"the place of {row['path']!r}", entry, row["removed_version"])
    return SourceRow(row["source"], source, *fields, entry)


def passage_of(row: sqlite3.Row, document_id: str) -> Passage:
    names = ("passage_id", "revision", "start", "end", "sentences", "headings", "page", "n_tokens")
    check(row, f"passage {row['passage_id']}", *(row[name] for name in names))
    return Passage(
        id=row["passage_id"],
        document_id=document_id,
        span=Span(row["start"], row["end"]),
        sentences=tuple(Span(start, end) for start, end in json.loads(row["sentences"])),
        headings=tuple(json.loads(row["headings"])),
        page=row["page"],
        n_tokens=row["n_tokens"],
    )


def vectors_of(row: sqlite3.Row, entry: Entry) -> tuple[Ids, Halves]:
    """Passage ids (n,) and vectors (n, d) of one text; the row's seal is ``vectors_sha256``."""
    what = f"the vectors of document {entry.document_id}"
    if row["passage_ids"] is None:
        raise DamageError(f"{what} are missing: the catalogue was damaged on disk")
    sealed = {"row_sha256": row["vectors_sha256"]}
    check(sealed, what, entry.revision, row["passage_ids"], row["vectors"])
    ids = np.frombuffer(row["passage_ids"], np.int64)
    if len(ids) != entry.n_passages:
        raise DamageError(f"{what} are {len(ids)} instead of {entry.n_passages}")
    vectors = np.frombuffer(row["vectors"], np.float16)
    return ids, vectors.reshape(len(ids), -1 if len(ids) else 0)


def dump(value: Iterable[Any]) -> str:
    return json.dumps(list(value), ensure_ascii=False, separators=(",", ":"))
