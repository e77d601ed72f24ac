"""The values that questions and answers are made of: frozen, without I/O."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Literal, Protocol

from index.types import Span

SCHEMA = "citewell.answer/1"
Json = dict[str, Any]
Role = Literal["user", "assistant"]
NONE = -50.0  # raw score of a passage without a sentence that may be quoted


@dataclass(frozen=True, slots=True)
class Turn:
    """One earlier message of a conversation."""

    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class PassageText:
    """A passage as a reader needs it: no document, no id. Spans are within ``text``.

    Of the rows of a table ``columns`` are the names, where it has any; they are the last heading.
    ``nearness`` is above 0 in a document that is being talked of: it is part of its sentences'
    scores, by which those of several passages are compared, and not of whether one answers.
    """

    text: str
    headings: tuple[str, ...]
    sentence_spans: tuple[Span, ...]
    columns: str | None = None
    nearness: float = 0.0


@dataclass(frozen=True, slots=True)
class SentenceReading:
    """Raw score of one sentence, and the answering words within the sentence."""

    score: float
    highlight: Span | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """What a reader says of one passage; ``answerable`` and the scores are raw, not chances."""

    answerable: float
    sentences: tuple[SentenceReading, ...]


class Reader(Protocol):
    def read(self, question: str, passages: Sequence[PassageText]) -> list[Reading]:
        """One Reading for each passage, one SentenceReading for each of its sentences."""
        ...


class Writer(Protocol):
    def write(self, question: str, evidence: Sequence[str]) -> str:
        """Prose with [n] after each sentence, n counting ``evidence`` from 1.

        Raises WriterError.
        """
        ...


@dataclass(frozen=True, slots=True)
class Citation:
    """A quote and where it stands: ``document[span] == quote``."""

    number: int
    document_id: str
    document_title: str
    path: str
    span: Span
    quote: str
    text_sha256: str
    page: int | None = None
    unit: str | None = None  # what ``page`` counts: "page", "slide"
    section: str | None = None
    columns: str | None = None  # of the table that a quoted row is of
    speaker: str | None = None
    date: str | None = None

    def to_dict(self) -> Json:
        return {
            "number": self.number,
            "type": "char_location",
            "document_id": self.document_id,
            "document_title": self.document_title,
            "path": self.path,
            "page": self.page,
            "unit": self.unit,
            "section": self.section,
            "columns": self.columns,
            "speaker": self.speaker,
            "date": self.date,
            "start_char_index": self.span.start,
            "end_char_index": self.span.end,
            "cited_text": self.quote,
            "text_sha256": self.text_sha256,
        }


@dataclass(frozen=True, slots=True)
class AnswerSentence:
    """In extractive mode ``text`` is its citation's quote; ``highlight`` is within ``text``."""

    text: str
    citations: tuple[int, ...]
    confidence: float
    highlight: Span | None = None

    def to_dict(self) -> Json:
        mark = self.highlight
        return {
            "text": self.text,
            "citations": list(self.citations),
            "confidence": round(self.confidence, 4),
            "highlight": None if mark is None else {"start": mark.start, "end": mark.end},
        }


@dataclass(frozen=True, slots=True)
class Reason:
    """Why there is no answer, or which part has none."""

    # "nothing_retrieved", "not_supported", "empty_index", "target_error" (it would be answered
    # without one); for partial "part_not_supported"
    code: str
    message: str
    nearest: tuple[Citation, ...] = ()
    missing_terms: tuple[str, ...] = ()
    score: float | None = None
    threshold: float | None = None

    def to_dict(self) -> Json:
        return {
            "code": self.code,
            "message": self.message,
            "nearest": [c.to_dict() for c in self.nearest],
            "missing_terms": list(self.missing_terms),
            "score": self.score,
            "threshold": self.threshold,
        }


@dataclass(frozen=True, slots=True)
class IndexState:
    fingerprint: str
    version: int
    documents: int
    passages: int

    def to_dict(self) -> Json:
        return {
            "fingerprint": self.fingerprint,
            "version": self.version,
            "documents": self.documents,
            "passages": self.passages,
        }


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer object of the contracts; ``to_dict`` is what leaves the program."""

    id: str
    answer_key: str
    question: str
    standalone_question: str
    status: str  # "answered", "partial", "no_answer", "info"
    mode: str  # "extractive", "llm"
    requested_mode: str
    text: str
    confidence: float
    sentences: tuple[AnswerSentence, ...]
    citations: tuple[Citation, ...]
    index: IndexState
    fallback: str | None = None
    calibration: Json | None = None
    reason: Reason | None = None
    removed: tuple[Json, ...] = ()
    warnings: tuple[str, ...] = ()
    filter: Json | None = None
    timings_ms: Mapping[str, float] = field(default_factory=dict)

    def with_timings(self, timings_ms: Mapping[str, float]) -> Answer:
        return replace(self, timings_ms=dict(timings_ms))

    def to_dict(self) -> Json:
        return {
            "schema": SCHEMA,
            "id": self.id,
            "answer_key": self.answer_key,
            "question": self.question,
            "standalone_question": self.standalone_question,
            "status": self.status,
            "mode": self.mode,
            "requested_mode": self.requested_mode,
            "fallback": self.fallback,
            "text": self.text,
            "confidence": round(self.confidence, 4),
            "calibration": self.calibration,
            "sentences": [s.to_dict() for s in self.sentences],
            "citations": [c.to_dict() for c in self.citations],
            "reason": None if self.reason is None else self.reason.to_dict(),
            "removed": list(self.removed),
            "warnings": list(self.warnings),
            "filter": self.filter,
            "index": self.index.to_dict(),
            "timings_ms": {name: round(ms, 2) for name, ms in self.timings_ms.items()},
        }


@dataclass(frozen=True, slots=True)
class Event:
    """One server-sent event: "retrieved", "sentence", "reset", "done" or "error"."""

    name: str
    data: Json


Events = Iterator[Event]
