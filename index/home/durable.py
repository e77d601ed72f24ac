"""Files outside SQLite: written whole or not at all, hashed, set aside and never deleted."""

from __future__ import annotations

import hashlib
import itertools
import os
from pathlib import Path
from typing import Protocol


class System(Protocol):
    """The calls by which a file becomes durable: ``os``, or a disk that fails in a test."""

    def fsync(self, fd: int, /) -> None: ...

    def replace(self, src: Path, dst: Path, /) -> None: ...


def write_durably(path: Path, data: bytes, *, system: System = os) -> None:
    """The file holds ``data``, also after a power failure. One writer at a time.

    Raises OSError. The file is then as it was, except where only the last step failed, the
    fsync of its folder: it is new, but a power failure may bring the old one back.
    """
    temporary = temporary_of(path)
    try:
        with temporary.open("wb") as file:
            file.write(data)
            file.flush()
            system.fsync(file.fileno())
        system.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent, system=system)


def temporary_of(path: Path) -> Path:
    """Where the new content of ``path`` stands until it is complete."""
    return path.with_name(f".{path.name}.tmp")


def sync_folder(path: Path, *, system: System = os) -> None:
    """Makes durable which names the folder has. Raises OSError."""
    folder = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
    try:
        system.fsync(folder)
    finally:
        os.close(folder)


def make_folder(path: Path, *, system: System = os) -> None:
    """Makes a folder and those above it that are missing, durably. Raises OSError."""
    missing = [one for one in (path, *path.parents) if not one.exists()]
    path.mkdir(parents=True, exist_ok=True)
    for one in reversed(missing):
        sync_folder(one.parent, system=system)


def sha256_of(path: Path) -> str:
    """Of a file's bytes, as hex digits. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def set_aside(path: Path) -> Path | None:
    """Renames what is damaged to ``NAME.damaged-N``, and says where it is now.

    None where there is nothing. Raises OSError.
    """
    if not os.path.lexists(path):
        return None
    for number in itertools.count(1):
        aside = path.with_name(f"{path.name}.damaged-{number}")
        if not os.path.lexists(aside):
            path.rename(aside)
            sync_folder(path.parent)
            return aside
    raise AssertionError("there is always a next number")
