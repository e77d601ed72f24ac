"""A question and texts of the caller's own: which of their sentences answer. Nothing is stored.

The texts stand in for the documents that a question finds in an index: cut like them, read
together, and rare is a word that few of them hold.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.types import Embedder, Span
from rag.answer.candidates import Candidate, answer_score, candidates, passage_text
from rag.answer.cells import in_cells
from rag.answer.choose import rule_for, strongest
from rag.answer.cite import to_sentences
from rag.answer.describe import in_other_languages
from rag.answer.given import (
    Given,
    check_size,
    document,
    lexical_index,
    passages,
    text_of,
    to_read,
)
from rag.answer.headers import without_headers
from rag.answer.mismatch import undated
from rag.answer.pipeline import idf_in
from rag.answer.table_rows import rows_left_out, with_its_rows
from rag.answer.tongues import read_by
from rag.answer.whole_list import with_its_list
from rag.answer.years import of_the_year
from rag.confidence.decision import Decision
from rag.question.analyse import analyse
from rag.reader.features import Analyse, Idf
from rag.reader.kit import Kit
from rag.settings import Settings
from rag.types import Json, Reader

SCHEMA = "citewell.extract/1"
# The last: how many sentences are read closely at least.
OpenReader = Callable[[Kit, Analyse, Idf, int], Reader]


@dataclass(frozen=True, slots=True)
class AnswerSpan:
    """A sentence and where it stands: ``text[span] == quote``; ``highlight`` is within it.
    ``columns`` are the names of those of a quoted row's table."""

    span: Span
    quote: str
    confidence: float
    highlight: Span | None = None
    columns: str | None = None

    def to_dict(self) -> Json:
        mark = self.highlight
        return {
            "start_char_index": self.span.start,
            "end_char_index": self.span.end,
            "text": self.quote,
            "confidence": round(self.confidence, 4),
            "highlight": None if mark is None else {"start": mark.start, "end": mark.end},
            "columns": self.columns,
        }


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """What one text says: ``spans``, best first, or the ``nearest`` sentence, which is no answer.

    ``nearest`` is None where there are spans, and where nothing may be quoted.
    """

    confidence: float = 0.0
    spans: tuple[AnswerSpan, ...] = ()
    nearest: AnswerSpan | None = None
    warnings: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        return bool(self.spans)

    def to_dict(self) -> Json:
        return {
            "answerable": self.answerable,
            "confidence": round(self.confidence, 4),
            "spans": [one.to_dict() for one in self.spans],
            "nearest": None if self.nearest is None else self.nearest.to_dict(),
            "warnings": list(self.warnings),
        }


@dataclass(frozen=True, slots=True)
class Extraction:
    """One TextAnswer for each text, in the order of the texts."""

    question: str
    texts: tuple[TextAnswer, ...]
    threshold: float
    calibration: Json | None = None
    warnings: tuple[str, ...] = ()

    @property
    def answerable(self) -> bool:
        return any(one.answerable for one in self.texts)

    @property
    def confidence(self) -> float:
        return max((one.confidence for one in self.texts), default=0.0)

    def to_dict(self) -> Json:
        return {
            "schema": SCHEMA,
            "question": self.question,
            "answerable": self.answerable,
            "confidence": round(self.confidence, 4),
            "calibration": self.calibration,
            "threshold": self.threshold,
            "warnings": list(self.warnings),
            "texts": [one.to_dict() for one in self.texts],
        }


def extract(
    question: str,
    texts: Sequence[Given],
    open_reader: OpenReader,
    *,
    embedder: Embedder,
    kit: Kit,
    decision: Decision,
    settings: Settings,
) -> Extraction:
    """The sentences of each text that answer a question.

    The best of all has the chance that there is an answer, the others theirs by how far they
    are behind it, as in an answer. Raises QuestionError for too many or too long texts.
    """
    check_size(texts)
    documents = [document(number, one) for number, one in enumerate(texts)]
    placed = passages(documents, embedder)
    lexical = lexical_index(placed)
    asked, most = analyse(question), settings.max_sentences
    read = without_headers(asked, to_read(question, placed, lexical, embedder, settings))
    parts = [passage_text(*one) for one in read]
    idf = idf_in(lexical, len(placed))
    told = read_by(
        kit,
        read,
        parts,
        decision,
        lambda kit: open_reader(kit, lexical.terms, idf, len(read)).read(question, parts),
    )
    readings, decision = told.readings, told.decision
    score = answer_score(parts, readings)
    marked = of_the_year(asked, in_cells(asked, candidates(read, readings)))
    ranked = undated(asked, marked)
    top = decision.chance(score)
    least = decision.chance(decision.least) if score >= decision.least else math.inf
    rule = rule_for(asked, told.kit.model.choice, most)
    found, quoted = [], list[Candidate]()
    for given, one in zip(texts, documents, strict=True):
        own = [sentence for sentence in ranked if sentence.document is one]
        chance = top * math.exp(own[0].score - ranked[0].score) if own else 0.0
        chosen = strongest(own, rule)
        chosen = with_its_list(asked, chosen, own, lexical.terms)
        chosen = with_its_rows(asked, chosen, own, most, lexical.terms)[:most]
        spans = _spans(chosen, chance, text_of(given))
        answers = bool(spans) and chance >= least
        left = rows_left_out(asked, chosen, lexical.terms) if answers else []
        found.append(_text_answer(spans, answers, (*one.warnings, *left)))
        quoted += chosen if answers else []
    return Extraction(
        question,
        tuple(found),
        decision.threshold,
        decision.note("extractive") if told.tongues.are_measured(quoted) else None,
        in_other_languages(told.tongues.of(quoted)),
    )


def _text_answer(
    spans: tuple[AnswerSpan, ...], answers: bool, warnings: tuple[str, ...]
) -> TextAnswer:
    best = spans[0] if spans else None
    confidence = best.confidence if best else 0.0
    if answers:
        return TextAnswer(confidence, spans, None, warnings)
    return TextAnswer(confidence, (), best, warnings)


def _spans(chosen: Sequence[Candidate], chance: float, text: str) -> tuple[AnswerSpan, ...]:
    sentences, citations = to_sentences(chosen, chance)
    return tuple(
        AnswerSpan(
            cited.span,
            cited.span.of(text),
            sentence.confidence,
            sentence.highlight,
            cited.columns,
        )
        for sentence, cited in zip(sentences, citations, strict=True)
    )
