"""One file of many changed or deleted: until a snapshot has it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median

from evals.bench.made_home import RULES
from evals.bench.store.plan import MEDIUM, Plan, Row, peak_mb
from index.folder.survey import Scope
from index.store import Index

RUNS = 5


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
    return [*rows, ("peak memory", peak_mb(), "MB", f"{state.passages} passages")]


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
