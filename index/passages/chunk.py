"""Documents to passages: whole sentences of one section, within the embedder's window.

The budget is stated in cl100k tokens, as users count them; the embedder's own tokenizer,
which counts differently, has the last word: what it would cut short is never made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from index.passages.outline import contexts
from index.passages.quotable import is_declarative
from index.passages.references import entries
from index.passages.sentences import split_clauses, split_sentences
from index.passages.tokens import count_tokens
from index.types import Section, Span

CHUNKER = "sections-5"  # raise the number when the same text gives other passages
TARGET_TOKENS = 200  # cl100k, text without headings
HEADING_TOKENS = 80  # of the embedder's, of its window

CountTokens = Callable[[Sequence[str]], list[int]]  # the embedder's, special tokens included


@dataclass(frozen=True, slots=True)
class Draft:
    """A passage before it has an id."""

    span: Span
    sentences: tuple[Span, ...]
    headings: tuple[str, ...]
    page: int | None
    n_tokens: int


def embedding_text(headings: Sequence[str], text: str) -> str:
    """What is embedded and indexed for a passage: its context, then its text."""
    return "\n".join([*headings, text])


def chunk(
    text: str, sections: Sequence[Section], *, count: CountTokens, window: int
) -> Iterator[Draft]:
    """Passages of a document in its order.

    No passage crosses a section. One without a sentence that may be quoted, such as
    an interviewer's question, is left out: it is context of others.
    """
    special = count([""])[0]
    known: dict[str, int] = {}  # tokens of the words of sentences that have to be cut

    @lru_cache(maxsize=64)  # sections that follow one another stand under the same headings
    def fitted(headings: tuple[str, ...]) -> tuple[tuple[str, ...], int]:
        kept = _fit_headings(headings, min(HEADING_TOKENS, window // 3), count)
        return kept, window - count([embedding_text(kept, "")])[0]

    for section, headings in contexts(sections, text):
        sentences = sentences_of(text, section, headings)
        if not any(is_declarative(span.of(text)) for span in sentences):
            continue
        kept, room = fitted(headings)
        # What stands between two sentences, such as a list marker, costs too.
        starts = [section.span.start, *(span.end for span in sentences[:-1])]
        pieces = [text[at : span.end] for at, span in zip(starts, sentences, strict=True)]
        costs = [n - special for n in count(pieces)]
        groups = list(_groups(sentences, costs, min(TARGET_TOKENS, room)))
        fits = _Fitting(text, kept, count, window, known)
        long = (s for s, cost in zip(sentences, costs, strict=True) if cost > 2 * window)
        fits.rule_out([span for span in long if len(span) > 2 * window])  # not a run of markers
        fits.ask([_whole(group) for group in groups])
        for group in groups:
            yield from _drafts(text, section, group, kept, fits)


def sentences_of(text: str, section: Section, headings: Sequence[str]) -> Sequence[Span]:
    """What may be quoted by itself; of a table that is a row, of references an entry, whole."""
    if section.kind == "row":
        return [section.span]
    return entries(text, section, headings) or split_sentences(text, section.span)


def _whole(group: Sequence[Span]) -> Span:
    return Span(group[0].start, group[-1].end)


class _Fitting:
    """Whether a span is embedded whole under these headings; no span is counted twice.

    ``words`` has the tokens of each word so far, for a text says most of its words again.
    """

    def __init__(
        self,
        text: str,
        headings: Sequence[str],
        count: CountTokens,
        window: int,
        words: dict[str, int],
    ) -> None:
        self._text = text
        self._headings = headings
        self._count = count
        self._window = window
        self._words = words
        self._known: dict[Span, bool] = {}

    def ask(self, spans: Sequence[Span]) -> None:
        """Counts many spans in one call, which is quicker than one after another."""
        new = [span for span in spans if span not in self._known]
        # No tokenizer takes this many code points for a token: no need to count.
        self.rule_out([span for span in new if len(span) > self._window * 40])
        short = [span for span in new if len(span) <= self._window * 40]
        texts = [embedding_text(self._headings, span.of(self._text)) for span in short]
        fitting = (n <= self._window for n in self._count(texts))
        self._known.update(zip(short, fitting, strict=True))

    def rule_out(self, spans: Sequence[Span]) -> None:
        """Of these it is known that they do not fit."""
        self._known.update(dict.fromkeys(spans, False))

    def __call__(self, span: Span) -> bool:
        if span not in self._known:
            self.ask([span])
        return self._known[span]

    def shares(self, spans: Sequence[Span]) -> list[float]:
        """How much of the room under the headings each span takes, about: counts need not add
        up."""
        words = [one.of(self._text) for one in spans]
        new = [word for word in dict.fromkeys(words) if word not in self._words]
        special, taken, *counts = self._count(["", embedding_text(self._headings, ""), *new])
        self._words.update(zip(new, (n - special for n in counts), strict=True))
        room = max(1, self._window - taken)
        return [self._words[word] / room for word in words]


def _drafts(
    text: str,
    section: Section,
    group: Sequence[Span],
    headings: tuple[str, ...],
    fits: _Fitting,
) -> Iterator[Draft]:
    whole = _whole(group)
    if len(group) > 1 and not fits(whole):  # a tokenizer whose counts do not add up
        middle = len(group) // 2
        for half in (group[:middle], group[middle:]):
            yield from _drafts(text, section, half, headings, fits)
        return
    for span in split_clauses(text, whole, fits, fits.shares):
        yield Draft(span, tuple(group), headings, section.page, count_tokens(span.of(text)))


def _groups(sentences: Sequence[Span], costs: Sequence[int], limit: int) -> Iterator[list[Span]]:
    """Runs of sentences of about equal size, each within ``limit`` of the embedder's tokens."""
    even = sum(costs) / max(1, math.ceil(sum(costs) / limit))
    group: list[Span] = []
    size = 0
    for sentence, cost in zip(sentences, costs, strict=True):
        if group and (size + cost > limit or size + cost / 2 >= even):
            yield group
            group, size = [], 0
        group.append(sentence)
        size += cost
    if group:
        yield group


def _fit_headings(headings: Sequence[str], room: int, count: CountTokens) -> tuple[str, ...]:
    """The headings that fit into ``room`` of the embedder's tokens, innermost first in favour."""
    room += count([""])[0]
    kept: tuple[str, ...] = ()
    for heading in reversed(headings):
        short = _shorten(" ".join(heading.split()), kept, room, count)
        if not short:
            break
        kept = (short, *kept)
    return kept


def _shorten(heading: str, below: Sequence[str], room: int, count: CountTokens) -> str:
    """As many of its first words as fit over the headings ``below``."""

    def fits(words: Sequence[str]) -> bool:
        return count([embedding_text([" ".join(words), *below], "")])[0] <= room

    words = heading[:4_000].split()
    if len(heading) <= 4_000 and fits(words):
        return heading
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if fits(words[:middle]):
            low = middle
        else:
            high = middle - 1
    return " ".join(words[:low])
