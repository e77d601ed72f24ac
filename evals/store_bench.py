"""``python -m evals.store_bench``: the store at size. Time to follow changes, memory, recall,
and what 8 threads get that ask while commits land.

Each step runs in a process of its own, so that its peak memory is its own. Texts and vectors
are drawn after real ones (``evals.made_home``, ``evals.synthetic``) but for ``files``, which
embeds with the shipped model.
"""

from __future__ import annotations

import argparse
import json
import re
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from statistics import mean, median
from threading import Event, Thread

import numpy as np

from evals.data.beir import load_beir
from evals.data.own import load_set
from evals.made_home import RULES, MadeEmbedder, Words, bring_up, make_home
from evals.synthetic import nearest, widen
from index.folder.survey import Scope
from index.ingest import BATCH_PASSAGES
from index.passages.chunk import embedding_text
from index.passages.sentences import split_sentences
from index.store import Index
from index.types import Span, Vectors

ROOT = Path(__file__).resolve().parent.parent
SEEDS = ROOT / "evals" / "sets" / "seeds.jsonl"
REAL = 4_000  # texts whose vectors the drawn ones are like
MEDIUM = 100_000  # passages
RUNS = 5
SEED = 1  # of the drawn vectors
K = 10
COMMITS, THREADS, EDITED_FILES, IDLE_S = 50, 8, 40, 10.0
EDITION = re.compile(r"edition(\d+)")
Row = tuple[str, float, str, str]  # name, value, unit, note


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for on the command line."""

    work: Path
    scifact: Path
    files: int
    large: int
    home: str = ""  # which of the made homes a step is about

    @property
    def root(self) -> Path:
        return self.work / f"{self.home}-texts"

    @property
    def real(self) -> Vectors:
        rows: Vectors = np.load(self.work / "real.npy")
        return rows

    def open(self) -> Index:
        return Index.open(self.work / self.home, lambda: MadeEmbedder(self.real))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evals.store_bench", description=__doc__)
    parser.add_argument("--files", type=int, default=10_000, help="small files to embed")
    parser.add_argument("--large", type=int, default=1_000_000, help="passages of the large home")
    parser.add_argument("--only", choices=PARTS, help="one part alone")
    parser.add_argument("--work", type=Path, help="a folder that is kept; homes in it are reused")
    parser.add_argument("--scifact", type=Path, default=ROOT / "../shared/data/scifact")
    parser.add_argument("--home", default="", help=argparse.SUPPRESS)
    parser.add_argument("--step", choices=STEPS, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.step:
        plan = Plan(asked.work, asked.scifact, asked.files, asked.large, asked.home)
        print(json.dumps(STEPS[asked.step](plan)))
        return
    with _folder(asked.work) as work:
        for part in [asked.only] if asked.only else PARTS:
            for step, home in PARTS[part]:
                for name, value, unit, note in _run(
                    Plan(work, asked.scifact, asked.files, asked.large, home), step
                ):
                    print(f"{part + ': ' + name:<58}{value:>10.2f} {unit:<6}{note}", flush=True)


@contextmanager
def _folder(kept: Path | None) -> Iterator[Path]:
    if kept is not None:
        kept.mkdir(parents=True, exist_ok=True)
        yield kept.resolve()
        return
    with tempfile.TemporaryDirectory(prefix="citewell-bench-") as folder:
        yield Path(folder).resolve()


def _run(plan: Plan, step: str) -> list[Row]:
    done = subprocess.run(_command(plan, step), check=True, stdout=subprocess.PIPE, cwd=ROOT)
    return [tuple(row) for row in json.loads(done.stdout.splitlines()[-1])]


def _command(plan: Plan, step: str) -> list[str]:
    options = {"step": step, "work": plan.work, "scifact": plan.scifact.resolve()}
    options |= {"files": plan.files, "large": plan.large, "home": plan.home}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return [sys.executable, "-m", "evals.store_bench", *words]


def _peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _p95(values: list[float]) -> float:
    return float(np.quantile(values, 0.95))


# -- what is drawn from ------------------------------------------------------------------


def _source(plan: Plan) -> tuple[list[str], list[str]]:
    """Texts and questions: SciFact's, or the seeds' where it is missing."""
    if plan.scifact.is_dir():
        beir = load_beir(plan.scifact)
        return list(beir.texts.values()), [one.text for one in beir.queries]
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]
    return texts, [one.question for one in load_set(SEEDS).questions]


def _sentences(texts: list[str]) -> list[str]:
    return [span.of(text) for text in texts for span in split_sentences(text, Span(0, len(text)))]


def vectors(plan: Plan) -> list[Row]:
    """Real vectors to draw after, and those of the questions; made once."""
    if (plan.work / "asked.npy").exists():
        return []
    from index.embed import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder.open()
    texts, questions = _source(plan)
    sentences = _sentences(texts)
    drawn = np.random.default_rng(0).permutation(len(sentences) // 3)[:REAL]
    real = embedder.embed([" ".join(sentences[3 * at : 3 * at + 3]) for at in drawn])
    np.save(plan.work / "real.npy", real)
    np.save(plan.work / "asked.npy", embedder.embed(questions))
    return []


def build(plan: Plan) -> list[Row]:
    """The home of MEDIUM or ``large`` passages; where it is there, it stays."""
    if (plan.work / plan.home).exists():
        return []
    passages = MEDIUM if plan.home == "medium" else plan.large
    begun = time.perf_counter()
    drawn = widen(plan.real, passages, seed=SEED)
    embedder = MadeEmbedder(plan.real)
    words = Words(_source(plan)[0])
    make_home(plan.work / plan.home, plan.root, passages, words, drawn, embedder)
    filled = time.perf_counter() - begun
    index = plan.open()
    begun = time.perf_counter()
    bring_up(index, plan.root)
    took = time.perf_counter() - begun
    state = index.catalogue.state()
    size = sum(one.stat().st_size for one in index.home.rglob("*") if one.is_file()) / 1e6
    index.close()
    return [
        ("catalogue filled", filled, "s", f"{state.passages} passages, {state.documents} files"),
        ("derived indexes built", took, "s", f"home of {size:.0f} MB, no figure to reach"),
        ("peak memory of building", _peak_mb(), "MB", ""),
    ]


# -- one change --------------------------------------------------------------------------


def change(plan: Plan) -> list[Row]:
    """From after a file's change on disk until a snapshot has it."""
    index = plan.open()
    state = index.snapshot().state
    files = sorted(plan.root.rglob("*.txt"))
    limit = 2 if state.passages <= MEDIUM else 5
    rows = []
    for name, whole in (("update of the file", False), ("update of its folder", True)):
        took = []
        for run in range(RUNS):
            path = files.pop()
            scope = Scope(plan.root) if whole else Scope(plan.root, path)
            took.append(_edited(index, path, scope, f"{name.split()[-1]}{run}x{state.version}q"))
        rows.append(_times(f"changed, {name}", took, f"reach {limit} s, {len(files)} files"))
    took, removed = [], []
    for _ in range(RUNS):
        path = files.pop()
        path.unlink()
        scopes = [Scope(plan.root, path)]
        took.append(_removed(index, path, partial(index.update, scopes, RULES)))
        row = index.catalogue.source_at(str(files.pop()))
        assert row is not None
        path = Path(row.source.root, row.source.path)
        removed.append(_removed(index, path, partial(index.remove, [row])))
    rows.append(_times("deleted, update of the file", took, "reach 1 s"))
    rows.append(_times("deleted, remove", removed, "reach 1 s"))
    index.close()
    return [*rows, ("peak memory", _peak_mb(), "MB", f"{state.passages} passages")]


