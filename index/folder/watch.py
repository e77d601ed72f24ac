"""Tells which files and folders may have changed, so that only these are looked at again."""

from __future__ import annotations

import os
import stat
import sys
import threading
import time
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from watchfiles import Change, watch

from index.errors import ReadError
from index.folder import ignore
from index.folder.walk import Rules, is_utf8

Events = set[tuple[Change, str]]

_ENDED: Events = {(Change.deleted, "")}

_TICK_MS = 100  # how often the roots themselves are looked at
_STEP_MS = 50  # without an event for so long, what has been seen is told
_DEBOUNCE_MS = 1_600  # told in any case after so long
_MANY = 1_000  # more paths than this are told as their roots
_TRIES = 3
# These systems watch a folder with all that is below it. Linux watches folders one by one, and a
# library that finds them by itself follows links, stops at the first that it may not read, and
# watches hidden ones too.
_WATCHES_TREES = sys.platform in ("darwin", "win32")


def changes(
    roots: Sequence[Path], stop: threading.Event, rules: Rules, every_s: float = 600.0
) -> Iterator[set[Path]]:
    """Batches of paths under the resolved ``roots`` to look at again, until ``stop`` is set.

    A path may be a file or a folder, there or gone; of a folder, all that is below it is meant. The
    first batch is the roots themselves, as soon as they are watched: what changed before that is
    found by looking. A saved file is told within about 0.2 s; of a rename both names are told, and
    of a change of ignore rules the folder that they hold for. More than 1,000 paths at once are
    told as the roots that they are in. A root that goes away is told once; when it is there again,
    all roots are.

    Left out: the index's home and, unless ``rules`` take them, hidden files and folders. What is
    ignored is told, for ``walk`` to leave out.

    Not seen at once, but when everything is told again, every ``every_s`` seconds: changes that
    another machine makes on a network file system, changes through another name of a file (a link
    out of the roots), a disk that is mounted or taken away below a root, and what the system drops
    when more happens at once than it can queue. With the environment variable
    WATCHFILES_FORCE_POLLING=1 the files are looked at a few times a second instead; this is for
    network file systems, and for more folders than the system can watch. It goes by whole seconds:
    a second change within one is seen when everything is told again.

    Raises ReadError if the system refuses to watch.
    """
    failed = 0
    while not stop.is_set():
        watching = _Watching(tuple(roots), rules, stop, time.monotonic() + every_s)
        try:
            with closing(watching.batches()) as batches:
                for batch in batches:
                    failed = 0
                    if batch:
                        yield batch
        except (OSError, RuntimeError) as error:
            # Two may happen as often as they like: that a folder goes before it is watched, and
            # that somebody opens a file whose name is not UTF-8, which the library ends at.
            is_usual = isinstance(error, FileNotFoundError) or "Unable to decode" in str(error)
            failed += not is_usual
            if failed == _TRIES:
                raise ReadError(
                    f"the folders cannot be watched: {error}. Set WATCHFILES_FORCE_POLLING=1, or "
                    "raise fs.inotify.max_user_watches where it says that there are too many"
                ) from error
            stop.wait(1.0)
            yield set(roots)


def fold(paths: set[Path], roots: Sequence[Path]) -> set[Path]:
    """The same said with fewer paths: none below another, and of very many only the roots."""
    if len(paths) > _MANY:
        paths = {root for root in roots if any(path.is_relative_to(root) for path in paths)}
    return {path for path in paths if path in roots or paths.isdisjoint(path.parents)}


