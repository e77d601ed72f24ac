"""Fits a calibration on a set: every question asked with abstention off, its answer judged."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from evals.bootstrap import interval
from evals.evaluate import OpenEngine, Options, Track, engine_for, sampled
from evals.metrics import ANSWERED, auroc, is_right
from evals.presence import check_presence
from evals.reliability import Bin, calibration_error, chance_error, reliability
from evals.run import quotes_of
from evals.types import EvalError, Interval, Job, Outcome, Question
from index.errors import why
from index.home.durable import write_durably
from rag.answer.describe import counted
from rag.confidence.calibration import Calibration, write_calibration
from rag.confidence.calibrations import OWN
from rag.confidence.decision import logit
from rag.confidence.scaling import Flags, Vector, cross_fitted, fit, fitter_of
from rag.confidence.target_error import Target, find_target
from rag.errors import QuestionError
from rag.settings import Settings
from rag.types import Json

if TYPE_CHECKING:
    from rag.engine import Engine

SCHEMA = "citewell.calibrate/1"
LEAST = 20  # questions; with fewer there is nothing to fit
FEW = 100  # fewer are called few
MOST_RAW = 50.0  # raw scores are cut here, as where chances are made of them
TARGETS = (0.05, 0.1, 0.2)
RIGHT, RAW = "right", "raw"


@dataclass(frozen=True, slots=True)
class Calibrated:
    """A calibration and how good it is, by chances that each were fitted without the group."""

    calibration: Calibration
    error: Interval  # expected calibration error
    by_chance: float  # the same if every chance were true
    before: float  # the same of the uncalibrated chances
    auroc: Interval  # right answers from wrong ones
    bins: tuple[Bin, ...]
    targets: tuple[Target, ...]
    left_out: int  # questions without an answer even so
    path: Path | None = None  # where it was written

    def to_dict(self) -> Json:
        one = self.calibration
        return {
            "schema": SCHEMA,
            "name": one.name,
            "size": one.size,
            "right": len(one.right),
            "left_out": self.left_out,
            "date": one.date,
            "fingerprints": dict(one.fingerprints),
            **one.figures,
            "calibration_error_before": round(self.before, 4),
            "reliability": [part.to_dict() for part in self.bins],
            "targets": [target.to_dict() for target in self.targets],
            "path": None if self.path is None else str(self.path),
        }


def calibrate(
    options: Options,
    home: Path | None,
    settings: Settings,
    open_engine: OpenEngine,
    track: Track = lambda outcomes, _: outcomes,
) -> Calibrated:
    """Asks, fits and writes ``options.out``, else the home's own calibration.

    Raises EvalError for options or a set that cannot be used, and what opening and indexing
    raise.
    """
    path = _target_path(options, home)
    fitted = fit_on(sampled(options), home, settings, open_engine, track, seed=options.seed)
    return write(fitted, path)


def fit_on(
    job: Job[Question],
    home: Path | None,
    settings: Settings,
    open_engine: OpenEngine,
    track: Track = lambda outcomes, _: outcomes,
    *,
    seed: int = 0,
) -> Calibrated:
    """The calibration on a set's questions. Raises EvalError."""
    if not all(isinstance(question, Question) for question in job.questions):
        raise EvalError(
            f"a set of the kind {job.info.kind} says not what a right answer must quote: "
            "calibrate on an eval set of your own, or on --dataset squad"
        )
    with engine_for(job, home, settings, open_engine) as engine:
        check_presence(job, engine)
        raw = engine.without_abstaining()
        asked = (attempt(raw, question) for question in job.questions)
        outcomes = list(track(asked, len(job.questions)))
        parts = engine.fingerprints
    name = f"{job.info.name} ({job.info.split})" if job.info.split else job.info.name
    return fit_outcomes(outcomes, name, parts, seed=seed)


