"""Which versions are being read, so that a writer does not clear them away.

A reader holds a file in ``home/readers`` that says the oldest version it reads. The file is
locked as long as the reader lives; the lock goes with its process, however that ends.
"""

from __future__ import annotations

import fcntl
import os
import uuid
from contextlib import suppress
from pathlib import Path

FOLDER = "readers"


class Pin:
    """One reader's mark. A home that cannot be written is read without one."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._path: Path | None = None
        self._handle: int | None = None

    def hold(self, version: int) -> None:
        """From now on nothing that ``version`` holds is cleared away."""
        try:
            if self._handle is None:
                self._take()
            assert self._handle is not None
            os.pwrite(self._handle, f"{version:020d}".encode(), 0)
        except OSError:
            self.release()

    def release(self) -> None:
        if self._path is not None:
            with suppress(OSError):
                self._path.unlink(missing_ok=True)
        if self._handle is not None:
            os.close(self._handle)
        self._path = self._handle = None

    def _take(self) -> None:
        folder = self._home / FOLDER
        folder.mkdir(parents=True, exist_ok=True)
        while True:
            path = folder / uuid.uuid4().hex
            handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600)
            fcntl.flock(handle, fcntl.LOCK_EX)
            if path.exists():  # a writer may have found it before the lock was on it
                self._path, self._handle = path, handle
                return
            os.close(handle)


def oldest(home: Path) -> int | None:
    """The oldest version that is being read; None where nobody reads. Clears dead marks away."""
    versions = []
    folder = home / FOLDER
    for path in folder.iterdir() if folder.is_dir() else ():
        with suppress(FileNotFoundError):
            handle = os.open(path, os.O_RDWR)
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                path.unlink(missing_ok=True)
            except BlockingIOError:
                said = os.pread(handle, 20, 0)
                versions.append(int(said) if said.isdigit() else 0)
            finally:
                os.close(handle)
    return min(versions, default=None)
