"""Finds the files under a folder that a user names, and says why it leaves any out."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from index.errors import ReadError, why
from index.folder import ignore
from index.folder.files import read_file, too_large, unreadable
from index.folder.ignore import Ignore
from index.readers import media_type, why_not_read
from index.types import Source

UPLOADS = "uploads"  # in the home: files that were sent, a root of its own
_MAX_RULES_BYTES = 1_000_000
_HIDDEN = "hidden files and folders are left out; --hidden takes them"
_HOME = "the home folder of the index is never read"
_NAME = "its name is not valid UTF-8; rename it"


@dataclass(frozen=True, slots=True)
class Rules:
    """What is taken; all are about what lies below a root, not about the root itself."""

    max_bytes: int  # of one file
    hidden: bool = False  # take what has a name that starts with a dot too
    home: Path | None = None  # the index's own folder: never read, wherever it lies, but UPLOADS


@dataclass(frozen=True, slots=True)
class Found:
    """A file to read. Size, times and inode are those of what a link leads to: hints only."""

    source: Source
    path: Path
    size: int  # bytes
    mtime_ns: int
    ctime_ns: int
    inode: int = 0


@dataclass(frozen=True, slots=True)
class Left:
    """A file that is not read, or a folder that is not looked into, and why.

    ``is_unknown``: nobody can say what is there now, so that it cannot be said to be gone.
    """

    path: Path
    reason: str
    is_folder: bool = False
    is_unknown: bool = False


@dataclass(frozen=True, slots=True)
class _Task:
    root: Path  # of the sources
    rules: Rules  # with a resolved home
    way: tuple[str, ...]  # names from the root to what the walk is narrowed to


@dataclass(frozen=True, slots=True)
class _Folder:
    """A folder on the way down, with the names in it that are still to be looked at."""

    path: Path
    names: tuple[str, ...]  # of the folders from the root to it
    ignore: Ignore | None
    waiting: Iterator[str]


def resolve(path: Path) -> Path:
    """The absolute path that a root is stored under. Raises ReadError."""
    try:
        absolute = path.expanduser().resolve(strict=True)
        mode = absolute.stat().st_mode
    except (OSError, RuntimeError, ValueError) as error:
        raise ReadError(f"{path} cannot be indexed: {why(error)}. Check the path") from error
    if not (stat.S_ISREG(mode) or stat.S_ISDIR(mode)):
        raise ReadError(f"{path} is neither a file nor a folder: name a file or a folder")
    if stat.S_ISDIR(mode) and not os.access(absolute, os.R_OK | os.X_OK):
        raise ReadError(f"{path} cannot be read: check its permissions")
    return absolute


def walk(root: Path, rules: Rules, within: Path | None = None) -> Iterator[Found | Left]:
    """Every file under ``root``, depth first and by name, and what is left out.

    ``root`` is a resolved path. A root that is a file has the folder it lies in as the root of its
    source, and is taken though it is hidden or ignored: it was named. ``within`` narrows the walk
    to one file or folder below the root; what leaves out a folder on the way to it is then what is
    given. What is not there, or not any more, gives nothing. Memory: the names of the folders
    from the root to where the walk is.

    Raises ReadError, before anything in its folder is given, for a rule file that is in doubt, and
    ValueError for a ``within`` that is not below the root.
    """
    way = () if within is None else within.relative_to(root).parts
    if ".." in way:
        raise ValueError(f"{within} is not below {root}")
    home = rules.home and rules.home.resolve()
    if home and root.is_relative_to(home) and root != home / UPLOADS:
        yield Left(root, _HOME, _is_folder(root))
    elif not is_utf8(str(root)):
        yield Left(root, _NAME, _is_folder(root))
    elif _is_folder(root):
        yield from _below(_Task(root, replace(rules, home=home), way))
    elif not way:
        one = _file(_Task(root.parent, replace(rules, home=home), ()), root, root.name)
        if one is not None:
            yield one


def is_mounted(root: Path) -> bool:
    """Whether what is missing under ``root`` can be said to be gone.

    An unplugged disk leaves its mount point: no folder, or one that holds nothing, or only empty
    folders. So a root counts as there if it is a file, or if somewhere below it is one entry that
    is not hidden and is not a folder. (An emptied folder looks the same as an unplugged disk, so
    it counts as missing.) Stops at the first such entry.
    """
    if not _is_folder(root):
        return os.access(root, os.F_OK)
    waiting = [str(root)]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    if entry.name.startswith("."):
                        continue
                    if not entry.is_dir(follow_symlinks=False):
                        return True
                    waiting.append(entry.path)
        except OSError:
            continue
    return False


def is_utf8(name: str) -> bool:
    """Whether a file's name can be written as text; one that cannot is left out."""
    try:
        name.encode()
    except UnicodeEncodeError:
        return False
    return True


