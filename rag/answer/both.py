"""The two things that a question names at once: "Where do Ann Lee and Bo Ek live?". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set
from itertools import dropwhile, takewhile

from rag.answer.candidates import Candidate
from rag.answer.context import repeats
from rag.answer.whole_list import Terms
from rag.text.words import is_content, words

# Set by hand: a sentence about one of the two is judged as half an answer.
LEAST = 0.05  # of the best one's belief, for the one that says it of the other
_AND = re.compile(r"\band\b", re.IGNORECASE)


def with_both(
    question: str, chosen: list[Candidate], ranked: Sequence[Candidate], terms: Terms
) -> list[Candidate]:
    """With the best sentence about each of two things that no chosen one speaks of."""
    found = list(chosen)
    for pair in named_pairs(question):
        for wanted in (frozenset(terms(name)) for name in pair):
            if any(_speaks_of(wanted, one, terms) for one in found):
                continue
            others = (
                one
                for one in ranked
                if one.share >= LEAST * ranked[0].share
                and _speaks_of(wanted, one, terms)
                and not repeats(one, found)
            )
            found += list(others)[:1]
    return found


def named_pairs(question: str) -> list[tuple[str, str]]:
    """What stands on both sides of each "and": a name, with its number, or a word."""
    pairs = []
    for found in _AND.finditer(question):
        left = _name(words(question[: found.start()])[::-1])[::-1]
        right = _name(list(dropwhile(_is_small, words(question[found.end() :]))))
        if left and right:
            pairs.append((" ".join(left), " ".join(right)))
    return pairs


def _name(tokens: Sequence[str]) -> list[str]:
    """The first of the tokens, and with a name or a number those that go on with it."""
    name = list(takewhile(lambda one: one[0].isupper() or one[0].isdigit(), tokens))
    name = list(takewhile(is_content, name))
    return name or [one for one in tokens[:1] if is_content(one)]


def _is_small(word: str) -> bool:
    return not is_content(word)


def _speaks_of(wanted: Set[str], one: Candidate, terms: Terms) -> bool:
    return wanted <= set(terms(one.text))
