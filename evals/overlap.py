"""Measures of words and sentences against those that people chose. Pure."""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Hashable, Iterable, Set
from dataclasses import dataclass

from index.types import Span

_PUNCTUATION = str.maketrans("", "", string.punctuation)


@dataclass(frozen=True, slots=True)
class Agreement:
    """How what was found agrees with what was wanted."""

    precision: float
    recall: float

    @property
    def f1(self) -> float:
        total = self.precision + self.recall
        return 2 * self.precision * self.recall / total if total else 0.0


def agreement(found: Set[Hashable], wanted: Set[Hashable]) -> Agreement:
    """Neither may be empty."""
    both = len(found & wanted)
    return Agreement(both / len(found), both / len(wanted))


def same_sentence(one: Span, other: Span) -> bool:
    """Whether at least half of the characters of one lie in the other.

    Sets cut their texts into sentences in their own ways; a sentence may hold another or be
    a part of it.
    """
    shared = min(one.end, other.end) - max(one.start, other.start)
    return 2 * shared >= min(len(one), len(other)) > 0


def squad_words(text: str) -> list[str]:
    """SQuAD's normalisation: lower case, without punctuation and articles."""
    bare = text.lower().translate(_PUNCTUATION)
    return re.sub(r"\b(?:a|an|the)\b", " ", bare).split()


def exact_match(found: str, gold: Iterable[str]) -> float:
    """1 where the normalised words are those of one of the gold answers, as SQuAD scores it."""
    words = squad_words(found)
    return float(any(words == squad_words(one) for one in gold))


def word_f1(found: str, gold: Iterable[str]) -> float:
    """The best F1 of the normalised words against a gold answer, as SQuAD scores it."""
    return max(_word_f1(squad_words(found), squad_words(one)) for one in gold)


def _word_f1(found: list[str], wanted: list[str]) -> float:
    if not found or not wanted:
        return float(found == wanted)
    both = sum((Counter(found) & Counter(wanted)).values())
    return Agreement(both / len(found), both / len(wanted)).f1
