"""``python -m evals.bench.store``: the store at size. Time to follow changes, memory, recall,
and what 8 threads get that ask while commits land.

Each step runs in a process of its own, so that its peak memory is its own. Texts and vectors
are drawn after real ones (``made_home``, ``synthetic``) but for ``files``, which embeds with the
shipped model.
"""

from __future__ import annotations

import argparse
import json
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from evals.bench.store.asking import ask, commits
from evals.bench.store.change import change
from evals.bench.store.files import again, alone, first
from evals.bench.store.made import build, vectors
from evals.bench.store.opened import opened
from evals.bench.store.plan import ROOT, Plan, Row, run_step

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


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evals.bench.store", description=__doc__)
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
                for name, value, unit, note in run_step(
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


if __name__ == "__main__":
    main()
