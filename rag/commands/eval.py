"""``citewell eval``: the questions of a set asked, the answers judged."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from rag.settings import Settings

if TYPE_CHECKING:
    from evals.evaluate import OpenEngine

T = TypeVar("T")
NO, WRONG_USE = 1, 2


def run(
    home: Path | None,
    settings: Settings,
    set_path: Path | None = None,
    *,
    dataset: str | None = None,
    split: str | None = None,
    limit: int | None = None,
    seed: int = 0,
    out: Path | None = None,
    baseline: Path | None = None,
    as_json: bool = False,
    open_engine: OpenEngine | None = None,
) -> int:
    """Evaluate, print the report, and return the exit code.

    0: every citation holds and nothing was lost against the baseline; 1: not so; 2: wrong
    use, said on stderr. Without ``set_path`` the shipped set is asked; with ``dataset``
    ("squad" or "beir") it is the data set's path, and ``home`` a folder to keep its index
    in (None: one that is deleted afterwards). Raises what ``Engine.open`` and
    ``Engine.index_paths`` raise.
    """
    from rich.console import Console

    from evals.evaluate import Options, evaluate
    from evals.report import tables
    from evals.types import EvalError

    options = Options(set_path, dataset, split, limit, seed, out, baseline)
    try:
        report = evaluate(options, home, settings, open_engine or _engine_open(), _track)
    except EvalError as error:
        print(error, file=sys.stderr)
        return WRONG_USE
    if as_json:
        print(json.dumps(report.to_dict(), indent=1))
    else:
        Console().print(tables(report))
    return 0 if report.holds else NO


def _engine_open() -> OpenEngine:
    from rag.engine import Engine

    return Engine.open


def _track(items: Iterable[T], total: int) -> Iterable[T]:
    """The items, with a bar on stderr if that is a terminal."""
    from rich.console import Console
    from rich.progress import track

    silent = not sys.stderr.isatty()
    bar = Console(stderr=True)
    return track(items, "Asking", total=total, console=bar, transient=True, disable=silent)
