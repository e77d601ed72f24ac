"""``citewell ask``: one question, or a batch of them."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.errors import QuestionError
from rag.settings import Settings
from rag.types import Answer, Json, Turn

if TYPE_CHECKING:
    from rag.engine import Engine


def run(
    home: Path,
    settings: Settings,
    question: str,
    batch: Path | None,
    history: Path | None,
    documents: Sequence[str] | None,
    as_json: bool,
) -> int:
    from rag.engine import Engine

    if bool(question) == bool(batch):
        raise QuestionError("give a question, or a file of questions with --batch")
    chosen = {"documents": list(documents)} if documents else None
    earlier = turns(_read_json(history)) if history else ()
    lines = list(_lines(batch)) if batch else []
    engine = Engine.open(home, settings)
    try:
        if batch:
            return _batch(engine, lines)
        answer = engine.ask(question, history=earlier, filter=chosen)
    finally:
        engine.close()
    print(json.dumps(answer.to_dict(), ensure_ascii=False) if as_json else describe(answer))
    return 1 if answer.status == "no_answer" else 0


def _batch(engine: Engine, lines: Sequence[str]) -> int:
    """One object a line in the order of the lines; a wrong line gives an error and goes on."""
    wrong = False
    for number, line in enumerate(lines, start=1):
        request: Any = None
        try:
            request = _request(line, number)
            answer = engine.ask(
                request["question"],
                history=turns(request.get("history") or []),
                filter=request.get("filter"),
                id=request["id"],
            )
            result = answer.to_dict()
        except QuestionError as error:
            wrong = True
            id = request.get("id") if isinstance(request, dict) else _id_of(line)
            result = {"id": id, "error": str(error)}
        print(json.dumps(result, ensure_ascii=False), flush=True)
    return 3 if wrong else 0


def _request(line: str, number: int) -> Json:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise QuestionError(f"line {number} is not JSON: {error}") from error
    if not isinstance(request, dict):
        raise QuestionError(f'line {number} is not an object with "id" and "question"')
    if not isinstance(request.get("id"), str) or not isinstance(request.get("question"), str):
        raise QuestionError(f'line {number} needs "id" and "question", both strings')
    return request


def _id_of(line: str) -> object:
    try:
        request = json.loads(line)
    except (ValueError, RecursionError):
        return None
    id = request.get("id") if isinstance(request, dict) else None
    return id if isinstance(id, str | int) else None


def turns(items: Any) -> tuple[Turn, ...]:
    """Earlier turns from JSON. Raises QuestionError."""
    if not isinstance(items, list):
        raise QuestionError("history must be a list of turns")
    found = []
    for item in items:
        role, content = (
            (item.get("role"), item.get("content")) if isinstance(item, dict) else (None, None)
        )
        if role not in {"user", "assistant"} or not isinstance(content, str):
            raise QuestionError(
                'each turn of history is {"role": "user" or "assistant", "content": "…"}'
            )
        found.append(Turn(role, content))
    return tuple(found)


def _lines(path: Path) -> Iterator[str]:
    return (line for line in _read(path).split("\n") if line.strip())


def _read_json(path: Path) -> Any:
    try:
        return json.loads(_read(path))
    except (ValueError, RecursionError) as error:
        raise QuestionError(f"{path} is not JSON: {error}") from error


def _read(path: Path) -> str:
    try:
        return sys.stdin.read() if str(path) == "-" else path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise QuestionError(f"{path} cannot be read as UTF-8 text: {error}") from error


def describe(answer: Answer) -> str:
    """The answer for a person: sentences, then their sources."""
    lines = []
    if answer.standalone_question != answer.question:
        lines += [f"(read as: {answer.standalone_question})", ""]
    if answer.text:
        lines.append(answer.text)
    if answer.citations:
        lines.append("")
    for citation in answer.citations:
        lines.append(f"[{citation.number}] {_source(citation.to_dict())}")
    if answer.reason:
        lines += [*([""] if answer.text else []), answer.reason.message]
        if answer.reason.nearest:
            lines.append("Nearest:")
        for citation in answer.reason.nearest:
            lines.append(f"  “{citation.quote}” — {_source(citation.to_dict())}")
    if answer.fallback:
        lines += ["", f"Answered without the LLM: {answer.fallback}"]
    lines += [f"Note: {warning}" for warning in answer.warnings]
    return "\n".join(lines)


def _source(citation: Json) -> str:
    name = citation["path"]
    where = f"characters {citation['start_char_index']}–{citation['end_char_index']}"
    said = [citation["section"], citation["speaker"], citation["date"]]
    return ", ".join([name, where, *(str(one) for one in said if one)])
