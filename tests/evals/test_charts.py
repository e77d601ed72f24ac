from __future__ import annotations

import pytest

from evals import charts
from evals.charts import place, risk_chart, stated_chart
from evals.misses import surest_refusals, surest_wrong
from evals.risk import risk_coverage
from tests.evals.outcomes import drawn, outcome


def test_the_corners_of_a_chart() -> None:
    assert place(0, 0) == (charts.LEFT, charts.HEIGHT - charts.BOTTOM)
    assert place(1, 1) == (charts.WIDTH - charts.RIGHT, charts.TOP)


def test_the_curve_goes_through_every_threshold_and_the_dot_is_on_it() -> None:
    made = drawn(80)
    chart = risk_chart(made)
    assert chart is not None
    assert [line.style for line in chart.lines] == ["answer", "cosine"]
    points = risk_coverage(
        [one.scores["answer"] for one in made],
        [one.values.get("answer@1") == 1 for one in made],
        [one.answerable for one in made],
    )
    drawn_points = chart.lines[0].points.split()
    assert drawn_points == ["{},{}".format(*place(p.coverage, p.wrong)) for p in points]
    low = [p for p in points if p.wrong <= 0.1]
    for dot in chart.dots:
        assert (dot.x, dot.y) == place(low[-1].coverage, low[-1].wrong)
        assert dot.label == f"{low[-1].answerable:.0%} of the answerable"
    assert len(chart.dots) == bool(low)


def test_the_reliability_diagram_has_all_questions() -> None:
    stated = stated_chart(drawn(100))
    assert stated is not None
    assert (len(stated.bins), sum(one.n for one in stated.bins)) == (15, 100)
    assert len(stated.chart.dots) == 15
    assert stated.error == pytest.approx(
        sum(one.n * abs(one.said - one.right) for one in stated.bins) / 100
    )


def test_no_chart_where_there_is_nothing_to_draw() -> None:
    for made in ([outcome("a")], [one for one in drawn(20) if one.answerable], []):
        assert risk_chart(made) is None
        assert stated_chart(made) is None


def test_the_surest_misses_come_first() -> None:
    wrong, fine, refused = {"right": 0.0}, {"right": 1.0}, {"refused": 1.0}
    made = [
        outcome("unsure", values=wrong, confidence=0.2),
        outcome("sure", values=wrong, confidence=0.9),
        outcome("near miss", answerable=False, values={"refused": 0.0}, confidence=0.5),
        outcome("fine", values=fine, confidence=1.0),
        outcome("low", values=wrong, status="no_answer", confidence=0.1),
        outcome("high", values=wrong, status="no_answer", confidence=0.4),
        outcome("rightly", answerable=False, values=refused, status="no_answer", confidence=0.45),
        outcome("rejected", values=wrong, status="error"),
    ]
    assert [one.id for one in surest_wrong(made)] == ["sure", "near miss", "unsure"]
    assert [one.id for one in surest_refusals(made)] == ["high", "low"]
    assert [one.id for one in surest_wrong(made, 1)] == ["sure"]
