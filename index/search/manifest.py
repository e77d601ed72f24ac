"""A folder of files that is replaced as a whole: what it holds, and the hash of each file.

    FOLDER/citewell.json           the manifest: names one generation and the hashes of its files
    FOLDER/VERSION-RANDOM/…        a generation; never changed once the manifest names it

A writer builds the next generation beside the last one, from hard links to the files that
stay, and publishes it with one rename of the manifest. Whatever goes wrong before that leaves
the last one as it was.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import re
import secrets
import shutil
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from index.errors import DamageError, why
from index.home.durable import sha256_of, sync_folder, temporary_of, write_durably

FILE = "citewell.json"
FORMAT = 2  # raise it when the same passages give other files
GENERATION = re.compile(r"\d+-[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Sealed:
    """A file as it was when it was published."""

    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Seen:
    """A file whose hash was found right: the same inode, not written to since."""

    sha256: str
    device: int
    inode: int
    size: int
    mtime_ns: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """``version`` None: nothing was published yet. ``source`` is the caller's own mark."""

    version: int | None = None
    passages: int = 0
    source: str = ""
    generation: str = ""
    files: Mapping[str, Sealed] = field(default_factory=dict)


NOTHING = Manifest()


def read(folder: Path) -> Manifest | None:
    """None where there is no folder, or nothing in it. Raises DamageError."""
    path = folder / FILE
    data = _data(path)
    if data is None:
        return None
    try:
        manifest = _decode(data)
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        raise damage(path, "is not what was written") from error
    if _encode(manifest) != data:
        raise damage(path, "does not match its hash")
    return manifest


def _data(path: Path) -> bytes | None:
    for _ in range(2):  # the manifest comes first: what is seen without one may be just begun
        try:
            return path.read_bytes()
        except FileNotFoundError:
            if _is_empty(path):
                return None
        except OSError as error:
            raise damage(path, f"cannot be read ({why(error)})") from error
    raise damage(path, "is missing")


def _is_empty(path: Path) -> bool:
    try:
        return all(one == temporary_of(path) for one in path.parent.iterdir())
    except FileNotFoundError:
        return True


def publish(folder: Path, manifest: Manifest) -> None:
    """From now on this is what a reader gets, also after a power failure. Raises OSError."""
    if manifest.generation:
        sync_folder(folder / manifest.generation)
    sync_folder(folder)
    write_durably(folder / FILE, _encode(manifest))


def _encode(manifest: Manifest) -> bytes:
    body = {"format": FORMAT, **asdict(manifest)}
    canonical = json.dumps(body, sort_keys=True).encode()
    sealed = {"manifest": body, "sha256": hashlib.sha256(canonical).hexdigest()}
    return json.dumps(sealed, sort_keys=True, indent=1).encode()


def _decode(data: bytes) -> Manifest:
    fields: dict[str, Any] = json.loads(data)["manifest"]
    files = {name: Sealed(**seal) for name, seal in fields.pop("files").items()}
    fields.pop("format")  # another one does not come out as it went in, and is refused
    return Manifest(**fields, files=files)


def damage(path: Path | str, what: str) -> DamageError:
    return DamageError(
        f"{path} {what}: run 'citewell index' again, and it is made anew from the catalogue"
    )


@contextmanager
def held(generation: Path) -> Iterator[None]:
    """A generation that no writer collects meanwhile. Raises DamageError where it is gone."""
    try:
        folder = os.open(generation, os.O_RDONLY | os.O_DIRECTORY)
    except OSError as error:
        raise damage(generation, f"cannot be opened ({why(error)})") from error
    try:
        fcntl.flock(folder, fcntl.LOCK_SH)
        yield
    finally:
        os.close(folder)


def check(generation: Path, manifest: Manifest, seen: frozenset[Seen]) -> frozenset[Seen]:
    """Raises DamageError, naming the file, where one is not as it was published.

    What stands in ``seen`` is not read again. Returns what has been seen now.
    """
    return frozenset(
        _check(generation / name, sealed, seen) for name, sealed in manifest.files.items()
    )


def _check(path: Path, sealed: Sealed, seen: frozenset[Seen]) -> Seen:
    try:
        now = look(path, sealed.sha256)
        if now.size != sealed.size:
            raise damage(path, f"has {now.size} bytes and not {sealed.size}")
        if now not in seen and sha256_of(path) != sealed.sha256:
            raise damage(path, "does not match its hash")
    except OSError as error:
        raise damage(path, f"cannot be read ({why(error)})") from error
    return now


def look(path: Path, sha256: str) -> Seen:
    """A file as it stands, known to have this hash. Raises OSError."""
    stat = path.stat()
    return Seen(sha256, stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns)


@contextmanager
def next_generation(folder: Path, last: Manifest, version: int) -> Iterator[Path]:
    """A folder with the files of the last generation, to be changed file by file.

    It goes again when an error leaves the block. Raises OSError.
    """
    path = folder / f"{version}-{secrets.token_hex(4)}"
    path.mkdir()
    try:
        for name in last.files:
            _carry(folder / last.generation / name, path / name)
        yield path
    except BaseException:
        shutil.rmtree(path, ignore_errors=True)
        raise


def _carry(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:  # some file systems have no hard links
        shutil.copyfile(source, target)
        with target.open("rb") as file:
            os.fsync(file.fileno())


def sealed(generation: Path, names: Iterable[str], same: Mapping[str, Sealed]) -> dict[str, Sealed]:
    """The size and hash of each file, read only where it is not the ``same`` as before."""
    return {name: same.get(name) or _seal(generation / name) for name in sorted(names)}


def _seal(path: Path) -> Sealed:
    return Sealed(path.stat().st_size, sha256_of(path))


def collect(folder: Path, keep: str) -> None:
    """Removes generations that are past or were never published, unless a reader opens one."""
    for path in folder.iterdir():
        if not GENERATION.fullmatch(path.name) or path.name == keep:
            continue
        generation = os.open(path, os.O_RDONLY | os.O_DIRECTORY)
        try:
            fcntl.flock(generation, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(path, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            os.close(generation)
