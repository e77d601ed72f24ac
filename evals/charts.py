"""Charts as numbers: where lines and dots of an inline SVG go. Pure; the template draws them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from evals.beside import PLAIN_SCORE
from evals.reliability import Bin, calibration_error, chance_error, reliability
from evals.risk import Point, risk_coverage
from evals.scores import MOST_WRONG, STATED, Scored, scored
from evals.types import Outcome
from rag.answer.describe import counted

WIDTH, HEIGHT = 460, 330
LEFT, RIGHT, TOP, BOTTOM = 46, 14, 14, 44  # room for the axes
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)
LABELS = {STATED: "Citewell", PLAIN_SCORE: "plain cosine"}


@dataclass(frozen=True, slots=True)
class Line:
    """``style`` is a class of the style sheet, ``points`` what SVG's polyline wants."""

    label: str
    style: str
    points: str


@dataclass(frozen=True, slots=True)
class Dot:
    x: float
    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Both axes go from 0 to 1; ``level`` is a line across that has a meaning."""

    title: str
    across: str
    up: str
    lines: tuple[Line, ...]
    dots: tuple[Dot, ...]
    level: Line | None = None


@dataclass(frozen=True, slots=True)
class Stated:
    """Whether the stated chances came true: the diagram, its numbers and the errors."""

    chart: Chart
    bins: tuple[Bin, ...]
    error: float
    by_chance: float  # the error that true chances would show


def place(x: float, y: float) -> tuple[float, float]:
    """Where two shares stand on the drawing, in its units."""
    across = LEFT + x * (WIDTH - LEFT - RIGHT)
    up = HEIGHT - BOTTOM - y * (HEIGHT - TOP - BOTTOM)
    return round(across, 1), round(up, 1)


def risk_chart(outcomes: Sequence[Outcome]) -> Chart | None:
    """Risk over coverage by each score; none without answerable and unanswerable questions."""
    curves = {
        name: risk_coverage(one.score, one.right, one.answerable)
        for name in LABELS
        if (one := _usable(outcomes, name))
    }
    if STATED not in curves:
        return None
    return Chart(
        title="Wrong among the answered, the surest questions first",
        across="share of all questions that is answered",
        up="share wrong of these",
        lines=tuple(_curve(name, points) for name, points in curves.items()),
        dots=tuple(_reached(curves[STATED])),
        level=Line(f"{MOST_WRONG:.0%} wrong", "level", _points([(0, MOST_WRONG), (1, MOST_WRONG)])),
    )


def stated_chart(outcomes: Sequence[Outcome]) -> Stated | None:
    """The reliability diagram of the stated confidence; none where ``risk_chart`` has none."""
    one = _usable(outcomes, STATED)
    if one is None:
        return None
    bins = reliability(one.score, one.right)
    dots = (
        Dot(*place(_share(part.said), part.right), counted(part.n, "question")) for part in bins
    )
    chart = Chart(
        title="Stated confidence and what came true",
        across="confidence that was stated, mean of the bin",
        up="share that was right",
        lines=(Line("as stated", "level", _points([(0, 0), (1, 1)])),),
        dots=tuple(dots),
    )
    by_chance = chance_error(one.score)
    return Stated(chart, bins, calibration_error(one.score, one.right), by_chance)


def _usable(outcomes: Sequence[Outcome], name: str) -> Scored | None:
    one = scored(outcomes, name)
    return one if one.judged and one.both_kinds else None


def _curve(name: str, points: Sequence[Point]) -> Line:
    return Line(LABELS[name], name, _points((one.coverage, one.wrong) for one in points))


def _reached(points: Sequence[Point]) -> Iterable[Dot]:
    """The last point with few enough wrong, if any."""
    low = [one for one in points if one.wrong <= MOST_WRONG + 1e-9]
    if low and not math.isnan(low[-1].answerable):
        label = f"{low[-1].answerable:.0%} of the answerable"
        yield Dot(*place(low[-1].coverage, low[-1].wrong), label)


def _points(pairs: Iterable[tuple[float, float]]) -> str:
    return " ".join("{},{}".format(*place(x, y)) for x, y in pairs)


def _share(value: float) -> float:
    return min(1.0, max(0.0, value))
