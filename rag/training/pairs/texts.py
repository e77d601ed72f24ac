"""From the data sets' texts to sentences as the index has them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from index.passages.sentences import split_sentences
from index.types import Span
from rag.training.pairs.types import At

_MARKS = re.compile(r"\s*\{[a-z]+\}")  # {vocalsound}, {disfmarker}: not words that were said
_SPACED = (
    (re.compile(r"``\s*|\s*''"), '"'),
    (re.compile(r"\s+(n't|'(?:s|re|ve|ll|d|m|S))\b"), r"\1"),
    (re.compile(r"\s+([,.;:?!%)\]])"), r"\1"),
    (re.compile(r"([(\[$£€])\s+"), r"\1"),
    (re.compile(r"(?<=\w) - (?=\w)"), "-"),
    (re.compile(r"(?<=\d) ?-- ?(?=\d)"), "–"),
    (re.compile(r" -- "), " – "),
    (re.compile(r"(?<=s) ' "), "' "),
)


def natural(text: str) -> str:
    """Tokenised text as people write it: no blank before a comma, quotes as they are typed.

    The sets' tokens stand apart by blanks, which no document of a user's does; a reader
    trained on them would learn to know the set by its blanks. Opening and closing quotes
    both become straight ones.
    """
    text = _opened(_MARKS.sub("", text))
    for pattern, new in _SPACED:
        text = pattern.sub(new, text)
    return " ".join(text.split())


def _opened(text: str) -> str:
    """Closing quotes lose the blank before them; an opening one keeps it."""
    return re.sub(r"``\s*(.*?)\s*''", r'"\1"', text)


def cut(text: str) -> tuple[str, ...]:
    return tuple(span.of(text) for span in split_sentences(text, Span(0, len(text))))


def resplit(parts: Sequence[str], right: Iterable[int]) -> tuple[tuple[str, ...], tuple[int, ...]]:
    """A data set's own sentences cut anew as the index does, and which now are right.

    A new sentence is right where at least half of it, or half of a right one, lies in the other.
    """
    text, spans = "", list[Span]()
    for part in (" ".join(part.split()) for part in parts):
        text = f"{text} {part}" if text else part
        spans.append(Span(len(text) - len(part), len(text)))
    gold = [spans[at] for at in right]
    new = split_sentences(text, Span(0, len(text)))
    kept = tuple(
        at
        for at, span in enumerate(new)
        if any(2 * _shared(span, one) >= min(len(span), len(one)) > 0 for one in gold)
    )
    return tuple(span.of(text) for span in new), kept


def _shared(one: Span, other: Span) -> int:
    return max(0, min(one.end, other.end) - max(one.start, other.start))


def locate(words: str, sentence: str) -> At | None:
    """Where words first stand in a sentence, whole, whatever their case and blanks."""
    parts = words.split()
    folded = sentence.casefold()
    if not parts or any(part.casefold() not in folded for part in parts):
        return None
    before = r"(?<!\w)(?<!\d[.,])" if parts[0][0].isalnum() else ""
    after = r"(?!\w|[.,]\d)" if parts[-1][-1].isalnum() else ""
    pattern = before + r"\s+".join(map(re.escape, parts)) + after
    found = re.search(pattern, sentence, re.IGNORECASE)
    return found.span() if found else None


def holds(sentence: str, answers: Iterable[str]) -> bool:
    return any(locate(answer, sentence) for answer in answers)


def answer_span(answers: Sequence[str], sentence: str) -> At | None:
    """Of the answer given most often, of these the longest, that stands in the sentence."""
    for answer in sorted(set(answers), key=lambda one: (-answers.count(one), -len(one), one)):
        if found := locate(answer, sentence):
            return found
    return None
