"""An answer in an LLM's words, as far as they pass the check against its quotes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

from rag.answer.render import answer_text
from rag.answer.verify import check
from rag.errors import WriterError
from rag.settings import Settings
from rag.types import Answer, AnswerSentence, Writer

OpenWriter = Callable[[Settings], Writer]


def unwritten(answer: Answer, open_writer: OpenWriter, settings: Settings) -> Answer:
    """A refusal, for which no LLM is asked; where none can be, that is said as with an answer."""
    try:
        open_writer(settings)
    except WriterError as error:
        return replace(answer, fallback=str(error))
    return answer


def written(answer: Answer, open_writer: OpenWriter, settings: Settings) -> Answer:
    """The answer in an LLM's words as far as they pass the check; else as it was, and why."""
    quotes = [citation.quote for citation in answer.citations]
    try:
        text = open_writer(settings).write(answer.standalone_question, quotes)
    except WriterError as error:
        return replace(answer, fallback=str(error))
    checked = check(text, quotes)
    if not checked.kept:
        why = (
            "nothing that the LLM wrote passed the check against the quotes"
            if checked.removed
            else "the LLM found no answer in the quotes"
        )
        return replace(answer, fallback=why, removed=checked.removed)
    used = sorted({number for sentence in checked.kept for number in sentence.citations})
    renumbered = {old: new for new, old in enumerate(used, start=1)}
    certain = {sentence.citations[0]: sentence.confidence for sentence in answer.sentences}
    sentences = tuple(
        AnswerSentence(
            sentence.text,
            tuple(renumbered[number] for number in sentence.citations),
            _least([certain[number] for number in sentence.citations], answer.confidence),
        )
        for sentence in checked.kept
    )
    citations = tuple(
        replace(answer.citations[old - 1], number=new) for old, new in renumbered.items()
    )
    return replace(
        answer,
        mode="llm",
        text=answer_text([sentence.to_dict() for sentence in sentences]),
        sentences=sentences,
        citations=citations,
        removed=checked.removed,
    )


def _least(cited: Sequence[float], answering: float) -> float:
    """That of the quotes that answer; beside one the others only say of whom it speaks."""
    return min((one for one in cited if one >= answering), default=max(cited))
