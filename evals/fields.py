"""Reading JSON that somebody else wrote: every field checked, every error with its place.

The functions on values raise ValueError; ``at`` turns it into an EvalError with the place.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from evals.types import EvalError
from index.errors import why
from rag.types import Json

T = TypeVar("T")


@contextmanager
def at(place: str) -> Iterator[None]:
    """Errors about values within name the place (a file, and a line or a part of it)."""
    try:
        yield
    except ValueError as error:
        raise EvalError(f"{place}: {error}") from error


def read_bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError as error:
        raise EvalError(f"{path} does not exist") from error
    except OSError as error:
        raise EvalError(f"{path} cannot be read: {why(error)}") from error


def decode(data: bytes) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ValueError(f"is not UTF-8 (byte {error.start}); save it as UTF-8") from error


def parse(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"is not JSON: {error}") from error


def json_lines(path: Path, data: bytes) -> Iterator[tuple[str, Json]]:
    """The place and the object of each line that is not blank."""
    with at(str(path)):
        lines = decode(data).split("\n")
    for number, line in enumerate(lines, start=1):
        if line.strip():
            place = f"{path}, line {number}"
            with at(place):
                row = as_object(parse(line))
            yield place, row


def as_object(value: Any) -> Json:
    if not isinstance(value, dict):
        raise ValueError(f"is no JSON object but {_shown(value)}")
    return value


def typed(row: Json, name: str, kind: type[T], words: str) -> T:
    """A field that must be there. ``words`` say what it must be."""
    if name not in row:
        raise ValueError(f'"{name}" is missing')
    value = row[name]
    if not isinstance(value, kind):
        raise ValueError(f'"{name}" is {_shown(value)}, not {words}')
    return value


def text(row: Json, name: str) -> str:
    """A text with something in it."""
    value = typed(row, name, str, "a text")
    if not value.strip():
        raise ValueError(f'"{name}" is empty')
    return value


def optional_text(row: Json, name: str) -> str | None:
    return None if row.get(name) is None else text(row, name)


def objects(row: Json, name: str) -> list[Json]:
    return [as_object(value) for value in typed(row, name, list, "a list")]


def optional_list(row: Json, name: str) -> list[Any]:
    return [] if row.get(name) is None else typed(row, name, list, "a list")


def _shown(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=False)
    return shown if len(shown) <= 60 else shown[:60] + "…"
