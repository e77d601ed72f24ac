"""Looks at everything in a home and says what is wrong and what to do. Changes nothing."""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from index.errors import DamageError, HomeError, IndexLayerError, LockedError
from index.folder.exclusions import Exclusions
from index.home.catalogue import Catalogue
from index.home.lock import writer_lock
from index.home.repair import examine
from index.home.rows import State
from index.home.schema import BM25, FILE
from index.search.derived import bm25_version, check_dense, stored_dense
from index.search.lexical import LexicalIndex
from index.search.vectors import is_large
from index.search.versions import PARTS, fits

OURS = ("index", "rag", "web", "evals")
MIN_FREE = 200_000_000  # bytes
REINDEX = "run 'citewell index' on its folder to read it again"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at. ``level``: "ok", "note" or "bad"."""

    check: str
    level: str
    message: str
    advice: str = ""


def examine_home(
    home: Path, *, embedder: Callable[[], str], settings_embedder: str
) -> Iterator[Finding]:
    """Everything, the quick things first. ``embedder`` loads the model and says its fingerprint."""
    yield from _packages()
    yield _space(home)
    if not (home / FILE).exists():
        yield Finding("catalogue", "note", f"nothing is indexed in {home}", "run 'citewell index'")
        return
    yield _lock(home)
    yield _exclusions(home)
    try:
        catalogue = Catalogue.open(home)
    except IndexLayerError as error:
        yield Finding("catalogue", "bad", str(error), "put a backup back, or index into a new home")
        return
    try:
        yield from _fingerprints(catalogue, embedder, settings_embedder)
        yield from _rows(catalogue)
        with suppress(DamageError):  # said of the rows
            state = catalogue.state()
            yield _bm25(home, state)
            yield _dense(home, state)
    finally:
        catalogue.close()


def _packages() -> Iterator[Finding]:
    """Our packages have common names: another of the same name may come before them."""
    here = Path(__file__).resolve().parent.parent
    wrong = []
    for name in OURS:
        spec = importlib.util.find_spec(name)
        if spec is None or spec.origin is None or not Path(spec.origin).is_relative_to(here):
            wrong.append(f"{name} from {spec.origin if spec else 'nowhere'}")
    if wrong:
        message = f"these are not Citewell's own packages: {', '.join(wrong)}"
        yield Finding("packages", "bad", message, "install Citewell into an environment of its own")
    else:
        yield Finding("packages", "ok", "index, rag, web and evals are Citewell's own")


def _space(home: Path) -> Finding:
    there = next(one for one in (home, *home.parents) if one.exists())
    free = shutil.disk_usage(there).free
    size = sum(_sizes(home))
    said = f"{size / 1e6:.0f} MB in the home, {free / 1e6:.0f} MB free on its disk"
    if free < max(MIN_FREE, size // 10):
        return Finding("space", "bad", said, "make room: a commit that finds none is refused")
    return Finding("space", "ok", said)


def _sizes(home: Path) -> Iterator[int]:
    """Of the files that stay long enough to be looked at: a writer may be at work."""
    for folder, _, names in os.walk(home):
        for name in names:
            with suppress(OSError):
                yield Path(folder, name).stat().st_size


def _lock(home: Path) -> Finding:
    try:
        with writer_lock(home):
            return Finding("lock", "ok", "no other process writes")
    except LockedError as error:
        return Finding("lock", "note", str(error))
    except HomeError as error:
        return Finding("lock", "bad", str(error))


def _exclusions(home: Path) -> Finding:
    try:
        excluded = Exclusions(home).all()
    except IndexLayerError as error:
        advice = "move user.sqlite away; excluded files come back with the next 'citewell index'"
        return Finding("exclusions", "bad", str(error), advice)
    return Finding("exclusions", "ok", f"{len(excluded)} files are excluded")


def _fingerprints(
    catalogue: Catalogue, embedder: Callable[[], str], named: str
) -> Iterator[Finding]:
    new_home = "go back to that one, or 'citewell index FOLDER --home NEW_HOME'"
    try:
        stored = {name: catalogue.meta(name) for name in ("embedder", *PARTS)}
    except DamageError as error:
        yield Finding("fingerprints", "bad", str(error), "put a backup back")
        return
    ours: dict[str, str] = dict(PARTS)
    try:
        ours["embedder"] = embedder()
    except IndexLayerError as error:
        yield Finding("model", "bad", f"{named}: {error}")
    for name, value in ours.items():
        made_with = stored[name]
        if made_with is not None and not fits(name, made_with, value):
            message = f"made with the {name} '{made_with}', and this is '{value}'"
            yield Finding("fingerprints", "bad", message, new_home)
            return
    yield Finding("fingerprints", "ok", f"embedder, chunker and readers are those of {stored}")


def _rows(catalogue: Catalogue) -> Iterator[Finding]:
    try:
        state = catalogue.state()
        damages = list(examine(catalogue))
        same = not damages and catalogue.digest(state.version) == state.digest
    except IndexLayerError as error:
        yield Finding("rows", "bad", str(error), "put a backup back, or index into a new home")
        return
    for one in damages:
        yield Finding("rows", "bad", f"{one.path or one.document_id}: {one.reason}", REINDEX)
    if not damages and not same:
        message = "some rows of the last version are missing"
        yield Finding("rows", "bad", message, "run 'citewell index' on your folders")
    if same:
        said = f"{state.documents} documents and {state.passages} passages match their hashes"
        yield Finding("rows", "ok", said)
    for row in catalogue.aside():
        said = f"set aside earlier: {row['path'] or row['document_id']}: {row['reason']}"
        yield Finding("rows", "note", said, REINDEX)


def _bm25(home: Path, state: State) -> Finding:
    again = "run 'citewell index' on any folder: it is made again from the catalogue"
    try:
        stored = LexicalIndex.open(home / BM25)
    except IndexLayerError as error:
        return Finding("bm25", "bad", str(error), again)
    if bm25_version(home) > state.version:
        said = "it has seen a version that the catalogue does not have: commits were lost"
        return Finding("bm25", "bad", said, "run 'citewell index' on your folders")
    if stored.version() != state.version:
        said = f"at version {stored.version()}, the catalogue at {state.version}"
        return Finding("bm25", "note", said, "it is brought up with the next question")
    if len(stored) != state.passages:
        said = f"{len(stored)} passages instead of {state.passages}"
        return Finding("bm25", "bad", said, again)
    return Finding("bm25", "ok", f"{len(stored)} passages, files match their hashes")


def _dense(home: Path, state: State) -> Finding:
    again = "run 'citewell index' on any folder: it is trained again"
    if not is_large(state.passages):
        return Finding("dense", "ok", "exact search, made from the catalogue at each start")
    try:
        stored = stored_dense(home)
        if stored is None:
            return Finding("dense", "note", "no trained index is stored", again)
        check_dense(home, stored)
    except DamageError as error:
        return Finding("dense", "bad", str(error), again)
    return Finding("dense", "ok", f"trained at version {stored.version}, file matches its hash")


def aside_files(home: Path) -> list[Path]:
    """Derived indexes that were set aside, for who wants to look at them or free the space."""
    with suppress(OSError):
        return sorted(home.glob("*.damaged-*"))
    return []
