from __future__ import annotations

import hashlib
import json
import math
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.errors import SettingsError
from rag.reader.model import SIMILARITY, Linear, chance, load_model
from rag.reader.similarity import SIMILARITY_COLUMNS
from rag.settings import Settings


def test_the_shipped_numbers_fit_the_features() -> None:
    model = load_model()
    assert model.sentence.names == SIMILARITY_COLUMNS.sentence
    assert model.answerable.names == SIMILARITY_COLUMNS.decision
    for part in (model.sentence, model.answerable):
        assert len(part.mean) == len(part.scale) == len(part.weights) == len(part.names)
        assert np.isfinite([*part.mean, *part.scale, *part.weights, part.bias]).all()
        assert (part.scale > 0).all()
    assert 0 < model.threshold < 1
    assert model.fitted_on
    assert model.sha256 == hashlib.sha256(SIMILARITY.read_bytes()).hexdigest()


def test_the_choice_is_known_for_what_is_in_no_list() -> None:
    choice = load_model().choice
    assert "other" in choice
    for rule in choice.values():
        assert 1 <= rule["most"] <= Settings().max_sentences
        assert 0 < rule["share"] <= 1


def test_linear_against_a_sum_by_hand() -> None:
    linear = Linear(
        ("a", "b"), np.array([1.0, 2.0]), np.array([2.0, 0.5]), np.array([3.0, -1.0]), 0.25
    )
    rows = np.array([[1.0, 2.0], [3.0, 1.0], [0.0, 2.5]])
    by_hand = [3 * (a - 1) / 2 - (b - 2) / 0.5 + 0.25 for a, b in rows]
    assert linear(rows).tolist() == pytest.approx(by_hand)


@given(st.floats(allow_nan=False))
def test_a_chance_is_the_logistic_function(score: float) -> None:
    inside = max(-50.0, min(50.0, score))
    assert chance(score) == pytest.approx(1 / (1 + math.exp(-inside)))
    assert 0 < chance(score) <= 1


def broken(change: Any) -> bytes:
    fields = json.loads(SIMILARITY.read_bytes())
    change(fields)
    return json.dumps(fields).encode()


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"\xff",
        b"[]",
        b"{}",
        broken(lambda fields: fields.pop("threshold")),
        broken(lambda fields: fields.update(threshold="high")),
        broken(lambda fields: fields.update(sentence=5)),
        broken(lambda fields: fields["sentence"].update(features=[1])),
        broken(lambda fields: next(iter(fields["sentence"]["features"].values())).pop("mean")),
        broken(lambda fields: fields["answerable"].update(bias=None)),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "numbers.json"
    path.write_bytes(data)
    with pytest.raises(SettingsError) as caught:
        load_model(path)
    assert str(path) in str(caught.value)
    assert "reinstall" in str(caught.value)


def test_a_missing_file(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="reinstall"):
        load_model(tmp_path / "none.json")
