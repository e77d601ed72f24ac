"""The order in which things reach the disk, read from a trace of a whole run.

A killed process loses nothing that the kernel has, so a power failure is told from the order of
calls alone: what "committed" speaks of was synced before, a file is synced before it is renamed
into its place, and its folder after.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.faults.points import Story, trace
from tests.faults.world import World

CALLS = (
    "pwrite64",
    "write",
    "writev",
    "fsync",
    "fdatasync",
    "rename",
    "renameat",
    "link",
    "unlink",
    "mkdir",
)
WRITES, SYNCS = ("pwrite64", "write"), ("fsync", "fdatasync")
WHOLE = re.compile(r"^(\d+) +(\w+)\((.*)\) += 0|^(\d+) +(\w+)\((.*)\) += \d+")
BEGUN = re.compile(r"^(\d+) +(\w+)\((.*) <unfinished \.\.\.>$")
ENDED = re.compile(r"^(\d+) +<\.\.\. (\w+) resumed>(.*)\) += \d+")
OPEN_FILE = re.compile(r"^\d+<([^>]*)>")
NAMES = re.compile(r'"([^"]*)"')


@dataclass(frozen=True, slots=True)
class Call:
    name: str
    arguments: str

    @property
    def file(self) -> str:
        """Of the open file that it is about."""
        found = OPEN_FILE.match(self.arguments)
        return found.group(1) if found else ""

    @property
    def names(self) -> list[str]:
        return NAMES.findall(self.arguments)


def calls(lines: Iterable[str]) -> Iterator[Call]:
    """Calls that succeeded, in the order in which they ended."""
    begun: dict[tuple[str, str], str] = {}
    for line in lines:
        if match := BEGUN.match(line):
            begun[match.group(1), match.group(2)] = match.group(3)
        elif match := ENDED.match(line):
            key = match.group(1), match.group(2)
            yield Call(key[1], begun.pop(key, "") + match.group(3))
        elif match := WHOLE.match(line):
            groups = [one for one in match.groups() if one is not None]
            yield Call(groups[1], groups[2])


@dataclass(slots=True)
class Disk:
    """What would be lost if the power failed now."""

    home: str
    unsynced: set[str] = field(default_factory=set)  # files
    moved: dict[str, str] = field(default_factory=dict)  # name that was set, by its folder
    wrong: list[str] = field(default_factory=list)

    def see(self, call: Call) -> None:
        if call.name in WRITES and self._is_kept(call.file):
            self.unsynced.add(call.file)
        elif call.name in SYNCS:
            self.unsynced.discard(call.file)
            self.moved.pop(call.file, None)
        elif call.name in ("rename", "renameat"):
            self._rename(*call.names[:2])
        elif call.name == "mkdir" and self._is_kept(call.names[0]):
            self.moved[str(Path(call.names[0]).parent)] = call.names[0]
        elif call.name == "writev" and "committed" in call.arguments:
            self._said()

    def _is_kept(self, path: str) -> bool:
        """Files that matter after a crash: of the home, but no locks, pins and shared memory."""
        name = Path(path).name
        loose = name.endswith((".lock", "-shm")) or "readers" in (name, Path(path).parent.name)
        return path.startswith(self.home) and not loose

    def _rename(self, old: str, new: str) -> None:
        if not self._is_kept(new):
            return
        if old in self.unsynced:
            self.wrong.append(f"{new} was renamed into its place before it was synced")
        folder = str(Path(new).parent)
        if Path(new).name == "citewell.json":  # publishes a generation: all of it first
            self.wrong += [
                f"{one} was published before it was synced"
                for one in self.unsynced
                if one.startswith(folder)
            ]
            self.wrong += [
                f"{name} was published before its folder was synced"
                for one, name in self.moved.items()
                if one.startswith(f"{folder}/")
            ]
        self.moved[folder] = new

    def _said(self) -> None:
        """All that a commit needs is on disk. The catalogue itself may wait while its log is."""
        log = f"{self.home}/catalogue.sqlite-wal"
        if log in self.unsynced:
            self.wrong.append("'committed' was said before the log was synced")
        self.wrong += [
            f"'committed' was said before {name} was sure to have its name"
            for name in self.moved.values()
        ]


def unordered(story: Story) -> tuple[int, list[str]]:
    """How many calls were looked at, and what came in the wrong order."""
    world: World = story.world
    world.restore("before")
    log = world.folder / "trace"
    trace(world, log, ["-e", f"trace={','.join(CALLS)}", "-s", "4096"])
    disk, n = Disk(str(world.home)), 0
    for call in calls(log.read_text().splitlines()):
        disk.see(call)
        n += 1
    return n, disk.wrong
