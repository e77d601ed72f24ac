"""A small folder in several states, and what a home says of it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from index.folder.exclusions import Exclusions
from index.folder.survey import Scope
from index.folder.walk import Rules, resolve
from index.report import Reports
from index.search.snapshot import Snapshot
from index.store import Index
from index.types import Document
from tests.fakes import FakeEmbedder
from tests.index.desk import LIMIT, check

Texts = Mapping[str, str]  # a file's name and what stands in it
Held = frozenset[tuple[tuple[str, ...], str]]  # of each document its files and its text
BEFORE = 1_700_000_000  # a time of change that is long past, so that it is trusted
KEPT = ("docs", "home")


def story(name: str, parts: int) -> str:
    """A Markdown text whose sentences stand in no other one."""
    return "\n\n".join(
        f"# {name.title()} in year {year}\n\n"
        f"The keeper {name} counted {7 * year + len(name)} lanterns in Öland in year {year}. "
        f"Nobody but {name} saw the ferry {year * 13} leave. "
        f"The chart {name}-{year} shows a reef of {year + 3} fathoms."
        for year in range(1, parts + 1)
    )


FIRST: Texts = {f"{name}.md": story(name, 3) for name in ("ada", "ben", "cora", "dan", "eva")}
SECOND: Texts = {
    **{name: text for name, text in FIRST.items() if name != "cora.md"},
    "ben.md": story("benjamin", 2),
    "fay.md": story("fay", 4),
    "twin.md": FIRST["ada.md"],
}
THIRD: Texts = {
    **{name: text for name, text in SECOND.items() if name not in ("dan.md", "fay.md")},
    "far/dan.md": SECOND["dan.md"],
    "eva.md": story("evelyn", 4),
    "gus.md": story("gus", 2),
    "hal.md": story("hal", 14),
    "ida.txt": "Ida sold nine maps. She keeps the tenth.",
}


@dataclass(frozen=True, slots=True)
class World:
    """``docs`` and ``home`` below one folder."""

    folder: Path

    @property
    def docs(self) -> Path:
        return self.folder / "docs"

    @property
    def home(self) -> Path:
        return self.folder / "home"

    def open(self) -> Index:
        return Index.open(self.home, FakeEmbedder)

    def put(self, texts: Texts) -> None:
        """Makes ``docs`` hold these files and no others; what has moved is renamed."""
        self.docs.mkdir(parents=True, exist_ok=True)
        old = {name: (self.docs / name).read_text() for name in self.names()}
        for number, (name, text) in enumerate(sorted(texts.items())):
            path = self.docs / name
            path.parent.mkdir(exist_ok=True)
            moved = [one for one in old if one not in texts and old[one] == text]
            if name not in old and moved:
                del old[moved[0]]
                (self.docs / moved[0]).rename(path)
            elif old.get(name) != text:
                path.write_text(text)
                os.utime(path, (BEFORE + number, BEFORE + len(text)))
        for name in old.keys() - texts.keys():
            (self.docs / name).unlink()

    def names(self) -> list[str]:
        files = (path for path in self.docs.rglob("*") if path.is_file())
        return [path.relative_to(self.docs).as_posix() for path in files]

    def update(self, index: Index) -> Reports:
        return index.update([Scope(resolve(self.docs))], Rules(LIMIT, home=self.home))

    def build(self, *stages: Texts) -> None:
        """The home after one run for each state of the folder."""
        index = self.open()
        for texts in stages:
            self.put(texts)
            self.update(index)
        index.close()

    def save(self, name: str) -> None:
        """Keeps a copy of the home under a name; also while it is in use."""
        shutil.rmtree(self.folder / name, ignore_errors=True)
        if self.home.exists():
            shutil.copytree(self.home, self.folder / name)

    def restore(self, name: str) -> None:
        shutil.rmtree(self.home, ignore_errors=True)
        if (self.folder / name).exists():
            shutil.copytree(self.folder / name, self.home)

    def held(self, texts: Texts) -> Held:
        """What an index of these files holds."""
        files: dict[str, list[str]] = {}
        for name, text in texts.items():
            files.setdefault(text, []).append(str(self.docs / name))
        return frozenset((tuple(sorted(names)), text) for text, names in files.items())


def documents(snapshot: Snapshot) -> list[Document]:
    return snapshot.catalogue.documents(snapshot.version, 1_000, None)


def held(snapshot: Snapshot) -> Held:
    """What a snapshot holds, after all of its parts were found to agree."""
    there = documents(snapshot)
    check(snapshot, there)
    return frozenset((paths_of(one), one.text) for one in there)


def paths_of(document: Document) -> tuple[str, ...]:
    return tuple(sorted(str(Path(one.root, one.path)) for one in document.sources))


def traces_of_damage(world: World, snapshot: Snapshot) -> list[str]:
    """What was set aside: rows and files. Nothing was damaged by a crash, so nothing may be."""
    files = [path.name for path in world.home.glob("*.damaged-*")]
    return [*files, *(str(one) for one in snapshot.catalogue.aside())]


def exclusions(world: World) -> list[str]:
    return Exclusions(world.home).all()