def _times(name: str, took: list[float], note: str) -> Row:
    return name, median(took), "s", f"worst of {len(took)} {max(took):.2f} s; {note}"


def _edited(index: Index, path: Path, scope: Scope, mark: str) -> float:
    with path.open("a", encoding="utf-8") as file:
        file.write(f" And {mark} was added.")
    begun = time.perf_counter()
    index.update([scope], RULES)
    snapshot = index.snapshot()
    took = time.perf_counter() - begun
    passage = snapshot.passage(snapshot.bm25(mark, 1)[0].passage_id)
    document = snapshot.document(passage.document_id)
    assert document is not None
    assert mark in document[passage.span]
    return took


def _removed(index: Index, path: Path, remove: Callable[[], object]) -> float:
    before = index.catalogue.source_at(str(path))
    assert before is not None
    begun = time.perf_counter()
    remove()
    snapshot = index.snapshot()
    took = time.perf_counter() - begun
    assert snapshot.document(before.document_id) is None
    return took


# -- memory, speed and recall --------------------------------------------------------------


def opened(plan: Plan) -> list[Row]:
    asked: Vectors = np.load(plan.work / "asked.npy")
    questions = _source(plan)[1]
    before = _peak_mb()
    begun = time.perf_counter()
    index = plan.open()
    snapshot = index.snapshot()
    took = time.perf_counter() - begun
    after = _peak_mb()
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
    peak = _peak_mb()
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
        ("dense, p95", _p95(dense), "ms", "reach 20"),
        ("BM25, median", median(bm25), "ms", "reach 20"),
        ("BM25, p95", _p95(bm25), "ms", "reach 20"),
        (f"dense recall@{K}", recall, "", f"{recall:.4f} against exact search; reach 0.98"),
    ]


def _peak_with_model(question: str) -> float:
    from index.embed import SentenceTransformerEmbedder

    SentenceTransformerEmbedder.open().embed([question])
    return _peak_mb()


def _stored(plan: Plan, total: int) -> Iterator[Vectors]:
    """The vectors of a made home as its catalogue has them."""
    for block in widen(plan.real, total, seed=SEED):
        yield block.astype(np.float16).astype(np.float32)


# -- questions while commits land -----------------------------------------------------------


@dataclass(slots=True)
class Asked:
    """What one thread got."""

    times: list[float] = field(default_factory=list)  # ms
    editions: set[str] = field(default_factory=set)
    mixed: int = 0
    errors: list[str] = field(default_factory=list)


