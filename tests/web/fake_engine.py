"""A small engine over documents in memory: it counts shared words, and its quotes are honest."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Sequence
from hashlib import sha256

from index.types import Document, Section, Source, Span
from rag.answer.extract import AnswerSpan, Extraction, TextAnswer
from rag.errors import QuestionError, UncalibratedError
from rag.settings import Settings
from rag.types import (
    Answer,
    AnswerSentence,
    Citation,
    Event,
    IndexState,
    Json,
    Reason,
    Turn,
)

SENTENCE = re.compile(r"\S[^.!?\n]*[.!?]")
STOP = {"the", "a", "an", "of", "in", "is", "was", "did", "do", "does", "what", "who", "when"}
STOP |= {"where", "how", "many", "and", "to", "it", "them", "there", "are", "were", "which", "by"}


def words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold())) - STOP


def make_document(path: str, title: str, text: str, **more: str | None) -> Document:
    digest = sha256(text.encode()).hexdigest()
    return Document(
        id=sha256(path.encode()).hexdigest()[:16],
        sources=(Source("/papers", path),),
        title=title,
        media_type="text/plain",
        text=text,
        sections=(Section(Span(0, len(text)), "text", title),),
        date=more.get("date"),
        file_sha256=digest,
        text_sha256=digest,
    )


class FakeEngine:
    def __init__(self, documents: Sequence[Document], settings: Settings | None = None) -> None:
        self.settings = settings or Settings()
        self._documents = {one.id: one for one in sorted(documents, key=lambda d: d.id)}
        self._state = IndexState("fake", 1, len(documents), len(documents))

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filter: Json | None = None,
        mode: str | None = None,
        id: str | None = None,
        max_error: float | None = None,
    ) -> Answer:
        if max_error:
            raise UncalibratedError("a target error needs a calibration")
        allowed = self._allowed(filter)
        alone = self._standalone(question, history)
        ranked = self._rank(alone, allowed)
        best = [one for score, one in ranked if score > 0.5][:2]
        cited = tuple(self._cite(n, *one) for n, one in enumerate(best, 1))
        sentences = tuple(self._sentence(one, alone) for one in cited)
        reason = None if cited else self._reason(alone, [one for _, one in ranked[:2]])
        return Answer(
            id=id or "random",
            answer_key="key",
            question=question,
            standalone_question=alone,
            status="answered" if cited else "no_answer",
            mode="extractive",
            requested_mode=mode or "extractive",
            text=" ".join(f"{one.quote} [{one.number}]" for one in cited),
            confidence=0.5,
            sentences=sentences,
            citations=cited,
            index=self._state,
            reason=reason,
            filter=filter,
            timings_ms={"total": 1.0},
        )

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filter: Json | None = None,
        mode: str | None = None,
        id: str | None = None,
        max_error: float | None = None,
    ) -> Iterator[Event]:
        answer = self.ask(
            question, history=history, filter=filter, mode=mode, id=id, max_error=max_error
        )
        yield Event("retrieved", {"hits": self.search(question, 5, filter)["hits"]})
        cited = {one.number: one.to_dict() for one in answer.citations}
        for sentence in answer.sentences:
            numbers = [cited[number] for number in sentence.citations]
            yield Event("sentence", {"sentence": sentence.to_dict(), "citations": numbers})
        yield Event("done", answer.to_dict())

    def search(self, query: str, k: int = 10, filter: Json | None = None) -> Json:
        ranked = self._rank(query, self._allowed(filter))[:k]
        hits = [
            {"rank": rank, "score": score, "document_id": document.id, "text": document[span]}
            for rank, (score, (document, span)) in enumerate(ranked, 1)
        ]
        return {
            "schema": "citewell.search/1",
            "query": query,
            "filter": filter,
            "hits": hits,
            "index": self._state.to_dict(),
        }

    def extract(self, question: str, texts: Sequence[str]) -> Extraction:
        wanted = words(question)
        return Extraction(question, tuple(self._of_text(wanted, text) for text in texts), 0.5)

    def _of_text(self, wanted: set[str], text: str) -> TextAnswer:
        spans = [
            AnswerSpan(Span(*m.span()), m.group(), len(wanted & words(m.group())) / len(wanted))
            for m in SENTENCE.finditer(text)
            if wanted & words(m.group())
        ]
        best = sorted(spans, key=lambda one: -one.confidence)[:2]
        if best and best[0].confidence > 0.5:
            return TextAnswer(best[0].confidence, tuple(best))
        return TextAnswer(0.1, (), best[0] if best else None)

    def verify(self, answer: Json) -> Json:
        if answer.get("schema") != "citewell.answer/1":
            raise QuestionError("this is not an answer object")
        checks = []
        for one in answer["citations"]:
            document = self._documents.get(one["document_id"])
            span = Span(one["start_char_index"], one["end_char_index"])
            holds = document is not None and document[span] == one["cited_text"]
            checks.append({"number": one["number"], "status": "holds" if holds else "altered"})
        holds = all(one["status"] == "holds" for one in checks)
        return {"schema": "citewell.verify/1", "holds": holds, "citations": checks, "problems": []}

    def documents(self, limit: int = 100, after: str | None = None) -> Json:
        ids = [id for id in self._documents if after is None or id > after]
        listed = [self._listed(self._documents[id]) for id in ids[:limit]]
        return {
            "schema": "citewell.documents/1",
            "documents": listed,
            "next": ids[limit - 1] if len(ids) > limit else None,
            "index": self._state.to_dict(),
        }

    def document(self, id: str) -> Document | None:
        return self._documents.get(id)

    def status(self) -> Json:
        return {"schema": "citewell.status/1", "index": self._state.to_dict()}

    def _listed(self, document: Document) -> Json:
        return {"id": document.id, "title": document.title, "path": document.path}

    def _allowed(self, filter: Json | None) -> list[Document]:
        documents = list(self._documents.values())
        if filter is None:
            return documents
        named = set(filter["documents"])
        chosen = [one for one in documents if named & {one.id, one.path}]
        if not chosen:
            raise QuestionError("the filter matches no document")
        return chosen

    def _standalone(self, question: str, history: Sequence[Turn]) -> str:
        asked = [turn.content for turn in history if turn.role == "user"]
        leans = question.casefold().startswith("and ") and asked
        return f"{asked[-1]} {question}" if leans else question

    def _rank(
        self, question: str, documents: Sequence[Document]
    ) -> list[tuple[float, tuple[Document, Span]]]:
        wanted = words(question)
        scored = [
            (len(wanted & words(match.group())) / max(1, len(wanted)), (one, Span(*match.span())))
            for one in documents
            for match in SENTENCE.finditer(one.text)
        ]
        return sorted((one for one in scored if one[0] > 0), key=lambda one: -one[0])

    def _cite(self, number: int, document: Document, span: Span) -> Citation:
        return Citation(
            number=number,
            document_id=document.id,
            document_title=document.title,
            path=document.path,
            span=span,
            quote=document[span],
            text_sha256=document.text_sha256,
            section="The second part",
            date=document.date,
        )

    def _sentence(self, citation: Citation, question: str) -> AnswerSentence:
        spans = [Span(*m.span()) for m in re.finditer(r"\w+", citation.quote)]
        new = [span for span in spans if not words(span.of(citation.quote)) & words(question)]
        mark = new[-1] if new else None
        return AnswerSentence(citation.quote, (citation.number,), 0.5, mark)

    def _reason(self, question: str, nearest: Sequence[tuple[Document, Span]]) -> Reason:
        held = set().union(*(words(one.text) for one in self._documents.values()))
        return Reason(
            code="not_supported" if self._documents else "empty_index",
            message="No sentence of the documents answers this.",
            nearest=tuple(self._cite(n, *one) for n, one in enumerate(nearest, 1)),
            missing_terms=tuple(sorted(words(question) - held)),
        )


class GatedEngine(FakeEngine):
    """Answers only once ``gate`` is set; counts what it was asked and what it finished."""

    def __init__(self, documents: Sequence[Document], settings: Settings | None = None) -> None:
        super().__init__(documents, settings)
        self.gate = threading.Event()
        self.entered = threading.Semaphore(0)
        self.asked: list[str] = []
        self.closed = threading.Event()

    def search(self, query: str, k: int = 10, filter: Json | None = None) -> Json:
        self.asked.append(query)
        self.entered.release()
        assert self.gate.wait(20)
        return super().search(query, k, filter)

    def stream(self, question: str, **_: object) -> Iterator[Event]:  # type: ignore[override]
        try:
            yield Event("retrieved", {"hits": []})
            self.search(question)
            yield Event("sentence", {})
            yield Event("done", {})
        finally:
            self.closed.set()


class BrokenEngine(FakeEngine):
    def ask(self, *_: object, **__: object) -> Answer:
        raise RuntimeError("a secret path: /root/papers")

    def search(self, *_: object, **__: object) -> Json:
        raise RuntimeError("a secret path: /root/papers")

    def status(self) -> Json:
        raise RuntimeError("a secret path: /root/papers")
