"""The shares of the steps, on times that are known."""

from __future__ import annotations

import pytest

from evals.bench.steps import STEPS, main, report, timed
from rag.answer.pipeline import Clock

FIRST = STEPS[0][2]


def test_shares_are_of_the_whole_and_the_rest_has_what_is_left() -> None:
    rows = [{FIRST: part, "all": 100.0} for part in (10.0, 20.0, 60.0)]
    lines = {line[:40].strip(): line[40:].split() for line in report(rows)}
    assert lines[FIRST] == ["20.0", "ms", "30%"]
    assert lines["the rest"] == ["80.0", "ms", "70%"]
    assert lines["all"][:2] == ["100.0", "ms"]


def test_what_a_call_took_is_added_up() -> None:
    clock = Clock()
    double = timed(lambda one: 2 * one, "step", clock)
    assert [double(1), double(one=4)] == [2, 8]
    once = clock.spent["step"]
    assert once > 0
    double(1)
    assert clock.spent["step"] > once


def test_one_query_is_too_few(capsys: pytest.CaptureFixture[str], tmp_path: object) -> None:
    with pytest.raises(SystemExit):
        main([str(tmp_path), "--queries", "1"])
    assert "2 or more" in capsys.readouterr().err
