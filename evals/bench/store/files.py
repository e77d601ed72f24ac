"""Many small files with the shipped model."""

from __future__ import annotations

import json
import time

import numpy as np

from evals.bench.made_home import RULES
from evals.bench.store.plan import Plan, Row, peak_mb, sentences_of, source
from index.folder.survey import Scope
from index.ingest import BATCH_PASSAGES
from index.passages.chunk import embedding_text
from index.store import Index


def first(plan: Plan) -> list[Row]:
    """Indexes ``files`` texts of 3 to 11 sentences."""
    from index.embed import SentenceTransformerEmbedder

    _write_small(plan)
    embedder = SentenceTransformerEmbedder.open()
    embedder.embed(["warm"])
    index = Index.open(plan.work / plan.home, lambda: embedder)
    begun = time.perf_counter()
    index.update([Scope(plan.root)], RULES)
    took = time.perf_counter() - begun
    state = index.catalogue.state()
    index.close()
    (plan.work / "first.json").write_text(json.dumps(took))
    return [
        ("index", took, "s", f"{state.documents} files, {state.passages} passages"),
        ("peak memory of indexing", peak_mb(), "MB", "whole process, model included"),
    ]


def alone(plan: Plan) -> list[Row]:
    """Embeds the passages of ``first`` and nothing else."""
    from index.embed import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder.open()
    index = Index.open(plan.work / plan.home, lambda: embedder)
    snapshot = index.snapshot()
    texts = []
    for passage in snapshot.catalogue.passages(snapshot.version):
        document = snapshot.document(passage.document_id)
        assert document is not None
        texts.append(embedding_text(passage.headings, document[passage.span]))
    index.close()
    embedder.embed(["warm"])
    begun = time.perf_counter()
    for at in range(0, len(texts), BATCH_PASSAGES):
        embedder.embed(texts[at : at + BATCH_PASSAGES])
    took = time.perf_counter() - begun
    indexed = json.loads((plan.work / "first.json").read_text())
    return [
        ("embedding alone", took, "s", f"{len(texts) / took:.1f} passages a second"),
        ("index, as a multiple of it", indexed / took, "", "reach 1.3"),
    ]


def again(plan: Plan) -> list[Row]:
    """A second run with nothing changed; loads no model."""
    from index.embed import SentenceTransformerEmbedder

    index = Index.open(plan.work / plan.home, SentenceTransformerEmbedder.open)
    begun = time.perf_counter()
    counts = index.update([Scope(plan.root)], RULES).counts
    took = time.perf_counter() - begun
    index.close()
    note = ", ".join(f"{n} {status}" for status, n in counts.items())
    return [
        ("again, nothing changed", took, "s", f"reach 10; {note}"),
        ("peak memory of the second run", peak_mb(), "MB", ""),
    ]


def _write_small(plan: Plan) -> None:
    sentences = sentences_of(source(plan)[0])
    random = np.random.default_rng(0)
    for number in range(plan.files):
        path = plan.root / f"{number % 100:02}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        drawn = random.integers(len(sentences), size=random.integers(3, 12))
        path.write_text(" ".join(sentences[at] for at in drawn), encoding="utf-8")
