"""The values of an evaluation: frozen, without I/O."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Generic, Protocol, TypeVar

from index.types import Span
from rag.types import Json, Turn

if TYPE_CHECKING:
    from rag.engine import Engine

SCHEMA = "citewell.eval/1"
MAX_QUOTES = 5


class EvalError(Exception):
    """An eval set, a data set or a baseline cannot be used. The message says where and why."""


class HasId(Protocol):
    @property
    def id(self) -> str: ...


Identified = TypeVar("Identified", bound=HasId)


@dataclass(frozen=True, slots=True)
class Question:
    """One question with what a right answer must quote.

    ``must_quote`` is a tuple of groups of alternatives: of each group one alternative must
    stand in some quote. ``group`` names what the question was drawn with (an article, a
    document): the intervals treat questions of one group as one draw. Where ``text_sha256``
    is given only quotes of that text count. ``whole_words`` asks that an alternative does
    not begin or end inside a word or a number.
    """

    id: str
    question: str
    answerable: bool
    must_quote: tuple[tuple[str, ...], ...] = ()
    must_not_quote: tuple[str, ...] = ()
    max_quotes: int = MAX_QUOTES
    history: tuple[Turn, ...] = ()
    kind: str = "other"
    group: str | None = None
    split: str | None = None
    text_sha256: str | None = None
    whole_words: bool = False


@dataclass(frozen=True, slots=True)
class Quote:
    """Words of a document, and the hash of the text they stand in."""

    text: str
    text_sha256: str


@dataclass(frozen=True, slots=True)
class SetInfo:
    """Which questions were asked; ``sha256`` is over the files they came from."""

    name: str
    kind: str  # "own", or that of the data set: "squad", "beir", …
    sha256: str
    split: str | None = None

    def to_dict(self) -> Json:
        return {
            "name": self.name,
            "kind": self.kind,
            "sha256": self.sha256,
            "split": self.split,
        }


@dataclass(frozen=True, slots=True)
class EvalSet(Generic[Identified]):
    """Questions, and the texts they are about where the set brings its own (path -> text).

    ``notes`` are what a reader of the figures must know.
    """

    info: SetInfo
    questions: tuple[Identified, ...]
    texts: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Selected:
    """A question on a passage of which people selected the sentences that answer.

    ``sentences`` are those of the passage, in the text that the question names by its hash;
    ``selected`` the numbers of the chosen ones, one set an annotator, none if unanswerable.
    """

    question: Question
    sentences: tuple[Span, ...]
    selected: tuple[frozenset[int], ...] = ()

    @property
    def id(self) -> str:
        return self.question.id


@dataclass(frozen=True, slots=True)
class MeetingQuery:
    """A query to the meeting that the question names by its hash; ``gold`` are turns of it."""

    question: Question
    gold: tuple[Span, ...]

    @property
    def id(self) -> str:
        return self.question.id


@dataclass(frozen=True, slots=True)
class FollowUp:
    """The last turn of a conversation; ``relevant`` are paths of the set's texts."""

    id: str
    conversation: str
    last_turn: str
    rewrite: str  # by a person, so that it stands alone
    history: tuple[Turn, ...]
    relevant: frozenset[str]


@dataclass(frozen=True, slots=True)
class Query:
    """A retrieval query; ``relevant`` maps document ids to their grade (above 0)."""

    id: str
    text: str
    relevant: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Beir:
    """A retrieval set. ``ids`` maps each path of ``texts`` to the documents with that text."""

    info: SetInfo
    queries: tuple[Query, ...]
    texts: Mapping[str, str]
    ids: Mapping[str, tuple[str, ...]]
    published: Mapping[str, str] = field(default_factory=dict)  # measure -> figure in print


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of one question.

    ``values`` holds the measures that apply to it: a share, a count or a difference of two
    shares each, missing where the measure says nothing (``refused`` of an answerable
    question). ``scores`` are judged by how well they tell answerable questions from others.
    ``detail`` is for reading.
    """

    id: str
    kind: str
    group: str | None
    answerable: bool
    values: Mapping[str, float]
    scores: Mapping[str, float] = field(default_factory=dict)
    violations: tuple[str, ...] = ()
    detail: Json = field(default_factory=dict)

    def to_dict(self) -> Json:
        return {
            "id": self.id,
            "kind": self.kind,
            "group": self.group,
            "answerable": self.answerable,
            "values": dict(self.values),
            "scores": dict(self.scores),
            "violations": list(self.violations),
            **self.detail,
        }


@dataclass(frozen=True, slots=True)
class Job(Generic[Identified]):
    """A set's questions, what asks and judges one of them, and the set's own texts, if any."""

    info: SetInfo
    questions: tuple[Identified, ...]
    ask: Callable[[Engine, Identified], Outcome]
    texts: Mapping[str, str] = field(default_factory=dict)
    published: Mapping[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Interval:
    """A figure over ``n`` questions with its 95 % interval; no interval where it has none."""

    value: float
    low: float | None
    high: float | None
    n: int

    def to_dict(self) -> Json:
        return {"value": self.value, "low": self.low, "high": self.high, "n": self.n}


Groups = Sequence[str | None]
