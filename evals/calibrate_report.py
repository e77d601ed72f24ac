"""What ``citewell eval --calibrate`` prints."""

from __future__ import annotations

from rich.box import SIMPLE_HEAD
from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from evals.calibrate import FEW, Calibrated
from evals.reliability import BINS
from evals.types import Interval
from rag.confidence.scaling import Platt
from rag.confidence.target_error import Target


def describe(fitted: Calibrated) -> RenderableType:
    lines = [Text(line) for line in (*_figures(fitted), *_trust(fitted))]
    return Group(_reliability(fitted), _targets(fitted), *lines)


def _figures(fitted: Calibrated) -> list[str]:
    one = fitted.calibration
    kind = "Platt scaling" if isinstance(one.scale, Platt) else "isotonic regression"
    left_out = f", {fitted.left_out} left out: no answer even so" if fitted.left_out else ""
    return [
        f"{one.name}: {one.size} questions asked with abstention off, "
        f"{len(one.right)} answered right{left_out}. Fitted: {kind}.",
        f"Expected calibration error, cross-fitted, {BINS} bins: {_shown(fitted.error)}; "
        f"before: {fitted.before:.3f}.",
        f"AUROC, right answers from wrong ones: {_shown(fitted.auroc)}.",
    ]


def _trust(fitted: Calibrated) -> list[str]:
    n = fitted.calibration.size
    lines = [
        f"How far to trust it: were every stated chance true, {n} questions would still show "
        f"an error of {fitted.by_chance:.3f} by chance."
    ]
    if n < FEW:
        lines.append(
            f"{n} questions are few: take the chances as rough and a target error as an "
            f"estimate. {FEW} are the least to rely on, 500 are better."
        )
    return lines


def _reliability(fitted: Calibrated) -> Table:
    table = Table(
        title=Text("stated and true"), title_justify="left", box=SIMPLE_HEAD, collapse_padding=True
    )
    for heading in ("questions", "chance stated", "right"):
        table.add_column(heading, justify="right")
    for part in fitted.bins:
        table.add_row(str(part.n), f"{part.said:.2f}", f"{part.right:.2f}")
    return table


def _targets(fitted: Calibrated) -> Table:
    table = Table(title=Text("what a target error costs"), title_justify="left", box=SIMPLE_HEAD)
    for heading in ("--max-error", "answered", "wrong of these", "guaranteed"):
        table.add_column(heading, justify="right")
    for target in fitted.targets:
        table.add_row(*_cells(target))
    return table


def _cells(target: Target) -> tuple[str, str, str, str]:
    if not target.reachable:
        return f"{target.max_error:g}", "none", "–", "no"
    said = target.to_dict()
    error = said["error"]
    around = f"{error['value']:.3f} ({error['low']:.3f}–{error['high']:.3f})"
    guaranteed = "yes" if target.guaranteed else "no, estimated"
    return f"{target.max_error:g}", f"{said['coverage']:.2f}", around, guaranteed


def _shown(figure: Interval) -> str:
    if figure.low is None:
        return f"{figure.value:.3f}"
    return f"{figure.value:.3f} ({figure.low:.3f}–{figure.high:.3f})"
