"""Damage in the catalogue: found by reading all of it, set aside by a commit, named."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from sqlite3 import Row

from index.errors import DamageError, HomeError
from index.home.catalogue import PLACE, Catalogue
from index.home.rows import State, document_of, entry_of, source_of, state_of
from index.home.schema import TROUBLE, trouble
from index.types import Source

NOWHERE = (Source("", ""),)  # a place while only the content is looked at
NONSENSE = (DamageError, ValueError, TypeError, KeyError, *TROUBLE)


@dataclass(frozen=True, slots=True)
class Damage:
    """A row that is not as it was written, or has lost what belongs to it."""

    kind: str  # "revision" or "source"
    row: int
    document_id: str
    path: str
    reason: str


def examine(catalogue: Catalogue) -> Iterator[Damage]:
    """Every damaged row that was not set aside yet. Raises HomeError for a broken file."""
    check_file(catalogue)
    aside = {(one["kind"], one["row"]) for one in catalogue.aside()}
    damaged: set[str] = set()
    for row in catalogue.each("SELECT revision, document_id, removed_version FROM revisions"):
        revision, document_id = row["revision"], row["document_id"]
        reason = "" if ("revision", revision) in aside else _trouble(catalogue, revision)
        if reason:
            if row["removed_version"] is None:
                damaged.add(document_id)
            path = _path_of(catalogue, document_id)
            yield Damage("revision", revision, document_id, path, reason)
    for row in catalogue.each("SELECT * FROM sources"):
        if ("source", row["source"]) in aside:
            continue
        document_id = row["document_id"]
        reason = _source_trouble(catalogue, row, damaged)
        if reason:
            path = f"{row['root'].rstrip('/')}/{row['path']}"
            yield Damage("source", row["source"], document_id, path, reason)


def check_file(catalogue: Catalogue) -> None:
    """Whether SQLite itself finds its file in order. Raises HomeError."""
    said = _said(catalogue, "1")
    if said != "ok":
        raise HomeError(trouble(catalogue.path, said))


def mend_lists(catalogue: Catalogue, table: str | None = None) -> None:
    """Makes the lists by which SQLite finds rows again from the rows, where they do not agree;
    of one table or of all. Raises HomeError where that does not help."""
    if _said(catalogue, table or "1") != "ok":
        catalogue.run(f"REINDEX {table or ''}")
        if (said := _said(catalogue, table or "1")) != "ok":
            raise HomeError(trouble(catalogue.path, said))


def _said(catalogue: Catalogue, what: str) -> str:
    said = catalogue.one(f"PRAGMA integrity_check({what})")
    return str(said[0]) if said else "it says nothing"


def is_whole(catalogue: Catalogue) -> bool:
    """Whether the last version says what it holds, and holds it."""
    try:
        state = catalogue.state()
        return catalogue.digest(state.version) == state.digest
    except DamageError:
        return False


def set_aside(catalogue: Catalogue, damages: Sequence[Damage], at_least: int = 0) -> None:
    """Takes the damaged rows out of sight and counts anew what is left, in one commit.

    The commit's version is at least ``at_least``.
    """
    there = _last_version(catalogue, damages)
    last = max(at_least - 1, there)
    with catalogue.commit(State(last)) as commit:
        commit.forget_versions_after(last)
        if there < last:  # what is made from the catalogue has seen more
            commit.lose(catalogue.roots() or [""])
        for one in damages:
            commit.set_aside(one.kind, one.row, one.document_id, one.path, one.reason)
        documents = passages = 0
        for entry in catalogue.entries(commit.version):
            documents, passages = documents + 1, passages + entry.n_passages
        commit.count_anew(documents, passages, catalogue.digest(commit.version))


def _last_version(catalogue: Catalogue, damages: Sequence[Damage]) -> int:
    """The highest that a sound row names."""
    numbers = [0]
    for kind, table in (("revision", "revisions"), ("source", "sources")):
        damaged = json.dumps([one.row for one in damages if one.kind == kind])
        sql = f"""SELECT max(max(added_version, coalesce(removed_version, 0))) FROM {table}
                  WHERE {kind} NOT IN (SELECT value FROM json_each(:damaged))
                  AND {kind} NOT IN (SELECT row FROM aside WHERE kind = '{kind}')"""
        found = catalogue.one(sql, damaged=damaged)
        numbers.append((found and found[0]) or 0)
    for row in catalogue.all("SELECT * FROM versions"):
        with suppress(*NONSENSE):
            numbers.append(state_of(row).version)
    return max(numbers)


def _trouble(catalogue: Catalogue, revision: int) -> str:
    """What is wrong with a text, its passages, its vectors or its place; empty for nothing."""
    row = catalogue.one("SELECT * FROM revisions WHERE revision = :r", r=revision)
    if row is None:
        return "it is missing"
    try:
        entry = entry_of(row)
        document = document_of(row, NOWHERE)
        if hashlib.sha256(document.text.encode()).hexdigest() != document.text_sha256:
            return "its text does not match its hash"
        passages = catalogue.passages_of(entry)
        ids, _ = catalogue.vectors_of(entry)
        if [one.id for one in passages] != ids.tolist():
            return "its passages and its vectors do not belong together"
    except NONSENSE as error:
        return str(error)
    if row["removed_version"] is None and not _has_place(catalogue, document.id):
        return "no file is known any more that it came from"
    return ""


def _has_place(catalogue: Catalogue, document_id: str) -> bool:
    for row in catalogue.all(
        "SELECT * FROM sources WHERE document_id = :id AND removed_version IS NULL", id=document_id
    ):
        try:
            source_of(row)
        except NONSENSE:
            continue
        return True
    return False


def _source_trouble(catalogue: Catalogue, row: Row, damaged: set[str]) -> str:
    try:
        source = source_of(row)
    except NONSENSE as error:
        return str(error)
    if row["removed_version"] is not None:
        return ""
    if source.document_id in damaged:
        return "its document was damaged"
    sql = "SELECT 1 FROM revisions WHERE document_id = :id AND removed_version IS NULL"
    return "" if catalogue.one(sql, id=source.document_id) else "its document is missing"


def _path_of(catalogue: Catalogue, document_id: str) -> str:
    sql = f"""SELECT {PLACE} AS path FROM sources WHERE document_id = :id
              ORDER BY removed_version IS NOT NULL"""
    row = catalogue.one(sql, id=document_id)
    return str(row["path"]) if row else ""
