"""Finds the files under the paths that a user names, and says why it leaves any out."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import ReadError
from index.readers import media_type
from index.types import Source


@dataclass(frozen=True, slots=True)
class Found:
    source: Source
    path: Path
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Left:
    """A file that is not read, and why."""

    path: Path
    reason: str


@dataclass(frozen=True, slots=True)
class Scan:
    found: tuple[Found, ...]
    left: tuple[Left, ...]


def scan(paths: Sequence[Path], max_bytes: int) -> Scan:
    """Every regular file under ``paths``, in the order of its name, each once.

    Raises ReadError for a named path that is missing or is neither file nor folder.
    """
    found: dict[Path, Found] = {}
    left: dict[Path, Left] = {}
    for path in paths:
        root = path if path.is_dir() else path.parent
        for each, reason in _walk(path):
            entry = Left(each, reason) if reason else _look(each, root, max_bytes)
            if isinstance(entry, Found):
                found.setdefault(each, entry)
            else:
                left.setdefault(each, entry)
    # A link out of one root may lead into another.
    return Scan(tuple(found.values()), tuple(one for one in left.values() if one.path not in found))


def resolve(path: Path) -> Path:
    """The absolute path that a root is stored under. Raises ReadError."""
    try:
        absolute = path.expanduser().resolve(strict=True)
        mode = absolute.stat().st_mode
    except (OSError, RuntimeError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise ReadError(f"{path} cannot be indexed: {reason}. Check the path") from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise ReadError(f"{path} is neither a file nor a folder: name a file or a folder")
    if stat.S_ISDIR(mode) and not os.access(absolute, os.R_OK | os.X_OK):
        raise ReadError(f"{path} cannot be read: check its permissions")
    return absolute


def read_file(path: Path, max_bytes: int) -> bytes:
    """The bytes of a regular file. Raises ReadError; never waits on a FIFO or device."""
    try:
        handle = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(handle, "rb") as file:
            if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
                raise ReadError("not a regular file")
            data = file.read(max_bytes + 1)
    except OSError as error:
        raise ReadError(f"cannot be read: {error.strerror}; check its permissions") from error
    if len(data) > max_bytes:
        raise ReadError(_too_large(max_bytes))
    return data


def _walk(path: Path) -> Iterator[tuple[Path, str]]:
    """Files with an empty reason, and what is not descended into with one."""
    stack = [path]
    while stack:
        here = stack.pop()
        reason = "" if here == path else _closed(here)
        if reason or not _is_folder(here):
            yield here, reason
            continue
        try:
            with os.scandir(here) as entries:
                names = sorted((entry.name for entry in entries), reverse=True)
        except OSError as error:
            yield here, f"the folder cannot be read: {error.strerror}; check its permissions"
            continue
        stack += [here / name for name in names]


def _closed(path: Path) -> str:
    """Why something inside a folder is not looked at, whatever it holds; empty if it is."""
    if path.name.startswith("."):
        return "hidden files and folders are left out"
    if path.is_symlink() and _is_folder(path):
        return "a link to a folder is not followed; index its target by name"
    return ""


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # such as a link into a folder that may not be read
        return False


def _look(path: Path, root: Path, max_bytes: int) -> Found | Left:
    try:
        if path.is_symlink() and not path.resolve(strict=True).is_relative_to(root):
            return Left(path, "a link out of the folder is not followed; index its target by name")
        info = path.stat()
    except (OSError, RuntimeError) as error:
        return Left(path, f"cannot be read: {getattr(error, 'strerror', None) or error}")
    if not stat.S_ISREG(info.st_mode):
        return Left(path, "not a regular file (a device, FIFO or socket)")
    if media_type(path.name) is None:
        kind = path.suffix or "files without an extension"
        return Left(path, f"{kind} is not a format that is read yet; convert it to .txt or .md")
    if info.st_size > max_bytes:
        return Left(path, _too_large(max_bytes))
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return Left(path, "its name is not valid UTF-8; rename it")
    source = Source(str(root), path.relative_to(root).as_posix())
    return Found(source, path, info.st_size, info.st_mtime_ns)


def _too_large(max_bytes: int) -> str:
    return (
        f"larger than {max_bytes // 1_000_000} MB: split it, or raise max_file_mb "
        "(CITEWELL_MAX_FILE_MB) if the machine has the memory"
    )
