"""A run against an earlier one on the same questions: is a loss more than noise?"""

from __future__ import annotations

import math
from collections.abc import Mapping, Set
from pathlib import Path

from evals.bootstrap import paired_difference
from evals.fields import as_object, at, decode, objects, parse, read_bytes, text, typed
from evals.report import Report
from evals.types import SCHEMA, EvalError, Interval, SetInfo
from rag.types import Json

DECISIVE = (
    "right", "refused", "answer@1", "highlight F1", "sentence F1", "fused nDCG@10",
    "fused turn@5", "fused ours recall@10",
)  # fmt: skip
Baseline = Mapping[str, Mapping[str, float]]  # question -> measure -> value


def differences(report: Report, baseline: Baseline) -> dict[str, Interval]:
    """After - before of each measure that decides, over the questions where both have it."""
    changes: dict[str, Interval] = {}
    for name in DECISIVE:
        both = [
            outcome
            for outcome in report.outcomes
            if name in outcome.values and name in baseline[outcome.id]
        ]
        if both:
            changes[name] = paired_difference(
                [baseline[outcome.id][name] for outcome in both],
                [outcome.values[name] for outcome in both],
                [outcome.group for outcome in both],
                seed=report.seed,
            )
    return changes


def load_baseline(path: Path, info: SetInfo, ids: Set[str]) -> Baseline:
    """Per question the measures of an earlier report on the same questions. Raises EvalError."""
    data = read_bytes(path)
    with at(f"{path} cannot be a baseline"):
        row = as_object(parse(decode(data)))
        if text(row, "schema") != SCHEMA:
            raise ValueError(f'"schema" is "{row["schema"]}", not "{SCHEMA}"')
        earlier = as_object(typed(row, "set", dict, "an object"))
        outcomes = {text(outcome, "id"): _values(outcome) for outcome in objects(row, "outcomes")}
    same = (earlier.get("kind"), earlier.get("sha256")) == (info.kind, info.sha256)
    if not same or outcomes.keys() != ids:
        raise EvalError(
            f"{path} was made with other questions than these of {info.name} (another set, or "
            "another state, --split, --limit or --seed of it); make a new baseline with --out"
        )
    return outcomes


def _values(outcome: Json) -> dict[str, float]:
    values = as_object(typed(outcome, "values", dict, "an object"))
    for name, value in values.items():
        if not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError(f'"{name}" of "{outcome["id"]}" is no number')
    return {name: float(value) for name, value in values.items()}
