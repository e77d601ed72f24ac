"""Whether one sentence answers two parts of a question, or only one of them. Pure.

"Who runs the mill and how old is she?": what the part asks of is in the sentence about the other,
so that a reader finds it near an answer.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from rag.answer.candidates import Candidate
from rag.answer.context import repeats
from rag.answer.pipeline import Found
from rag.question.analyse import Question
from rag.text.answer_types import DATE, MONEY, NUMBER, NUMBER_WORD
from rag.text.values import root
from rag.text.words import fold, is_content, words

_FIGURE = re.compile(rf"\d|\b(?:{NUMBER_WORD}|an?)\b", re.IGNORECASE)
_HOW = re.compile(r"\bhow (\w+)", re.IGNORECASE)
_HOW_OFTEN = re.compile(r"\bhow (?:often|frequently)\b", re.IGNORECASE)
# What can stand for what: "For how long?" and "When?" may both be "from 3 to 9 May".
_SORTS = {
    "number": "figure",
    "money": "figure",
    "date": "time",
    "duration": "time",
    "person": "person",
    "place": "place",
}


def with_own_answers(found: Sequence[Found]) -> list[Found]:
    """The parts of a question, in their order; those are left without an answer that have only
    sentences of a surer part, which do not answer them as well."""
    kept: dict[int, Found] = {}
    for at, one in sorted(enumerate(found), key=lambda placed: -placed[1].chance):
        own = one.answered and _has_own(one, list(kept.values()))
        kept[at] = one if own else replace(one, chosen=())
    return [kept[at] for at in range(len(found))]


def _has_own(part: Found, others: Sequence[Found]) -> bool:
    best = max(part.chosen, key=lambda one: one.share)
    quoted = [one for other in others for one in other.chosen]
    if not all(repeats(one, quoted) for one in part.chosen):
        return True
    return all(
        answers_too((part.question, best), (other.question, same))
        for other in others
        for same in other.chosen
        if repeats(best, [same])
    )


def answers_too(part: tuple[Question, Candidate], other: tuple[Question, Candidate]) -> bool:
    """Whether a sentence that answers the other part answers this one as well.

    It does with words of the sort that is asked for, which are not the other's; with the same
    words only where it says all that this part asks and the other does not ("Who wrote it and who
    directed it?" of "It was written and directed by …").
    """
    asked, one = part
    asked_there, same = other
    mine, theirs = _marked(one), _marked(same)
    if not _may_answer(asked, one):
        return False
    sorts = {_SORTS.get(question.answer_type) for question in (asked, asked_there)} - {None}
    if mine.isdisjoint(theirs) or (len(sorts) == 2 and mine != theirs):
        return True
    own = _asked_of(asked) - _asked_of(asked_there)
    return len(sorts) < 2 and own <= _roots(words(one.text))


def _may_answer(asked: Question, one: Candidate) -> bool:
    """Whether the words that are marked can be of the sort that is asked for."""
    sort = _SORTS.get(asked.answer_type)
    if one.highlight is None:
        return sort not in {"figure", "time"}
    undated = DATE.sub(" ", one.highlight.of(one.text))
    if sort == "figure":
        return bool(_FIGURE.search(undated) or _HOW_OFTEN.search(asked.text))
    if sort in {"person", "place"}:
        return any(map(str.isalpha, NUMBER.sub(" ", MONEY.sub(" ", undated))))
    return True


def _marked(one: Candidate) -> frozenset[str]:
    mark = one.highlight
    said = words(mark.of(one.text)) if mark else []
    return frozenset(fold(word) for word in said if is_content(word))


def _asked_of(question: Question) -> frozenset[str]:
    """The content words, without that of what is measured ("how long")."""
    return _roots(question.terms) - _roots(_HOW.findall(question.text))


def _roots(said: Sequence[str]) -> frozenset[str]:
    return frozenset(root(word) for word in said)
