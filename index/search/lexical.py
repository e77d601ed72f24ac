"""BM25 over passages, by tantivy.

A derived index: it says which version of the catalogue it holds, and is made again from the
catalogue whenever it cannot be trusted. tantivy reads a flipped bit as another ranking or
panics, so every file is hashed before tantivy opens it (``index.search.manifest``).
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy

from index.errors import DamageError, HomeError
from index.home.durable import make_folder
from index.search.lexical_view import MARKER, View, any_version
from index.search.manifest import (
    NOTHING,
    Manifest,
    Seen,
    check,
    collect,
    damage,
    held,
    next_generation,
    publish,
    read,
    sealed,
)
from index.search.terms import analyzer, in_pairs
from index.types import Ids

WRITER_BYTES = 64_000_000
META = "meta.json"
REWRITTEN = (META, ".managed.json")  # tantivy writes all its other files once
TRIES = 20


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="passage", index_option="freq")
    builder.add_integer_field("passage_id", indexed=True, fast=True)
    builder.add_integer_field("length", fast=True)  # in terms
    builder.add_integer_field("any", indexed=True)  # 1: how many there are, deleted ones too
    builder.add_integer_field(MARKER, stored=True, indexed=True, fast=True)
    return builder.build()


@contextmanager
def _reading(what: str) -> Iterator[None]:
    """What tantivy raises on files that it cannot make sense of, as DamageError."""
    try:
        yield
    except BaseException as error:
        if not _from_tantivy(error):
            raise
        raise damage(what, f"cannot be used ({error})") from error


@contextmanager
def _writing(what: str) -> Iterator[None]:
    """What goes wrong while new files are written, as HomeError: the old ones are as they were."""
    try:
        yield
    except BaseException as error:
        if not _from_tantivy(error):
            raise
        raise HomeError(
            f"the BM25 index in {what} cannot be written ({error}): "
            "see that the disk has room, then run 'citewell index' again"
        ) from error


def _from_tantivy(error: BaseException) -> bool:
    """A panic in tantivy is no Exception."""
    errors = (OSError, ValueError, RuntimeError)
    return isinstance(error, errors) or type(error).__name__ == "PanicException"


class LexicalIndex:
    """One version of the BM25 index, in memory where it was not opened on a folder."""

    def __init__(self) -> None:
        self._schema = _schema()
        self._analyzer = analyzer()
        self._folder: Path | None = None
        self._manifest = NOTHING
        self._seen: frozenset[Seen] = frozenset()
        self._index = self._tantivy(None)
        self._view = View(self._index, self._schema)

    @classmethod
    def open(cls, folder: Path, known: LexicalIndex | None = None) -> LexicalIndex:
        """What is published in a folder; of no version where there is nothing.

        Files that ``known``, an index that is in use, was opened with are not hashed again.
        Raises DamageError, naming the file, and HomeError where a writer is always ahead.
        """
        opened = cls()
        opened._folder = folder
        for _ in range(TRIES):
            manifest = read(folder) or NOTHING
            try:
                opened._open(folder, manifest, known._seen if known else frozenset())
                return opened
            except DamageError:
                if (read(folder) or NOTHING) == manifest:
                    raise  # not because a writer has replaced it meanwhile
        raise HomeError(f"the BM25 index in {folder} changes all the time: try again later")

    def _open(self, folder: Path, manifest: Manifest, known: frozenset[Seen]) -> None:
        if manifest.version is None:
            return
        path = folder / manifest.generation
        with held(path), _reading(str(path)):
            self._seen = check(path, manifest, known)
            if {n.split(".")[0] for n in manifest.files if n not in REWRITTEN} != _segments(path):
                raise damage(path / META, "does not name the files that are listed")
            self._index = self._tantivy(path)
            self._view = View(self._index, self._schema)
        self._manifest = manifest
        if (self.version(), len(self)) != (manifest.version, manifest.passages):
            raise damage(path, f"does not hold version {manifest.version}")

    def _tantivy(self, folder: Path | None) -> tantivy.Index:
        index = tantivy.Index(self._schema, path=None if folder is None else str(folder))
        index.register_tokenizer("passage", self._analyzer)
        index.config_reader("manual", 0)  # no thread that waits for changes: there are none
        return index

    # -- change -------------------------------------------------------------------------

    def change(
        self,
        version: int,
        add: Iterable[tuple[int, str]],
        remove: Iterable[int] = (),
        *,
        source: str = "",
    ) -> None:
        """Adds (passage id, text) pairs, removes ids, and says which version this is now.

        For the one writer alone. ``source`` is kept with the version. Raises HomeError where
        it cannot be written, DamageError where what it builds on is damaged; then the folder
        holds what it held, and so does this index.
        """
        if self._folder is None:
            with _reading(self._name):
                self._write(self._index, version, add, remove)
                self._view = View(self._index, self._schema)
            self._manifest = Manifest(version, len(self), source)
            return
        with _writing(str(self._folder)):
            self._change(self._folder, version, add, remove, source)

    def _change(
        self,
        folder: Path,
        version: int,
        add: Iterable[tuple[int, str]],
        remove: Iterable[int],
        source: str,
    ) -> None:
        last = self._begin(folder)
        seen = check(folder / last.generation, last, frozenset())
        with next_generation(folder, last, version) as path:
            seen = check(path, last, seen)  # of the rest, what had to be copied
            index = self._tantivy(path)
            self._write(index, version, add, remove)
            view = View(index, self._schema)
            same = {name: seal for name, seal in last.files.items() if name not in REWRITTEN}
            files = sealed(path, _files(path), same)
            manifest = Manifest(version, view.documents - 1, source, path.name, files)
        publish(folder, manifest)
        self._index, self._view, self._manifest = index, view, manifest
        self._seen = seen
        collect(folder, manifest.generation)

    def _begin(self, folder: Path) -> Manifest:
        """What is published, which is what this index holds. The rest is removed."""
        last = read(folder)
        if last is None:
            make_folder(folder)
            publish(folder, NOTHING)  # a folder without a manifest is a damaged one
            last = NOTHING
        if last != self._manifest:
            raise HomeError(
                f"the BM25 index in {folder} is at version {last.version} by now: run 'citewell "
                "index' again"
            )
        collect(folder, last.generation)
        return last

    def _write(
        self,
        index: tantivy.Index,
        version: int,
        add: Iterable[tuple[int, str]],
        remove: Iterable[int],
    ) -> None:
        writer = index.writer(heap_size=WRITER_BYTES, num_threads=1)
        for passage_id in remove:
            writer.delete_documents_by_term("passage_id", passage_id)
        for passage_id, text in add:
            document = tantivy.Document()
            document.add_integer("any", 1)
            document.add_integer("passage_id", passage_id)
            document.add_integer("length", len(self.terms(text)))
            document.add_text("text", in_pairs(text))
            writer.add_document(document)
        writer.delete_documents_by_query(any_version(self._schema))
        marker = tantivy.Document()
        marker.add_integer("any", 1)
        marker.add_integer(MARKER, version)
        writer.add_document(marker)
        writer.commit()
        writer.wait_merging_threads()

    # -- read ---------------------------------------------------------------------------

    def version(self) -> int | None:
        """The catalogue's version that it holds; None for one that was never filled."""
        return self._view.version

    @property
    def source(self) -> str:
        """What the writer said that the version was made from."""
        return self._manifest.source

    def __len__(self) -> int:
        return self._view.documents - (self._view.version is not None)

    def terms(self, text: str) -> list[str]:
        """The terms of a text as they are indexed."""
        return list(self._analyzer.analyze(in_pairs(text)))

    def document_frequency(self, term: str) -> int:
        """In how many passages a term of ``terms`` stands."""
        with _reading(self._name):
            return self._view.frequency(term)

    def terms_from(self, prefix: str) -> list[str]:
        """The terms that begin with a prefix, also some that only removed passages held."""
        with _reading(self._name):
            return self._view.terms_from(prefix)

    def search(
        self, terms: Sequence[str], k: int, only: Ids | None = None
    ) -> list[tuple[int, float]]:
        """Passage ids and BM25 scores (k1 1.2, b 0.75) of the ``k`` best, best first.

        The same for the same passages, whatever was added and removed before.
        """
        if not terms or k < 1 or (only is not None and not len(only)):
            return []
        with _reading(self._name):
            return self._view.best(terms, k, only)

    @property
    def _name(self) -> str:
        return str(self._folder or "the BM25 index in memory")


def _segments(generation: Path) -> set[str]:
    meta = json.loads((generation / META).read_bytes())
    return {segment["segment_id"].replace("-", "") for segment in meta["segments"]}


def _files(generation: Path) -> list[str]:
    """The names of all that tantivy reads of a commit."""
    segments = _segments(generation)
    names = [one.name for one in generation.iterdir()]
    return [one for one in names if one in REWRITTEN or one.split(".")[0] in segments]
