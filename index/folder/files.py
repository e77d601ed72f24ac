"""Reads one file of a folder, or says why it cannot be read and what to do about it."""

from __future__ import annotations

import errno
import os
import stat
import time
from pathlib import Path

from index.errors import ReadError, why

TRIES = 3
PAUSE_S = 0.05
_ADVICE = {
    errno.EACCES: "check its permissions",
    errno.EPERM: "check its permissions",
    errno.ENAMETOOLONG: "its path is too long: shorten the names of its folders",
    errno.ELOOP: "the link leads back to itself: mend it",
    errno.EIO: "check the disk",
}


def read_file(path: Path, max_bytes: int) -> bytes:
    """The bytes of a regular file. Raises ReadError; never waits on a FIFO or device.

    A file that is written to meanwhile is read again: what was read may be half old and half new.
    """
    for _ in range(TRIES):
        data, is_still = _read(path, max_bytes)
        if len(data) > max_bytes:
            raise ReadError(too_large(max_bytes))
        if is_still:
            return data
        time.sleep(PAUSE_S)
    raise ReadError("is written to while it is read: run 'citewell index' again when that is over")


def _read(path: Path, max_bytes: int) -> tuple[bytes, bool]:
    """The bytes, at most one too many, and whether the file stayed as it was meanwhile."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            before = os.fstat(handle)
            if not stat.S_ISREG(before.st_mode):
                raise ReadError("not a regular file")
            data = file.read(max_bytes + 1)
            return data, _mark(before) == _mark(os.fstat(handle))
    except OSError as error:
        raise ReadError(unreadable(error)) from error


def _mark(info: os.stat_result) -> tuple[int, int]:
    return info.st_size, info.st_mtime_ns


def unreadable(error: OSError | RuntimeError) -> str:
    """What is wrong, and what to do about it."""
    if isinstance(error, RuntimeError):  # pathlib's for a link that leads back to itself
        return f"cannot be read: {error}; {_ADVICE[errno.ELOOP]}"
    advice = _ADVICE.get(error.errno or 0, "check that it is there and that its disk is in order")
    return f"cannot be read: {why(error)}; {advice}"


def too_large(max_bytes: int) -> str:
    return (
        f"larger than {max_bytes // 1_000_000} MB: split it, or raise max_file_mb "
        "(CITEWELL_MAX_FILE_MB) if the machine has the memory"
    )
