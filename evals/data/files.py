"""What the loaders share: hashes, ids, texts as the index will hold them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable
from pathlib import Path
from urllib.parse import quote

from evals.types import EvalError, Identified


def unique(questions: Iterable[tuple[str, Identified]]) -> tuple[Identified, ...]:
    """The questions without their places. Raises EvalError where an id is used twice."""
    seen: dict[str, Identified] = {}
    for place, question in questions:
        if question.id in seen:
            raise EvalError(f'{place}: the id "{question.id}" is used twice')
        seen[question.id] = question
    return tuple(seen.values())


def sha256_of(*parts: bytes) -> str:
    """Of one part its plain hash, of several the hash of their hashes."""
    hashes = [hashlib.sha256(part).hexdigest() for part in parts]
    return hashes[0] if len(hashes) == 1 else sha256_of("".join(hashes).encode())


def text_sha256(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()


def as_stored(text: str) -> str:
    """The text as the index will hold it, so that hashes and offsets agree."""
    return re.sub("[\0\ud800-\udfff]", "\ufffd", text.removeprefix("\ufeff"))


def file_named(id: str) -> str:
    """A file name that says which document of the data set it holds."""
    return f"{quote(id, safe='')}.txt"


def files_in(folder: Path, pattern: str) -> list[Path]:
    """Files below a folder by a pattern, in a fixed order."""
    return sorted(file for file in folder.glob(pattern) if file.is_file())
