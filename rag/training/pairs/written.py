"""Documents of everyday kinds with questions, written for training: contracts, rules, minutes,
manuals, news, judgments, letters. The data sets have little but encyclopedia articles.

A line of ``written.jsonl`` holds a document in Markdown and its questions. One that is answered
names the beginning of the sentence that answers, and the answering words where there are some. Most
are asked in other words than the document has, those that it does not answer just as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from evals.fields import json_lines, read_bytes
from index.passages.chunk import sentences_of
from index.passages.outline import contexts
from index.readers.markdown import read
from index.types import Span
from rag.training.pairs.texts import holds
from rag.training.pairs.types import Labelled, Text
from rag.types import Json

FILE = Path(__file__).with_name("written.jsonl")
SOURCE = "written"


def read_written(file: Path = FILE) -> Iterator[Labelled]:
    """Raises ValueError where a question names no sentence, or one without the answering words."""
    for _, row in json_lines(file, read_bytes(file)):
        text, spans, where = _sentences(row["text"])
        for asked in row["questions"]:
            yield _labelled(asked, text, spans, where, row["title"])


def _sentences(markdown: str) -> tuple[str, list[Span], Text]:
    """As the index cuts them, each with its headings."""
    parsed = read(markdown.encode(), "written.md")
    spans: list[Span] = []
    headings: list[tuple[str, ...]] = []
    for section, over in contexts(parsed.sections, parsed.text):
        found = sentences_of(parsed.text, section, over)
        spans.extend(found)
        headings.extend([over] * len(found))
    return parsed.text, spans, Text(tuple(one.of(parsed.text) for one in spans), tuple(headings))


def _labelled(asked: Json, text: str, spans: list[Span], where: Text, title: str) -> Labelled:
    question = asked["question"]
    if "sentence" not in asked:
        return Labelled(question, where, (), (), False, SOURCE, title)
    begins = text.find(asked["sentence"])
    right = [at for at, span in enumerate(spans) if span.start <= begins < span.end]
    answers = (asked["answer"],) if asked.get("answer") else ()
    if not right or (answers and not holds(where.sentences[right[0]], answers)):
        raise ValueError(f"{title}: no sentence answers {question!r}")
    return Labelled(question, where, (right[0],), answers, True, SOURCE, title)
