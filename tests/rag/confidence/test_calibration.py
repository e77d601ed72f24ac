"""Calibrated answers: the file, which one is in force, what an answer then says, target errors."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from rag.commands.ask import describe
from rag.confidence.calibration import Calibration, read_calibration, write_calibration
from rag.confidence.calibrations import OWN, Calibrations, shipped
from rag.confidence.decision import decide, logit
from rag.confidence.scaling import Isotonic, Platt, Scale
from rag.engine import Engine
from rag.errors import QuestionError, SettingsError, UncalibratedError
from rag.question.followup.past import is_refusal
from rag.reader.model import chance
from rag.settings import Settings
from rag.types import Answer
from tests.fakes import FakeEmbedder
from tests.rag.worlds import faults, open_engine, write

FILES = {
    "mill.txt": "The stone mill in Arvika was built in 1843 by Ada Moreau.\n\nOats grow here.",
    "boats.txt": "The blue boats were sold in 1920 to Li Wei.",
}
WHEN = "When was the stone mill in Arvika built?"
PARTS = {"reader": "r", "embedder": "e", "chunker": "c"}


def calibration(scale: Scale | None = None, **changes: Any) -> Calibration:
    """Of 300 questions; whatever scores above 0 is right."""
    scores = np.linspace(-3, 3, 300)
    right, wrong = scores[scores > 0], scores[scores <= 0]
    made = Calibration(
        "mine", "2026-01-31", PARTS, scale or Platt(0.5, -1.0), tuple(right), tuple(wrong), {}
    )
    return replace(made, **changes)


# -- the file --------------------------------------------------------------------------------


@pytest.mark.parametrize("scale", [Platt(0.25, -1.5), Isotonic((-1.0, 0.5), (0.125, 0.75))])
def test_a_calibration_outlives_its_file(scale: Scale) -> None:
    one = calibration(scale, figures={"auroc": 0.75})
    data = write_calibration(one)
    found = read_calibration(data)
    rounded = [round(score, 4) for score in one.right]
    assert found == replace(one, sha256=found.sha256, right=found.right, wrong=found.wrong)
    assert list(found.right) == sorted(rounded)
    assert (found.size, len(found.sha256)) == (300, 64)
    assert write_calibration(found) == data
    assert len(data.decode().splitlines()) < 40
    scores, right = found.sample()
    assert [len(scores), right.sum()] == [300, 150]
    assert scores[right].min() > 0 > scores[~right].max()


def spoiled(change: Callable[[Any], object]) -> bytes:
    fields = json.loads(write_calibration(calibration()))
    change(fields)
    return json.dumps(fields).encode()


def resealed(change: Callable[[Any], object]) -> bytes:
    from rag.confidence.calibration import _seal

    fields = json.loads(spoiled(change))
    fields["sha256"] = _seal(fields)
    return json.dumps(fields).encode()


DAMAGED = [
    b"", b"\xff", b"[]", b"{}", b"[" * 100_000,
    write_calibration(calibration())[:-200],
    write_calibration(calibration()).replace(b"0.5", b"0.6", 1),
    spoiled(lambda fields: fields.pop("sha256")),
    spoiled(lambda fields: fields["sample"]["right"].pop()),
    resealed(lambda fields: fields.update(format="citewell.calibration/9")),
    resealed(lambda fields: fields["sample"]["right"].pop()),
    resealed(lambda fields: fields["scale"].update(slope=-1)),
    resealed(lambda fields: fields["scale"].update(slope="1")),
    resealed(lambda fields: fields["scale"].update(bias=math.inf)),
    resealed(lambda fields: fields["scale"].update(kind="magic")),
    resealed(lambda fields: fields.update(scale={"kind": "isotonic", "scores": [2, 1],
                                                 "chances": [0, 1]})),
    resealed(lambda fields: fields.update(scale={"kind": "isotonic", "scores": [1, 2],
                                                 "chances": [0, 7]})),
    resealed(lambda fields: fields.update(fingerprints=None)),
]  # fmt: skip


@pytest.mark.parametrize("data", DAMAGED)
def test_a_damaged_file_is_named_with_what_to_do(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "calibration.json"
    path.write_bytes(data)
    for calibrations, advice in (
        (Calibrations(path, None), "delete it, or run 'citewell eval --calibrate"),
        (Calibrations(None, path), "reinstall"),
    ):
        with pytest.raises(SettingsError) as caught:
            calibrations.in_force(PARTS)
        assert str(path) in str(caught.value)
        assert advice in str(caught.value)


def test_the_homes_own_goes_before_the_shipped_and_each_holds_for_its_parts(
    tmp_path: Path,
) -> None:
    own, other = tmp_path / "own.json", tmp_path / "shipped.json"
    assert Calibrations(own, other).in_force(PARTS) is None
    other.write_bytes(write_calibration(calibration(name="shipped")))
    found = Calibrations(own, other)
    assert found.in_force(PARTS).name == "shipped"  # type: ignore[union-attr]
    assert found.warning(PARTS) is None
    own.write_bytes(write_calibration(calibration(name="own")))
    found = Calibrations(own, other)
    assert found.in_force(PARTS).name == "own"  # type: ignore[union-attr]
    assert found.in_force(PARTS | {"embedder": ""}).name == "own"  # type: ignore[union-attr]
    assert found.warning(PARTS) is None
    for part in PARTS:
        assert found.in_force(PARTS | {part: "another"}) is None
        assert f"another {part} and is not used" in str(found.warning(PARTS | {part: "another"}))


# -- what an answer says ---------------------------------------------------------------------


@pytest.fixture
def home(tmp_path: Path) -> Path:
    engine = opened(tmp_path / "home")
    engine.index_paths([write(tmp_path / "files", FILES)])
    engine.close()
    return tmp_path / "home"


def opened(home: Path, threshold: float | None = 0.0, **settings: Any) -> Engine:
    return open_engine(home, FakeEmbedder(), settings=Settings(**settings), threshold=threshold)


def calibrate(home: Path, one: Calibration, **parts: str) -> None:
    engine = opened(home)
    one = replace(one, fingerprints=engine.fingerprints | parts)
    engine.close()
    (home / OWN).write_bytes(write_calibration(one))


def ask(home: Path, max_error: float | None = None, **settings: Any) -> Answer:
    engine = opened(home, **settings)
    try:
        answer = engine.ask(WHEN, max_error=max_error)
        assert faults(engine, answer.to_dict()) == []  # verify accepts it too
    finally:
        engine.close()
    return answer


def test_confidence_is_the_calibrated_chance(home: Path) -> None:
    before = ask(home)
    assert before.calibration is None
    scale = Platt(0.5, -1.0)
    calibrate(home, calibration(scale))
    after = ask(home)
    assert after.calibration == {"name": "mine", "size": 300, "date": "2026-01-31"}
    assert after.confidence == pytest.approx(float(scale(logit(before.confidence))))
    assert after.confidence != pytest.approx(before.confidence, abs=0.01)
    ratio = after.confidence / before.confidence
    for one, other in zip(before.sentences, after.sentences, strict=True):
        assert other.text == one.text
        assert other.confidence == pytest.approx(ratio * one.confidence)
    assert after.answer_key != before.answer_key
    calibrate(home, calibration(Platt(0.5, -1.1)))
    assert ask(home).answer_key not in (before.answer_key, after.answer_key)


def test_the_best_sentences_with_abstention_off_come_with_the_stated_chance(home: Path) -> None:
    calibrate(home, calibration(Platt(0.5, -1.0)))
    engine = opened(home, threshold=1.1)
    assert engine.rank(WHEN).confidence == engine.ask(WHEN).confidence
    engine.close()


def test_what_is_advised_is_said_for_every_way_to_ask() -> None:
    one = decide(0.5, calibration(Platt(0.5, -1.0)), 0.01)
    assert "--" not in one.refusal + one.shortfall(0.3)
    assert "max_error" in one.shortfall(0.3)


def test_a_refusal_states_score_and_threshold_as_calibrated_chances(home: Path) -> None:
    scale = Platt(0.5, -1.0)
    calibrate(home, calibration(scale))
    raw = ask(home, threshold=0.999)
    assert raw.reason is not None
    assert raw.reason.threshold == round(float(scale(logit(0.999))), 4)
    assert raw.reason.score == round(raw.confidence, 4)
    assert raw.confidence < raw.reason.threshold


def test_what_says_nothing_of_the_documents_has_no_calibration(home: Path) -> None:
    calibrate(home, calibration())
    engine = opened(home)
    assert engine.ask("What documents do you have?").calibration is None
    none = engine.ask(WHEN, filter={"documents": []})
    assert (none.calibration, none.confidence) == (None, 0.0)
    engine.close()


@pytest.mark.parametrize("part", ["reader", "embedder", "chunker"])
def test_a_calibration_of_other_parts_is_not_used_and_that_is_said(home: Path, part: str) -> None:
    calibrate(home, calibration(), **{part: "another"})
    answer = ask(home)
    assert answer.calibration is None
    (warning,) = answer.warnings
    assert f"another {part}" in warning
    assert "citewell eval --calibrate SET" in warning
    with pytest.raises(UncalibratedError, match="eval --calibrate SET"):
        ask(home, 0.1)


@pytest.mark.parametrize("setting", ["read_k", "retrieve_k", "max_sentences"])
def test_other_limits_are_another_reader(home: Path, setting: str) -> None:
    calibrate(home, calibration())
    assert ask(home).calibration
    assert ask(home, **{setting: 3}).calibration is None


def test_a_damaged_calibration_stops_answers_and_not_the_rest(home: Path) -> None:
    (home / OWN).write_bytes(b"{")
    engine = opened(home)
    with pytest.raises(SettingsError, match="cannot be used"):
        engine.ask(WHEN)
    assert "cannot be used" in engine.status()["calibration"]["message"]
    assert engine.without_abstaining().ask(WHEN).status == "answered"  # so it can be made anew
    engine.close()


def test_the_status_names_the_calibration(home: Path) -> None:
    engine = opened(home)
    said = engine.status()["calibration"]
    assert said["used"] is None
    assert said["message"].startswith("uncalibrated: run 'citewell eval --calibrate SET'")
    engine.close()
    calibrate(home, calibration())
    engine = opened(home)
    assert engine.status()["calibration"]["used"]["name"] == "mine"
    engine.close()


def test_without_abstaining_the_chance_is_raw_and_everything_is_answered(home: Path) -> None:
    calibrate(home, calibration())
    engine = opened(home, threshold=1.1)
    assert engine.ask(WHEN).status == "no_answer"
    raw = engine.without_abstaining().ask(WHEN)
    assert (raw.status, raw.calibration) == ("answered", None)
    assert engine.ask(WHEN).status == "no_answer"
    engine.close()
    (home / OWN).unlink()
    engine = opened(home, max_error=0.1)
    assert engine.without_abstaining().ask(WHEN).answer_key == raw.answer_key
    engine.close()


# -- a target error --------------------------------------------------------------------------


def around(home: Path, distance: float) -> Calibration:
    """A sample whose wrong answers end ``distance`` below the score of the question's answer."""
    score = logit(ask(home).confidence)
    right = tuple(score - distance + np.linspace(0.01, 3, 200))
    wrong = tuple(score - distance - np.linspace(0.01, 3, 100))
    return calibration(right=right, wrong=wrong)


