"""``citewell index``: files in, a summary out."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING

from index.errors import (
    HomeError,
    MismatchError,
    NewerFormatError,
    OcrError,
    ReadError,
    WorkerError,
)
from index.report import STATUSES, Summary
from rag.commands.output import printable
from rag.settings import Settings

if TYPE_CHECKING:
    from index.folder.survey import Scope
    from rag.home import Home

AGAIN_S = 1.0


@dataclass(frozen=True, slots=True)
class Options:
    prune: bool = False
    watch: bool = False
    include: bool = False
    as_json: bool = False


def run(home: Path, settings: Settings, paths: Sequence[Path], options: Options) -> int:
    from rag.home import Home

    engine = Home.open(home, settings)
    try:
        lifted = _lift(engine, paths) if options.include else []
        summary = index_with_progress(engine, paths, prune=options.prune, first=lifted)
        show(summary, as_json=options.as_json)
        if options.watch:
            return watch(engine, paths, as_json=options.as_json)
    finally:
        engine.close()
    return 0


def _lift(engine: Home, paths: Sequence[Path]) -> list[Scope]:
    """Takes exclusions back, and says so; what is to be looked at because of it."""
    from index.folder.survey import scope_of

    lifted = engine.include(paths)
    for path in lifted:
        print(f"Not excluded any more: {printable(path)}", file=sys.stderr)
    return [scope_of(Path(path), engine.index.catalogue) for path in lifted]


def watch(engine: Home, paths: Sequence[Path], *, as_json: bool) -> int:
    """Follows changes under the paths until Ctrl-C, which is the usual end."""
    from index.folder.survey import Scope
    from index.folder.walk import resolve
    from index.folder.watch import changes, fold

    roots = [resolve(path) for path in paths]
    waiting: set[Path] = set()
    print("Watching; Ctrl-C ends it.", file=sys.stderr)
    for changed in changes(roots, Event(), engine.rules):
        waiting = fold(waiting | changed, roots)
        scopes = [
            Scope(root, path)
            for root in roots
            for path in sorted(waiting)
            if path == root or path.is_relative_to(root)
        ]
        try:
            summary = _index_patiently(engine, scopes)
        except (OcrError, ReadError, WorkerError) as error:
            # Ignore rules that are in doubt, a program that does not start: what waits is looked at
            # again with the next change, or when everything is told again.
            print(f"citewell: {error}", file=sys.stderr)
            continue
        waiting = set()
        if any(n for status, n in summary.reports.counts.items() if status != "unchanged"):
            show(summary, as_json=as_json)
    return 0


def _index_patiently(engine: Home, scopes: Sequence[Scope]) -> Summary:
    """Waits for another writer to finish or a full disk to get room: a change that was seen must
    not be lost."""
    while True:
        try:
            return engine.index_scopes(scopes)
        except (MismatchError, NewerFormatError):
            raise  # waiting does not help
        except HomeError as error:
            print(f"citewell: {error}", file=sys.stderr)
            time.sleep(AGAIN_S)


def show(summary: Summary, *, as_json: bool) -> None:
    if as_json:
        for line in summary.json_lines():
            print(line)
        sys.stdout.flush()
    else:
        for line in describe(summary):
            print(line, flush=True)


def index_with_progress(
    engine: Home, paths: Sequence[Path], *, prune: bool = False, first: Sequence[Scope] = ()
) -> Summary:
    """Indexes with a bar on stderr, if that is a terminal."""
    from rich.console import Console
    from rich.progress import (
        BarColumn,
        MofNCompleteColumn,
        TextColumn,
        TimeElapsedColumn,
        TimeRemainingColumn,
    )
    from rich.progress import Progress as Bar

    from index.ingest import Progress

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("files, {task.fields[passages]} passages, {task.fields[speed]}"),
        TimeElapsedColumn(),
        TimeRemainingColumn(),
    )
    console = Console(stderr=True)
    with Bar(*columns, console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Indexing", total=None, passages=0, speed="")
        begun = time.monotonic()

        def tell(progress: Progress) -> None:
            speed = progress.passages / max(time.monotonic() - begun, 0.1)
            bar.update(
                task,
                total=progress.of,
                completed=progress.files,
                passages=progress.passages,
                speed=f"{speed:.0f} a second" if progress.passages else "",
            )

        return engine.index_paths(paths, tell, prune=prune, first=first)


def describe(summary: Summary) -> Iterator[str]:
    """The summary for a person: counts, then a line for each file that needs a word."""
    counts = summary.reports.counts
    said = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])
    index = summary.index
    yield (
        f"{said or 'No files found'}. The index holds "
        f"{_count(index['documents'], 'document')} in {_count(index['passages'], 'passage')}."
    )
    for file in summary.reports:
        if file.status == "skipped":
            yield f"  skipped {printable(file.path)}: {file.reason}"
        for warning in file.warnings:
            yield f"  {printable(file.path)}: {warning}"


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
