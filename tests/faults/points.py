"""A run that is killed, or refused a system call, at one point after the other.

strace does it, so the code runs as it is: ``inject=CALL:signal=SIGKILL:when=k`` kills at the
k-th call of a name, ``error=ENOSPC:when=k+`` is a disk that is full from then on, and
``error=EIO:when=k`` one that fails once. After each, the home holds one committed state whole,
says "committed" only of the last, and the next run makes all good.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from unittest.mock import patch

import index.ingest
from index.errors import IndexLayerError
from index.writer import Writer
from tests.faults.driver import BATCH
from tests.faults.world import Held, Texts, World, held, traces_of_damage

CALLS = (
    *("pwrite64", "write", "fsync", "fdatasync", "ftruncate", "rename", "renameat"),
    *("link", "unlink", "unlinkat", "mkdir", "rmdir"),
)
FAULTS = {
    "SIGKILL": ("signal=SIGKILL:when={}", CALLS),
    "ENOSPC": ("error=ENOSPC:when={}+", ("pwrite64", "write", "ftruncate", "link", "mkdir")),
    "EIO": ("error=EIO:when={}", ("pwrite64", "write", "fsync", "fdatasync", "rename", "unlink")),
}
LINE = re.compile(r"^(\d+) +(\w+)\((.*)$")
HIT = re.compile(r"INJECTED|= \?$")  # the line of a call that killed has no result


@dataclass(frozen=True, slots=True)
class Story:
    """A run from one state of the home to another; ``states`` are what its commits may leave."""

    name: str
    world: World
    after: Texts
    states: frozenset[Held]


@dataclass(frozen=True, slots=True)
class Point:
    story: Story
    fault: str
    call: str
    k: int

    def __str__(self) -> str:
        return f"{self.story.name}, {self.fault} at {self.call} {self.k}"


@dataclass(frozen=True, slots=True)
class Run:
    """What became of a driver: its exit code (-9 when killed), and the call that was hit."""

    code: int
    out: str
    err: str
    hit: str


def can_trace() -> bool:
    """Whether strace is there and may look at processes."""
    if shutil.which("strace") is None:
        return False
    return subprocess.run(["strace", "-f", "-qq", "true"], capture_output=True).returncode == 0


# -- stories ---------------------------------------------------------------------------


def tell(folder: Path, name: str, before: Sequence[Texts], after: Texts) -> Story:
    """Builds the home before, saves it, and finds the states by a run that nothing disturbs."""
    world = World(folder)
    folder.mkdir(parents=True)
    world.build(*before)
    world.save("before")
    world.put(after)
    states = {held_by(world)}
    with in_batches(lambda: states.add(held_by(world))), closing(world.open()) as opened:
        world.update(opened)
    assert held_by(world) == world.held(after) in states
    return Story(name, world, after, frozenset(states))


def held_by(world: World) -> Held:
    with closing(world.open()) as opened:
        return held(opened.snapshot())


@contextmanager
def in_batches(committed: Callable[[], object]) -> Iterator[None]:
    """Small commits, as the driver makes them, and a call after each."""
    before = Writer.after_commit

    def after_commit(writer: Writer) -> None:
        before(writer)
        committed()

    with (
        patch.object(index.ingest, "BATCH_PASSAGES", BATCH),
        patch.object(Writer, "after_commit", after_commit),
    ):
        yield


# -- points ----------------------------------------------------------------------------


def points(story: Story, faults: Sequence[str] = tuple(FAULTS)) -> Iterator[Point]:
    """Each call of each name that a run makes; a few more where threads share them otherwise."""
    counted = count_calls(story)
    for fault in faults:
        for call in FAULTS[fault][1]:
            for k in range(1, counted[call] + 1):
                yield Point(story, fault, call, k)


def count_calls(story: Story) -> Counter[str]:
    """Of the thread that makes most of each."""
    story.world.restore("before")
    log = story.world.folder / "trace"
    trace(story.world, log, ["-e", f"trace={','.join(CALLS)}"])
    by_thread = Counter(
        match.groups()[:2] for line in log.read_text().splitlines() if (match := LINE.match(line))
    )
    most: Counter[str] = Counter()
    for (_, call), n in by_thread.items():
        most[call] = max(most[call], n)
    return most


def trace(world: World, log: Path, options: Sequence[str], *flags: str) -> Run:
    """The driver under strace."""
    driver = [sys.executable, "-m", "tests.faults.driver", str(world.folder), *flags]
    command = ["strace", "-f", "-y", "-qq", "-o", str(log), *options, *driver]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120)
    hits = [line for line in log.read_text().splitlines() if HIT.search(line)]
    return Run(done.returncode, done.stdout, done.stderr, hits[0] if hits else "")


def disturb(point: Point, *flags: str) -> Run:
    world = point.story.world
    world.restore("before")
    how = FAULTS[point.fault][0].format(point.k)
    options = ["-e", f"trace={point.call}", "-e", f"inject={point.call}:{how}"]
    return trace(world, world.folder / "trace", options, *flags)


# -- judging ---------------------------------------------------------------------------


def judge(point: Point, run: Run) -> str:
    """What is wrong after a run; empty for nothing."""
    story = point.story
    try:
        return _said_wrong(point, run) or _held_wrong(story, run) or _next_run_wrong(story)
    except (IndexLayerError, AssertionError) as error:
        return f"{type(error).__name__}: {error}"


def _said_wrong(point: Point, run: Run) -> str:
    if run.code in (-9, 137):
        return ""
    is_plain = run.err.startswith("citewell: ") and run.err.count("\n") == 1
    if (run.code == 0 and run.out) or (run.code == 3 and is_plain):
        return ""
    return f"{point} ended with {run.code}: {run.err[-500:]}"


def _held_wrong(story: Story, run: Run) -> str:
    with closing(story.world.open()) as opened:
        snapshot = opened.snapshot()
        there, traces = held(snapshot), traces_of_damage(story.world, snapshot)
    if traces:
        return f"damage: {traces}"
    if there not in story.states:
        return f"no committed state: {sorted(paths for paths, _ in there)}"
    if "committed" in run.out and there != story.world.held(story.after):
        return "it said 'committed' before it was"
    return ""


def _next_run_wrong(story: Story) -> str:
    with closing(story.world.open()) as opened:
        story.world.update(opened)
        snapshot = opened.snapshot()
        if held(snapshot) != story.world.held(story.after):
            return "the next run did not make all good"
        return str(traces_of_damage(story.world, snapshot) or "")


def concerns_home(point: Point, run: Run) -> bool:
    """Whether the call that was hit has to do with the home, and not with this test's output."""
    return str(point.story.world.home) in run.hit
