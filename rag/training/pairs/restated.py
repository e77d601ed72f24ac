"""The data sets' questions asked again by hand, in words that the text does not have.

Who has not read a document asks for what it says in other words than it uses; the sets' questions
were mostly written by people who had the text before them. ``restated.jsonl`` has only what was
written for this project: a data set's question is named by a digest of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import replace
from itertools import chain
from pathlib import Path

from evals.fields import json_lines, read_bytes
from evals.types import EvalSet, Question
from rag.training.pairs.types import Labelled, digest

FILE = Path(__file__).with_name("restated.jsonl")
SOURCE = "restated"
Restated = Mapping[str, list[str]]  # questions by the key of the one that they ask again


def key_of(labelled: Labelled) -> str:
    return digest(labelled.source, labelled.group, labelled.question)


def read_restated(file: Path = FILE) -> Restated:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for _, row in json_lines(file, read_bytes(file)):
        found[row["of"]].append(row["question"])
    return found


def with_restated(squad: EvalSet[Question], source: str, restated: Restated) -> EvalSet[Question]:
    """A SQuAD set with the questions that were asked again, each behind the one that it repeats."""
    return replace(
        squad, questions=tuple(chain(*(_asked(one, source, restated) for one in squad.questions)))
    )


def _asked(question: Question, source: str, restated: Restated) -> list[Question]:
    title = str(question.group).replace("_", " ")
    words = " ".join(question.question.split())
    again = restated.get(digest(source, title, words), ())
    return [
        question,
        *(
            replace(question, id=f"{question.id} again {number}", question=asked)
            for number, asked in enumerate(again)
        ),
    ]
