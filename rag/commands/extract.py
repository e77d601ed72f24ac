"""``citewell extract``: the sentences that answer in files that are not indexed."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from index.errors import ReadError
from index.folder.files import read_file, too_large
from index.sandbox.box import Sandbox
from index.sandbox.recognise import parse_with
from index.types import Parsed
from rag.answer.extract import AnswerSpan, Extraction
from rag.answer.given import MAX_TEXTS
from rag.collection import ocr_of
from rag.commands.codes import DONE, FAILURE, NO, WRONG_USE
from rag.commands.output import harmless, print_json, printable
from rag.errors import QuestionError
from rag.question.requests import clean_question
from rag.settings import Settings
from rag.types import Json

STDIN = Path("-")


@dataclass(frozen=True, slots=True)
class Unread:
    """Why a file cannot be read, and whether that is the fault of its name."""

    why: str
    code: int = FAILURE


Read = tuple[str, Parsed | Unread]  # a file's name, and what it holds


def run(home: Path, settings: Settings, question: str, files: Sequence[Path], as_json: bool) -> int:
    from rag.engine import Engine

    question = clean_question(question)
    if len(files) > MAX_TEXTS:
        raise QuestionError(f"{len(files)} files are too many: give at most {MAX_TEXTS}")
    most = settings.max_file_mb * 1_000_000
    with Sandbox() as box:
        parse = parse_with(box, ocr_of(settings) if settings.ocr else None)
        read = [(str(one), _read(one, most, parse)) for one in files]
    texts = [one for _, one in read if isinstance(one, Parsed)]
    unread = [(name, one) for name, one in read if isinstance(one, Unread)]
    for name, problem in unread:
        print(f"citewell: {printable(name)}: {problem.why}", file=sys.stderr)
    code = max((problem.code for _, problem in unread), default=DONE)
    if not texts:
        return code
    engine = Engine.open(home, settings)
    try:
        found = engine.extract(question, texts)
    finally:
        engine.close()
    if as_json:
        print_json(_to_dict(found, read))
    else:
        print(harmless(describe(found, [name for name, one in read if isinstance(one, Parsed)])))
    return code or (DONE if found.answerable else NO)


def _read(path: Path, max_bytes: int, parse: Callable[[bytes, str], Parsed]) -> Parsed | Unread:
    """Like an indexed file; standard input is plain text."""
    try:
        if path == STDIN:
            data = sys.stdin.buffer.read(max_bytes + 1)
            if len(data) > max_bytes:
                return Unread(too_large(max_bytes))
            return parse(data, "stdin.txt")
        return parse(read_file(path, max_bytes), path.name)
    except (ReadError, ValueError) as error:  # ValueError: a name that no file can have
        if isinstance(error.__cause__, FileNotFoundError | NotADirectoryError):
            return Unread("there is no such file: check its name", WRONG_USE)
        if isinstance(error, ReadError) and path.is_dir():
            return Unread("is a folder: name the files in it, or index it and ask", WRONG_USE)
        return Unread(str(error))


def _to_dict(found: Extraction, read: Sequence[Read]) -> Json:
    """The object with the path of each text; in its place stands what cannot be read."""
    made = found.to_dict()
    texts = iter(made["texts"])
    made["texts"] = [
        {"path": name, "error": one.why}
        if isinstance(one, Unread)
        else {"path": name, **next(texts)}
        for name, one in read
    ]
    return made


def describe(found: Extraction, names: Sequence[str]) -> str:
    """For a person: the sentences of all files, best first."""
    named = list(zip(names, found.texts, strict=True))
    spans = [(one, name) for name, text in named for one in text.spans]
    lines = [_line(f"{n}.", *one) for n, one in enumerate(_sorted(spans), start=1)]
    if not spans:
        nearest = [(text.nearest, name) for name, text in named if text.nearest]
        lines = ["No text answers this.", *(["Nearest:"] if nearest else [])]
        lines += [_line("-", *one) for one in _sorted(nearest)[:3]]
    lines += [f"Note: {printable(name)}: {said}" for name, text in named for said in text.warnings]
    return "\n".join(lines)


def _sorted(spans: Sequence[tuple[AnswerSpan, str]]) -> list[tuple[AnswerSpan, str]]:
    return sorted(spans, key=lambda one: -one[0].confidence)


def _line(mark: str, one: AnswerSpan, name: str) -> str:
    where = f"{printable(name)}, characters {one.span.start}–{one.span.end}"
    where += f", {one.columns}" if one.columns else ""
    return f"{mark} {where}, confidence {one.confidence:.2f}\n   {' '.join(one.quote.split())}"
