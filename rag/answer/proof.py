"""Checks an answer object against the stored texts: what ``citewell verify`` says."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.errors import ReadError
from index.folder.files import read_file
from index.passages.outline import columns, place
from index.types import Document, Source, Span
from rag.answer.render import answer_text
from rag.answer.verify import objection
from rag.errors import QuestionError
from rag.types import SCHEMA, Json

VERIFY_SCHEMA = "citewell.verify/1"
MANY = 1_000  # citations; more than any answer has


@dataclass(frozen=True, slots=True)
class Stored:
    """A document as it is stored, every source it ever had, and the hash of its files now."""

    document: Document
    sources: tuple[Source, ...]
    file_sha256_now: str | None  # None: the original cannot be read


@dataclass(frozen=True, slots=True)
class Form:
    """What an answer of a status has."""

    quotes: bool
    reason: bool


STATUSES = {
    "answered": Form(quotes=True, reason=False),
    "partial": Form(quotes=True, reason=True),
    "no_answer": Form(quotes=False, reason=True),
    "info": Form(quotes=False, reason=False),
}


def verify(
    answer: Json, find: Callable[[str], Stored | None], info: Callable[[], Sequence[str]]
) -> Json:
    """The verdict on each citation, and what does not hold of the answer around them.

    ``info`` gives what may be said of the collection itself. Free are the fields that claim
    nothing about the documents: id, answer_key, the questions, confidence, calibration, a
    highlight's place within its sentence, a reason's words and numbers, removed, warnings,
    filter, index, timings. Raises QuestionError for what is no answer object.
    """
    citations, nearest = _citations(answer)
    verdicts = [_verdict(citation, find) for citation in (*citations, *nearest)]
    problems = [
        *_numbering("citations", citations),
        *_numbering("nearest", nearest),
        *_status_problems(answer, citations, info),
        *_mode_problems(answer),
        *_sentence_problems(answer, citations),
    ]
    holds = not problems and all(verdict["status"] == "holds" for verdict in verdicts)
    return {
        "schema": VERIFY_SCHEMA,
        "holds": holds,
        "citations": verdicts,
        "problems": problems,
    }


def _citations(answer: Json) -> tuple[list[Json], list[Json]]:
    if not isinstance(answer, dict) or answer.get("schema") != SCHEMA:
        raise QuestionError(
            f'this is no answer object: its "schema" must be "{SCHEMA}". '
            "Save what 'citewell ask --json' prints and verify that"
        )
    reason = answer.get("reason")
    nearest = reason.get("nearest", []) if isinstance(reason, dict) else []
    return _list("citations", answer.get("citations")), _list("nearest", nearest)


def _list(name: str, value: object) -> list[Json]:
    if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
        raise QuestionError(f"{name} must be a list of citations")
    if len(value) > MANY:
        raise QuestionError(f"{name} holds more than {MANY} citations")
    return value


def _verdict(citation: Json, find: Callable[[str], Stored | None]) -> Json:
    id = citation.get("document_id")
    stored = find(id) if isinstance(id, str) and id.isprintable() else None
    status, message = (
        ("gone", "the document is not in the index")
        if stored is None
        else _compare(citation, stored)
    )
    changed = stored is not None and stored.file_sha256_now != stored.document.file_sha256
    return {
        "number": _whole(citation.get("number")),
        "status": status,
        "message": message,
        "file_changed": changed,
    }


def _compare(citation: Json, stored: Stored) -> tuple[str, str]:
    document = stored.document
    quote = citation.get("cited_text")
    if not isinstance(quote, str) or not quote:
        return "altered", "the citation has no quote"
    start = _whole(citation.get("start_char_index"))
    end = _whole(citation.get("end_char_index"))
    if (
        start is not None
        and end is not None
        and 0 <= start < end <= len(document.text)
        and document.text[start:end] == quote
    ):
        if citation.get("text_sha256") == document.text_sha256:
            return _compare_details(citation, stored, Span(start, end))
        return "moved", "the quote is there, but text_sha256 is not that of the stored text"
    at = document.text.find(quote)
    if at >= 0:
        return "moved", f"the quote stands at {at}-{at + len(quote)} of the stored text"
    return "altered", "the quote is not in the stored text"


def _whole(value: object) -> int | None:
    """A whole number; True and 1.0, which equal one, are none."""
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _compare_details(citation: Json, stored: Stored, span: Span) -> tuple[str, str]:
    """What the citation says of the quote's place must be what the document says."""
    where = place(stored.document, span)
    title = stored.document.title
    names = [source.name for source in stored.sources]
    if title in names and citation.get("document_title") in names:
        title = citation["document_title"]  # its file's name, when it had another
    expected: dict[str, str | int | None] = {
        "type": "char_location",
        "document_title": title,
        "page": where.page,
        "unit": where.unit,
        "section": where.section,
        "columns": columns(stored.document, span),
        "speaker": where.speaker,
        "date": where.date,
    }
    for name in {"unit", "columns"} - citation.keys():  # of a version that did not say it
        del expected[name]
    for name, value in expected.items():
        said = citation.get(name)
        if type(said) is not type(value) or said != value:
            return "altered", f"{name} is not what the document has ({value!r})"
    paths = [stored.document.path, *(source.path for source in stored.sources)]
    if citation.get("path") not in paths:
        return "altered", f"path is not where the document was found ({stored.document.path!r})"
    return "holds", "the quote stands there, character for character"


