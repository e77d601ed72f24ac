"""``python -m evals.fusion BEIR_FOLDER --split train``: ways to fuse dense and BM25, compared.

Prints nDCG@10 of each with its interval. docs/retrieval.md keeps what was chosen by it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from evals.bootstrap import mean_interval
from evals.corpus import lay_out
from evals.data.beir import load_beir
from evals.metrics import ndcg_at
from evals.types import Beir, Query
from index.types import Hit
from rag.engine import Engine
from rag.retrieve import reciprocal_rank_fusion, weighted_sum

Fusion = Callable[[Sequence[Hit], Sequence[Hit]], Sequence[Hit]]
DEPTH = 200  # passages of each ranking


def systems() -> dict[str, Fusion]:
    """The two rankings alone, reciprocal rank fusion, and weighted sums."""
    found: dict[str, Fusion] = {"dense": lambda d, _: d, "bm25": lambda _, b: b}
    for k in (10, 30, 60):
        found[f"rrf k={k}"] = lambda d, b, k=k: reciprocal_rank_fusion([d, b], k)  # type: ignore[misc]
    for tenths in range(3, 8):
        weight = tenths / 10
        found[f"weighted dense={weight:.1f}"] = lambda d, b, w=weight: weighted_sum(  # type: ignore[misc]
            [d, b], [w, 1.0 - w]
        )
    return found


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("beir", type=Path)
    parser.add_argument("--split", default="train")
    parser.add_argument("--home", type=Path, help="keep the index here for the next run")
    chosen = parser.parse_args()
    beir = load_beir(chosen.beir, chosen.split)
    with tempfile.TemporaryDirectory(prefix="citewell-fusion-") as temporary:
        home, texts = lay_out(chosen.home or Path(temporary), beir.texts)
        engine = Engine.open(home)
        try:
            engine.index_paths([texts])
            scores = compare(engine, beir, beir.queries)
        finally:
            engine.close()
    for name, values in scores.items():
        mean = mean_interval(values, [None] * len(values))
        print(f"{name:<20}{mean.value:.4f}  {mean.low:.3f}-{mean.high:.3f}  n={mean.n}")


def compare(engine: Engine, beir: Beir, queries: Sequence[Query]) -> dict[str, list[float]]:
    """nDCG@10 of each query for each system, documents ranked by their best passage."""
    snapshot = engine.index.snapshot()
    pipeline = engine.pipeline(snapshot, retrieve_k=DEPTH)
    path_of = {
        passage.id: pipeline.document(snapshot, passage.document_id).path
        for passage in snapshot.catalogue.passages(snapshot.version)
    }
    ways = systems()
    scores: dict[str, list[float]] = {name: [] for name in ways}
    for query in queries:
        rankings = pipeline.retrieve(query.text)
        for name, fuse in ways.items():
            hits = fuse(rankings["dense"], rankings["bm25"])
            paths = dict.fromkeys(path_of[hit.passage_id] for hit in hits)
            ids = [id for path in paths for id in beir.ids[path]]
            scores[name].append(ndcg_at(ids, query.relevant, 10))
    return scores


if __name__ == "__main__":
    main()
