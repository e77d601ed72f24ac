"""Documents with questions, written for training: the data sets have little but encyclopedia
articles. ``written.jsonl`` has contracts, rules, minutes, manuals, news, judgments, letters;
``reports.jsonl`` papers, news and what else lies in folders.

A line holds a document in Markdown and its questions. One that is answered names the beginning of
the sentence that answers, and the answering words where there are some, or of several that do so
together (``also``). Most are asked in other words than the document has, those that it does not
answer just as well.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from evals.fields import json_lines, read_bytes
from index.passages.chunk import sentences_of
from index.passages.outline import contexts
from index.readers.markdown import read
from index.types import Span
from rag.training.pairs.texts import holds
from rag.training.pairs.types import Labelled, Text
from rag.types import Json

SOURCES = ("written", "reports")  # split by themselves: what one gains moves none of the other
FILES = tuple(Path(__file__).with_name(f"{source}.jsonl") for source in SOURCES)


def read_written(file: Path) -> Iterator[Labelled]:
    """Raises ValueError where a question names no sentence, or one without the answering words."""
    for _, row in json_lines(file, read_bytes(file)):
        text, spans, where = _sentences(row["text"])
        blank = Labelled("", where, (), (), False, file.stem, row["title"])
        for asked in row["questions"]:
            yield _labelled(asked, blank, text, spans)


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


def _labelled(asked: Json, blank: Labelled, text: str, spans: list[Span]) -> Labelled:
    question, sentences = asked["question"], blank.text.sentences
    if "sentence" not in asked:
        return replace(blank, question=question)
    begin = [text.find(one) for one in (asked["sentence"], *asked.get("also", ()))]
    right = [at for start in begin for at, one in enumerate(spans) if one.start <= start < one.end]
    answers = (asked["answer"],) if asked.get("answer") else ()
    if len(right) < len(begin) or (answers and not holds(sentences[right[0]], answers)):
        raise ValueError(f"{blank.group}: no sentence answers {question!r}")
    return replace(blank, question=question, right=tuple(right), answers=answers, answerable=True)