def attempt(engine: Engine, question: Question) -> Outcome:
    """The raw score of the answer and whether it is right; without these if there is none."""
    blank = Outcome(question.id, question.kind, question.group, question.answerable, values={})
    try:
        answer = engine.ask(question.question, history=question.history, mode="extractive")
    except QuestionError:
        return blank
    if answer.status not in ANSWERED:
        return blank
    quotes = quotes_of(answer.citations)
    right = question.answerable and is_right(question, answer.status, quotes)
    score = float(np.clip(logit(answer.confidence), -MOST_RAW, MOST_RAW))
    return replace(blank, values={RIGHT: float(right)}, scores={RAW: score})


def fit_outcomes(
    outcomes: Sequence[Outcome], name: str, fingerprints: Mapping[str, str], *, seed: int = 0
) -> Calibrated:
    """Pure but for the date. Raises EvalError where there is too little to fit."""
    used = [one for one in outcomes if RAW in one.scores]
    if len(used) < LEAST:
        raise EvalError(
            f"{name} has {counted(len(used), 'question')} with an answer; a calibration "
            f"needs {LEAST} at least, and says little below {FEW}"
        )
    scores = np.array([one.scores[RAW] for one in used])
    right = np.array([one.values[RIGHT] > 0 for one in used])
    groups = [one.group for one in used]
    try:
        scale = fit(scores, right, groups)
    except ValueError as error:
        raise EvalError(f"{name} gives no calibration: {error}") from error
    chances = cross_fitted(fitter_of(scale), scores, right, groups)
    calibration = Calibration(
        name=name,
        date=date.today().isoformat(),
        fingerprints=fingerprints,
        scale=scale,
        right=tuple(sorted(map(float, scores[right]))),
        wrong=tuple(sorted(map(float, scores[~right]))),
        figures={},
    )
    left_out = len(outcomes) - len(used)
    return _measured(calibration, chances, scores, right, groups, left_out, seed)


def _measured(
    calibration: Calibration,
    chances: Vector,
    scores: Vector,
    right: Flags,
    groups: Sequence[str | None],
    left_out: int,
    seed: int,
) -> Calibrated:
    n = len(scores)
    error = interval(lambda at: calibration_error(chances[at], right[at]), n, groups, seed=seed)
    order = interval(lambda at: auroc(right[at], scores[at]), n, groups, seed=seed)
    by_chance = chance_error(chances, seed=seed)
    figures = {
        "calibration_error": _rounded(error),
        "calibration_error_by_chance": round(by_chance, 4),
        "auroc": _rounded(order),
    }
    return Calibrated(
        calibration=replace(calibration, figures=figures),
        error=error,
        by_chance=by_chance,
        before=calibration_error(1 / (1 + np.exp(-scores)), right),
        auroc=order,
        bins=reliability(chances, right),
        targets=tuple(find_target(scores, right, wanted) for wanted in TARGETS),
        left_out=left_out,
    )


def _rounded(figure: Interval) -> Json:
    fields = figure.to_dict().items()
    return {name: round(value, 4) if value is not None else None for name, value in fields}


def _target_path(options: Options, home: Path | None) -> Path:
    if options.baseline:
        raise EvalError("--baseline compares answers; it does not go with --calibrate")
    if options.html:
        raise EvalError("--html shows answers; it does not go with --calibrate")
    if options.out is None:
        if options.dataset or home is None:
            raise EvalError(
                "with --dataset say with --out where to write the calibration: "
                f"{OWN} in the home that is to use it"
            )
        return home / OWN
    if not options.out.absolute().parent.is_dir():
        raise EvalError(f"the folder of {options.out} does not exist; make it, or change --out")
    return options.out


def write(fitted: Calibrated, path: Path) -> Calibrated:
    """Raises EvalError where the file cannot be written."""
    try:
        write_durably(path, write_calibration(fitted.calibration))
    except OSError as error:
        raise EvalError(f"{path} cannot be written: {why(error)}; change --out") from error
    return replace(fitted, path=path)
