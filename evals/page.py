"""Reports as one HTML file that needs nothing beside it: no script, no other host."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from evals import charts
from evals.beside import PLAIN, Beside, beside
from evals.charts import Chart, Stated, risk_chart, stated_chart
from evals.misses import surest_refusals, surest_wrong
from evals.report import BY_KIND, Report, ranged, shown, signed, verdict
from evals.scores import AURC, COVERAGE, ECE, STATED
from evals.types import EvalError, Interval, Outcome
from index.errors import why

TEMPLATES = Path(__file__).parent / "templates"
TITLE = "Citewell: how good the answers are"
ABSTAINING = ("right", "refused", "precision", f"{STATED} AUROC", COVERAGE, ECE)
IN_SHORT: Mapping[str, tuple[str, ...]] = {
    "squad": (f"{STATED}@1", f"{STATED}@2", *ABSTAINING),
    "clapnq": ("sentence F1", *ABSTAINING),
    "beir": ("fused nDCG@10",),
    "qmsum": ("fused turn@5",),
    "mtrag": ("fused ours recall@10",),
    "own": ABSTAINING,
}
MORE_BY_KIND = (f"{STATED}@1", "sentence F1")


@dataclass(frozen=True, slots=True)
class Row:
    """One figure as it is printed."""

    measure: str
    value: str
    interval: str
    n: int
    plain: str = ""
    plain_interval: str = ""
    gain: str = ""
    published: str = ""


@dataclass(frozen=True, slots=True)
class Kinds:
    """Figures by kind: a row a kind, a cell (None where it says nothing) a measure."""

    measures: tuple[str, ...]
    rows: tuple[tuple[str, int, tuple[Row | None, ...]], ...]


@dataclass(frozen=True, slots=True)
class Section:
    """All that is shown of one report."""

    anchor: str
    report: Report
    rows: tuple[Row, ...]
    kinds: Kinds | None
    lines: tuple[str, ...]
    risk: Chart | None
    stated: Stated | None
    wrong: tuple[Outcome, ...]
    refused: tuple[Outcome, ...]

    @property
    def in_short(self) -> list[Row]:
        by_name = {row.measure: row for row in self.rows}
        wanted = IN_SHORT.get(self.report.info.kind, ABSTAINING)
        return [by_name[name] for name in wanted if name in by_name]


def page(
    reports: Sequence[Report], *, title: str = TITLE, made: str = "", notes: Sequence[str] = ()
) -> str:
    """The HTML of one or several reports. Everything of questions and documents is escaped."""
    templates = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    sections = [section(report, f"set-{n}") for n, report in enumerate(reports, start=1)]
    return templates.get_template("report.html").render(
        title=title,
        made=made,
        notes=notes,
        sections=sections,
        charts=charts,
        names={"coverage": COVERAGE, "aurc": AURC, "ece": ECE},
    )


def write_page(path: Path, reports: Sequence[Report], notes: Sequence[str] = ()) -> None:
    """Raises EvalError where the file cannot be written."""
    text = page(reports, made=date.today().isoformat(), notes=notes)
    try:
        path.write_text(text, encoding="utf-8", errors="replace")
    except OSError as error:
        raise EvalError(f"{path} cannot be written: {why(error)}; name another") from error


def section(report: Report, anchor: str) -> Section:
    return Section(
        anchor=anchor,
        report=report,
        rows=_rows(report),
        kinds=_kinds(report) if len(report.by_kind) > 1 else None,
        lines=(*report.notes, *verdict(report)),
        risk=risk_chart(report.outcomes),
        stated=stated_chart(report.outcomes),
        wrong=surest_wrong(report.outcomes),
        refused=surest_refusals(report.outcomes),
    )


def _rows(report: Report) -> tuple[Row, ...]:
    """The figures, each with the plain one beside it that is then no row of its own."""
    plain = beside(report.outcomes, report.overall, report.seed)
    taken = {PLAIN[name] for name in plain}
    return tuple(
        _row(name, figure, plain.get(name), report.published.get(name, ""))
        for name, figure in report.overall.items()
        if name not in taken
    )


def _row(name: str, figure: Interval, other: Beside | None = None, published: str = "") -> Row:
    row = Row(name, shown(name, figure.value), ranged(name, figure), figure.n, published=published)
    if other is None:
        return row
    return replace(
        row,
        plain=shown(name, other.plain.value),
        plain_interval=ranged(name, other.plain),
        gain=signed(other.gain),
    )


def _kinds(report: Report) -> Kinds:
    measures = tuple(name for name in (*BY_KIND, *MORE_BY_KIND) if name in report.overall)
    rows = tuple(
        (
            kind,
            sum(one.kind == kind for one in report.outcomes),
            tuple(_row(name, of[name]) if name in of else None for name in measures),
        )
        for kind, of in report.by_kind.items()
    )
    return Kinds(measures, rows)