def _numbering(name: str, citations: Sequence[Json]) -> Iterator[str]:
    numbers = [_whole(citation.get("number")) for citation in citations]
    if numbers != list(range(1, len(numbers) + 1)):
        yield f"the {name} are not numbered 1, 2, 3 …"


def _status_problems(
    answer: Json, citations: Sequence[Json], info: Callable[[], Sequence[str]]
) -> Iterator[str]:
    """Each status has its own form: what it quotes, whether it gives a reason, what it says."""
    status = answer.get("status")
    if not isinstance(status, str) or status not in STATUSES:
        yield "the status is none that an answer has"
        return
    form, reason = STATUSES[status], answer.get("reason")
    parts = [bool(citations), bool(answer.get("sentences"))]
    if parts != [form.quotes, form.quotes]:
        yield f'the status "{status}" does not go with these sentences and citations'
    if not (isinstance(reason, dict) if form.reason else reason is None):
        yield f'the status "{status}" does not go with this reason'
    if status == "no_answer" and answer.get("text") != "":
        yield "the text says something although there is no answer"
    if status == "info" and answer.get("text") not in info():
        yield "the text is not what is said of this collection now"


def _mode_problems(answer: Json) -> Iterator[str]:
    """An answer is in the mode that was asked for, or says why it fell back; a refusal may."""
    mode, asked_for, fallback = (answer.get(n) for n in ("mode", "requested_mode", "fallback"))
    if mode not in ("extractive", "llm") or asked_for not in ("extractive", "llm"):
        yield "the mode is none that an answer has"
    fell_back = asked_for == "llm" and mode == "extractive"
    may = fell_back and answer.get("status") != "info"
    must = fell_back and bool(answer.get("sentences"))
    explained = may if isinstance(fallback, str) else fallback is None and not must
    if (mode == "llm" and asked_for != "llm") or not explained:
        yield "mode, requested_mode and fallback contradict each other"


def _sentence_problems(answer: Json, citations: Sequence[Json]) -> Iterator[str]:
    """Whether sentences and text say what the citations quote."""
    sentences = answer.get("sentences")
    if not isinstance(sentences, list):
        yield "sentences is not a list"
        return
    quotes = [str(citation.get("cited_text")) for citation in citations]
    if not all(_is_sentence(one) for one in sentences):
        yield "a sentence has not the form that it must have"
        return
    written = answer.get("mode") == "llm"
    for at, sentence in enumerate(sentences, start=1):
        why = _objection(sentence["text"], sentence["citations"], quotes, written)
        if why:
            yield f"sentence {at}: {why}"
        if not _lies_inside(sentence.get("highlight"), sentence["text"]):
            yield f"the highlight of sentence {at} lies outside of it"
    cited = [number for sentence in sentences for number in sentence["citations"]]
    if (sorted(set(cited)) if written else cited) != list(range(1, len(quotes) + 1)):
        yield "the sentences do not cite each citation, in its order"
    if sentences and answer.get("text") != answer_text(sentences):
        yield "the text is not that of the sentences"


def _is_sentence(value: object) -> bool:
    return (
        isinstance(value, dict)
        and isinstance(value.get("text"), str)
        and isinstance(value.get("citations"), list)
        and bool(value["citations"])
        and all(_whole(number) is not None for number in value["citations"])
    )


def _objection(
    text: str, numbers: Sequence[int], quotes: Sequence[str], written: bool
) -> str | None:
    """Written by an LLM it must pass the check again, else it is the quote itself."""
    if not all(1 <= number <= len(quotes) for number in numbers):
        return "it cites what is not there"
    if written:
        return objection(text, numbers, quotes)
    exact = len(numbers) == 1 and text == quotes[numbers[0] - 1]
    return None if exact else "it is not the quote of its citation"


def _lies_inside(mark: object, text: str) -> bool:
    if mark is None:
        return True
    if not isinstance(mark, dict):
        return False
    start, end = _whole(mark.get("start")), _whole(mark.get("end"))
    return start is not None and end is not None and 0 <= start < end <= len(text)


def hash_of_file(sources: tuple[Source, ...], max_bytes: int) -> str | None:
    """SHA-256 of the first of a document's files that can be read."""
    for source in sources:
        try:
            data = read_file(source.file, max_bytes)
        except ReadError:
            continue
        return hashlib.sha256(data).hexdigest()
    return None
