"""What the reader is trained on. Frozen values, no I/O."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from rag.types import Json

At = tuple[int, int]  # start and end in code points, half-open


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph, an abstract or a meeting in sentences, cut as the index cuts them.

    ``headings`` are those of each sentence, from the outermost on; the last may be who speaks.
    """

    sentences: tuple[str, ...]
    headings: tuple[tuple[str, ...], ...]

    def before(self, at: int) -> str:
        """The sentence before, if it stands under the same headings, else nothing."""
        alike = at > 0 and self.headings[at - 1] == self.headings[at]
        return self.sentences[at - 1] if alike else ""


@dataclass(frozen=True, slots=True)
class Pair:
    """A question and one sentence in its context.

    ``span`` is where the answering words stand in ``sentence``, where that is known.
    ``label`` is 1 where the sentence answers. ``kind`` says how the pair was made (how
    many of each: ``recipe``), ``source`` from which data set, ``group`` of which article,
    meeting or document: splits are by group.
    """

    question: str
    headings: tuple[str, ...]
    before: str
    sentence: str
    after: str
    label: int
    span: At | None
    kind: str
    source: str
    group: str

    @property
    def seen(self) -> str:
        """All that the reader sees beside the question."""
        return "\n".join([*self.headings, self.before, self.sentence, self.after])

    def to_dict(self) -> Json:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Labelled:
    """A question with its text, and which sentences answer.

    ``right`` holds the sentences that answer, the surest first; ``unsure`` those of which
    nothing can be said (they hold the answer's words, or lie in the gold turns of a
    meeting): these become neither right nor wrong pairs. ``style`` is "question", "query"
    (a request such as "Summarise …"), "keywords", "claim" or "yes_no".
    """

    question: str
    text: Text
    right: tuple[int, ...]
    answers: tuple[str, ...]
    answerable: bool
    source: str
    group: str
    unsure: tuple[int, ...] = ()
    style: str = "question"
    kind: str = "answer"  # of its right pairs
    offered: str = ""  # by a yes/no question, be it right or wrong

    def pair(self, at: int, label: int, kind: str, span: At | None = None) -> Pair:
        text = self.text
        alike = at + 1 < len(text.sentences) and text.headings[at + 1] == text.headings[at]
        return Pair(
            question=self.question,
            headings=text.headings[at],
            before=text.before(at),
            sentence=text.sentences[at],
            after=text.sentences[at + 1] if alike else "",
            label=label,
            span=span,
            kind=kind,
            source=self.source,
            group=self.group,
        )


def digest(*named: str) -> str:
    """Names what stands in a data set without a copy of it."""
    return hashlib.sha256("\n".join(named).encode()).hexdigest()[:12]


Place = tuple[Text, int]  # one sentence of a text


def places(texts: Sequence[Text]) -> list[Place]:
    return [(text, at) for text in texts for at in range(len(text.sentences))]
