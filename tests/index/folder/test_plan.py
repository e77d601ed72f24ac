"""What a run notes before it does anything."""

from __future__ import annotations

import os
import tracemalloc
from pathlib import Path

from index.folder.plan import Move, Plan
from index.folder.walk import Found, Left
from index.home.rows import Hint, SourceRow
from index.types import Source


def found(path: str, size: int = 3) -> Found:
    return Found(Source("/docs", path), Path("/docs", path), size, 1, 2)


def test_files_come_back_in_the_order_of_their_paths() -> None:
    plan = Plan()
    a, b, c, d = (found(name) for name in "abcd")
    for one in (c, a, d, b):
        plan.read(one)
    assert list(plan.todo()) == [a, b, c, d]
    assert plan.n_files == 4
    plan.keep(b.path)
    plan.done(b.path)
    move = Move(c.source, "doc", "x", Hint(3, 1, 2, 9))
    plan.move(c, move)
    assert list(plan.todo()) == [a, d]
    assert plan.n_files == 2
    assert (list(plan.moves()), list(plan.moved())) == ([move], ["/docs/c"])
    plan.close()


def test_a_path_is_seen_once() -> None:
    plan = Plan()
    assert [plan.saw(Path("/docs/a")) for _ in range(2)] == [True, False]
    assert plan.has_seen("/docs/a")
    assert not plan.has_seen("/docs")


def lose(plan: Plan, path: str, sha256: str, size: int, *, is_there: bool = False) -> None:
    row = SourceRow(1, Source("/docs", path), f"document of {path}", sha256, "")
    plan.lose(f"/docs/{path}", row, Hint(size, 1, 2), is_there=is_there)


def test_lost_contents_are_looked_up_by_size() -> None:
    plan = Plan()
    assert not plan.has_moved_or_gone()
    lose(plan, "d", "v", 3, is_there=True)
    assert not plan.has_moved_or_gone()
    for path, sha256, size in (("b", "x", 3), ("a", "y", 3), ("c", "z", 4), ("a", "w", 3)):
        lose(plan, path, sha256, size)
    assert plan.lost_of_size(3) == {"v", "x", "y"}
    assert plan.lost_of_size(5) == set()
    assert list(plan.gone()) == ["/docs/a", "/docs/b", "/docs/c"]
    assert plan.has_moved_or_gone()
    assert plan.is_gone("/docs/a")
    assert not plan.is_gone("/docs/d")
    plan.keep(Path("/docs/d"))
    plan.done(Path("/docs/d"))
    assert plan.lost_of_size(3) == {"x", "y"}


def test_a_lost_place_is_taken_once() -> None:
    plan = Plan()
    lose(plan, "a", "x", 3)
    lose(plan, "b", "x", 3)
    lose(plan, "c", "x", 3, is_there=True)
    assert plan.take_lost("x")
    assert list(plan.removed()) == [("/docs/b", "document of b")]
    assert [plan.take_lost("x") for _ in range(3)] == [True, True, False]
    assert list(plan.removed()) == []


def test_what_is_left_out_keeps_its_first_reason() -> None:
    plan = Plan()
    plan.leave(Left(Path("/docs/b"), "too large"))
    plan.leave(Left(Path("/docs/b"), "hidden"))
    plan.leave(Left(Path(os.fsdecode(b"/docs/caf\xe9")), "its name"))
    assert list(plan.left()) == [("/docs/b", "too large"), ("/docs/caf\ufffd", "its name")]
    assert plan.is_left("/docs/b")
    assert plan.saw(Path("/docs/b"))
    assert [path for path, _ in plan.left()] == ["/docs/caf\ufffd"]
    assert not plan.is_left("/docs/a")


def test_a_plan_of_many_files_is_not_held_in_memory() -> None:
    """Python's own part of it. As a list it would be 10 MB."""
    files = [found(f"{n:06}.txt") for n in range(20_000)]
    tracemalloc.start()
    plan = Plan()
    for one in files:
        plan.saw(one.path)
        plan.read(one)
    assert sum(1 for _ in plan.todo()) == 20_000
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 2_000_000  # each path keeps the name that it was asked for
