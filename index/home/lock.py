"""One writer a home, by a kernel lock that goes with its process."""

from __future__ import annotations

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from index.errors import HomeError, LockedError, why
from index.home.durable import make_folder

FILE = "writer.lock"


@contextmanager
def writer_lock(home: Path, *, wait_s: float = 0.0) -> Iterator[None]:
    """Holds the home's lock. Raises LockedError, naming the process that has it, and HomeError."""
    path = home / FILE
    try:
        make_folder(home)
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise HomeError(
            f"the home folder {home} cannot be written ({why(error)}): "
            "name another with --home or CITEWELL_HOME"
        ) from error
    try:
        deadline = time.monotonic() + wait_s
        while not _locked(handle):
            if time.monotonic() >= deadline:
                raise LockedError(
                    f"another process is writing to {home} (process {_holder(handle)}): "
                    "wait until it has finished, then run the command again"
                )
            time.sleep(0.05)
        with suppress(OSError):  # a full disk: the lock is held, only its holder is not named
            os.ftruncate(handle, 0)
            os.pwrite(handle, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(handle)


def _locked(handle: int) -> bool:
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError as error:
        raise HomeError(
            f"this file system has no locks ({why(error)}): name a home on a local disk with "
            "--home or CITEWELL_HOME"
        ) from error
    return True


def _holder(handle: int) -> str:
    return os.pread(handle, 20, 0).decode("ascii", "replace").strip() or "unknown"
