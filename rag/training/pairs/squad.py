"""SQuAD 1.1 and 2.0: which sentences of the paragraph hold the answer."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evals.fields import as_object, at, decode, objects, optional_list, parse, read_bytes, text
from rag.training.pairs.overlap import Overlap
from rag.training.pairs.texts import cut, holds
from rag.training.pairs.types import Labelled, Text
from rag.types import Json

# Of the sentences that hold an answer's words, those that share at least this much with the
# question, against the best of them, answer it; of the others nothing can be said.
SURE = 0.8


def read_squad(path: Path, source: str) -> Iterator[Labelled]:
    """The questions of a SQuAD file; ``answer_start`` is not used, since copies rebuilt from
    the explorer pages give the first occurrence there."""
    with at(str(path)):
        articles = objects(as_object(parse(decode(read_bytes(path)))), "data")
    for article in articles:
        with at(str(path)):
            title = text(article, "title").replace("_", " ")
            paragraphs = objects(article, "paragraphs")
        contexts = [cut(text(paragraph, "context")) for paragraph in paragraphs]
        overlap = Overlap([one for context in contexts for one in context])
        for paragraph, sentences in zip(paragraphs, contexts, strict=True):
            where = Text(sentences, ((title,),) * len(sentences))
            for row in objects(paragraph, "qas"):
                yield _labelled(row, where, overlap, source, title)


def _labelled(row: Json, where: Text, overlap: Overlap, source: str, title: str) -> Labelled:
    asked = " ".join(text(row, "question").split())
    answers = tuple(text(as_object(one), "text") for one in optional_list(row, "answers"))
    right, unsure = surest(asked, where, answers, overlap)
    answerable = not row.get("is_impossible", False)
    return Labelled(asked, where, right, answers, answerable, source, title, unsure)


def surest(
    question: str, where: Text, answers: tuple[str, ...], overlap: Overlap
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """The sentences that hold an answer: those that surely answer, best first, and the others.

    The sentence before counts too, at half: "He was born there in 1856."
    """
    scores = {
        at: overlap.score(question, sentence) + overlap.score(question, where.before(at)) / 2
        for at, sentence in enumerate(where.sentences)
        if holds(sentence, answers)
    }
    ranked = sorted(scores, key=lambda at: (-scores[at], at))
    sure = [at for at in ranked if scores[at] >= SURE * scores[ranked[0]]]
    return tuple(sure), tuple(at for at in ranked if at not in sure)