def ask(plan: Plan) -> list[Row]:
    """8 threads ask while another process rewrites every file, COMMITS times."""
    _write_edition(plan, 0)
    index = plan.open()
    index.update([Scope(plan.root)], RULES)
    index.snapshot()
    index.follow()
    idle = _asking(index, plan, lambda: time.sleep(IDLE_S))
    before = index.catalogue.version()
    begun = time.perf_counter()
    busy = _asking(index, plan, lambda: _run(plan, "commits"))
    took = time.perf_counter() - begun
    commits = index.catalogue.version() - before
    index.close()
    both = [*idle, *busy]
    errors = [error for one in both for error in one.errors]
    quiet = [t for one in idle for t in one.times]
    during = [t for one in busy for t in one.times]
    seen = len({edition for one in busy for edition in one.editions})
    return [
        ("commits landed", commits, "", f"in {took:.1f} s, {seen} of their versions answered"),
        ("mixed answers", sum(one.mixed for one in both), "", f"of {len(quiet) + len(during)}"),
        ("errors", len(errors), "", "; ".join(sorted(set(errors))[:3])),
        ("p95 idle", _p95(quiet), "ms", f"median {median(quiet):.1f}, {THREADS} threads"),
        ("p95 during", _p95(during), "ms", f"median {median(during):.1f}"),
    ]


def _asking(index: Index, plan: Plan, wait: Callable[[], object]) -> list[Asked]:
    """What the threads got until ``wait`` returned."""
    stop = Event()
    asked = [Asked() for _ in range(THREADS)]
    real = plan.real
    questions = _source(plan)[1]

    def loop(number: int, into: Asked) -> None:
        turn = 100 * number
        while not stop.is_set():
            turn += 1
            question = questions[turn % len(questions)]
            begun = time.perf_counter()
            try:
                editions = editions_of(index, real[turn % len(real)], question)
            except Exception as error:
                into.errors.append(f"{type(error).__name__}: {error}")
                continue
            into.times.append((time.perf_counter() - begun) * 1000)
            into.editions |= editions
            into.mixed += len(editions) != 1

    threads = [Thread(target=loop, args=one) for one in enumerate(asked)]
    for thread in threads:
        thread.start()
    try:
        wait()
    finally:
        stop.set()
        for thread in threads:
            thread.join()
    return asked


def editions_of(index: Index, vector: Vectors, question: str) -> set[str]:
    """The numbers of the commits that the passages and documents of one answer are of."""
    snapshot = index.snapshot()
    hits = [*snapshot.dense(vector, K), *snapshot.bm25(question, K)]
    found = set()
    for hit in hits:
        passage = snapshot.passage(hit.passage_id)
        document = snapshot.document(passage.document_id)
        assert document is not None
        found |= {*EDITION.findall(document[passage.span]), *EDITION.findall(document.text)}
    return found


def commits(plan: Plan) -> list[Row]:
    """Rewrites every file and commits, COMMITS times: all files of a number in one commit."""
    index = plan.open()
    for edition in range(1, COMMITS + 1):
        _write_edition(plan, edition)
        before = index.catalogue.version()
        index.update([Scope(plan.root)], RULES)
        assert index.catalogue.version() == before + 1
    index.close()
    return []


def _write_edition(plan: Plan, edition: int) -> None:
    """Files of 5 passages; each sentence carries the number."""
    words = Words(_source(plan)[0])
    plan.root.mkdir(exist_ok=True)
    for number in range(EDITED_FILES):
        text = "\n\n".join(words.passages(5, number)).replace(".", f" edition{edition}.")
        (plan.root / f"{number}.txt").write_text(text, encoding="utf-8")


# -- many small files, with the shipped model -------------------------------------------------


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
        ("peak memory of indexing", _peak_mb(), "MB", "whole process, model included"),
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
        ("peak memory of the second run", _peak_mb(), "MB", ""),
    ]


def _write_small(plan: Plan) -> None:
    sentences = _sentences(_source(plan)[0])
    random = np.random.default_rng(0)
    for number in range(plan.files):
        path = plan.root / f"{number % 100:02}" / f"{number}.txt"
        path.parent.mkdir(parents=True, exist_ok=True)
        drawn = random.integers(len(sentences), size=random.integers(3, 12))
        path.write_text(" ".join(sentences[at] for at in drawn), encoding="utf-8")


STEPS: dict[str, Callable[[Plan], list[Row]]] = {
    one.__name__: one for one in (vectors, build, change, opened, ask, commits, first, alone, again)
}
PARTS = {
    "medium": [("vectors", ""), ("build", "medium"), ("change", "medium")],
    "open": [("vectors", ""), ("build", "large"), ("opened", "large")],
    "large": [("vectors", ""), ("build", "large"), ("change", "large")],
    "ask": [("vectors", ""), ("ask", "asked")],
    "files": [("first", "files"), ("alone", "files"), ("again", "files")],
}

if __name__ == "__main__":
    main()
