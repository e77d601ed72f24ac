"""An engine over a handful of texts that counts common words, with the real one's interface."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, cast

from index.types import Document, Passage, Source, Span
from rag.errors import QuestionError
from rag.question.followup import standalone
from rag.types import Answer, AnswerSentence, Citation, IndexState, Json, Turn

if TYPE_CHECKING:
    from evals.evaluate import OpenEngine
    from rag.engine import Engine

SENTENCE = re.compile(r"[^.]+\.")


@dataclass(frozen=True, slots=True)
class Ranking:
    sentences: list[Citation]
    confidence: float
    highlights: tuple[Span | None, ...] = ()


class FakeEngine:
    """Answers with the sentence that shares most of the question's words, from 0.5 of them up.

    Each sentence is a passage; what is marked in it are its last two words.
    """

    def __init__(self, texts: dict[str, str] | None = None) -> None:
        self.documents_by_id: dict[str, Document] = {}
        self.asked: list[str] = []
        self.closed = False
        for path, text in (texts or {}).items():
            self.add(path, text)

    def add(self, path: str, text: str) -> None:
        digest = hashlib.sha256(text.encode()).hexdigest()
        if any(document.text_sha256 == digest for document in self.documents_by_id.values()):
            return  # the same content under two paths is one document
        id = f"doc-{len(self.documents_by_id)}"
        source = (Source("root", path),)
        self.documents_by_id[id] = Document(
            id, source, path, "text/plain", text, (), None, digest, digest
        )

    def index_paths(self, paths: Sequence[Path]) -> Json:
        for root in paths:
            for file in sorted(root.rglob("*.txt")):
                self.add(file.relative_to(root).as_posix(), file.read_bytes().decode())
        return {"skipped": []}

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filter: Json | None = None,
        mode: str | None = None,
        id: str | None = None,
    ) -> Answer:
        if "\0" in question:
            raise QuestionError("the question holds a NUL character; leave it out")
        self.asked.append(question)
        whole = " ".join([*(turn.content for turn in history if turn.role == "user"), question])
        ranking = self.rank(whole, k=1)
        answered = ranking.confidence >= 0.5
        cited = tuple(ranking.sentences) if answered else ()
        return Answer(
            id=id or "random",
            answer_key="key",
            question=question,
            standalone_question=whole,
            status="answered" if answered else "no_answer",
            mode="extractive",
            requested_mode="extractive",
            text=" ".join(f"{citation.quote} [{citation.number}]" for citation in cited),
            confidence=ranking.confidence,
            sentences=tuple(AnswerSentence(c.quote, (c.number,), 1.0) for c in cited),
            citations=cited,
            index=self._state(),
            filter=filter,
            fallback=mode,
        )

    def rank(self, question: str, k: int) -> Ranking:
        asked = _words(question)
        ranking = self._ranked(k, lambda words: len(asked & words.keys()) / len(asked))
        marks = tuple(_last_words(citation.quote) for citation in ranking.sentences)
        return Ranking(ranking.sentences, ranking.confidence, marks)

    def rank_cosine(self, question: str, k: int) -> Ranking:
        asked = _words(question)
        return self._ranked(k, lambda words: _cosine(asked, words))

    def search(self, query: str, k: int = 10, filter: Json | None = None) -> Json:
        ranking = self.rank(query, k)
        hits = [
            {"path": c.path, "text": c.quote, "text_sha256": c.text_sha256}
            for c in ranking.sentences
        ]
        return {"hits": hits, "filter": filter}

    def rankings(
        self, query: str, k: int, history: Sequence[Turn] = ()
    ) -> dict[str, list[tuple[str, float]]]:
        best = self.rank(standalone(query, history), k=10_000).sentences
        ids = list(dict.fromkeys(citation.document_id for citation in best))
        ranked = [(id, 1.0 / place) for place, id in enumerate(ids[:k], start=1)]
        return {"dense": ranked, "bm25": ranked[::-1], "fused": ranked}

    def retrieved(self, query: str, k: int) -> dict[str, list[Passage]]:
        best = self.rank(query, k=10_000).sentences
        passages = [Passage(c.number, c.document_id, c.span, (c.span,), (), None, 1) for c in best]
        return {"dense": passages[::-1][:k], "bm25": passages[:k], "fused": passages[:k]}

    def texts(self) -> Iterator[str]:
        return (document.text for document in self.documents_by_id.values())

    def path_of(self, document_id: str) -> str:
        return self.documents_by_id[document_id].path

    def document(self, id: str) -> Document | None:
        return self.documents_by_id.get(id)

    def status(self) -> Json:
        return {"index": self._state().to_dict()}

    def close(self) -> None:
        self.closed = True

    def _state(self) -> IndexState:
        n = len(self.documents_by_id)
        return IndexState("fake", 1, n, n)

    def _ranked(self, k: int, score: Callable[[Counter[str]], float]) -> Ranking:
        sentences = [
            (score(_words(match[0])), document, Span(*match.span()))
            for document in self.documents_by_id.values()
            for match in SENTENCE.finditer(document.text)
        ]
        best = sorted(sentences, key=lambda row: -row[0])[:k]
        cited = [
            _citation(number, document, span) for number, (_, document, span) in enumerate(best, 1)
        ]
        return Ranking(cited, best[0][0] if best else 0.0)


def _citation(number: int, document: Document, span: Span) -> Citation:
    return Citation(
        number=number,
        document_id=document.id,
        document_title=document.title,
        path=document.path,
        span=span,
        quote=document[span],
        text_sha256=document.text_sha256,
    )


def _last_words(text: str) -> Span:
    start = text.rfind(" ", 0, text.rfind(" ")) + 1
    return Span(start, len(text) - 1)  # without the full stop


def _words(text: str) -> Counter[str]:
    return Counter(re.findall(r"\w+", text.casefold()))


def _cosine(a: Counter[str], b: Counter[str]) -> float:
    dot = sum(a[word] * b[word] for word in a)
    lengths = sum(n * n for n in a.values()) * sum(n * n for n in b.values())
    return dot / math.sqrt(lengths) if lengths else 0.0


def opener(engine: FakeEngine) -> OpenEngine:
    """A stand-in for ``Engine.open`` that always gives this engine."""
    return lambda *_: cast("Engine", engine)
