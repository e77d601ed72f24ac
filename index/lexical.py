"""BM25 over passages. The only module that imports tantivy.

A derived index: it carries the catalogue's version it has reached in a marker document of
the same commit, and is made again from the catalogue whenever it cannot be trusted.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import tantivy

from index.errors import DamageError
from index.types import Ids

WRITER_BYTES = 64_000_000
LONGEST_TERM = 60
MARKER = "version"


def analyzer() -> tantivy.TextAnalyzer:
    """Words, lower case, without accents, English stems; no stop words are dropped."""
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(LONGEST_TERM))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .build()
    )


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("text", tokenizer_name="passage", index_option="freq")
    builder.add_integer_field("passage_id", stored=False, indexed=True, fast=True)
    builder.add_integer_field(MARKER, stored=True, indexed=True, fast=True)
    return builder.build()


@contextmanager
def _guarded(folder: Path | None) -> Iterator[None]:
    """Whatever tantivy raises on damaged files, as DamageError."""
    try:
        yield
    except (KeyboardInterrupt, SystemExit, DamageError):
        raise
    except BaseException as error:  # a panic in tantivy is no Exception
        raise DamageError(
            f"the BM25 index in {folder or 'memory'} cannot be used ({error}): if the disk is not "
            "full, move that folder away, and it is made again"
        ) from error


class LexicalIndex:
    """One version of the BM25 index; ``folder`` None keeps it in memory."""

    def __init__(self, folder: Path | None = None) -> None:
        self._folder = folder
        self._schema = _schema()
        self._analyzer = analyzer()
        with _guarded(folder):
            if folder is not None:
                folder.mkdir(parents=True, exist_ok=True)
            self._index = tantivy.Index(self._schema, path=None if folder is None else str(folder))
            self._index.register_tokenizer("passage", self._analyzer)
            self._searcher = self._index.searcher()

    def version(self) -> int | None:
        """The catalogue's version that it holds; None for one that was never filled."""
        query = tantivy.Query.range_query(self._schema, MARKER, tantivy.FieldType.Integer, 0, 2**62)
        with _guarded(self._folder):
            hits = self._searcher.search(query, limit=1).hits
            return int(self._searcher.doc(hits[0][1])[MARKER][0]) if hits else None

    def change(
        self, version: int, add: Iterable[tuple[int, str]], remove: Iterable[int] = ()
    ) -> None:
        """Adds (passage id, text) pairs, removes ids, and says which version this is now."""
        with _guarded(self._folder):
            self._write(version, add, remove)
            self._index.reload()
            self._searcher = self._index.searcher()

    def _write(self, version: int, add: Iterable[tuple[int, str]], remove: Iterable[int]) -> None:
        writer = self._index.writer(heap_size=WRITER_BYTES, num_threads=1)
        for passage_id in remove:
            writer.delete_documents_by_term("passage_id", passage_id)
        for passage_id, text in add:
            document = tantivy.Document()
            document.add_integer("passage_id", passage_id)
            document.add_text("text", text)
            writer.add_document(document)
        writer.delete_documents_by_query(
            tantivy.Query.range_query(self._schema, MARKER, tantivy.FieldType.Integer, 0, 2**62)
        )
        marker = tantivy.Document()
        marker.add_integer(MARKER, version)
        writer.add_document(marker)
        writer.commit()
        writer.wait_merging_threads()

    def __len__(self) -> int:
        return int(self._searcher.num_docs) - (self.version() is not None)

    def terms(self, text: str) -> list[str]:
        """The terms of a text as they are indexed."""
        return list(self._analyzer.analyze(text))

    def document_frequency(self, term: str) -> int:
        """In how many passages a term of ``terms`` stands."""
        with _guarded(self._folder):
            return int(self._searcher.doc_freq("text", term))

    def search(
        self, terms: Sequence[str], k: int, only: Ids | None = None
    ) -> list[tuple[int, float]]:
        """Passage ids and BM25 scores (k1 1.2, b 0.75) of the ``k`` best, best first."""
        if not terms or k < 1 or (only is not None and not len(only)):
            return []
        wanted = [
            (tantivy.Occur.Should, tantivy.Query.term_query(self._schema, "text", term))
            for term in dict.fromkeys(terms)
        ]
        query = tantivy.Query.boolean_query(wanted)
        if only is not None:
            allowed = tantivy.Query.term_set_query(
                self._schema, "passage_id", [int(one) for one in only]
            )
            query = tantivy.Query.boolean_query(
                [
                    (tantivy.Occur.Must, query),
                    (tantivy.Occur.Must, tantivy.Query.const_score_query(allowed, 0.0)),
                ]
            )
        with _guarded(self._folder):
            hits = self._searcher.search(query, limit=k, count=False).hits
            ids = self._searcher.fast_field_values("passage_id", [address for _, address in hits])
        scored = [(int(one or 0), float(score)) for one, (score, _) in zip(ids, hits, strict=True)]
        return sorted(scored, key=lambda hit: (-hit[1], hit[0]))
