"""Retrieval sets in the layout of BEIR."""

from __future__ import annotations

import csv
import re
from collections import defaultdict
from pathlib import Path

from evals.data.files import as_stored, file_named, sha256_of
from evals.fields import at, decode, json_lines, read_bytes, text, typed
from evals.types import Beir, EvalError, Query, SetInfo
from rag.types import Json

# Figures in print for the test split: all-MiniLM-L6-v2, BM25 of several programs, both fused.
PUBLISHED = {
    ("scifact", "test"): {
        "dense nDCG@10": "0.645",
        "bm25 nDCG@10": "0.665–0.686",
        "fused nDCG@10": "about 0.72",
    }
}


def load_beir(path: Path, split: str | None = None) -> Beir:
    """A BEIR folder: ``corpus.jsonl``, ``queries.jsonl`` and ``qrels/<split>.tsv`` (test).

    A document becomes one text, its title, a blank line and its text, in a file named by
    its id; documents with the very same text share one file.
    """
    split = split or "test"
    documents, asked = path / "corpus.jsonl", path / "queries.jsonl"
    judged = path / "qrels" / f"{split}.tsv"
    corpus, queries, qrels = (read_bytes(file) for file in (documents, asked, judged))
    by_text: defaultdict[str, list[str]] = defaultdict(list)
    for place, row in json_lines(documents, corpus):
        with at(place):
            by_text[as_stored(_beir_text(row))].append(text(row, "_id"))
    wording = {}
    for place, row in json_lines(asked, queries):
        with at(place):
            wording[text(row, "_id")] = text(row, "text")
    relevant = _qrels(judged, qrels)
    if unknown := next((name for name in relevant if name not in wording), None):
        raise EvalError(f'{judged} judges the query "{unknown}", which {asked} does not hold')
    ids = {file_named(names[0]): tuple(names) for names in by_text.values()}
    name = path.resolve().name
    return Beir(
        info=SetInfo(name, "beir", sha256_of(corpus, queries, qrels), split),
        queries=tuple(Query(key, wording[key], grades) for key, grades in relevant.items()),
        texts=dict(zip(ids, by_text, strict=True)),
        ids=ids,
        published=PUBLISHED.get((name, split), {}),
    )


def _beir_text(row: Json) -> str:
    parts = (typed({part: ""} | row, part, str, "a text") for part in ("title", "text"))
    return "\n\n".join(part for part in parts if part)


def _qrels(path: Path, data: bytes) -> dict[str, dict[str, int]]:
    """Query -> document -> grade; queries without a grade above 0 are left out, as in trec_eval."""
    with at(str(path)):
        rows = list(csv.reader(decode(data).splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))
    relevant: defaultdict[str, dict[str, int]] = defaultdict(dict)
    for number, row in enumerate(rows[1:], start=2):
        with at(f"{path}, line {number}"):
            if len(row) != 3:
                raise ValueError("needs query-id, corpus-id and score, with tabs between")
            query, document, score = row
            if not re.fullmatch(r"-?[0-9]+", score.strip()):
                raise ValueError(f'the score is "{score}", not a whole number')
            if int(score) > 0:
                relevant[query][document] = int(score)
    if not relevant:
        raise EvalError(f"{path} judges no query")
    return dict(relevant)
