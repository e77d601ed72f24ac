"""Checks an answer object against the stored texts: what ``citewell verify`` says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from index.errors import ReadError
from index.folder import read_file
from index.outline import place
from index.types import Document, Source, Span
from rag.errors import QuestionError
from rag.render import answer_text
from rag.types import SCHEMA, Json

VERIFY_SCHEMA = "citewell.verify/1"
MANY = 1_000  # citations; more than any answer has


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it is stored, every source it ever had, and the hash of its files now."""

    document: Document
    sources: tuple[Source, ...]
    file_sha256_now: str | None  # None: the original cannot be read


def verify(answer: Json, find: Callable[[str], Stored | None]) -> Json:
    """The verdict on each citation, and what does not hold of the answer around them.

    Raises QuestionError for what is no answer object.
    """
    citations = _citations(answer)
    verdicts = [_verdict(citation, find) for citation in citations]
    problems = list(_problems(answer))
    holds = not problems and all(verdict["status"] == "holds" for verdict in verdicts)
    return {
        "schema": VERIFY_SCHEMA,
        "holds": holds,
        "citations": verdicts,
        "problems": problems,
    }


def _citations(answer: Json) -> list[Json]:
    if not isinstance(answer, dict) or answer.get("schema") != SCHEMA:
        raise QuestionError(
            f'this is no answer object: its "schema" must be "{SCHEMA}". '
            "Save what 'citewell ask --json' prints and verify that"
        )
    reason = answer.get("reason")
    nearest = reason.get("nearest", []) if isinstance(reason, dict) else []
    for name, value in (("citations", answer.get("citations")), ("nearest", nearest)):
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise QuestionError(f"{name} must be a list of citations")
        if len(value) > MANY:
            raise QuestionError(f"{name} holds more than {MANY} citations")
    return [*answer["citations"], *nearest]


def _verdict(citation: Json, find: Callable[[str], Stored | None]) -> Json:
    stored = find(str(citation.get("document_id")))
    status, message = (
        ("gone", "the document is not in the index")
        if stored is None
        else (_compare(citation, stored))
    )
    changed = stored is not None and stored.file_sha256_now != stored.document.file_sha256
    return {
        "number": citation.get("number"),
        "status": status,
        "message": message,
        "file_changed": changed,
    }


def _compare(citation: Json, stored: Stored) -> tuple[str, str]:
    document = stored.document
    quote, start, end = (
        citation.get(name) for name in ("cited_text", "start_char_index", "end_char_index")
    )
    if not isinstance(quote, str) or not quote:
        return "altered", "the citation has no quote"
    here = _is_range(start, end, document) and document.text[start:end] == quote
    same_text = citation.get("text_sha256") == document.text_sha256
    if here and same_text:
        return _compare_details(citation, stored, Span(int(str(start)), int(str(end))))
    if here:
        return "moved", "the quote is there, but text_sha256 is not that of the stored text"
    at = document.text.find(quote)
    if at >= 0:
        return "moved", f"the quote stands at {at}-{at + len(quote)} of the stored text"
    return "altered", "the quote is not in the stored text"


def _is_range(start: object, end: object, document: Document) -> bool:
    plain = type(start) is int and type(end) is int  # True is an int, and no offset
    return plain and 0 <= int(str(start)) < int(str(end)) <= len(document.text)


def _compare_details(citation: Json, stored: Stored, span: Span) -> tuple[str, str]:
    """What the citation says of the quote's place must be what the document says."""
    where = place(stored.document, span)
    expected: dict[str, Any] = {
        "type": "char_location",
        "document_title": stored.document.title,
        "page": where.page,
        "section": where.section,
        "speaker": where.speaker,
        "date": where.date,
    }
    for name, value in expected.items():
        if citation.get(name) != value:
            return "altered", f"{name} is not what the document has ({value!r})"
    if citation.get("path") not in {source.path for source in stored.sources}:
        return "altered", f"path is not where the document was found ({stored.document.path!r})"
    return "holds", "the quote stands there, character for character"


def _problems(answer: Json) -> Iterator[str]:
    """Whether sentences and text say what the citations quote."""
    own = answer["citations"]
    numbers = [citation.get("number") for citation in own]
    if numbers != list(range(1, len(numbers) + 1)):
        yield "the citations are not numbered 1, 2, 3 …"
    sentences = answer.get("sentences")
    if not isinstance(sentences, list) or not all(isinstance(one, dict) for one in sentences):
        yield "sentences is not a list of sentences"
        return
    quotes = {citation.get("number"): citation.get("cited_text") for citation in own}
    cited: set[object] = set()
    for place_, sentence in enumerate(sentences, start=1):
        named = sentence.get("citations")
        if not isinstance(named, list) or not named or any(not _known(n, quotes) for n in named):
            yield f"sentence {place_} cites what is not there"
            continue
        cited.update(named)
        if answer.get("mode") == "extractive" and sentence.get("text") not in [
            quotes[number] for number in named
        ]:
            yield f"sentence {place_} is not the quote of its citation"
        yield from _highlight_problem(place_, sentence)
    if cited != set(quotes):
        yield "a citation belongs to no sentence"
    if sentences and answer.get("text") != answer_text(sentences):
        yield "the text is not that of the sentences"
    if answer.get("status") in {"answered", "partial"} and not sentences:
        yield "an answer without sentences"


def _known(number: object, quotes: Mapping[object, object]) -> bool:
    return type(number) is int and number in quotes


def _highlight_problem(place_: int, sentence: Json) -> Iterator[str]:
    mark = sentence.get("highlight")
    if mark is None:
        return
    start, end = (mark.get("start"), mark.get("end")) if isinstance(mark, dict) else (None, None)
    text = sentence.get("text")
    if not (
        type(start) is int
        and type(end) is int
        and isinstance(text, str)
        and 0 <= start < end <= len(text)
    ):
        yield f"the highlight of sentence {place_} lies outside of it"


def hash_of_file(sources: tuple[Source, ...], max_bytes: int) -> str | None:
    """SHA-256 of the first of a document's files that can be read."""
    import hashlib

    for source in sources:
        try:
            data = read_file(Path(source.root, source.path), max_bytes)
        except ReadError:
            continue
        return hashlib.sha256(data).hexdigest()
    return None
