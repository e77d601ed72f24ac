"""Large files that are hashed as they are written, and checked before they are believed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from index.errors import DamageError, why
from index.home.durable import System, sync_folder, temporary_of

T = TypeVar("T")
Put = Callable[[bytes], int]  # takes bytes, says how many
Take = Callable[[int], bytes]  # up to so many bytes, fewer at the end


def write_hashed(path: Path, fill: Callable[[Put], None], *, system: System = os) -> str:
    """Has ``fill`` write the file; returns the sha256 of what was meant, whatever the disk makes
    of it. The file is there whole, also after a power failure, or it is as it was. Raises
    OSError. One writer at a time."""
    digest = hashlib.sha256()
    temporary = temporary_of(path)
    try:
        with temporary.open("wb") as file:

            def put(data: bytes) -> int:
                digest.update(data)
                return file.write(data)

            fill(put)
            file.flush()
            system.fsync(file.fileno())
        system.replace(temporary, path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    sync_folder(path.parent, system=system)
    return digest.hexdigest()


def read_hashed(path: Path, sha256: str, parse: Callable[[Take], T]) -> T:
    """What ``parse`` makes of a file with this hash. Raises DamageError for any other file.

    The file is read twice, so that it need not be held: a parser of damaged bytes may crash or
    ask for any amount of memory, so it sees none before the hash is known to be right.
    """
    try:
        with path.open("rb") as file:
            if hashlib.file_digest(file, "sha256").hexdigest() != sha256:
                raise DamageError(f"{path} does not match its hash: it was damaged on disk")
            file.seek(0)
            digest = hashlib.sha256()

            def take(size: int) -> bytes:
                data = file.read(size)
                digest.update(data)
                return data

            parsed = parse(take)
    except (OSError, RuntimeError, ValueError) as error:
        raise DamageError(f"{path} cannot be read: {why(error)}") from error
    if digest.hexdigest() != sha256:
        raise DamageError(f"{path} was changed while it was read")
    return parsed
