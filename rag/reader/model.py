"""The fitted numbers of a reader: one file that a person can read.

``sentence`` orders sentences, ``answerable`` says how likely the best of a passage answers,
``threshold`` is the chance below which there is no answer, and ``choice`` says how many
sentences an answer has. All that decides on abstaining is in this file and in ``similarity.py``.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from index.errors import why
from rag.errors import SettingsError

_MODELS = Path(__file__).parents[1] / "models"
SIMILARITY, TRAINED = _MODELS / "similarity.json", _MODELS / "trained.json"


@dataclass(frozen=True, slots=True)
class Linear:
    """Weights over named features, each standardised first."""

    names: tuple[str, ...]
    mean: NDArray[np.float64]
    scale: NDArray[np.float64]
    weights: NDArray[np.float64]
    bias: float

    def __call__(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, len(names)) to raw scores (n,)."""
        scores: NDArray[np.float64] = ((rows - self.mean) / self.scale) @ self.weights + self.bias
        return scores


@dataclass(frozen=True, slots=True)
class Model:
    sentence: Linear
    answerable: Linear
    threshold: float
    choice: Mapping[str, Mapping[str, float]]
    fitted_on: str
    sha256: str


def chance(score: float) -> float:
    """The logistic function: raw score to a chance."""
    return float(1.0 / (1.0 + np.exp(-np.clip(score, -50.0, 50.0))))


def load_model(path: Path = SIMILARITY) -> Model:
    """Raises SettingsError where the file is missing or is not of this form."""
    try:
        data = path.read_bytes()
        fields = json.loads(data)
        return Model(
            sentence=_linear(fields["sentence"]),
            answerable=_linear(fields["answerable"]),
            threshold=float(fields["threshold"]),
            choice=fields["choice"],
            fitted_on=fields["fitted_on"],
            sha256=hashlib.sha256(data).hexdigest(),
        )
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise SettingsError(
            f"the reader's numbers in {path} cannot be used ({why(error)}): reinstall Citewell"
        ) from error


def _linear(fields: Mapping[str, object]) -> Linear:
    features = fields["features"]
    if not isinstance(features, dict):
        raise ValueError("features must map names to mean, scale and weight")
    columns = {
        key: np.array([float(feature[key]) for feature in features.values()])
        for key in ("mean", "scale", "weight")
    }
    names = tuple(features)
    bias = float(str(fields["bias"]))
    return Linear(names, columns["mean"], columns["scale"], columns["weight"], bias)
