"""More questions about the data sets' paragraphs, written for training: near misses above all.

Only SQuAD 2.0 has questions that people wrote so that a paragraph does not answer them. A line of
``asked.jsonl`` names the paragraph by a digest of it and, where there is one, the sentence that
answers by its number. Of both kinds some were written beside each other, so that how a question is
put does not tell whether it is answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from evals.fields import json_lines, read_bytes
from rag.training.pairs.texts import holds
from rag.training.pairs.types import Labelled, Text, digest

FILE = Path(__file__).with_name("asked.jsonl")
SOURCE = "asked"


def key_of(text: Text, group: str) -> str:
    return digest(group, *text.sentences)


def read_asked(labelled: Iterable[Labelled], file: Path = FILE) -> Iterator[Labelled]:
    """The questions about the texts of those that are ``labelled``."""
    known = {key_of(one.text, one.group): one for one in labelled}
    for _, row in json_lines(file, read_bytes(file)):
        if (one := known.get(row["of"])) is not None:
            yield _labelled(row["question"], one, row.get("sentence"), row.get("answer"))


def _labelled(question: str, about: Labelled, at: int | None, answer: str | None) -> Labelled:
    text, group = about.text, about.group
    if at is None:
        return Labelled(question, text, (), (), False, SOURCE, group)
    answers = () if answer is None else (answer,)
    unsure = tuple(n for n, one in enumerate(text.sentences) if n != at and holds(one, answers))
    return Labelled(question, text, (at,), answers, True, SOURCE, group, unsure)
