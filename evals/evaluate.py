"""One evaluation from its options to its report: load, index if need be, ask, sum up, compare."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from evals.compare import differences, load_baseline
from evals.corpus import lay_out
from evals.jobs import load_job
from evals.presence import check_presence
from evals.report import Report, summarise
from evals.run import sample
from evals.types import EvalError, Job, Outcome
from index.errors import why
from rag.settings import Settings
from rag.types import Json

if TYPE_CHECKING:
    from rag.engine import Engine

OpenEngine = Callable[[Path, Settings], "Engine"]
Track = Callable[[Iterable[Outcome], int], Iterable[Outcome]]


@dataclass(frozen=True, slots=True)
class Options:
    """What to evaluate.

    ``path`` is an eval set, the shipped one if None; with ``dataset`` (a kind of
    ``evals.jobs.DATASETS``) the path of that data set. ``limit`` questions at most are
    drawn with ``seed``. ``out`` is a file to write the JSON to, ``html`` one for the page,
    ``baseline`` a JSON of an earlier run to compare with.
    """

    path: Path | None = None
    dataset: str | None = None
    split: str | None = None
    limit: int | None = None
    seed: int = 0
    out: Path | None = None
    baseline: Path | None = None
    html: Path | None = None


def evaluate(
    options: Options,
    home: Path | None,
    settings: Settings,
    open_engine: OpenEngine,
    track: Track = lambda outcomes, _: outcomes,
) -> Report:
    """Run an evaluation; writes ``options.out`` and ``options.html``.

    ``home`` is the home that is asked. For a data set it is a folder to keep its texts and
    its index in; None means one that is deleted afterwards. ``track`` may show progress.
    Raises EvalError for options that cannot be used, before the first question where it can,
    and what opening the engine and indexing raise.
    """
    job = sampled(options)
    ids = frozenset(question.id for question in job.questions)
    baseline = load_baseline(options.baseline, job.info, ids) if options.baseline else None
    for option, path in (("--out", options.out), ("--html", options.html)):
        if path and not path.absolute().parent.is_dir():
            raise EvalError(f"the folder of {path} does not exist; make it, or change {option}")
    with engine_for(job, home, settings, open_engine) as engine:
        absent = check_presence(job, engine)
        asked = (job.ask(engine, question) for question in job.questions)
        outcomes = list(track(asked, len(job.questions)))
        status = engine.status()
    index = status["index"]
    report = summarise(job.info, outcomes, index, seed=options.seed, published=job.published)
    notes = (*job.notes, *absent, *_lacking(job, index["documents"]))
    report = replace(report, notes=notes, system=_system(status))
    if baseline is not None:
        report = replace(report, comparison=differences(report, baseline))
    if options.out:
        _write(options.out, report)
    if options.html:
        from evals.page import write_page

        write_page(options.html, [report])
    return report


def sampled(options: Options) -> Job[Any]:
    """The set that the options name, with as many questions as they allow. Raises EvalError."""
    if options.limit is not None and options.limit < 1:
        raise EvalError(f"--limit is {options.limit}; it must be at least 1")
    job = load_job(options.path, options.dataset, options.split)
    return replace(job, questions=sample(job.questions, options.limit, options.seed))


def _lacking(job: Job[Any], indexed: int) -> list[str]:
    """A note where some of the set's own texts are not in the index."""
    texts = len(set(job.texts.values()))
    return [f"{indexed} of {texts} texts were indexed."] if texts not in (0, indexed) else []


def _system(status: Json) -> dict[str, str]:
    """What answered, of an engine's status."""
    system: dict[str, str] = {
        name: status[name] for name in ("reader", "embedder") if name in status
    }
    if "calibration" in status:
        used = status["calibration"]["used"]
        known = used and f"{used['name']}, {used['size']} questions, {used['date']}"
        system["calibration"] = known or "none, the confidences only order"
    return system


@contextmanager
def engine_for(
    job: Job[Any], home: Path | None, settings: Settings, open_engine: OpenEngine
) -> Iterator[Engine]:
    """An engine over the documents that the job is about."""
    if not job.texts:
        if home is None:
            raise EvalError("an eval set needs the home whose documents it asks about: --home")
        with _opened(home, settings, open_engine) as engine:
            if not engine.status()["index"]["documents"]:
                raise EvalError(f"{home} holds no documents; index them first: citewell index PATH")
            yield engine
        return
    kept = nullcontext(home) if home else tempfile.TemporaryDirectory(prefix="citewell-eval-")
    with kept as folder:
        index_home, texts = lay_out(Path(folder), job.texts)
        with _opened(index_home, settings, open_engine) as engine:
            engine.index_paths([texts])
            yield engine


@contextmanager
def _opened(home: Path, settings: Settings, open_engine: OpenEngine) -> Iterator[Engine]:
    engine = open_engine(home, settings)
    try:
        yield engine
    finally:
        engine.close()


def _write(path: Path, report: Report) -> None:
    try:
        text = json.dumps(report.to_dict(), ensure_ascii=True, indent=1)
        path.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        raise EvalError(f"{path} cannot be written: {why(error)}; change --out") from error
