"""Eval sets of our own: the contract's JSON lines."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from evals.data.files import sha256_of, unique
from evals.fields import (
    as_object,
    at,
    json_lines,
    optional_list,
    optional_text,
    read_bytes,
    text,
    typed,
)
from evals.metrics import fold
from evals.types import MAX_QUOTES, EvalError, EvalSet, Question, SetInfo
from rag.types import Json, Turn

SHIPPED = Path(__file__).parent.parent / "sets" / "seeds.jsonl"
MIN_ALTERNATIVE = 2  # one letter or digit stands in nearly any sentence


def load_set(path: Path, split: str | None = None) -> EvalSet[Question]:
    """JSON lines as the contract has them, blank lines allowed.

    With ``split`` only the questions of that split.
    """
    data = read_bytes(path)
    questions = unique(_own_questions(path, data))
    chosen = tuple(q for q in questions if split in (None, q.split))
    if not chosen:
        of_split = f' of the split "{split}"' if split else ""
        raise EvalError(f"{path} holds no question{of_split}")
    return EvalSet(SetInfo(path.stem, "own", sha256_of(data), split), chosen)


def _own_questions(path: Path, data: bytes) -> Iterator[tuple[str, Question]]:
    for place, row in json_lines(path, data):
        with at(place):
            question = _own_question(row)
        yield place, question


def _own_question(row: Json) -> Question:
    answerable = typed(row, "answerable", bool, "true or false")
    must = tuple(_alternatives("must_quote", group) for group in optional_list(row, "must_quote"))
    if answerable and not must:
        raise ValueError('"must_quote" is empty, but the question is answerable: say what to quote')
    if must and not answerable:
        raise ValueError('"must_quote" is given, but the question is not answerable')
    max_quotes = typed({"max_quotes": MAX_QUOTES} | row, "max_quotes", int, "a whole number")
    if max_quotes < 1 or isinstance(max_quotes, bool):
        raise ValueError('"max_quotes" must be a whole number from 1 up')
    split = optional_text(row, "split")
    if split not in (None, "fit", "test"):
        raise ValueError(f'"split" is "{split}"; it can be "fit" or "test"')
    must_not = optional_list(row, "must_not_quote")
    return Question(
        id=text(row, "id"),
        question=text(row, "question"),
        answerable=answerable,
        must_quote=must,
        must_not_quote=_alternatives("must_not_quote", must_not) if must_not else (),
        max_quotes=max_quotes,
        history=tuple(_turn(as_object(turn)) for turn in optional_list(row, "history")),
        kind=optional_text(row, "kind") or "other",
        group=optional_text(row, "document"),
        split=split,
    )


def _alternatives(field: str, group: Any) -> tuple[str, ...]:
    if not isinstance(group, list) or not group or not all(isinstance(a, str) for a in group):
        needed = "a list of lists of texts" if field == "must_quote" else "a list of texts"
        raise ValueError(f'"{field}" must be {needed}, none of them empty')
    for words in group:
        if len(fold(words)) < MIN_ALTERNATIVE:
            raise ValueError(f'"{field}" has "{words}", too short: nearly any quote holds it')
    return tuple(group)


def _turn(row: Json) -> Turn:
    role, content = text(row, "role"), typed(row, "content", str, "a text")
    if role == "user":
        return Turn("user", content)
    if role == "assistant":
        return Turn("assistant", content)
    raise ValueError(f'"role" in "history" is "{role}"; it can be "user" or "assistant"')
