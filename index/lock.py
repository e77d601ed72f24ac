"""One writer a home, by a kernel lock that goes with its process."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from index.errors import HomeError, LockedError

FILE = "writer.lock"


@contextmanager
def writer_lock(home: Path, *, wait_s: float = 0.0) -> Iterator[None]:
    """Holds the home's lock. Raises LockedError, naming the process that has it."""
    path = home / FILE
    try:
        home.mkdir(parents=True, exist_ok=True)
        file = path.open("a+", encoding="utf-8")
    except OSError as error:
        raise HomeError(
            f"the home folder {home} cannot be written ({error.strerror}): "
            "name another with --home or CITEWELL_HOME"
        ) from error
    with file:
        deadline = time.monotonic() + wait_s
        while not _locked(file):
            if time.monotonic() >= deadline:
                file.seek(0)
                holder = file.read().strip() or "unknown"
                raise LockedError(
                    f"another process is writing to {home} (process {holder}): "
                    "wait until it has finished, then run the command again"
                )
            time.sleep(0.05)
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def _locked(file: TextIO) -> bool:
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
