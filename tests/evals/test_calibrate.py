"""From a set to a calibration that the next answer uses."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, cast

import numpy as np
import pytest

from evals.calibrate import Calibrated, attempt, fit_outcomes
from evals.evaluate import OpenEngine
from evals.reliability import calibration_error
from evals.types import EvalError, Outcome, Question
from rag.commands.eval import run
from rag.confidence.calibration import read_calibration
from rag.confidence.calibrations import OWN
from rag.confidence.decision import logit
from rag.confidence.scaling import Platt
from rag.engine import Engine
from rag.settings import Settings
from tests.evals.made import lines
from tests.fakes import FakeEmbedder
from tests.rag.worlds import open_engine, write

TOWNS = [
    "Arvika", "Tromso", "Rize", "Assam", "Sochi", "Nepal", "Kenya", "Ceylon", "Bergen", "Lyon",
    "Porto", "Turku", "Gdansk", "Zadar", "Ghent", "Delft", "Basel", "Graz", "Pecs", "Brno",
]  # fmt: skip
THINGS = ("mill", "bridge", "harbour")
TEXTS = {
    f"{town}.txt": "\n\n".join(
        f"The {thing} of {town} was built in {1700 + 7 * at + 100 * n} by its people."
        for n, thing in enumerate(THINGS)
    )
    for at, town in enumerate(TOWNS)
}
ROWS = [
    {
        "id": f"{town} {n}",
        "question": f"When was the {thing} of {town} built?",
        "answerable": True,
        "must_quote": [[f"in {1700 + 7 * at + 100 * n} by"]],
        "document": town,
    }
    for at, town in enumerate(TOWNS)
    for n, thing in enumerate(THINGS)
] + [
    {"id": f"{town} no", "question": f"Who sank near {town} last winter?", "answerable": False,
     "document": town}
    for town in TOWNS
]  # fmt: skip


@pytest.fixture
def home(tmp_path: Path) -> Path:
    engine = opened(tmp_path / "home", Settings())
    engine.index_paths([write(tmp_path / "files", TEXTS)])
    engine.close()
    return tmp_path / "home"


def opened(home: Path, settings: Settings) -> Engine:
    return open_engine(home, FakeEmbedder(), settings=settings)


def calibrate(home: Path | None, rows: list[dict[str, Any]], **options: Any) -> int:
    at = home.parent if home else Path()
    path = options.pop("set_path", None) or lines(at / "towns.jsonl", *rows)
    open_: OpenEngine = options.pop("open_engine", opened)
    return run(home, Settings(), path, calibrate=True, open_engine=open_, **options)


def test_a_set_gives_a_calibration_that_the_next_answer_uses(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert calibrate(home, ROWS) == 0
    printed = capsys.readouterr().out
    said = " ".join(printed.split())
    assert "towns: 80 questions asked with abstention off" in said
    assert "80 questions are few" in said
    assert "Expected calibration error, cross-fitted, 15 bins: 0." in said
    assert f"Written to {home / OWN}\n" in printed
    engine = opened(home, Settings())
    made = read_calibration((home / OWN).read_bytes())
    assert dict(made.fingerprints) == engine.fingerprints
    assert made.size == 80
    sure = engine.ask("When was the mill of Porto built?", max_error=0.1)
    assert sure.status == "answered"
    assert "1770" in sure.text
    assert sure.calibration is not None
    assert (sure.calibration["name"], sure.calibration["size"]) == ("towns", 80)
    assert sure.confidence > engine.ask("Who sank near Porto last winter?").confidence
    assert engine.verify(sure.to_dict())["holds"]
    engine.close()


def test_the_json_names_figures_targets_and_the_file(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = home.parent / "mine.json"
    assert calibrate(home, ROWS, out=out, as_json=True) == 0
    done = json.loads(capsys.readouterr().out)
    made = read_calibration(out.read_bytes())
    assert (done["schema"], done["path"]) == ("citewell.calibrate/1", str(out))
    assert (done["size"], done["right"]) == (made.size, len(made.right))
    assert sum(part["n"] for part in done["reliability"]) == made.size
    assert made.figures.items() <= done.items()
    assert [one["max_error"] for one in done["targets"]] == [0.05, 0.1, 0.2]
    assert not (home / OWN).exists()


def question(text: str, must: str) -> Question:
    return Question("q", text, True, ((must,),))


def test_an_attempt_is_raw_whatever_is_calibrated(home: Path) -> None:
    asked = question("When was the mill of Porto built?", "in 1770 by")
    before = opened(home, Settings())
    first = attempt(before.without_abstaining(), asked)
    score = logit(before.ask(asked.question).confidence)
    before.close()
    assert first.values == {"right": 1.0}
    assert first.scores["raw"] == pytest.approx(score)
    calibrate(home, ROWS)
    after = opened(home, Settings(max_error=0.1))
    assert attempt(after.without_abstaining(), asked) == first
    wrong = attempt(after.without_abstaining(), question("When was the mill of Porto built?", "9"))
    assert wrong.values == {"right": 0.0}
    nothing = attempt(after.without_abstaining(), question("Hello!", "9"))
    assert (nothing.values, nothing.scores) == ({}, {})
    after.close()


@pytest.mark.parametrize(
    ("rows", "options", "says"),
    [
        (ROWS[:19], {}, "19 questions with an answer; a calibration needs 20"),
        (ROWS[-20:], {}, "all answers are wrong"),
        (ROWS, {"baseline": Path("x")}, "--baseline"),
        (ROWS, {"out": Path("/no/such/folder/x.json")}, "does not exist"),
        (ROWS, {"dataset": "squad"}, "--out"),
        (ROWS, {"dataset": "nope", "out": Path("x.json")}, "it can be"),
    ],
)
def test_what_cannot_be_calibrated_on(
    home: Path,
    capsys: pytest.CaptureFixture[str],
    rows: list[dict[str, Any]],
    options: dict[str, Any],
    says: str,
) -> None:
    assert calibrate(home, rows, **options) == 2
    assert says in capsys.readouterr().err
    assert not (home / OWN).exists()


# -- the fit alone -----------------------------------------------------------------------------


def outcomes(
    n: int, true: Callable[[np.ndarray], np.ndarray], *, seed: int = 0, groups: int = 0
) -> list[Outcome]:
    random = np.random.default_rng(seed)
    scores = random.normal(0, 2, n)
    right = random.random(n) < true(scores)
    return [
        Outcome(
            str(at),
            "other",
            f"g{at % groups}" if groups else None,
            True,
            {"right": float(is_right)},
            {"raw": float(score)},
        )
        for at, (score, is_right) in enumerate(zip(scores, right, strict=True))
    ]


def logistic(slope: float, bias: float) -> Callable[[np.ndarray], np.ndarray]:
    return lambda scores: cast("np.ndarray", 1 / (1 + np.exp(-(slope * scores + bias))))


def test_the_fitted_chances_are_true_on_new_questions() -> None:
    true = logistic(0.6, -0.8)
    fitted = fit_outcomes(outcomes(1500, true, groups=3), "made", {})
    assert isinstance(fitted.calibration.scale, Platt)
    assert fitted.before > 0.1
    assert fitted.error.value < 2 * fitted.by_chance
    new = np.random.default_rng(9).normal(0, 2, 20_000)
    right = np.random.default_rng(8).random(20_000) < true(new)
    assert calibration_error(fitted.calibration.scale(new), right) < 0.03
    assert fitted.left_out == 0


def test_questions_without_an_answer_are_counted_and_left_out() -> None:
    rows = outcomes(60, logistic(2, 0))
    blank = Outcome("x", "other", None, False, {})
    fitted = fit_outcomes([*rows, blank, blank], "made", {})
    assert (fitted.left_out, fitted.calibration.size) == (2, 60)


def test_a_score_that_says_nothing_is_refused() -> None:
    with pytest.raises(EvalError, match=r"gives no calibration: .* not right more often"):
        fit_outcomes(outcomes(400, logistic(-1, 0)), "made", {})


def test_a_larger_set_is_known_better() -> None:
    def width(fitted: Calibrated) -> float:
        assert fitted.error.low is not None
        assert fitted.error.high is not None
        return fitted.error.high - fitted.error.low

    small, large = (fit_outcomes(outcomes(n, logistic(1, 0)), "made", {}) for n in (60, 1200))
    assert small.by_chance > 3 * large.by_chance
    assert width(small) > width(large)
