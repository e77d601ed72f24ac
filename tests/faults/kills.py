"""``index --watch`` killed again and again while files change and questions are asked.

Every file is rewritten in rounds. An answer may find one file a round ahead of another, as the
folder itself is while it is written, but each text must be one that was written, all parts of a
version must agree, no file may ever fall back, and in the end the index is what the folder is.
"""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from threading import Event, Thread

from tests.faults.world import Held, World, held, story

NAMES = ("ada", "ben", "cora", "dan")
ROUND = re.compile(r"^# Round (\d+)\n")
PATIENCE_S = 60.0


@dataclass(slots=True)
class Asked:
    answers: int = 0
    wrong: list[str] = field(default_factory=list)
    rounds: dict[str, int] = field(default_factory=dict)  # the latest seen of each file

    def see(self, there: Held) -> None:
        self.answers += 1
        for paths, text in there:
            number = int(match.group(1)) if (match := ROUND.match(text)) else -1
            for path in paths:
                name = Path(path).stem
                if number < 0 or text != page(name, number):
                    self.wrong.append(f"{name} holds what was never written: {text[:80]!r}")
                if number < self.rounds.get(name, 0):
                    self.wrong.append(f"{name} fell back to round {number}")
                self.rounds[name] = max(number, self.rounds.get(name, 0))


def page(name: str, number: int) -> str:
    return f"# Round {number}\n\n{story(name, 2)}\n\nThis is round {number} of {name}.\n"


def write(world: World, number: int) -> None:
    world.put({f"{name}.md": page(name, number) for name in NAMES})


@contextmanager
def asking(world: World) -> Iterator[Asked]:
    """Questions from another process than the one that writes, while the block runs."""
    asked, stop = Asked(), Event()

    def ask() -> None:
        with closing(world.open()) as index:
            while not stop.is_set():
                try:
                    asked.see(held(index.snapshot()))
                except BaseException as error:
                    asked.wrong.append(f"{type(error).__name__}: {error}")
                time.sleep(0.01)

    thread = Thread(target=ask)
    thread.start()
    try:
        yield asked
    finally:
        stop.set()
        thread.join()


def run(folder: Path, seed: int, kills: int) -> Asked:
    """Wrong answers of a loop of ``kills``."""
    random, world = Random(seed), World(folder)
    write(world, 0)
    with asking(world) as asked:
        number = 0
        for _ in range(kills):
            watcher = start(world)
            for _ in range(random.randrange(1, 4)):
                time.sleep(random.uniform(0.0, 0.6))
                number += 1
                write(world, number)
            time.sleep(random.uniform(0.0, 0.6))
            watcher.kill()
            watcher.wait()
        watcher = start(world)
        until = time.monotonic() + PATIENCE_S
        while set(asked.rounds.values()) != {number} and time.monotonic() < until:
            time.sleep(0.05)
        watcher.kill()
        watcher.wait()
    if asked.rounds != dict.fromkeys(NAMES, number):
        asked.wrong.append(f"at the end {asked.rounds}, and not round {number}")
    return asked


def start(world: World) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "tests.faults.driver", str(world.folder), "--watch"]
    return subprocess.Popen(command)
