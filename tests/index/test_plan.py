"""What a run notes before it does anything."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

from index.folder import Found, Left
from index.plan import Plan, Todo
from index.types import Source


def found(path: str, size: int = 3) -> Found:
    return Found(Source("/docs", path), Path("/docs", path), size, 1, 2)


def test_files_come_back_in_the_order_of_their_paths() -> None:
    plan = Plan()
    for name, is_new in (("c", True), ("a", False), ("b", True)):
        plan.read(found(name), is_new=is_new)
    a, b, c = Todo(found("a"), False), Todo(found("b"), True), Todo(found("c"), True)
    assert list(plan.todo()) == [a, b, c]
    assert list(plan.todo(new_only=True)) == [b, c]
    assert plan.n_files == 3
    plan.done(Path("/docs/b"))
    assert list(plan.todo()) == [a, c]
    plan.close()


def test_a_path_is_seen_once() -> None:
    plan = Plan()
    assert [plan.saw(Path("/docs/a")) for _ in range(2)] == [True, False]
    assert plan.has_seen("/docs/a")
    assert not plan.has_seen("/docs")


def test_gone_files_are_looked_up_by_size() -> None:
    plan = Plan()
    for path, sha256, size in (("/b", "x", 3), ("/a", "y", 3), ("/c", "z", 4), ("/a", "w", 3)):
        plan.forget(path, sha256, size)
    assert plan.gone_of_size(3) == {"x", "y"}
    assert plan.gone_of_size(5) == set()
    assert list(plan.gone()) == ["/a", "/b", "/c"]


def test_what_is_left_out_keeps_its_first_reason() -> None:
    plan = Plan()
    plan.leave(Left(Path("/docs/b"), "too large"))
    plan.leave(Left(Path("/docs/b"), "hidden"))
    plan.leave(Left(Path(os.fsdecode(b"/docs/caf\xe9")), "its name"))
    assert list(plan.left()) == [("/docs/b", "too large"), ("/docs/caf\ufffd", "its name")]
    assert plan.is_left("/docs/b")
    assert not plan.is_left("/docs/a")


def test_a_plan_of_many_files_is_not_held_in_memory() -> None:
    """Python's own part of it: the names that pathlib interns. As a list it would be 10 MB."""
    tracemalloc.start()
    plan = Plan()
    for n in range(20_000):
        plan.saw(Path(f"/docs/{n:06}.txt"))
        plan.read(found(f"{n:06}.txt"), is_new=True)
    assert sum(1 for _ in plan.todo()) == 20_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 4_000_000