def test_the_threshold_comes_from_the_sample(home: Path) -> None:
    for distance, status in ((0.5, "answered"), (-3.5, "no_answer")):
        (home / OWN).unlink(missing_ok=True)
        calibrate(home, around(home, distance))
        answer = ask(home, 0.05)
        assert answer.status == status
        said = answer.calibration
        assert said is not None
        assert said["guaranteed"] is True
        assert (said["max_error"], said["level"], said["name"]) == (0.05, 0.9, "mine")
        assert said["error"]["value"] <= 0.05
        assert said["error"]["low"] <= said["error"]["value"] <= said["error"]["high"] <= 0.05
        assert 0.6 < said["coverage"] < 0.75
        assert (answer.confidence >= said["threshold"]) == (status == "answered")
        if answer.reason:
            assert answer.reason.threshold == said["threshold"]


def test_the_setting_and_the_argument(home: Path) -> None:
    calibrate(home, around(home, 0.5))
    keys = {ask(home).answer_key, ask(home, 0.05).answer_key, ask(home, 0.2).answer_key}
    assert len(keys) == 3
    by_setting = ask(home, max_error=0.05)
    engine = opened(home, max_error=0.05)
    assert engine.ask(WHEN).answer_key == by_setting.answer_key == ask(home, 0.05).answer_key
    assert engine.ask(WHEN, max_error=0.0).answer_key == ask(home).answer_key
    for wrong in (-0.1, 1.0, math.nan):
        with pytest.raises(QuestionError, match="max_error"):
            engine.ask(WHEN, max_error=wrong)
    engine.close()


