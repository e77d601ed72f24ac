"""Documents to passages: whole sentences of one section, within the embedder's window.

The budget is stated in cl100k tokens, as users count them; the embedder's own tokenizer,
which counts differently, has the last word: what it would cut short is never made.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from index.outline import contexts
from index.quotable import is_declarative
from index.sentences import split_clauses, split_sentences
from index.tokens import count_tokens
from index.types import Section, Span

CHUNKER = "sections-2"  # raise the number when the same text gives other passages
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
    for section, headings in contexts(sections, text):
        sentences = split_sentences(text, section.span)
        if not any(is_declarative(span.of(text)) for span in sentences):
            continue
        fitted, used = _fit_headings(headings, count)
        room = window - 2 - used
        costs = [n - 2 for n in count([span.of(text) for span in sentences])]
        for group in _groups(sentences, costs, room):
            yield from _drafts(text, section, group, fitted, count, room)


def _drafts(
    text: str,
    section: Section,
    group: Sequence[Span],
    headings: tuple[str, ...],
    count: CountTokens,
    room: int,
) -> Iterator[Draft]:
    whole = Span(group[0].start, group[-1].end)
    spans: Sequence[Span] = (whole,)
    if len(group) == 1:

        def fits(span: Span) -> bool:
            # A token is at least a code point: no need to count what is far too long.
            return len(span) <= room * 40 and count([span.of(text)])[0] - 2 <= room

        if not fits(whole):
            spans = split_clauses(text, whole, fits)
    for span in spans:
        yield Draft(span, tuple(group), headings, section.page, count_tokens(span.of(text)))


def _groups(sentences: Sequence[Span], costs: Sequence[int], room: int) -> Iterator[list[Span]]:
    """Runs of sentences of about equal size, each within ``room`` of the embedder's tokens."""
    limit = min(TARGET_TOKENS, room)
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


def _fit_headings(headings: Sequence[str], count: CountTokens) -> tuple[tuple[str, ...], int]:
    """The headings that fit, innermost first in favour, and the embedder's tokens they use."""
    kept: list[str] = []
    used = 0
    for heading in reversed(headings):
        short = _shorten(" ".join(heading.split()), HEADING_TOKENS - used, count)
        if not short:
            break
        kept.append(short)
        used += count([short])[0] - 2
    return tuple(reversed(kept)), used


def _shorten(heading: str, room: int, count: CountTokens) -> str:
    if len(heading) <= 4_000 and count([heading])[0] - 2 <= room:
        return heading
    words = heading[:4_000].split()
    low, high = 0, len(words)
    while low < high:
        middle = (low + high + 1) // 2
        if count([" ".join(words[:middle])])[0] - 2 <= room:
            low = middle
        else:
            high = middle - 1
    return " ".join(words[:low])
