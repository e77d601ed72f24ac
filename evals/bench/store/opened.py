"""Memory, speed and recall of a home that is open."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import mean, median

import numpy as np

from evals.bench.store.plan import SEED, K, Plan, Row, p95, peak_mb, source
from evals.bench.synthetic import nearest, widen
from index.types import Vectors


def opened(plan: Plan) -> list[Row]:
    asked: Vectors = np.load(plan.work / "asked.npy")
    questions = source(plan)[1]
    before = peak_mb()
    begun = time.perf_counter()
    index = plan.open()
    snapshot = index.snapshot()
    took = time.perf_counter() - begun
    after = peak_mb()
    dense, bm25, found = [], [], []
    for vector, question in zip(asked, questions, strict=True):
        begun = time.perf_counter()
        hits = snapshot.dense(vector, K)
        dense.append((time.perf_counter() - begun) * 1000)
        begun = time.perf_counter()
        words = snapshot.bm25(question, K)
        bm25.append((time.perf_counter() - begun) * 1000)
        found.append({hit.passage_id for hit in hits})
        for hit in (*hits, *words):
            snapshot.document(snapshot.passage(hit.passage_id).document_id)
    peak = peak_mb()
    with_model = _peak_with_model(questions[0])
    exact = nearest(asked, _stored(plan, snapshot.n_passages), K)[0] + 1  # ids count from 1
    recall = mean(len(one & set(true)) / K for one, true in zip(found, exact.tolist(), strict=True))
    kind = "trained" if snapshot.vectors.is_trained else "exact"
    note = f"{len(asked)} questions, {K} best"
    return [
        ("peak memory", peak, "MB", f"reach 1,200; {snapshot.n_passages} passages, no model"),
        ("peak memory with the embedding model", with_model, "MB", ""),
        ("memory before opening", before, "MB", f"{after:.0f} MB once open"),
        ("open until a snapshot", took, "s", ""),
        ("dense, median", median(dense), "ms", f"{kind}, {note}; reach 20"),
        ("dense, p95", p95(dense), "ms", "reach 20"),
        ("BM25, median", median(bm25), "ms", "reach 20"),
        ("BM25, p95", p95(bm25), "ms", "reach 20"),
        (f"dense recall@{K}", recall, "", f"{recall:.4f} against exact search; reach 0.98"),
    ]


def _peak_with_model(question: str) -> float:
    from index.embed import SentenceTransformerEmbedder

    SentenceTransformerEmbedder.open().embed([question])
    return peak_mb()


def _stored(plan: Plan, total: int) -> Iterator[Vectors]:
    """The vectors of a made home as its catalogue has them."""
    for block in widen(plan.real, total, seed=SEED):
        yield block.astype(np.float16).astype(np.float32)
