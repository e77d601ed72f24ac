"""Whether the documents that are asked are those that an eval set is about.

A set of our own brings no texts: only its quotes tell which documents it means.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from evals.metrics import fold
from evals.types import EvalError, Job, Question
from index.errors import DamageError

if TYPE_CHECKING:
    from rag.engine import Engine

Group = tuple[str, ...]  # alternatives of which one must be quoted


def missing_groups(questions: Iterable[Question], texts: Iterable[str]) -> frozenset[Group]:
    """The ``must_quote`` groups of which no alternative stands in any of the texts.

    Reads no further text once every group is found.
    """
    missing = {
        group: [fold(words) for words in group]
        for question in questions
        for group in question.must_quote
    }
    for text in texts:
        folded = fold(text)
        for group, wanted in list(missing.items()):
            if any(words in folded for words in wanted):
                del missing[group]
        if not missing:
            break
    return frozenset(missing)


def check_presence(job: Job[Any], engine: Engine) -> list[str]:
    """A note where some of a set's quotes stand in no document of the index.

    Raises EvalError where none of them does: figures of it would all be 0, and say nothing.
    """
    asked = [question for question in job.questions if isinstance(question, Question)]
    groups = {group for question in asked for group in question.must_quote}
    if job.texts or not groups:
        return []
    try:
        missing = missing_groups(asked, engine.texts())
    except DamageError:
        return []  # the first question sets aside what is damaged
    if missing == groups:
        raise EvalError(
            f"nothing that the set {job.info.name} wants quoted stands in the documents of this "
            "home: it is about others. Index those (citewell index PATH), name the home that "
            "holds them with --home, or give a set about these: citewell eval SET"
        )
    lost = [question for question in asked if not missing.isdisjoint(question.must_quote)]
    answerable = sum(question.answerable for question in asked)
    note = (
        f"{len(lost)} of {answerable} answerable questions cannot be right: what they want quoted "
        "stands in no document of the index."
    )
    return [note] if lost else []
