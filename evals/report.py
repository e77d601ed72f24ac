"""Outcomes summed up: figures with intervals, as a table and as JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from rich.box import SIMPLE_HEAD
from rich.console import Console, Group, RenderableType
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from evals.bootstrap import mean_interval
from evals.scores import score_figures
from evals.types import SCHEMA, Interval, Outcome, SetInfo
from rag.answer.describe import counted
from rag.types import Json

Figures = dict[str, Interval]
LATENCY = "ms"
COUNTS = ("quotes", "ms median", "ms p95")  # not shares: printed with fewer decimals
FIRST = ("right", "refused", "precision")  # these come first, and by kind with intervals
BY_KIND = (
    *FIRST, "recall@5", "MRR", "quotes", "ms median", "fused turn@5", "fused ours minus last turn"
)  # fmt: skip
RETRIEVAL = ("beir", "mtrag")  # kinds of sets that ask for no answers
NOTED = 5  # violations that the table names; the JSON has all
KIND_WIDTH = 15  # characters of a kind on a line
WIDEST = 1_000  # characters of a line that is looked at


@dataclass(frozen=True, slots=True)
class Report:
    """All of one run. ``comparison`` holds after - before for each measure that decides."""

    info: SetInfo
    outcomes: tuple[Outcome, ...]
    overall: Figures
    by_kind: Mapping[str, Figures]
    index: Json
    seed: int
    published: Mapping[str, str] = field(default_factory=dict)
    comparison: Mapping[str, Interval] | None = None
    notes: tuple[str, ...] = ()  # what a reader of the figures must know
    system: Mapping[str, str] = field(default_factory=dict)  # what answered: reader, calibration, …

    @property
    def violations(self) -> list[str]:
        return [f"{o.id}: {problem}" for o in self.outcomes for problem in o.violations]

    @property
    def lost(self) -> list[str]:
        """Measures that fell by more than noise: the interval of the difference is below 0."""
        compared = (self.comparison or {}).items()
        return [name for name, change in compared if change.high is not None and change.high < 0]

    @property
    def holds(self) -> bool:
        return not self.violations and not self.lost

    def to_dict(self) -> Json:
        compared = self.comparison
        return {
            "schema": SCHEMA,
            "set": self.info.to_dict() | {"questions": len(self.outcomes)},
            "index": self.index,
            "system": dict(self.system),
            "seed": self.seed,
            "holds": self.holds,
            "measures": {"all": _as_json(self.overall)}
            | {"by_kind": {kind: _as_json(figures) for kind, figures in self.by_kind.items()}},
            "published": dict(self.published),
            "comparison": None if compared is None else _as_json(compared),
            "lost": self.lost,
            "notes": list(self.notes),
            "violations": self.violations,
            "outcomes": [outcome.to_dict() for outcome in self.outcomes],
        }


def summarise(
    info: SetInfo,
    outcomes: Sequence[Outcome],
    index: Json,
    *,
    seed: int = 0,
    published: Mapping[str, str] | None = None,
) -> Report:
    """The report of one run, without a comparison. ``outcomes`` must not be empty."""
    kinds = dict.fromkeys(outcome.kind for outcome in outcomes)
    return Report(
        info=info,
        outcomes=tuple(outcomes),
        overall=figures_of(outcomes, seed),
        by_kind={kind: figures_of([o for o in outcomes if o.kind == kind], seed) for kind in kinds},
        index=index,
        seed=seed,
        published=published or {},
    )


def figures_of(outcomes: Sequence[Outcome], seed: int = 0) -> Figures:
    """Each measure over the outcomes it applies to, those that judge answers first."""
    figures: Figures = {}
    used = dict.fromkeys(name for outcome in outcomes for name in outcome.values)
    for name in sorted(used, key=lambda name: name not in FIRST):
        having = [outcome for outcome in outcomes if name in outcome.values]
        values = [outcome.values[name] for outcome in having]
        groups = [outcome.group for outcome in having]
        if name == LATENCY:
            figures["ms median"] = _percentile(values, 50)
            figures["ms p95"] = _percentile(values, 95)
        else:
            figures[name] = mean_interval(values, groups, seed=seed)
    return figures | score_figures(outcomes, seed)


def _percentile(values: Sequence[float], q: float) -> Interval:
    """Without an interval: latency varies with the machine more than with the questions."""
    return Interval(float(np.percentile(values, q)), None, None, len(values))


def show(shown: RenderableType) -> None:
    """Prints it. What is wider than the terminal, or a pipe's 80 columns, is printed as wide as it
    is: rich would cut its columns off without a mark."""
    console = Console()
    needed = Measurement.get(console, console.options.update_width(WIDEST), shown).minimum
    Console(width=max(console.width, needed)).print(shown)


def tables(report: Report) -> RenderableType:
    """What is printed to the terminal."""
    parts: list[RenderableType] = [_overall_table(report)]
    if len(report.by_kind) > 1:
        parts.append(_kind_table(report))
    violations = [f"- {problem}" for problem in report.violations[:NOTED]]
    lines = [*report.notes, *violations, *verdict(report)]
    return Group(*parts, *(Text(line) for line in lines))


def verdict(report: Report) -> list[str]:
    """A line on the citations and one on the comparison, if any."""
    broken = len(report.violations)
    lines = [] if report.info.kind in RETRIEVAL else [f"Citations that do not hold: {broken}."]
    if report.comparison is None:
        return lines
    changes = ", ".join(f"{name} {signed(change)}" for name, change in report.comparison.items())
    outcome = (
        f"lost beyond noise: {', '.join(report.lost)}" if report.lost else "no loss beyond noise"
    )
    return [*lines, f"Against the baseline: {outcome} ({changes})."]


def _overall_table(report: Report) -> Table:
    title = Text(f"{report.info.name}: {counted(len(report.outcomes), 'question')}")
    table = Table(title=title, title_justify="left", box=SIMPLE_HEAD)
    table.add_column("measure")
    for heading in ("figure", "95 % interval", "questions"):
        table.add_column(heading, justify="right")
    if report.published:
        table.add_column("published", justify="right")
    for name, figure in report.overall.items():
        row = [name, shown(name, figure.value), ranged(name, figure), str(figure.n)]
        table.add_row(*row, *([report.published.get(name, "")] if report.published else []))
    return table


def _kind_table(report: Report) -> Table:
    columns = [name for name in BY_KIND if name in report.overall]
    # One blank between the columns, so that 80 columns have room for all of an own set's.
    table = Table(title="by kind", title_justify="left", box=SIMPLE_HEAD, padding=0)
    table.add_column("kind", overflow="fold", max_width=KIND_WIDTH)
    for name in ("n", *columns):
        heading = name.removesuffix(" median").replace(" ", "\n")
        table.add_column(heading, justify="right", no_wrap=True)
    for kind, figures in report.by_kind.items():
        n = sum(outcome.kind == kind for outcome in report.outcomes)
        cells = [_cell(name, figures[name]) if name in figures else "–" for name in columns]
        table.add_row(Text(kind), str(n), *cells)
    return table


def _cell(name: str, figure: Interval) -> str:
    """The figure; for the measures that judge answers its interval below, to save width."""
    value = shown(name, figure.value) if name in COUNTS else f"{figure.value:.2f}"
    if name not in FIRST or figure.low is None or figure.high is None:
        return value
    around = "–".join(f"{end:.2f}".removeprefix("0") for end in (figure.low, figure.high))
    return f"{value}\n[dim]{around}[/dim]"


def shown(name: str, value: float | None) -> str:
    """A figure with as many decimals as its measure deserves."""
    if value is None:
        return "–"
    decimals = {"quotes": 2}.get(name, 0) if name in COUNTS else 3
    return f"{value:.{decimals}f}"


def ranged(name: str, figure: Interval) -> str:
    return "" if figure.low is None else f"{shown(name, figure.low)}–{shown(name, figure.high)}"


def signed(change: Interval) -> str:
    around = "" if change.low is None else f" [{change.low:+.3f}, {change.high:+.3f}]"
    return f"{change.value:+.3f}{around}"


def _as_json(figures: Mapping[str, Interval]) -> Json:
    return {name: figure.to_dict() for name, figure in figures.items()}
