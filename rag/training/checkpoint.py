"""Where training stands, on disk: one file, written whole or not at all."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

from torch import Tensor

from index.errors import why
from index.home.durable import write_durably
from rag.errors import SettingsError
from rag.types import Json

CHECKPOINT = "checkpoint.safetensors"


@dataclass(frozen=True, slots=True)
class Progress:
    """``stale`` counts the evaluations since the best one."""

    step: int = 0
    best: float = float("-inf")  # AUROC
    best_step: int = 0
    stale: int = 0
    seconds: float = 0.0  # trained so far, in all runs


def save(folder: Path, state: Mapping[str, Tensor], progress: Progress, made_by: Json) -> None:
    """``made_by`` is the recipe and the data: only the same may go on from here. Raises OSError."""
    from safetensors.torch import save

    tensors = {name: value.detach().cpu().contiguous() for name, value in state.items()}
    notes = {"progress": json.dumps(asdict(progress)), "made_by": json.dumps(made_by)}
    write_durably(folder / CHECKPOINT, save(tensors, notes))


def load(folder: Path, made_by: Json) -> tuple[dict[str, Tensor], Progress]:
    """Raises SettingsError where there is none that can be gone on from."""
    from safetensors import SafetensorError, safe_open

    path = folder / CHECKPOINT
    try:
        with safe_open(path, "pt") as file:
            notes = file.metadata() or {}
            state = {name: file.get_tensor(name) for name in file.keys()}  # noqa: SIM118
        progress = Progress(**json.loads(notes["progress"]))
        before = json.loads(notes["made_by"])
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise SettingsError(
            f"there is nothing to go on from in {path} ({why(error)}): run without --resume"
        ) from error
    if before != json.loads(json.dumps(made_by)):
        other = sorted(key for key in {*before, *made_by} if before.get(key) != made_by.get(key))
        raise SettingsError(
            f"{path} was made with another {', '.join(other)}: give the same options and files "
            "to go on, or run without --resume to start anew"
        )
    return state, progress
