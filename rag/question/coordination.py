"""What a question names on both sides of an "and". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import dropwhile, islice, takewhile

from rag.text.words import is_content, words

MOST = 8  # pairs; a question with more is a pasted text
_AND = re.compile(r"\band\b", re.IGNORECASE)


def named_pairs(question: str) -> list[tuple[str, str]]:
    """What stands on both sides of each "and": a name, with its number, or a word."""
    pairs = []
    for found in islice(_AND.finditer(question), MOST):
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
