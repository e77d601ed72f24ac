"""What the commands read from files or standard input: UTF-8, with or without a BOM."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from index.errors import why
from rag.errors import QuestionError
from rag.types import Turn


def read_bytes(path: Path) -> bytes:
    """The whole file without its BOM; "-" is standard input. Raises QuestionError."""
    try:
        data = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
    except (OSError, ValueError) as error:
        raise QuestionError(f"{path} cannot be read ({why(error)}): check the name") from error
    return data.removeprefix(b"\xef\xbb\xbf")


def read_json(path: Path) -> Any:
    """The JSON value in a file. Raises QuestionError."""
    return parse_json(read_bytes(path), str(path))


def parse_json(data: bytes, name: str) -> Any:
    """Raises QuestionError for what is not JSON in UTF-8; ``name`` says where it stands."""
    try:
        return json.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise QuestionError(f"{name} is not UTF-8: save it as UTF-8 ({error})") from error
    except (ValueError, RecursionError) as error:
        raise QuestionError(f"{name} is not JSON: {error}") from error


def turns(items: Any) -> tuple[Turn, ...]:
    """Earlier turns from JSON; null is none. Raises QuestionError."""
    if items is None:
        return ()
    if not isinstance(items, list):
        raise QuestionError('history is not a list of {"role", "content"}')
    return tuple(_turn(item) for item in items)


def _turn(item: Any) -> Turn:
    match item:
        case {"role": "user" | "assistant" as role, "content": str(content)}:
            return Turn(role, content)
    raise QuestionError('each turn of history is {"role": "user" or "assistant", "content": "…"}')