def test_too_small_a_sample_gives_an_estimate_that_says_so(home: Path) -> None:
    whole = around(home, 0.5)
    assert "Target error" not in describe(ask(home))
    calibrate(home, whole)
    assert "Target error 0.05, guaranteed for questions like the 300 of mine; of these " in (
        describe(ask(home, 0.05))
    )
    calibrate(home, replace(whole, right=whole.right[::10], wrong=whole.wrong[::10]))
    answer = ask(home, 0.05)
    assert "Target error 0.05, estimated on the 30 questions of mine" in describe(answer)
    said = answer.calibration
    assert said is not None
    assert (said["guaranteed"], said["size"]) == (False, 30)
    assert said["error"]["high"] > 0.05
    assert said["error"]["value"] <= 0.05


def test_an_error_that_cannot_be_met_refuses_everything_and_says_why(home: Path) -> None:
    both = tuple(np.linspace(-3, 3, 100))
    calibrate(home, calibration(right=both, wrong=both))
    answer = ask(home, 0.1)
    assert (answer.status, answer.sentences) == ("no_answer", ())
    assert answer.reason is not None
    assert "target error of 0.1 cannot be met" in answer.reason.message
    assert "200 questions" in answer.reason.message
    assert answer.calibration is not None
    assert (answer.calibration["coverage"], answer.calibration["guaranteed"]) == (0, False)
    assert answer.calibration["error"]["value"] is None
    json.dumps(answer.to_dict(), allow_nan=False)
    assert "of these 0% are answered." in describe(answer)


