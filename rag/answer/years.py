"""The number of the year that is asked for, where a sentence gives one for each of several. Pure.

The cross-encoder may mark any of them: "It was called out 47 times in 2023, against 39 in 2022."
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.types import Span
from rag.answer.candidates import Candidate
from rag.question.analyse import Question
from rag.text.values import Value, values

_YEAR = re.compile(r"(?:1[5-9]|20)\d\d")
_IN_TURN = re.compile(r"\brespectively\b", re.IGNORECASE)


def of_the_year(question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
    """A highlight on the number of another year than the question's lies on that of its year."""
    asked = {one for one in question.numbers if _YEAR.fullmatch(one)}
    if len(asked) != 1 or question.answer_type not in {"number", "money", "duration"}:
        return list(ranked)
    return [_marked(asked, one) for one in ranked]


def _marked(asked: set[str], one: Candidate) -> Candidate:
    by_year = _by_year(one.text) if one.highlight else {}
    mine = [span for year, span in by_year.items() if year in asked]
    others = [span for year, span in by_year.items() if year not in asked]
    mark = one.highlight
    if mark and mine and not mine[0].overlaps(mark) and any(map(mark.overlaps, others)):
        return replace(one, highlight=mine[0])
    return one


def _by_year(sentence: str) -> dict[str, Span]:
    """Where the number of each year stands, if each has exactly one: beside it, or in the same
    order ("39 and 47 in 2022 and 2023 respectively")."""
    found = [one for one in values(sentence) if one.kind == "number" or _is_year(one)]
    years = [one.text for one in found if _is_year(one)]
    numbers = [one.span for one in found if not _is_year(one)]
    pairs = zip(found[::2], found[1::2], strict=False)
    beside = all(_is_year(one) != _is_year(other) for one, other in pairs)
    if len(years) != len(numbers) or len(set(years)) != len(years) or len(years) < 2:
        return {}
    return dict(zip(years, numbers, strict=True)) if beside or _IN_TURN.search(sentence) else {}


def _is_year(value: Value) -> bool:
    return value.kind == "date" and _YEAR.fullmatch(value.text) is not None
