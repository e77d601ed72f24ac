"""One evaluation from its options to its report: load, index if need be, ask, sum up, compare."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from evals.compare import differences, load_baseline
from evals.corpus import lay_out
from evals.datasets import SHIPPED, load_beir, load_set, load_squad
from evals.report import Report, summarise
from evals.run import run_beir, run_set, run_squad, sample
from evals.types import EvalError, Outcome, SetInfo
from rag.settings import Settings

if TYPE_CHECKING:
    from rag.engine import Engine

OpenEngine = Callable[[Path, Settings], "Engine"]
Track = Callable[[Iterable[Outcome], int], Iterable[Outcome]]


@dataclass(frozen=True, slots=True)
class Options:
    """What to evaluate.

    ``path`` is an eval set, the shipped one if None; with ``dataset`` ("squad" or "beir")
    the path of that data set. ``limit`` questions at most are drawn with ``seed``. ``out``
    is a file to write the JSON to, ``baseline`` one of an earlier run to compare with.
    """

    path: Path | None = None
    dataset: str | None = None
    split: str | None = None
    limit: int | None = None
    seed: int = 0
    out: Path | None = None
    baseline: Path | None = None


@dataclass(frozen=True, slots=True)
class Job:
    """A loaded set: the questions' ids, how to ask them, and the set's own texts, if any."""

    info: SetInfo
    ids: tuple[str, ...]
    run: Callable[[Engine], Iterator[Outcome]]
    texts: Mapping[str, str] | None = None
    published: Mapping[str, str] = field(default_factory=dict)


def evaluate(
    options: Options,
    home: Path | None,
    settings: Settings,
    open_engine: OpenEngine,
    track: Track = lambda outcomes, _: outcomes,
) -> Report:
    """Run an evaluation; writes ``options.out``.

    ``home`` is the home that is asked. For a data set it is a folder to keep its texts and
    its index in; None means one that is deleted afterwards. ``track`` may show progress.
    Raises EvalError for options that cannot be used, before the first question where it can,
    and what opening the engine and indexing raise.
    """
    job = load_job(options)
    ids = frozenset(job.ids)
    baseline = load_baseline(options.baseline, job.info, ids) if options.baseline else None
    if options.out and not options.out.absolute().parent.is_dir():
        raise EvalError(f"the folder of {options.out} does not exist; make it, or change --out")
    with _engine(job, home, settings, open_engine) as engine:
        outcomes = list(track(job.run(engine), len(job.ids)))
        index = engine.status()["index"]
    report = summarise(job.info, outcomes, index, seed=options.seed, published=job.published)
    if job.texts is not None and index["documents"] != len(set(job.texts.values())):
        note = f"{index['documents']} of {len(set(job.texts.values()))} texts were indexed."
        report = replace(report, notes=(note,))
    if baseline is not None:
        report = replace(report, comparison=differences(report, baseline))
    if options.out:
        _write(options.out, report)
    return report


def load_job(options: Options) -> Job:
    """The questions, sampled, and what to do with them. Raises EvalError."""
    if options.limit is not None and options.limit < 1:
        raise EvalError(f"--limit is {options.limit}; it must be at least 1")
    if options.dataset is None:
        own = load_set(options.path or SHIPPED, options.split)
        questions = sample(own.questions, options.limit, options.seed)
        return Job(own.info, tuple(q.id for q in questions), partial(run_set, questions=questions))
    if options.path is None:
        raise EvalError("--dataset needs a kind and a path, such as --dataset squad dev-v2.0.json")
    if options.dataset == "squad":
        squad = load_squad(options.path, options.split)
        questions = sample(squad.questions, options.limit, options.seed)
        ids = tuple(question.id for question in questions)
        return Job(squad.info, ids, partial(run_squad, questions=questions), squad.texts)
    if options.dataset == "beir":
        beir = load_beir(options.path, options.split)
        queries = sample(beir.queries, options.limit, options.seed)
        ids = tuple(query.id for query in queries)
        run = partial(run_beir, beir=beir, queries=queries)
        return Job(beir.info, ids, run, beir.texts, beir.published)
    raise EvalError(f'--dataset is "{options.dataset}"; it can be squad or beir')


@contextmanager
def _engine(
    job: Job, home: Path | None, settings: Settings, open_engine: OpenEngine
) -> Iterator[Engine]:
    """An engine over the documents that the job is about."""
    if job.texts is None:
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
        raise EvalError(f"{path} cannot be written: {error.strerror}; change --out") from error
