"""Chosen sentences to the sentences and citations of an answer. Pure."""

from __future__ import annotations

from collections.abc import Sequence

from index.passages.outline import columns, place
from index.types import Span
from rag.answer.candidates import Candidate
from rag.types import AnswerSentence, Citation


def cite(one: Candidate, number: int) -> Citation:
    """The citation of a sentence; its quote is the document's text, unchanged."""
    where = place(one.document, one.span)
    return Citation(
        number=number,
        document_id=one.document.id,
        document_title=one.document.title,
        path=one.document.path,
        span=one.span,
        quote=one.text,
        text_sha256=one.document.text_sha256,
        page=where.page,
        unit=where.unit,
        section=where.section,
        columns=columns(one.document, one.span),
        speaker=where.speaker,
        date=where.date,
    )


def to_sentences(
    chosen: Sequence[Candidate], answer_chance: float, first_number: int = 1
) -> tuple[list[AnswerSentence], list[Citation]]:
    """Sentences and citations of an answer; the best sentence has the answer's own chance."""
    best = max((one.share for one in chosen), default=1.0)
    citations = [cite(one, number) for number, one in enumerate(chosen, start=first_number)]
    sentences = [
        AnswerSentence(
            text=citation.quote,
            citations=(citation.number,),
            confidence=answer_chance * (one.share / best) if best else answer_chance,
            highlight=_inside(one),
        )
        for one, citation in zip(chosen, citations, strict=True)
    ]
    return sentences, citations


def _inside(one: Candidate) -> Span | None:
    """The highlight where it lies in the quote."""
    mark = one.highlight
    return mark if mark and 0 <= mark.start < mark.end <= len(one.text) else None
