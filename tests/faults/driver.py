"""``python -m tests.faults.driver FOLDER [--in-place | --watch]``: indexing, to be killed.

It says ``committed VERSION`` when the run is over and prints one sentence on stderr, with exit
code 3, for what the index layer raises. ``--in-place`` is the negative control: SQLite keeps no
log, so that a commit overwrites what was there. ``--watch`` goes on until it is killed.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path
from threading import Event

import index.home.schema
import index.ingest
from index.errors import IndexLayerError
from index.folder.survey import Scope
from index.folder.walk import Rules
from index.folder.watch import changes
from tests.faults.world import World
from tests.index.desk import LIMIT

BATCH = 4  # passages in one commit, so that a run has several


def main(folder: Path, *, in_place: bool) -> int:
    index.ingest.BATCH_PASSAGES = BATCH
    if in_place:
        index.home.schema.LOG = "OFF"
    world = World(folder)
    try:
        opened = world.open()
        world.update(opened)
        say(1, f"committed {opened.catalogue.version()}")
        opened.close()
    except IndexLayerError as error:
        say(2, f"citewell: {error}")
        return 3
    return 0


def watch(folder: Path) -> None:
    world = World(folder)
    opened = world.open()
    rules = Rules(LIMIT, home=world.home)
    for changed in changes([world.docs], Event(), rules):
        opened.update([Scope(world.docs, path) for path in sorted(changed)], rules)


def say(file: int, line: str) -> None:
    """By a call that nothing else uses, so that it works while ``write`` finds the disk full."""
    os.writev(file, [line.encode(), b"\n"])


if __name__ == "__main__":
    if "--watch" in sys.argv:
        watch(Path(sys.argv[1]))
    else:
        sys.exit(main(Path(sys.argv[1]), in_place="--in-place" in sys.argv))
