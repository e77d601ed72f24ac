"""The values that the index layer speaks in: frozen, without I/O.

Offsets count Unicode code points in ``Document.text``, half-open.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]
Ids = NDArray[np.int64]


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Half-open range of code points."""

    start: int
    end: int

    def __len__(self) -> int:
        return self.end - self.start

    def of(self, text: str) -> str:
        return text[self.start : self.end]

    def shift(self, by: int) -> Span:
        return Span(self.start + by, self.end + by)

    def stripped(self, text: str) -> Span:
        """Without the white space at both ends; of nothing else, an empty one at its end."""
        inside = self.of(text)
        start = self.end - len(inside.lstrip())
        return Span(start, start + len(inside.strip()))

    def overlaps(self, other: Span) -> bool:
        return self.start < other.end and other.start < self.end

    def common(self, other: Span) -> Span:
        """What lies in both; of two that lie apart, an empty one."""
        start = max(self.start, other.start)
        return Span(start, max(start, min(self.end, other.end)))

    def contains(self, other: Span) -> bool:
        return self.start <= other.start and other.end <= self.end


@dataclass(frozen=True, slots=True)
class Section:
    """One stretch of a document that nothing may be glued across.

    Sections of a document stand in its order and do not overlap. ``kind`` is an
    open set of words; those with a meaning to the chunker are ``heading`` (context,
    never quoted), ``navigation`` (dropped), ``question`` (an interviewer's turn:
    context of the ``answer`` sections that follow), ``row`` (of a table: quoted as a whole,
    ``title`` says which). All others are text.

    ``level`` is the depth in the outline: a section of level n > 0 closes the
    headings of level n and deeper before it; 0 is running text.
    """

    span: Span
    kind: str
    title: str = ""
    level: int = 0
    page: int | None = None
    speaker: str | None = None
    date: str | None = None  # ISO 8601, or a range "start/end"


@dataclass(frozen=True, slots=True)
class About:
    """What is known of a file besides its text.

    ``unit`` is what it is counted in ("page", "slide", "sheet"), of which it has ``total``;
    ``unread`` are the numbers, from 1, of those that gave no text, ``recognised`` of those in
    whose picture text was looked for.
    """

    language: str | None = None  # its English name
    date_from: str | None = None  # where the date stands: "metadata" or "text"
    unit: str | None = None
    total: int = 0
    unread: tuple[int, ...] = ()
    recognised: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Origin:
    """Where in its file a stretch of a document's text comes from.

    ``label`` names the place as a person would ("page 3", "Budget, row 12"). ``box`` is (left,
    bottom, right, top) in points, from the lower left corner of the page as it is shown.
    ``raw`` are the file's own characters, where the text has others.
    """

    span: Span
    label: str
    page: int | None = None
    box: tuple[float, float, float, float] | None = None
    raw: str | None = None


MOST_PIXELS = 25_000_000  # of a page that is drawn


@dataclass(frozen=True, slots=True)
class Picture:
    """A page as a grey PGM image; ``scale`` is pixels to the point, ``height`` that of the page
    in points."""

    data: bytes
    scale: float
    height: float


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a reader makes of one file's bytes. ``origins`` are for finding a quote in the file
    and are not stored: the same bytes give them again."""

    text: str
    sections: tuple[Section, ...]
    title: str | None = None
    date: str | None = None
    warnings: tuple[str, ...] = ()
    about: About = About()
    origins: tuple[Origin, ...] = ()


@dataclass(frozen=True, slots=True)
class Source:
    """Where a file was found: its path relative to the root it was given under."""

    root: str
    path: str

    @property
    def file(self) -> Path:
        return Path(self.root, self.path)

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]


@dataclass(frozen=True, slots=True)
class Document:
    """A text and what is known of it. The id belongs to the source, the hashes to the content."""

    id: str
    sources: tuple[Source, ...]
    title: str
    media_type: str
    text: str
    sections: tuple[Section, ...]
    date: str | None
    file_sha256: str
    text_sha256: str
    warnings: tuple[str, ...] = ()
    about: About = About()
    name: str = ""  # of an upload: the one that it was sent under

    def __getitem__(self, span: Span) -> str:
        return span.of(self.text)

    @property
    def path(self) -> str:
        """Where it was found; of an upload its name, since its file has one that says nothing."""
        return self.name or self.sources[0].path


@dataclass(frozen=True, slots=True)
class Passage:
    """Whole sentences of one section.

    ``span`` is what is embedded. It covers the sentences, except where one sentence
    is longer than the embedder's window: then it is a part of that sentence, and
    ``sentences`` still names the whole of it, for quoting.
    """

    id: int
    document_id: str
    span: Span
    sentences: tuple[Span, ...]
    headings: tuple[str, ...]
    page: int | None
    n_tokens: int


@dataclass(frozen=True, slots=True)
class Hit:
    passage_id: int
    score: float
    source: str  # "dense", "bm25" or "fused"


@dataclass(frozen=True, slots=True)
class TokenVectors:
    """Contextual vectors of a text's tokens, special tokens left out.

    ``vectors`` is (n, d) with rows of length 1, ``offsets`` (n, 2) code points in
    the text that was given, ``whole`` (d,) what ``embed`` gives for the text.
    """

    vectors: Vectors
    offsets: NDArray[np.int32]
    whole: Vectors


class Embedder(Protocol):
    """Texts in, vectors of length 1 out."""

    @property
    def fingerprint(self) -> str: ...

    @property
    def dimension(self) -> int: ...

    @property
    def window(self) -> int:
        """Tokens of its own that it reads at most, special tokens included."""
        ...

    def count(self, texts: Sequence[str]) -> list[int]:
        """Tokens of its own in each text, special tokens included, uncut."""
        ...

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimension), rows of length 1."""
        ...

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]: ...
