"""Which calibration is in force: the home's own before the one that is shipped for the reader.

Either only where it was made with the reader, embedder and chunker that are used now.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from index.errors import why
from rag.confidence.calibration import Calibration, read_calibration
from rag.errors import SettingsError

OWN = "calibration.json"  # in the home
ADVICE = "run 'citewell eval --calibrate SET' or 'make calibrate'"


def shipped(reader: str) -> Path:
    return Path(__file__).parents[1] / "models" / f"calibration-{reader}.json"


class Calibrations:
    """The home's own calibration and the shipped one; read when first asked for."""

    def __init__(self, own: Path | None = None, shipped: Path | None = None) -> None:
        self._own_file = own
        self._shipped_file = shipped

    def in_force(self, parts: Mapping[str, str]) -> Calibration | None:
        """Raises SettingsError for a damaged file."""
        for one in (self._own, self._shipped):
            if one is not None and one.holds_for(parts):
                return one
        return None

    def warning(self, parts: Mapping[str, str]) -> str | None:
        """Where the home has a calibration of its own that does not hold any more."""
        if self._own is None or self._own.holds_for(parts):
            return None
        differ = [name for name in parts if parts[name] != self._own.fingerprints.get(name)]
        return (
            f"the calibration of this home was made with another {' and '.join(differ)} and is "
            f"not used: {ADVICE}"
        )

    @cached_property
    def _own(self) -> Calibration | None:
        return _read_if_there(self._own_file, f"delete it, or {ADVICE}")

    @cached_property
    def _shipped(self) -> Calibration | None:
        return _read_if_there(self._shipped_file, "reinstall Citewell")


def _read_if_there(path: Path | None, advice: str) -> Calibration | None:
    try:
        return None if path is None else read_calibration(path.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        raise SettingsError(
            f"the calibration {path} cannot be used ({why(error)}): {advice}"
        ) from error
