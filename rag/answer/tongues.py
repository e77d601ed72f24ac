"""Who reads passages of which some are not in English, and in which the quotes are.

The trained reader has learned English. Each passage is of the language that its words show, else of
its document's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from index.passages.language import language
from index.types import Document, Passage
from rag.answer.candidates import Candidate, answer_score, best_passage
from rag.confidence.decision import Decision
from rag.reader.kit import Kit
from rag.types import PassageText, Reading


@dataclass(frozen=True, slots=True)
class Tongues:
    """Languages that are known not to be English: of the passage with the ``best`` sentence, and of
    each that was ``read``."""

    best: str | None = None
    read: tuple[str | None, ...] = ()

    def of(self, quoted: Sequence[Candidate]) -> set[str]:
        """Those of what is quoted; of a refusal, all that were read."""
        spoken = [tongue_of(one.document, one.passage) for one in quoted] or self.read
        return {one for one in spoken if one}

    def are_measured(self, quoted: Sequence[Candidate]) -> bool:
        """Whether the chance was measured on such texts: on English ones."""
        return not self.best and not (quoted and self.of(quoted))


ALL_ENGLISH = Tongues()


@dataclass(frozen=True, slots=True)
class Read:
    """What was read by whom. Where the best sentence is not in English the decision knows no
    calibrated chances."""

    kit: Kit
    readings: list[Reading]
    decision: Decision
    tongues: Tongues = ALL_ENGLISH


def tongue_of(document: Document, passage: Passage) -> str | None:
    """The language of a passage where that is known not to be English."""
    spoken = language(document[passage.span]) or document.about.language
    return None if spoken == "English" else spoken


def read_by(
    kit: Kit,
    read: Sequence[tuple[Document, Passage]],
    texts: Sequence[PassageText],
    decision: Decision,
    reading: Callable[[Kit], list[Reading]],
) -> Read:
    """By similarity alone where all is in other languages, and where its best sentence is and
    the kit's own reader is not sure of one in English."""
    spoken = tuple(tongue_of(*one) for one in read)
    if not any(spoken):
        return Read(kit, reading(kit), decision)

    def told(kit: Kit) -> Read:
        readings = reading(kit)
        best = spoken[best_passage(texts, readings)]
        least = decision.without_calibration(kit.model.threshold) if best else decision
        return Read(kit, readings, least, Tongues(best, spoken))

    similar = told(kit.plain)
    if all(spoken):
        return similar
    own = told(kit)
    is_sure = answer_score(texts, own.readings) >= decision.usual_least
    return own if not similar.tongues.best or (is_sure and not own.tongues.best) else similar
