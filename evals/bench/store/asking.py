"""Questions of several threads while commits land: what they get, and how quickly."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from statistics import median
from threading import Event, Thread

from evals.bench.made_home import RULES, Words
from evals.bench.store.plan import K, Plan, Row, p95, run_step, source
from index.folder.survey import Scope
from index.store import Index
from index.types import Vectors

COMMITS, THREADS, EDITED_FILES, IDLE_S = 50, 8, 40, 10.0
EDITION = re.compile(r"edition(\d+)")


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
    busy = _asking(index, plan, lambda: run_step(plan, "commits"))
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
        ("p95 idle", p95(quiet), "ms", f"median {median(quiet):.1f}, {THREADS} threads"),
        ("p95 during", p95(during), "ms", f"median {median(during):.1f}"),
    ]


def _asking(index: Index, plan: Plan, wait: Callable[[], object]) -> list[Asked]:
    """What the threads got until ``wait`` returned."""
    stop = Event()
    asked = [Asked() for _ in range(THREADS)]
    real = plan.real
    questions = source(plan)[1]

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
    words = Words(source(plan)[0])
    plan.root.mkdir(exist_ok=True)
    for number in range(EDITED_FILES):
        text = "\n\n".join(words.passages(5, number)).replace(".", f" edition{edition}.")
        (plan.root / f"{number}.txt").write_text(text, encoding="utf-8")
