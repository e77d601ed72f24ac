"""``python -m evals.fusion BEIR_FOLDER --split train``: ways to fuse dense and BM25, compared.

Prints nDCG@10 of each with its interval; then, of the fusion in use, how many passages are worth
reading and how often a relevant one is among them. docs/retrieval.md keeps what was chosen by it.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import fmean

from evals.bootstrap import mean_interval
from evals.corpus import lay_out
from evals.data.beir import load_beir
from evals.metrics import ndcg_at
from evals.types import Beir, Query
from index.types import Hit
from rag.answer.pipeline import Pipeline
from rag.engine import Engine
from rag.retrieve import reciprocal_rank_fusion, weighted_sum, worth_reading

Fusion = Callable[[Sequence[Hit], Sequence[Hit]], Sequence[Hit]]
DEPTH = 200  # passages of each ranking
READ = ((8, 0.0), (10, 0.0), (10, 0.35), (10, 0.4), (10, 0.45), (10, 0.5), (10, 0.55))


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
            reached = reading(engine, beir, beir.queries)
        finally:
            engine.close()
    for name, values in scores.items():
        mean = mean_interval(values, [None] * len(values))
        print(f"{name:<20}{mean.value:.4f}  {mean.low:.3f}-{mean.high:.3f}  n={mean.n}")
    for (most, near), (found, read) in reached.items():
        print(f"at most {most}, near {near:.2f}: {read:.1f} passages read, found {found:.4f}")


def reading(
    engine: Engine, beir: Beir, queries: Sequence[Query]
) -> dict[tuple[int, float], tuple[float, float]]:
    """For each way in READ the share of queries with a relevant text among the passages read, and
    how many of these there are on average."""
    pipeline = engine.pipeline(engine.index.snapshot())
    path_of = _paths(pipeline)
    rankings = [pipeline.retrieve(query.text)["fused"] for query in queries]
    found = {}
    for most, near in READ:
        read = [worth_reading(ranking, most, near) for ranking in rankings]
        hits = [
            any(id in query.relevant for hit in one for id in beir.ids[path_of[hit.passage_id]])
            for query, one in zip(queries, read, strict=True)
        ]
        found[most, near] = fmean(hits), fmean(map(len, read))
    return found


def _paths(pipeline: Pipeline) -> dict[int, str]:
    """The file that each passage is from."""
    snapshot = pipeline.snapshot
    return {
        passage.id: pipeline.document(snapshot, passage.document_id).path
        for passage in snapshot.catalogue.passages(snapshot.version)
    }


def compare(engine: Engine, beir: Beir, queries: Sequence[Query]) -> dict[str, list[float]]:
    """nDCG@10 of each query for each system, documents ranked by their best passage."""
    pipeline = engine.pipeline(engine.index.snapshot(), retrieve_k=DEPTH)
    path_of = _paths(pipeline)
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