def _below(task: _Task) -> Iterator[Found | Left]:
    levels: list[_Folder] = []
    entry: _Folder | Found | Left | None = _open(task, task.root, (), None)
    while True:
        if isinstance(entry, _Folder):
            levels.append(entry)
        elif entry is not None:
            yield entry
        name = None
        while levels and (name := next(levels[-1].waiting, None)) is None:
            levels.pop()
        if name is None:
            return
        entry = _look(task, levels[-1], name)


def _look(task: _Task, here: _Folder, name: str) -> _Folder | Found | Left | None:
    """What one entry of a folder is; nothing for one that is gone meanwhile."""
    if name == ignore.NAME:
        return None
    path, names = here.path / name, (*here.names, name)
    try:
        info = path.lstat()
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        return Left(path, unreadable(error), is_unknown=True)
    is_folder = stat.S_ISDIR(info.st_mode)
    reason = ""
    if path == task.rules.home:
        reason = _HOME
    elif not task.rules.hidden and name.startswith("."):
        reason = _HIDDEN
    elif here.ignore is not None:
        reason = here.ignore.reason(names, is_folder)
    if not reason and not is_utf8(name):
        reason = _NAME
    if reason:
        return Left(path, reason, is_folder)
    if is_folder:
        return _open(task, path, names, here.ignore)
    entry = _file(task, path, "/".join(names), info)
    if len(names) < len(task.way) and not (isinstance(entry, Left) and entry.is_folder):
        return None  # a file stands in the way now
    return entry


def _open(
    task: _Task, path: Path, names: tuple[str, ...], above: Ignore | None
) -> _Folder | Left | None:
    """A folder with what is to be looked at in it: all, or the next step of the way."""
    listed = [task.way[len(names)]] if len(names) < len(task.way) else None
    try:
        if listed is None:
            with os.scandir(path) as entries:
                listed = sorted(entry.name for entry in entries)
    except (FileNotFoundError, NotADirectoryError):  # gone or replaced meanwhile
        return None
    except OSError as error:
        return Left(path, f"the folder {unreadable(error)}", is_folder=True, is_unknown=True)
    return _Folder(path, names, _ignore_in(path, names, above), iter(listed))


def _ignore_in(folder: Path, names: tuple[str, ...], above: Ignore | None) -> Ignore | None:
    """The rules above and the folder's own. Raises ReadError where these are in doubt."""
    file = folder / ignore.NAME
    try:
        is_link = stat.S_ISLNK(file.lstat().st_mode)
    except OSError:  # no such file; of a folder that cannot be entered nothing is found either
        return above
    try:
        if is_link:
            raise ReadError("is a link: put the rules themselves there")
        data = read_file(file, _MAX_RULES_BYTES)
    except ReadError as error:
        raise ReadError(f"{file} {error}. It decides what is read, so nothing was") from error
    return Ignore(names, ignore.parse(data, str(file)), above)


def _file(
    task: _Task, path: Path, name: str, info: os.stat_result | None = None
) -> Found | Left | None:
    """A file that is to be read, or why not; nothing for one that is gone meanwhile.

    ``name`` is its path from the root, ``info`` what lstat said, if it was asked.
    """
    is_link = info is not None and stat.S_ISLNK(info.st_mode)
    try:
        if is_link:
            target = path.resolve(strict=True)
            if target.is_dir():
                return Left(
                    path, "a link to a folder is not followed; index its target by name", True
                )
            if not target.is_relative_to(task.root):
                reason = "a link out of the folder is not followed; index its target by name"
                return Left(path, reason)
            if task.rules.home and target.is_relative_to(task.rules.home):
                return Left(path, _HOME)
        if is_link or info is None:
            info = path.stat()
    except (OSError, RuntimeError) as error:
        is_gone = isinstance(error, FileNotFoundError | NotADirectoryError) and not is_link
        return None if is_gone else Left(path, unreadable(error))
    if not stat.S_ISREG(info.st_mode):
        return Left(path, "not a regular file (a device, FIFO or socket)")
    if media_type(path.name) is None:
        return Left(path, why_not_read(path.name))
    if info.st_size > task.rules.max_bytes:
        return Left(path, too_large(task.rules.max_bytes))
    source = Source(str(task.root), name)
    return Found(source, path, info.st_size, info.st_mtime_ns, info.st_ctime_ns, info.st_ino)


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # such as one in a folder that may not be entered
        return False
