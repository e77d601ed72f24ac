"""The texts of a published data set as one folder of files, for the engine's own ingest."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from pathlib import Path

from evals.types import EvalError
from index.errors import why

MARKER = "citewell-eval.json"
INDEX, TEXTS = "index", "texts"


def lay_out(folder: Path, texts: Mapping[str, str]) -> tuple[Path, Path]:
    """Write each text (path -> text) as UTF-8. Returns a home and the folder of the texts.

    The same folder can be named again: what was written is left as it is, so that the second
    run indexes nothing. Raises EvalError where the folder serves something else.
    """
    wanted = json.dumps({"texts_sha256": _fingerprint(texts)})
    marker = folder / MARKER
    try:
        folder.mkdir(parents=True, exist_ok=True)
        if marker.exists():
            if marker.read_text(encoding="utf-8") != wanted:
                raise EvalError(f"{folder} holds another data set; name another --home")
        elif any(folder.iterdir()):
            raise EvalError(f"{folder} is not empty; name a new folder as --home for a data set")
        else:
            marker.write_text(wanted, encoding="utf-8")
        _write(folder / TEXTS, texts)
    except OSError as error:
        raise EvalError(f"{folder} cannot be used: {why(error)}; name another --home") from error
    return folder / INDEX, folder / TEXTS


def _write(folder: Path, texts: Mapping[str, str]) -> None:
    for path, text in texts.items():
        file, data = folder / path, text.encode()
        if not file.exists() or file.stat().st_size != len(data):  # cut short by an interruption
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(data)


def _fingerprint(texts: Mapping[str, str]) -> str:
    return hashlib.sha256(json.dumps(sorted(texts.items())).encode()).hexdigest()
