"""One version of the BM25 index, open for reading.

tantivy names candidates; their scores are computed from what is there and not from what tantivy
still counts (``index.search.bm25``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache, partial

import tantivy

from index.search import bm25
from index.types import Ids

CACHED_TERMS = 10_000
MARKER = "version"  # the field of the one document that says which version this is


class View:
    """It stays readable when its files are removed."""

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
        hits = self._searcher.search(any_version(self._schema), limit=1).hits
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


def any_version(schema: tantivy.Schema) -> tantivy.Query:
    return tantivy.Query.range_query(schema, MARKER, tantivy.FieldType.Integer, 0, 2**62)
