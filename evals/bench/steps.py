"""``python -m evals.bench.steps BEIR_FOLDER``: where the time of a question goes.

The texts of a BEIR set are indexed and its queries asked, each once, of one engine: passages
that an earlier one has read are in its cache, as they would be. SciFact has 5,183 abstracts.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from statistics import fmean, median, quantiles
from typing import ParamSpec, TypeVar
from unittest.mock import patch

from evals.corpus import lay_out
from evals.data.beir import load_beir
from index.embed import SentenceTransformerEmbedder
from index.search.snapshot import Snapshot
from rag.answer.pipeline import Clock
from rag.engine import Engine
from rag.reader.cross_encoder import CrossEncoder

QUERIES = 100
STEPS: Sequence[tuple[type, str, str]] = (
    (Snapshot, "dense", "dense search"),
    (Snapshot, "bm25", "BM25 search"),
    (SentenceTransformerEmbedder, "embed_tokens", "embed tokens of question and passages"),
    (CrossEncoder, "score", "cross-encoder"),
)
Spent = dict[str, float]  # milliseconds by step, and "all"
P = ParamSpec("P")
T = TypeVar("T")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m evals.bench.steps", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--queries", type=int, default=QUERIES)
    asked = parser.parse_args(arguments)
    if asked.queries < 2:
        parser.error("--queries must be 2 or more: of one there is no median to speak of")
    beir = load_beir(asked.folder)
    with tempfile.TemporaryDirectory(prefix="citewell-bench-") as folder:
        home, texts = lay_out(Path(folder), beir.texts)
        engine = Engine.open(home)
        engine.index_paths([texts])
        queries = [one.text for one in beir.queries[: asked.queries]]
        rows = list(spent(engine, queries))
        pipeline = engine.pipeline(engine.index.snapshot())
        read = fmean(len(pipeline.retrieve_best(query)) for query in queries)
        engine.close()
    for line in report(rows):
        print(line)
    print(
        f"{len(rows)} queries over {len(beir.texts)} texts; of each {read:.1f} passages were read "
        f"on average, {engine.settings.read_k} at most"
    )


def spent(engine: Engine, queries: Sequence[str]) -> Iterator[Spent]:
    """Of each question."""
    clock = Clock()
    with ExitStack() as stack:
        for owner, name, step in STEPS:
            stack.enter_context(patch.object(owner, name, timed(getattr(owner, name), step, clock)))
        engine.ask("What is known?")  # loads what is loaded once
        for query in queries:
            clock.spent = {}
            with clock.measure("all"):
                engine.ask(query)
            yield clock.spent


def timed(call: Callable[P, T], step: str, clock: Clock) -> Callable[P, T]:
    def wrapped(*args: P.args, **kwargs: P.kwargs) -> T:
        with clock.measure(step):
            return call(*args, **kwargs)

    return wrapped


def report(rows: Sequence[Spent]) -> Iterator[str]:
    """Each step's median and its share of the whole time; "the rest" is what no step has."""
    everything = sum(row["all"] for row in rows)
    names = [step for _, _, step in STEPS]
    for name in names:
        values = [row.get(name, 0.0) for row in rows]
        yield f"{name:<40}{median(values):>8.1f} ms  {sum(values) / everything:>5.0%}"
    rest = [row["all"] - sum(row.get(name, 0.0) for name in names) for row in rows]
    yield f"{'the rest':<40}{median(rest):>8.1f} ms  {sum(rest) / everything:>5.0%}"
    all_of = [row["all"] for row in rows]
    p95 = quantiles(all_of, n=20)[18]
    yield f"{'all':<40}{median(all_of):>8.1f} ms   p95 {p95:.1f} ms"


if __name__ == "__main__":
    main()
