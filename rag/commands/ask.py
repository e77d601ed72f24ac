"""``citewell ask``: one question, or a batch of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rag.answer.render import how_sure
from rag.commands.codes import DONE, FAILURE, NO
from rag.commands.input import parse_json, read_bytes, read_json, turns
from rag.commands.output import harmless, print_json, printable
from rag.errors import QuestionError
from rag.settings import Settings
from rag.types import Answer, Json, Reason

if TYPE_CHECKING:
    from rag.engine import Engine


def run(
    home: Path,
    settings: Settings,
    question: str | None,
    batch: Path | None,
    history: Path | None,
    documents: Sequence[str] | None,
    as_json: bool,
) -> int:
    from rag.engine import Engine

    if question is None and batch is None:
        raise QuestionError("give a question, or a file of questions with --batch")
    if question is not None and batch is not None:
        raise QuestionError(
            "a question and --batch were given, and only one can be asked: leave one out"
        )
    if batch and (history or documents):
        raise QuestionError("with --batch, 'history' and 'filter' stand in each line of the file")
    chosen = {"documents": list(documents)} if documents else None
    earlier = turns(read_json(history)) if history else ()
    lines = _lines(batch) if batch else []
    engine = Engine.open(home, settings)
    try:
        if batch:
            return _batch(engine, lines)
        answer = engine.ask(question or "", history=earlier, filter=chosen)
    finally:
        engine.close()
    if as_json:
        print_json(answer.to_dict())
    else:
        print(harmless(describe(answer)))
    return NO if answer.status == "no_answer" else DONE


def _batch(engine: Engine, lines: Sequence[tuple[int, bytes]]) -> int:
    """One object a line in the order of the lines; a wrong line gives an error and goes on."""
    wrong = False
    for number, line in lines:
        id: object = None
        try:
            request = parse_json(line, f"line {number}")
            id = request.get("id") if isinstance(request, dict) else None
            result = _ask_line(engine, request, number).to_dict()
        except QuestionError as error:
            wrong = True
            result = {"id": id if isinstance(id, str | int) else None, "error": str(error)}
        print_json(result)
    return FAILURE if wrong else DONE


def _ask_line(engine: Engine, request: Any, number: int) -> Answer:
    if not isinstance(request, dict):
        raise QuestionError(f'line {number} is not an object with "id" and "question"')
    if not isinstance(request.get("id"), str) or not isinstance(request.get("question"), str):
        raise QuestionError(f'line {number} needs "id" and "question", both strings')
    return engine.ask(
        request["question"],
        history=turns(request.get("history")),
        filter=request.get("filter"),
        id=request["id"],
    )


def _lines(path: Path) -> list[tuple[int, bytes]]:
    """The lines that are not blank, with their numbers in the file. Raises QuestionError."""
    lines = enumerate(read_bytes(path).split(b"\n"), start=1)
    return [(number, line) for number, line in lines if line.strip()]


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
    if answer.citations:
        lines += ["", how_sure(answer)]
    if answer.reason:
        lines += [_verdict(answer, answer.reason), answer.reason.message]
        if answer.reason.missing_terms:
            lines.append(f"In no document: {', '.join(answer.reason.missing_terms)}.")
        if answer.reason.nearest:
            lines.append("Nearest:")
        for citation in answer.reason.nearest:
            lines.append(f"  “{citation.quote}” — {_source(citation.to_dict())}")
    if answer.fallback:
        lines += ["", f"Without the LLM: {answer.fallback}"]
    if answer.calibration and "max_error" in answer.calibration:
        lines += ["", _target(answer.calibration)]
    lines += [f"Note: {warning}" for warning in answer.warnings]
    return "\n".join(lines)


def _verdict(answer: Answer, reason: Reason) -> str:
    """The line before a reason. What was not read, or a target error holds back, the documents
    may well say."""
    if answer.text:
        return ""
    return "The documents do not say." if reason.code == "not_supported" else "Not answered."


def _target(said: Json) -> str:
    """What stands behind a target error, and what it costs."""
    error, how = said["error"], f"estimated on the {said['size']} questions of {said['name']}"
    if said["guaranteed"]:
        how = f"guaranteed for questions like the {said['size']} of {said['name']}"
    cost = f"of these {said['coverage']:.0%} are answered"
    if error["value"] is not None:
        cost += f", {error['value']:.1%} wrongly ({error['low']:.1%}–{error['high']:.1%})"
    return f"Target error {said['max_error']:g}, {how}; {cost}."


def _source(citation: Json) -> str:
    name = printable(citation["path"])
    where = f"characters {citation['start_char_index']}–{citation['end_char_index']}"
    said = [_page(citation), _section(citation), citation["speaker"], citation["date"]]
    return ", ".join([name, where, *(str(one) for one in said if one)])


def _section(citation: Json) -> str | None:
    """The heading or question over the quote; of a table's row with the names of its columns."""
    named = (citation["section"], citation["columns"])
    return ": ".join(one for one in named if one) or None


def _page(citation: Json) -> str | None:
    return None if citation["page"] is None else f"{citation['unit']} {citation['page']}"
