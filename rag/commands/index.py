"""``citewell index``: files in, a summary out."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from rag.commands.output import print_json, printable
from rag.settings import Settings
from rag.types import Json

if TYPE_CHECKING:
    from rag.engine import Engine


def run(home: Path, settings: Settings, paths: Sequence[Path], as_json: bool) -> int:
    from rag.engine import Engine

    engine = Engine.open(home, settings)
    try:
        summary = index_with_progress(engine, paths)
    finally:
        engine.close()
    if as_json:
        print_json(summary, indent=1)
    else:
        print(describe(summary))
    return 0


def index_with_progress(engine: Engine, paths: Sequence[Path]) -> Json:
    """Indexes with a bar on stderr, if that is a terminal."""
    from rich.console import Console
    from rich.progress import Progress as Bar

    from index.ingest import Progress

    console = Console(stderr=True)
    with Bar(console=console, transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task("Indexing", total=None)

        def show(progress: Progress) -> None:
            text = f"Indexing, {progress.passages} passages"
            bar.update(task, total=progress.of, completed=progress.files, description=text)

        return engine.index_paths(paths, show)


def describe(summary: Json) -> str:
    """The summary for a person: counts, then a line for each file that needs a word."""
    names = ("indexed", "unchanged", "renamed", "removed", "skipped")
    counts = ", ".join(f"{summary[name]} {name}" for name in names if summary[name])
    index = summary["index"]
    lines = [
        f"{counts or 'No files found'}. The index holds "
        f"{_count(index['documents'], 'document')} in {_count(index['passages'], 'passage')}."
    ]
    for file in summary["files"]:
        if file["status"] == "skipped":
            lines.append(f"  skipped {printable(file['path'])}: {file['reason']}")
        lines += [f"  {printable(file['path'])}: {warning}" for warning in file["warnings"]]
    return "\n".join(lines)


def _count(number: int, thing: str) -> str:
    return f"{number} {thing}{'' if number == 1 else 's'}"