@dataclass(slots=True)
class _Watching:
    """One watching of the roots, from setting it up until that has to be done anew."""

    roots: tuple[Path, ...]
    rules: Rules
    stop: threading.Event
    until: float  # monotonic seconds
    watched: set[Path] = field(default_factory=set)  # folders

    def batches(self) -> Generator[set[Path], None, None]:
        """Ends when ``stop`` is set, when a root is there again, and when the time is over."""
        tops = {root: root.parent if _is_file(root) else root for root in self.roots}
        marks = _marks(tops)
        self.watched = {top for top in marks if marks[top]}
        if not _WATCHES_TREES:
            self.watched |= self._below(self.roots)
        due = set(self.roots)
        late: Events = set()
        events = self._events()
        try:
            while True:
                seen = late or next(events, _ENDED)
                if seen is _ENDED:
                    return
                before, marks, late = marks, _marks(tops), set()
                removed = {Path(path) for change, path in seen if change is Change.deleted}
                turned = {top for top in marks if marks[top] != before[top] or top in removed}
                gone = {root for root, top in tops.items() if top in turned and not marks[top]}
                told = self._told(seen)
                fresh = self._fresh(seen, due | told)
                yield fold(due | told | gone, self.roots)
                if any(marks[top] for top in turned) or time.monotonic() > self.until:
                    return
                due = fresh  # told once more when they are watched: much may have come into them
                if fresh:
                    events, late = self._taken_over(events)
        finally:
            events.close()

    def _events(self) -> Generator[Events, None, None]:
        """Without end; an empty set at each tick."""
        folders = sorted(f for f in self.watched if _mark(f) and is_utf8(str(f)))
        return watch(
            *folders,
            watch_filter=None,
            debounce=_DEBOUNCE_MS,
            step=_STEP_MS,
            stop_event=self.stop,
            rust_timeout=_TICK_MS,
            yield_on_timeout=True,
            recursive=_WATCHES_TREES,
            ignore_permission_denied=False,
        )

    def _taken_over(
        self, old: Generator[Events, None, None]
    ) -> tuple[Generator[Events, None, None], Events]:
        """The watching of more folders, begun before the old one ends; what both saw meanwhile."""
        new = self._events()
        late = next(new, set()) | next(old, set())
        old.close()
        return new, late

    def _told(self, seen: Events) -> set[Path]:
        """What is to be looked at because of the events."""
        home = self.rules.home and self.rules.home.resolve()
        told: set[Path] = set()
        for path in {Path(path) for _, path in seen}:
            if home and path.is_relative_to(home):
                continue
            is_rules = path.name == ignore.NAME
            if any(self._is_open(path.parent if is_rules else path, root) for root in self.roots):
                told.add(path.parent if is_rules else path)
        return told

    def _is_open(self, path: Path, root: Path) -> bool:
        if not path.is_relative_to(root):
            return False
        below = path.relative_to(root).parts
        return self.rules.hidden or not any(name.startswith(".") for name in below)

    def _fresh(self, seen: Events, paths: Iterable[Path]) -> set[Path]:
        """The topmost folders among the paths and below them that were not watched yet."""
        if _WATCHES_TREES:
            return set()
        # A folder that was made anew under its old name is not the one that is watched.
        anew = self.watched & {Path(path) for change, path in seen if change is Change.added}
        if anew:
            self.watched = {f for f in self.watched - anew if anew.isdisjoint(f.parents)}
        fresh = self._below(paths) - self.watched
        self.watched |= fresh
        return {folder for folder in fresh if folder.parent not in fresh}

    def _below(self, paths: Iterable[Path]) -> set[Path]:
        """The folders among the paths and below them that are to be watched."""
        home = self.rules.home and self.rules.home.resolve()
        found: set[Path] = set()
        waiting = list(paths)
        while waiting:
            folder = waiting.pop()
            try:
                if folder.is_symlink():
                    continue
                with os.scandir(folder) as entries:
                    names = [e.name for e in entries if e.is_dir(follow_symlinks=False)]
            except OSError:  # a file, or gone, or not to be read
                continue
            found.add(folder)
            waiting += [folder / name for name in names if self._is_taken(folder / name, home)]
        return found

    def _is_taken(self, folder: Path, home: Path | None) -> bool:
        is_open = self.rules.hidden or not folder.name.startswith(".")
        return is_open and folder != home and is_utf8(folder.name)


def _marks(tops: Mapping[Path, Path]) -> dict[Path, tuple[int, int] | None]:
    return {top: _mark(top) for top in set(tops.values())}


def _mark(folder: Path) -> tuple[int, int] | None:
    """Which folder it is, whatever its name; None if it is not there."""
    try:
        info = folder.stat()
    except OSError:
        return None
    return (info.st_dev, info.st_ino) if stat.S_ISDIR(info.st_mode) else None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # in a folder that may not be entered
        return False
