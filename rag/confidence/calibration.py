"""A calibration: which chance a raw answer score stands for. A file that a person can read.

It holds for the parts that it was made with, keeps its sample, from which thresholds for a
target error are found, and is sealed with a hash of its content.
"""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from rag.confidence.scaling import Isotonic, Platt, Scale
from rag.types import Json

FORMAT = "citewell.calibration/1"
DECIMALS = 4


@dataclass(frozen=True, slots=True)
class Calibration:
    """``right`` and ``wrong`` hold the sample's raw scores, sorted."""

    name: str
    date: str
    fingerprints: Mapping[str, str]  # "reader", "embedder", "chunker"
    scale: Scale
    right: tuple[float, ...]
    wrong: tuple[float, ...]
    figures: Json
    sha256: str = ""

    @property
    def size(self) -> int:
        return len(self.right) + len(self.wrong)

    def sample(self) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Raw scores (n,), and which are of right answers (n,)."""
        scores = np.array([*self.right, *self.wrong])
        return scores, np.arange(len(scores)) < len(self.right)

    def holds_for(self, parts: Mapping[str, str]) -> bool:
        """A part that is not known yet (no embedder before the first file) is no objection."""
        return all(self.fingerprints.get(name) == value for name, value in parts.items() if value)


def read_calibration(data: bytes) -> Calibration:
    """Raises ValueError, KeyError or TypeError for what is damaged or of another form."""
    fields = json.loads(data)
    if not isinstance(fields, dict) or fields.get("format") != FORMAT:
        raise ValueError(f'its "format" is not "{FORMAT}"')
    if _seal(fields) != fields["sha256"]:
        raise ValueError("its content is not what its sha256 says")
    sample = fields["sample"]
    found = Calibration(
        name=str(fields["name"]),
        date=str(fields["date"]),
        fingerprints={
            str(name): str(value) for name, value in dict(fields["fingerprints"]).items()
        },
        scale=_read_scale(fields["scale"]),
        right=_numbers(sample["right"]),
        wrong=_numbers(sample["wrong"]),
        figures=dict(fields["figures"]),
        sha256=fields["sha256"],
    )
    if found.size != fields["size"] or not found.right or not found.wrong:
        raise ValueError("its sample is not of its size")
    return found


def write_calibration(calibration: Calibration) -> bytes:
    """The file: for people, with one line for each list of scores."""
    fields: Json = {
        "format": FORMAT,
        "name": calibration.name,
        "size": calibration.size,
        "date": calibration.date,
        "fingerprints": dict(calibration.fingerprints),
        "scale": _scale_fields(calibration.scale),
        "figures": calibration.figures,
        "sample": {
            "right": _rounded(sorted(calibration.right)),
            "wrong": _rounded(sorted(calibration.wrong)),
        },
    }
    fields["sha256"] = _seal(fields)
    lines = [f" {json.dumps(name)}: {_line(value)}" for name, value in fields.items()]
    return ("{\n" + ",\n".join(lines) + "\n}\n").encode()


def _line(value: object) -> str:
    """Objects one level deep, what is in them on one line."""
    if not isinstance(value, dict):
        return json.dumps(value)
    lines = [f"  {json.dumps(name)}: {json.dumps(one)}" for name, one in value.items()]
    return "{\n" + ",\n".join(lines) + "\n }"


def _seal(fields: Json) -> str:
    """Over all but itself."""
    rest = {name: value for name, value in fields.items() if name != "sha256"}
    return hashlib.sha256(json.dumps(rest, sort_keys=True).encode()).hexdigest()


def _scale_fields(scale: Scale) -> Json:
    if isinstance(scale, Platt):
        return {"kind": "platt", "slope": round(scale.slope, 5), "bias": round(scale.bias, 5)}
    columns = _rounded(scale.scores), _rounded(scale.chances)
    return {"kind": "isotonic", "scores": columns[0], "chances": columns[1]}


def _read_scale(fields: Json) -> Scale:
    if fields["kind"] == "platt":
        slope, bias = _numbers([fields["slope"], fields["bias"]])
        if slope <= 0:
            raise ValueError("its slope is not above 0")
        return Platt(slope, bias)
    if fields["kind"] != "isotonic":
        raise ValueError(f"its scale is of the unknown kind {fields['kind']!r}")
    scores, chances = _numbers(fields["scores"]), _numbers(fields["chances"])
    rise = sorted(scores) == list(scores) and sorted(chances) == list(chances)
    if len(scores) != len(chances) or not scores or not rise:
        raise ValueError("its knots do not rise")
    if not 0 <= chances[0] <= chances[-1] <= 1:
        raise ValueError("its chances are not between 0 and 1")
    return Isotonic(scores, chances)


def _rounded(numbers: Sequence[float]) -> list[float]:
    return [round(float(number), DECIMALS) for number in numbers]


def _numbers(values: object) -> tuple[float, ...]:
    if not isinstance(values, list) or not all(type(one) in (int, float) for one in values):
        raise ValueError("a list of numbers is none")
    if not all(map(math.isfinite, values)):
        raise ValueError("a number is not finite")
    return tuple(map(float, values))
