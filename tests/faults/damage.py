"""Ways to damage what is stored: files and single rows."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, suppress
from itertools import cycle
from pathlib import Path
from random import Random

from index.folder.exclusions import FILE as USER_FILE
from index.home.schema import FILE
from tests.faults.world import World

Damaging = Callable[[World, Random], str]  # says what it did
Case = tuple[str, int, str, Damaging]  # kind, seed, the home to start from, the damage


def flip(pattern: str) -> Damaging:
    """One bit of one file."""

    def damage(world: World, random: Random) -> str:
        path = _some_file(world, pattern, random)
        data = bytearray(path.read_bytes())
        at, bit = random.randrange(len(data)), random.randrange(8)
        data[at] ^= 1 << bit
        path.write_bytes(data)
        return f"bit {bit} of byte {at} of {path.relative_to(world.home)}"

    return damage


def cut(world: World, random: Random) -> str:
    path = _some_file(world, "**/*", random)
    size = random.choice((0, random.randrange(path.stat().st_size)))
    os.truncate(path, size)
    return f"{path.relative_to(world.home)} cut to {size} bytes"


def delete(world: World, random: Random) -> str:
    path = _some_file(world, "**/*", random)
    if path.name != USER_FILE:  # it is the user's to delete, and what it excludes comes back
        path.unlink()
    return f"{path.relative_to(world.home)} deleted"


def swap(world: World, random: Random) -> str:
    one = _some_file(world, "**/*", random)
    other = _some_file(world, "**/*", random)
    data = one.read_bytes()
    one.write_bytes(other.read_bytes())
    other.write_bytes(data)
    return f"{one.relative_to(world.home)} and {other.relative_to(world.home)} swapped"


def _some_file(world: World, pattern: str, random: Random) -> Path:
    files = [one for one in world.home.glob(pattern) if one.is_file() and one.stat().st_size]
    return random.choice(sorted(files))


CHANGES = ("another", "empty", "swapped", "deleted")


def columns(home: Path) -> Iterator[tuple[str, str, str]]:
    """Database, table and column of all that is stored."""
    for file in (FILE, USER_FILE):
        with closing(sqlite3.connect(home / file)) as db:
            tables = db.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            for (table,) in tables:
                for row in db.execute(f"PRAGMA table_info({table})").fetchall():
                    yield file, table, row[1]


def rewrite(file: str, table: str, column: str, change: str) -> Damaging:
    """One value of one row, by SQL."""

    def damage(world: World, random: Random) -> str:
        with closing(sqlite3.connect(world.home / file, isolation_level=None)) as db:
            rows = db.execute(f"SELECT rowid, {column} FROM {table}").fetchall()
            here, there = random.choice(rows), random.choice(rows)
            set_value = f"UPDATE {table} SET {column} = ? WHERE rowid = ?"
            with suppress(sqlite3.IntegrityError):  # SQLite itself keeps it from happening
                if change == "deleted":
                    db.execute(f"DELETE FROM {table} WHERE rowid = ?", (here[0],))
                elif change == "swapped":
                    db.execute("BEGIN")
                    db.execute(set_value, (_other(here[1]), here[0]))
                    db.execute(set_value, (here[1], there[0]))
                    db.execute(set_value, (there[1], here[0]))
                    db.execute("COMMIT")
                else:
                    value = _other(here[1]) if change == "another" else _empty(here[1])
                    db.execute(set_value, (value, here[0]))
        return f"{table}.{column} {change} in row {here[0]}"

    return damage


def _other(value: object) -> object:
    if isinstance(value, int):
        return value + 1
    if isinstance(value, bytes):
        return bytes([value[0] ^ 1]) + value[1:] if value else b"x"
    if isinstance(value, str):
        return ("y" if value.startswith("x") else "x") + value[1:]
    return None


def _empty(value: object) -> object:
    return {int: 0, str: "", bytes: b""}.get(type(value))


FILES: dict[str, tuple[str, Damaging]] = {
    "bit of catalogue": ("closed", flip("catalogue.sqlite")),
    "bit of log": ("open", flip("catalogue.sqlite-wal")),
    "bit of catalogue with log": ("open", flip("catalogue.sqlite*")),
    "bit of bm25": ("closed", flip("bm25/**/*")),
    "bit of user.sqlite": ("closed", flip("user.sqlite")),
    "file cut": ("open", cut),
    "file deleted": ("closed", delete),
    "files swapped": ("closed", swap),
}
# Of a home whose vectors are so many that an index file is written for them.
LARGE: dict[str, tuple[str, Damaging]] = {
    "large: bit of dense index": ("closed", flip("dense/*.faiss")),
    "large: bit of dense manifest": ("closed", flip("dense/manifest.json")),
    "large: file cut": ("open", cut),
    "large: file deleted": ("closed", delete),
    "large: files swapped": ("closed", swap),
}


def of_files(seed: int, n: int, kinds: Mapping[str, tuple[str, Damaging]]) -> Iterator[Case]:
    """``n`` flips and the like, each kind as often."""
    for at, (kind, (saved, damaging)) in zip(range(n), cycle(kinds.items())):
        yield kind, seed + at, saved, damaging


def of_rows(world: World, seed: int, times: int) -> Iterator[Case]:
    """Every change of every column, some times each."""
    for file, table, column in columns(world.folder / "closed"):
        for change in CHANGES:
            for at in range(times):
                damaging = rewrite(file, table, column, change)
                yield f"row {change}", seed + at, "closed", damaging
