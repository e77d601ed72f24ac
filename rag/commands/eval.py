"""``citewell eval``: the questions of a set asked, the answers judged."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from rag.commands.codes import NO, WRONG_USE
from rag.settings import Settings
from rag.types import Json

if TYPE_CHECKING:
    from rich.console import RenderableType

    from evals.evaluate import OpenEngine, Options


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
    html: Path | None = None,
    baseline: Path | None = None,
    calibrate: bool = False,
    as_json: bool = False,
    open_engine: OpenEngine | None = None,
) -> int:
    """Evaluate, print the report, and return the exit code.

    0: every citation holds and nothing was lost against the baseline; 1: not so; 2: wrong
    use, said on stderr. Without ``set_path`` the shipped set is asked; with ``dataset``
    ("squad", "clapnq", "beir", "qmsum" or "mtrag") it is the data set's path, and ``home`` a
    folder to keep its index in (None: one that is deleted afterwards). With ``calibrate`` the
    set is fitted on and not judged. Raises what ``Engine.open`` and ``Engine.index_paths``
    raise.
    """
    from evals.evaluate import Options
    from evals.report import show
    from evals.types import EvalError

    options = Options(set_path, dataset, split, limit, seed, out, baseline, html)
    work = _calibrate if calibrate else _evaluate
    try:
        done = work(options, home, settings, open_engine or _engine_open())
    except EvalError as error:
        print(error, file=sys.stderr)
        return WRONG_USE
    if as_json:
        print(json.dumps(done.fields, indent=1))
    else:
        show(done.shown)
        if done.path is not None:
            print(f"Written to {done.path}")  # not by rich, which would break it into lines
    return done.code


@dataclass(frozen=True, slots=True)
class Done:
    """What is printed, as JSON or for a person."""

    fields: Json
    shown: RenderableType
    code: int = 0
    path: Path | None = None


def _evaluate(
    options: Options, home: Path | None, settings: Settings, open_engine: OpenEngine
) -> Done:
    from evals.evaluate import evaluate
    from evals.progress import track
    from evals.report import tables

    report = evaluate(options, home, settings, open_engine, track)
    return Done(report.to_dict(), tables(report), 0 if report.holds else NO)


def _calibrate(
    options: Options, home: Path | None, settings: Settings, open_engine: OpenEngine
) -> Done:
    from evals.calibrate import calibrate
    from evals.calibrate_report import describe
    from evals.progress import track

    fitted = calibrate(options, home, settings, open_engine, track)
    return Done(fitted.to_dict(), describe(fitted), path=fitted.path)


def _engine_open() -> OpenEngine:
    from rag.engine import Engine

    return Engine.open
