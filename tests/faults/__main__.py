"""``python -m tests.faults [--seed N] [--short]``: a table; exit code 1 for anything wrong."""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from random import Random

from tests.faults import damage, flips, kills, order, points
from tests.faults.world import FIRST, SECOND

Row = tuple[str, int, str, list[str]]  # what was tried, how often, what came of it, what was wrong


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.faults")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--short", action="store_true", help="a sample of a minute")
    options = parser.parse_args()
    wrong = 0
    with tempfile.TemporaryDirectory(prefix="citewell-faults-") as folder:
        for what, tried, result, found in run(Path(folder), options.seed, short=options.short):
            print(f"{what:<42}{tried:>7}  {len(found)} wrong  {result}", flush=True)
            for one in found[:20]:
                print(f"    {one}", flush=True)
            wrong += len(found)
    return 1 if wrong else 0


def run(folder: Path, seed: int, *, short: bool) -> Iterator[Row]:
    if points.can_trace():
        yield from of_points(folder, seed, 5 if short else None)
    else:
        print("No kill points: strace is missing, or may not look at processes.", file=sys.stderr)
    yield of_kills(folder, seed, 5 if short else 60)
    yield from of_flips(folder, seed, 100 if short else 3_200, 0 if short else 3)


def stories(folder: Path) -> list[points.Story]:
    first = points.tell(folder / "first", "first commit", [], FIRST)
    return [first, points.tell(folder / "later", "later commit", [FIRST], SECOND)]


def of_points(folder: Path, seed: int, sample: int | None) -> Iterator[Row]:
    """All points, or some of each fault; the control; the order of one run."""
    random = Random(seed)
    for story in stories(folder):
        n, unordered = order.unordered(story)
        yield f"{story.name}: order of calls", n, "", unordered
        for fault in points.FAULTS:
            all_of_it = list(points.points(story, [fault]))
            some = all_of_it if sample is None else random.sample(all_of_it, sample)
            yield of_fault(f"{story.name}: {fault}", some)
        yield of_control(story, random, sample or 20)


def of_fault(what: str, some: list[points.Point]) -> Row:
    tried, wrong = 0, []
    for point in some:
        done = points.disturb(point)
        if points.concerns_home(point, done):
            tried += 1
            why = points.judge(point, done)
            wrong += [f"{point}: {why}"] if why else []
    return what, tried, "", wrong


def of_control(story: points.Story, random: Random, n: int) -> Row:
    """A store that writes in place has to be caught."""
    writes = [one for one in points.points(story, ["SIGKILL"]) if one.call == "pwrite64"]
    caught = tried = 0
    for point in random.sample(writes, min(8 * n, len(writes))):
        done = points.disturb(point, "--in-place")
        if points.concerns_home(point, done):
            tried += 1
            caught += bool(points.judge(point, done))
        if tried == n:
            break
    missed = [] if caught else ["a store that writes in place was not told from ours"]
    return f"{story.name}: control", tried, f"{caught} caught", missed


def of_kills(folder: Path, seed: int, n: int) -> Row:
    begun = time.monotonic()
    asked = kills.run(folder / "kills", seed, n)
    result = f"{asked.answers} answers in {time.monotonic() - begun:.0f} s"
    return "kill -9 of index --watch", n, result, asked.wrong


def of_flips(folder: Path, seed: int, n: int, times: int) -> Iterator[Row]:
    """Damage to files, to rows, to a large home; and what is wrong where nothing is checked."""
    world = flips.prepare(folder / "flips")
    yield from rows_of(flips.run(world, damage.of_files(seed, n, damage.FILES)))
    yield from rows_of(flips.run(world, damage.of_rows(world, seed, times)))
    with flips.few_are_many():
        large = flips.prepare(folder / "large")
        yield from rows_of(flips.run(large, damage.of_files(seed, n // 4, damage.LARGE)))
    with flips.unchecked():
        tally = flips.run(world, damage.of_rows(world, seed, min(times, 1)))
    caught, tried = len(tally.wrong), sum(tally.counts.values())
    missed = [] if caught or not tried else ["a store without checks was not told from ours"]
    yield "row: control", tried, f"{caught} caught", missed


def rows_of(tally: flips.Tally) -> Iterator[Row]:
    for kind, tried, _, harmless, named in tally.rows():
        wrong = [f"seed {o.seed}: {o.did}: {o.why}" for o in tally.wrong if o.kind == kind]
        yield kind, tried, f"{harmless} harmless, {named} named", wrong


if __name__ == "__main__":
    sys.exit(main())
