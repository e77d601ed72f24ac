"""BM25 over passages. The only module that imports tantivy.

A derived index: it says which version of the catalogue it holds, and is made again from the
catalogue whenever it cannot be trusted. tantivy reads a flipped bit as another ranking or
panics, so every file is hashed before tantivy opens it (``index.search.manifest``), and scores are
computed from what is there and not from what tantivy still counts (``index.search.bm25``).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache, partial
from pathlib import Path

import tantivy

from index.errors import DamageError, HomeError
from index.home.durable import make_folder
from index.search import bm25
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
from index.types import Ids

WRITER_BYTES = 64_000_000
LONGEST_TERM = 60
CACHED_TERMS = 10_000
MARKER = "version"
META = "meta.json"
REWRITTEN = (META, ".managed.json")  # tantivy writes all its other files once
TRIES = 20
_UNSPACED = re.compile(  # Han, Hiragana, Katakana, Hangul, Thai, Lao, Burmese, Khmer
    "[\u2e80-\u2fdf\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\uff66-\uff9f\U00020000-\U0003134f\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff]+"
)


def analyzer() -> tantivy.TextAnalyzer:
    """Words, lower case, without accents, English and Russian stems; no stop words are dropped.

    Each stemmer leaves the other's script alone.
    """
    return (
        tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
        .filter(tantivy.Filter.remove_long(LONGEST_TERM))
        .filter(tantivy.Filter.lowercase())
        .filter(tantivy.Filter.ascii_fold())
        .filter(tantivy.Filter.stemmer("english"))
        .filter(tantivy.Filter.stemmer("russian"))
        .build()
    )


def in_pairs(text: str) -> str:
    """A text whose words can be told by what is no letter.

    Scripts that put no space between words, and Korean, whose words take endings, are cut into
    overlapping pairs of characters, the usual unit of search for them.
    """
    return text if text.isascii() else _UNSPACED.sub(_pairs, text)


def _pairs(run: re.Match[str]) -> str:
    chars = run.group()
    pairs = [chars[i : i + 2] for i in range(len(chars) - 1)] or [chars]
    return f" {' '.join(pairs)} "


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


class _View:
    """One version, open for reading. It stays readable when its files are removed."""

    def __init__(self, index: tantivy.Index, schema: tantivy.Schema) -> None:
        index.reload()
        self._schema = schema
        self._searcher = searcher = index.searcher()
        self.documents = searcher.num_docs  # the passages and the marker
        self.version = self._marked()
        lengths = searcher.aggregate(
            tantivy.Query.all_query(), {"terms": {"sum": {"field": "length"}}}
        )
        self._average = float(lengths["terms"]["value"]) / max(1, self.documents)
        self._all = searcher.doc_freq("any", 1)
        count = partial(_frequency, searcher, schema, self._all == self.documents)
        self.frequency = lru_cache(CACHED_TERMS)(count)  # no cycle: tantivy's threads go with it

    def _marked(self) -> int | None:
        query = tantivy.Query.range_query(self._schema, MARKER, tantivy.FieldType.Integer, 0, 2**62)
        hits = self._searcher.search(query, limit=1).hits
        return int(self._searcher.doc(hits[0][1])[MARKER][0]) if hits else None

    def terms_from(self, prefix: str) -> list[str]:
        return [str(term) for term, _ in self._searcher.terms_with_prefix("text", prefix)]

    def _holding(self, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, "text", term)

    def best(self, terms: Sequence[str], k: int, only: Ids | None) -> list[tuple[int, float]]:
        """Passage ids and scores of the ``k`` best, best first, equals by id.

        tantivy names candidates in the order of its own scores; each is scored again, until
        none of those that follow can be among the best.
        """
        there = {term: n for term in dict.fromkeys(terms) if (n := self.frequency(term))}
        if not there:
            return []
        idf = {term: bm25.idf(self.documents, n) for term, n in there.items()}
        plain = self._any_of(dict.fromkeys(idf, 1.0))
        query = self._limited(self._any_of({t: idf[t] / self._tantivys_idf(t) for t in idf}), only)
        scorer = bm25.Scorer({_label(self._holding(t)): idf[t] for t in idf}, self._average)
        limit = k + 30
        while True:
            candidates = self._candidates(query, plain, limit)
            best, proven = bm25.best(candidates, scorer, k)
            if proven or len(candidates) < limit:
                return best
            limit *= 4

    def _tantivys_idf(self, term: str) -> float:
        return bm25.idf(self._all, self._searcher.doc_freq("text", term))

    def _any_of(self, weights: Mapping[str, float]) -> tantivy.Query:
        boosted = [
            tantivy.Query.boost_query(self._holding(term), weight)
            for term, weight in weights.items()
        ]
        return tantivy.Query.boolean_query([(tantivy.Occur.Should, one) for one in boosted])

    def _limited(self, query: tantivy.Query, only: Ids | None) -> tantivy.Query:
        if only is None:
            return query
        ids = [int(one) for one in only]
        allowed = tantivy.Query.term_set_query(self._schema, "passage_id", ids)
        return tantivy.Query.boolean_query(
            [
                (tantivy.Occur.Must, query),
                (tantivy.Occur.Must, tantivy.Query.const_score_query(allowed, 0.0)),
            ]
        )

    def _candidates(
        self, query: tantivy.Query, plain: tantivy.Query, limit: int
    ) -> list[bm25.Candidate]:
        hits = self._searcher.search(query, limit=limit, count=False).hits
        addresses = [address for _, address in hits]
        ids = self._searcher.fast_field_values("passage_id", addresses)
        lengths = self._searcher.fast_field_values("length", addresses)
        return [
            bm25.Candidate(int(one or 0), score, int(length or 0), partial(self._why, plain, at))
            for (score, at), one, length in zip(hits, ids, lengths, strict=True)
        ]

    def _why(self, query: tantivy.Query, address: tantivy.DocAddress) -> str:
        return query.explain(self._searcher, address).to_json()


def _frequency(
    searcher: tantivy.Searcher, schema: tantivy.Schema, none_deleted: bool, term: str
) -> int:
    """In how many passages a term stands; tantivy's own count includes deleted ones."""
    if none_deleted:
        return searcher.doc_freq("text", term)
    counted = searcher.aggregate(
        tantivy.Query.term_query(schema, "text", term),
        {"passages": {"value_count": {"field": "passage_id"}}},
    )
    return int(counted["passages"]["value"])


def _label(query: tantivy.Query) -> str:
    """Of a query for a term, the term as tantivy's explanations write it."""
    return repr(query).removeprefix("Query(TermQuery(").removesuffix("))")


class LexicalIndex:
    """One version of the BM25 index, in memory where it was not opened on a folder."""

    def __init__(self) -> None:
        self._schema = _schema()
        self._analyzer = analyzer()
        self._folder: Path | None = None
        self._manifest = NOTHING
        self._seen: frozenset[Seen] = frozenset()
        self._index = self._tantivy(None)
        self._view = _View(self._index, self._schema)

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
            self._view = _View(self._index, self._schema)
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
                self._view = _View(self._index, self._schema)
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
            view = _View(index, self._schema)
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
        writer.delete_documents_by_query(
            tantivy.Query.range_query(self._schema, MARKER, tantivy.FieldType.Integer, 0, 2**62)
        )
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
