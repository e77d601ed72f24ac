"""What one version holds, ready to be searched; and how the next one is made from it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import numpy as np

from index.errors import DamageError
from index.folder.uploads import named
from index.home.catalogue import Catalogue
from index.home.rows import Halves, State
from index.home.seal import add, take
from index.search.lexical import LexicalIndex
from index.search.vectors import DenseIndex
from index.types import Document, Hit, Ids, Passage, Vectors

BLOCK = 4_096  # vectors handed over at a time


@dataclass(frozen=True, slots=True, weakref_slot=True)
class Snapshot:
    """One version. It never changes; the rows behind it are kept while it is in use."""

    state: State
    fingerprint: str
    vectors: DenseIndex
    lexical: LexicalIndex
    catalogue: Catalogue
    left_out: tuple[str, ...] = ()  # paths that were found damaged and not read again yet
    names: Mapping[str, str] = field(default_factory=dict, hash=False)  # of uploads
    changed: str | None = None  # the minute in which it was committed, where that is known

    @property
    def version(self) -> int:
        return self.state.version

    @property
    def n_documents(self) -> int:
        return self.state.documents

    @property
    def n_passages(self) -> int:
        return self.state.passages

    def dense(self, query: Vectors, k: int, only: Ids | None = None) -> list[Hit]:
        """The nearest passages to a question's vector (d,)."""
        return [Hit(i, score, "dense") for i, score in self.vectors.search(query, k, only)]

    def bm25(self, query: str, k: int, only: Ids | None = None) -> list[Hit]:
        terms = self.lexical.terms(query)
        return [Hit(i, score, "bm25") for i, score in self.lexical.search(terms, k, only)]

    def passage(self, passage_id: int) -> Passage:
        found = self.catalogue.passage(passage_id, self.version)
        if found is None:
            raise DamageError(f"passage {passage_id} is in an index but not in the catalogue")
        return found

    def document(self, document_id: str) -> Document | None:
        found = self.catalogue.document(document_id, self.version)
        return None if found is None else named(found, self.names)

    def documents(self, limit: int, after: str | None = None) -> list[Document]:
        """Documents in the order of their ids, after the given one."""
        found = self.catalogue.documents(self.version, limit, after)
        return [named(one, self.names) for one in found]


def check_digest(catalogue: Catalogue, state: State) -> None:
    """Raises DamageError where the version's rows are not those that were committed."""
    if catalogue.digest(state.version) != state.digest:
        raise DamageError(
            "the catalogue does not hold what was committed: some of its rows were damaged on disk"
        )


def vectors_at(catalogue: Catalogue, state: State, dimension: int) -> DenseIndex:
    """All vectors of a version, its rows checked. Raises DamageError."""
    check_digest(catalogue, state)
    return build_vectors(catalogue, state, dimension)


def build_vectors(catalogue: Catalogue, state: State, dimension: int) -> DenseIndex:
    def blocks() -> Iterator[tuple[Ids, Halves]]:
        return in_blocks(catalogue.vectors(state.version), dimension)

    built = DenseIndex.build(blocks, state.passages, dimension)
    if len(built) != state.passages:
        raise DamageError(f"{len(built)} vectors are stored for {state.passages} passages")
    return built


def vectors_since(
    vectors: DenseIndex, catalogue: Catalogue, since: State, now: State, dimension: int
) -> DenseIndex:
    """The vectors of an earlier version brought to this one, at the cost of what changed.

    Raises DamageError where the change is not the one that was committed.
    """
    digest = add(since.digest, (one.seal for one in catalogue.entries(now.version, since.version)))
    digest = take(digest, (one.seal for one in catalogue.gone(since.version, now.version)))
    came, went = catalogue.source_change(since.version, now.version)
    if take(add(digest, came), went) != now.digest:
        raise DamageError("the change since the version before is not what was committed")
    added = in_one(catalogue.vectors(now.version, since.version), dimension)
    removed = in_one(catalogue.gone_vectors(since.version, now.version), dimension)
    return vectors.changed(added, removed[0])


def in_one(parts: Iterator[tuple[Ids, Halves]], dimension: int) -> tuple[Ids, Halves]:
    ids, vectors = [np.zeros(0, np.int64)], [np.zeros((0, dimension), np.float16)]
    for some_ids, some_vectors in parts:
        if len(some_ids):
            ids.append(some_ids)
            vectors.append(some_vectors)
    return np.concatenate(ids), np.concatenate(vectors)


def in_blocks(parts: Iterator[tuple[Ids, Halves]], dimension: int) -> Iterator[tuple[Ids, Halves]]:
    """The same rows in blocks of some thousand."""
    waiting: list[tuple[Ids, Halves]] = []
    n = 0
    for part in parts:
        waiting.append(part)
        n += len(part[0])
        if n >= BLOCK:
            yield in_one(iter(waiting), dimension)
            waiting, n = [], 0
    if n:
        yield in_one(iter(waiting), dimension)
