"""``python -m evals.bench``: speed and memory of the shipped parts, measured in one run.

Machines are noisy, so each figure stands beside a reference of the same run: an
interpreter that does nothing, a plain sentence-transformers loop over the same passages.
"""

from __future__ import annotations

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from http.client import HTTPConnection
from pathlib import Path
from statistics import median, quantiles

from rag.types import Json

ROOT = Path(__file__).resolve().parents[2]
CITEWELL = [sys.executable, "-c", "from rag.cli import main; main()"]
RUNS = 5
QUESTIONS = 60


def main() -> None:
    with tempfile.TemporaryDirectory(prefix="citewell-bench-") as folder:
        home = Path(folder)
        rows = [*_indexing(home), *_starts(home), *_serving(home)]
    for name, value, unit, note in rows:
        print(f"{name:<44}{value:>10.2f} {unit:<6}{note}")


Row = tuple[str, float, str, str]


def _starts(home: Path) -> list[Row]:
    """Commands that must not load a model, beside an empty interpreter."""
    empty = _best([sys.executable, "-c", "pass"])
    rows: list[Row] = [("python -c pass", empty, "s", "reference")]
    for words in (["--help"], ["status", "--home", str(home / "index")]):
        took = _best([*CITEWELL, *words])
        rows.append((f"citewell {words[0]}", took, "s", f"{took / empty:.1f} times the reference"))
    return rows


def _best(command: Sequence[str]) -> float:
    times = []
    for _ in range(RUNS):
        begun = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True, cwd=ROOT)
        times.append(time.perf_counter() - begun)
    return median(times)


def _indexing(home: Path) -> list[Row]:
    """``Index.update`` on texts of the seeds' kind against embedding their passages alone."""
    from index.passages.chunk import embedding_text
    from rag.engine import Engine

    texts = home / "texts"
    texts.mkdir()
    seed = "\n\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "seeds").glob("*.txt"))
    for number in range(20):
        (texts / f"{number}.txt").write_text(f"Copy {number}.\n\n{seed}", encoding="utf-8")
    engine = Engine.open(home / "index")
    engine.index.embedder.embed(["warm"])
    begun = time.perf_counter()
    engine.index_paths([texts])
    indexed = time.perf_counter() - begun
    snapshot = engine.index.snapshot()
    passages = [
        embedding_text(one.headings, _text(engine, one.document_id)[one.span.start : one.span.end])
        for one in snapshot.catalogue.passages(snapshot.version)
    ]
    begun = time.perf_counter()
    engine.index.embedder.embed(passages)
    plain = time.perf_counter() - begun
    begun = time.perf_counter()
    engine.index_paths([texts])
    again = time.perf_counter() - begun
    engine.close()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return [
        ("embedding alone", len(passages) / plain, "p/s", f"{len(passages)} passages, reference"),
        ("index", len(passages) / indexed, "p/s", f"{indexed / plain:.2f} times the reference"),
        ("index again, nothing changed", again, "s", f"{again / indexed:.3f} of the first run"),
        ("peak memory of indexing", peak, "MB", "whole process, model included"),
    ]


def _text(engine: object, document_id: str) -> str:
    from rag.engine import Engine

    assert isinstance(engine, Engine)
    document = engine.document(document_id)
    assert document is not None
    return document.text


def _serving(home: Path) -> list[Row]:
    """From the start of ``serve seeds`` to its first answer, then answer after answer."""
    questions = _questions()
    environment = os.environ | {"CITEWELL_HOME": str(home / "served"), "CITEWELL_PORT": "0"}
    begun = time.perf_counter()
    server = subprocess.Popen(
        [*CITEWELL, "serve", str(ROOT / "seeds")],
        stdout=subprocess.PIPE,
        text=True,
        env=environment,
        cwd=ROOT,
    )
    try:
        assert server.stdout is not None
        port = int(server.stdout.readline().rsplit(":", 1)[1])
        ready = time.perf_counter() - begun
        _ask(port, questions[0])
        first = time.perf_counter() - begun
        times = []
        for question in questions[1:]:
            begun = time.perf_counter()
            _ask(port, question)
            times.append((time.perf_counter() - begun) * 1000)
    finally:
        server.terminate()
        server.wait()
    return [
        ("serve seeds: ready", ready, "s", "from the start, indexing included"),
        ("serve seeds: first answer", first, "s", "from the start"),
        ("answer over HTTP, median", median(times), "ms", f"{len(times)} questions"),
        ("answer over HTTP, p95", quantiles(times, n=20)[-1], "ms", ""),
    ]


def _questions() -> list[str]:
    lines = (ROOT / "evals" / "sets" / "seeds.jsonl").read_text(encoding="utf-8").splitlines()
    return [str(json.loads(line)["question"]) for line in lines[:QUESTIONS]]


def _ask(port: int, question: str) -> Json:
    connection = HTTPConnection("127.0.0.1", port, timeout=120)
    body = json.dumps({"question": question})
    connection.request("POST", "/v1/ask", body, {"Content-Type": "application/json"})
    answer: Json = json.loads(connection.getresponse().read())
    connection.close()
    return answer


if __name__ == "__main__":
    main()
