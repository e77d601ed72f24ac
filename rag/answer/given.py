"""Texts of the caller's own made into passages, as documents are, without an index. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np

from index.passages.chunk import Draft, chunk, embedding_text
from index.search.lexical import LexicalIndex
from index.structure.sections import structure
from index.types import Document, Embedder, Hit, Parsed, Passage, Section, Source, Span
from rag.errors import QuestionError
from rag.retrieve import fuse, worth_reading
from rag.settings import Settings

MAX_TEXTS = 100
MAX_CHARACTERS = 500_000  # code points of all texts together

_UNREADABLE = re.compile("[\0\ud800-\udfff]")
Given = str | Parsed  # a string is plain text
Placed = tuple[Document, Passage]


def text_of(given: Given) -> str:
    """The text that offsets count in."""
    return given if isinstance(given, str) else given.text


def check_size(texts: Sequence[Given]) -> None:
    """Raises QuestionError for no text, too many, or too much."""
    if not texts:
        raise QuestionError("there is no text: give at least one")
    if len(texts) > MAX_TEXTS:
        raise QuestionError(
            f"{len(texts)} texts are too many: give at most {MAX_TEXTS}, or index them and ask"
        )
    if sum(len(text_of(one)) for one in texts) > MAX_CHARACTERS:
        raise QuestionError(
            f"the texts have more than {MAX_CHARACTERS:,} characters together: give fewer or "
            "shorter ones, or index them and ask"
        )


def document(number: int, given: Given) -> Document:
    """A document that is in no index. What no text can hold is read as U+FFFD, one for one."""
    if isinstance(given, str):
        given = structure(_UNREADABLE.sub("\ufffd", given))
    return Document(
        id=f"{number:04}",  # in the order of the texts
        sources=(Source("", ""),),
        title=given.title or "",
        media_type="text/plain",
        text=given.text,
        sections=given.sections,
        date=given.date,
        file_sha256="",
        text_sha256="",
        warnings=given.warnings,
    )


def passages(documents: Sequence[Document], embedder: Embedder) -> list[Placed]:
    """All passages, their ids from 0 on."""
    drafts = ((one, draft) for one in documents for draft in _drafts(one, embedder))
    return [
        (one, Passage(number, one.id, at.span, at.sentences, at.headings, at.page, at.n_tokens))
        for number, (one, at) in enumerate(drafts)
    ]


def _drafts(document: Document, embedder: Embedder) -> list[Draft]:
    """A text that seems to be nothing but headings or links was still given to be quoted from."""
    text, count, window = document.text, embedder.count, embedder.window
    found = list(chunk(text, document.sections, count=count, window=window))
    whole = Section(Span(0, len(text)), "text")
    return found or list(chunk(text, (whole,), count=count, window=window))


def lexical_index(placed: Sequence[Placed]) -> LexicalIndex:
    """Over the passages alone."""
    made = LexicalIndex()
    made.change(1, [(passage.id, _embedded(document, passage)) for document, passage in placed])
    return made


def _embedded(document: Document, passage: Passage) -> str:
    return embedding_text(passage.headings, document[passage.span])


def to_read(
    question: str,
    placed: Sequence[Placed],
    lexical: LexicalIndex,
    embedder: Embedder,
    settings: Settings,
) -> list[Placed]:
    """All passages of a short text; of a longer one as many as are read for an answer, those
    that a search in the text finds."""
    by_text: dict[str, list[Placed]] = {}
    for document, passage in placed:
        by_text.setdefault(document.id, []).append((document, passage))
    found: list[Placed] = []
    for own in by_text.values():
        if len(own) > settings.read_k:
            best = _search(question, own, lexical, embedder, settings)
            found += [one for one in own if one[1].id in best]
        else:
            found += own
    return found


def _search(
    question: str,
    own: Sequence[Placed],
    lexical: LexicalIndex,
    embedder: Embedder,
    settings: Settings,
) -> set[int]:
    """Ids of the best passages of one text by the fused ranking."""
    depth = settings.retrieve_k
    ids = np.array([passage.id for _, passage in own], np.int64)
    vectors = embedder.embed([question, *(_embedded(*one) for one in own)])
    cosines = vectors[1:] @ vectors[0]
    nearest = np.argsort(-cosines, kind="stable")[:depth]
    dense = [Hit(int(ids[at]), float(cosines[at]), "dense") for at in nearest]
    by_words = lexical.search(lexical.terms(question), depth, ids)
    bm25 = [Hit(id, score, "bm25") for id, score in by_words]
    return {hit.passage_id for hit in worth_reading(fuse(dense, bm25), settings.read_k)}
