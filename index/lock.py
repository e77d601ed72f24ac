"""One writer a home, by a kernel lock that goes with its process."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.errors import HomeError, LockedError

FILE = "writer.lock"


@contextmanager
def writer_lock(home: Path) -> Iterator[None]:
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
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            file.seek(0)
            holder = file.read().strip() or "unknown"
            raise LockedError(
                f"another process is writing to {home} (process {holder}): "
                "wait until it has finished, then run the command again"
            ) from error
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