def test_what_only_a_target_error_refuses_is_said_to_be_held_back(home: Path) -> None:
    calibrate(home, around(home, -3.5))
    assert ask(home).status == "answered"
    held = ask(home, 0.05)
    assert (held.status, held.sentences) == ("no_answer", ())
    assert held.reason is not None
    assert held.reason.code == "target_error"
    assert held.reason.message.startswith("A target error of 0.05 holds back what was found")
    assert f"{held.reason.score:.3f}, and {held.reason.threshold:.3f} is needed" in (
        held.reason.message
    )
    shown = describe(held).splitlines()
    assert shown[:2] == ["Not answered.", held.reason.message]
    assert is_refusal(held.reason.message)  # a follow-up question knows it for one
    engine = opened(home, threshold=0.9999)
    refused = engine.ask(WHEN, max_error=0.05)  # it would be without a target error too
    assert refused.reason is not None
    assert refused.reason.code == "not_supported"
    assert describe(refused).startswith("The documents do not say.\n")
    keywords = engine.ask("stone mill", max_error=0.05)
    assert keywords.reason is not None
    assert keywords.reason.code == "target_error"
    engine.close()


def test_a_target_error_lets_nothing_through_of_texts_it_was_not_measured_on(
    tmp_path: Path,
) -> None:
    german = (
        "Die Steinmühle in Arvika wurde im Jahr 1843 von Ada Moreau gebaut. "
        "Auf den Hügeln um das Dorf weiden seit vielen Jahren die Schafe der Bauern."
    )
    engine = opened(tmp_path / "home")
    engine.index_paths([write(tmp_path / "files", {"mill.txt": german})])
    engine.close()
    calibrate(tmp_path / "home", calibration())
    engine = opened(tmp_path / "home", threshold=0.999)
    assert engine.ask("Steinmühle Arvika").status == "answered"  # keywords that stand there
    held = engine.ask("Steinmühle Arvika", max_error=0.05)
    engine.close()
    assert (held.status, held.calibration) == ("no_answer", None)
    assert held.reason is not None
    assert "was not measured" in held.reason.message


def test_a_part_that_a_target_error_holds_back_is_not_said_to_be_unsaid(home: Path) -> None:
    engine = opened(home)
    boats = "Who bought the blue boats?"
    scores = [logit(engine.ask(one).confidence) for one in (WHEN, boats)]
    engine.close()
    between = sum(scores) / 2
    right, wrong = between + np.linspace(0.01, 3, 200), between - np.linspace(0.01, 3, 100)
    calibrate(home, calibration(right=tuple(right), wrong=tuple(wrong)))
    engine = opened(home)
    answer = engine.ask(f"{WHEN} {boats}", max_error=0.05)
    engine.close()
    assert (answer.status, len(answer.sentences)) == ("partial", 1)
    assert answer.reason is not None
    assert answer.reason.code == "part_not_supported"
    assert "A target error of 0.05 holds back what was found" in answer.reason.message
    assert "The documents do not say" not in answer.reason.message


def test_keywords_that_are_only_mentioned_are_not_below_a_target_error(home: Path) -> None:
    calibrate(home, around(home, -9.0))
    engine = opened(home, threshold=0.999)
    assert engine.ask("stone mill").status == "answered"
    assert engine.ask("stone mill", max_error=0.05).status == "no_answer"
    engine.close()


def test_no_guarantee_for_what_an_llm_writes() -> None:
    decision = decide(0.5, calibration(), 0.05)
    said = [decision.note(mode) for mode in ("extractive", "llm")]
    assert [one and one["guaranteed"] for one in said] == [True, False]


def test_without_a_calibration_a_target_error_is_refused(home: Path) -> None:
    with pytest.raises(UncalibratedError, match="needs a calibration"):
        ask(home, 0.05)


@pytest.mark.parametrize("raw", [-7.5, -1.0, 0.0, 0.3, 12.0])
def test_logit_takes_a_chance_back(raw: float) -> None:
    assert logit(chance(raw)) == pytest.approx(raw)
    assert (logit(0.0), logit(1.0), logit(1.1)) == (-math.inf, math.inf, math.inf)


def test_the_shipped_calibration_is_of_the_shipped_parts(tmp_path: Path) -> None:
    """Numbers, weights, chunker or limits changed without 'make calibrate': all uncalibrated."""
    engine = Engine.open(tmp_path / "home")
    file = Calibrations(None, shipped(engine.settings.reader))
    assert file.in_force(engine.fingerprints) is not None
    engine.close()
