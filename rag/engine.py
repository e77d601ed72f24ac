"""Engine: the parts put together once, for the command line, the page, the API and the evals."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cache, lru_cache
from pathlib import Path
from threading import RLock
from typing import Any

import numpy as np

from index.ingest import Progress
from index.store import Index, Snapshot, summary
from index.types import Document, Embedder, Ids
from rag.answering import (
    Collected,
    as_answer,
    collection_answer,
    collection_text,
    empty_answer,
)
from rag.cache import TokenCache
from rag.compose import cite
from rag.errors import QuestionError
from rag.followup import standalone
from rag.model import Model, load_model
from rag.pipeline import Clock, Pipeline
from rag.proof import Stored, hash_of_file, verify
from rag.question import about_collection, parts
from rag.settings import Settings, load_settings
from rag.types import Answer, Citation, Event, IndexState, Json, Turn, Writer

MAX_QUESTION = 4_000  # code points
MAX_TURNS = 100
MAX_HITS = 1_000
KEPT_DOCUMENTS = 64


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best sentences with abstention off, and the number that would decide on it."""

    sentences: tuple[Citation, ...]
    confidence: float


class Engine:
    """Questions to answers over one home. Safe to call from several threads; one asks at a time."""

    def __init__(
        self,
        index: Index,
        settings: Settings,
        model: Model,
        open_writer: Callable[[Settings], Writer],
    ) -> None:
        self.index = index
        self.settings = settings
        self._model = model
        self._open_writer = open_writer
        self._tokens: TokenCache | None = None
        self._lock = RLock()
        self._documents = lru_cache(maxsize=KEPT_DOCUMENTS)(_load_document)

    @classmethod
    def open(
        cls, home: Path, settings: Settings | None = None, model: Model | None = None
    ) -> Engine:
        """Opens a home without loading an embedder; the first question does that.

        Raises index.errors.HomeError, rag.errors.SettingsError.
        """
        settings = settings or load_settings(home)

        def load_embedder() -> Embedder:
            from index.embed import SentenceTransformerEmbedder
            from index.vectors import set_threads

            set_threads(settings.threads)
            return SentenceTransformerEmbedder.open(
                settings.embedder,
                allow_download=settings.allow_download,
                threads=settings.threads,
            )

        return cls(Index.open(home, load_embedder), settings, model or load_model(), _open_writer)

    def close(self) -> None:
        self.index.close()

    # -- asking ---------------------------------------------------------------------------

    def ask(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filter: Json | None = None,
        mode: str | None = None,
        id: str | None = None,
    ) -> Answer:
        """The answer to a question, from one version of the index. Raises QuestionError."""
        for event in self._run(question, history, filter, mode, id):
            if isinstance(event, Answer):
                return event
        raise AssertionError("a run ends with its answer")

    def stream(
        self,
        question: str,
        *,
        history: Sequence[Turn] = (),
        filter: Json | None = None,
        mode: str | None = None,
        id: str | None = None,
    ) -> Iterator[Event]:
        """The same as ``ask`` in steps; the last event, "done", holds the whole answer."""
        for event in self._run(question, history, filter, mode, id):
            if isinstance(event, Event):
                yield event
                continue
            by_number = {citation.number: citation.to_dict() for citation in event.citations}
            for sentence in event.sentences:
                cited = [by_number[number] for number in sentence.citations]
                yield Event("sentence", {"sentence": sentence.to_dict(), "citations": cited})
            yield Event("done", event.to_dict())

    def _run(
        self,
        question: str,
        history: Sequence[Turn],
        filter: Json | None,
        mode: str | None,
        id: str | None,
    ) -> Iterator[Event | Answer]:
        question = _clean(question)
        turns = tuple(Turn(turn.role, _scrub(turn.content)) for turn in history[-MAX_TURNS:])
        mode = _check_mode(mode or self.settings.mode)
        clock = Clock()
        answer: Answer | None = None
        with self._lock, clock.measure("total"):
            snapshot = self.index.snapshot()
            only = self._only(snapshot, filter)
            read_as = standalone(question, turns)
            base = Collected(
                id=uuid.uuid4().hex if id is None else id,
                answer_key=self._key(snapshot, question, turns, filter, mode),
                question=question,
                standalone_question=read_as,
                requested_mode=mode,
                filter=filter,
                index=_state(snapshot),
                threshold=self._model.threshold,
            )
            topic = about_collection(question)
            if topic:
                answer = collection_answer(base, topic, snapshot)
            elif not snapshot.n_passages or (only is not None and not len(only)):
                answer = empty_answer(base, filtered=bool(snapshot.n_passages))
            else:
                pipeline = self.pipeline(snapshot)
                found = [pipeline.find(part, clock, only) for part in self._parts(read_as)]
                hits = self._hits(pipeline, [hit for one in found for hit in one.hits])
        if answer is None:
            # Not under the lock: who reads a stream may stop here, or go on in another thread.
            yield Event("retrieved", {"hits": hits})
            with self._lock, clock.measure("total"):
                writer = self._open_writer if mode == "llm" else None
                answer = as_answer(base, found, pipeline, writer, clock)
        yield answer.with_timings(clock.spent)

    def _parts(self, question: str) -> tuple[str, ...]:
        """The questions in a question, unless they are more than an answer has sentences."""
        found = parts(question)
        return found if len(found) <= self.settings.max_sentences else (question,)

    def _key(
        self,
        snapshot: Snapshot,
        question: str,
        turns: Sequence[Turn],
        filter: Json | None,
        mode: str,
    ) -> str:
        """Hash of all that the answer depends on."""
        settings = self.settings
        parts: list[Any] = [
            question,
            [(turn.role, turn.content) for turn in turns],
            filter,
            mode,
            snapshot.fingerprint,
            snapshot.version,
            self._model.sha256,
            settings.reader,
            settings.retrieve_k,
            settings.read_k,
            settings.max_sentences,
            [settings.llm_base_url, settings.llm_model] if mode == "llm" else None,
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    # -- searching --------------------------------------------------------------------------

    def search(self, query: str, k: int = 10, filter: Json | None = None) -> Json:
        """The best passages of the fused ranking. Raises QuestionError."""
        query = _clean(query)
        if not 1 <= k <= MAX_HITS:
            raise QuestionError(f"k must be from 1 to {MAX_HITS}")
        with self._lock:
            snapshot = self.index.snapshot()
            only = self._only(snapshot, filter)
            hits: list[Json] = []
            if snapshot.n_passages:
                pipeline = self.pipeline(snapshot, retrieve_k=k)
                hits = self._hits(pipeline, pipeline.retrieve(query, only)["fused"][:k])
        return {
            "schema": "citewell.search/1",
            "query": query,
            "filter": filter,
            "hits": hits,
            "index": _state(snapshot).to_dict(),
        }

    def rank(self, question: str, k: int = 3) -> Ranking:
        """The ``k`` best sentences whatever their score: abstention off."""
        with self._lock:
            found = self.pipeline(self.index.snapshot()).find(_clean(question), Clock())
        best = tuple(cite(one, n) for n, one in enumerate(found.ranked[:k], start=1))
        return Ranking(best, found.chance)

    def rank_cosine(self, question: str, k: int = 3) -> Ranking:
        """The same passages, their sentences by plain cosine: what ``rank`` is measured against."""
        with self._lock:
            pipeline = self.pipeline(self.index.snapshot())
            ranked = pipeline.by_cosine(pipeline.find(_clean(question), Clock()))
        best = tuple(cite(one, n) for n, (one, _) in enumerate(ranked[:k], start=1))
        return Ranking(best, ranked[0][1] if ranked else -1.0)

    def rankings(self, query: str, k: int) -> dict[str, list[tuple[str, float]]]:
        """Documents by their best passage, for each way of searching."""
        with self._lock:
            snapshot = self.index.snapshot()
            pipeline = self.pipeline(snapshot, retrieve_k=2 * k)
            found: dict[str, list[tuple[str, float]]] = {}
            for name, hits in pipeline.retrieve(_clean(query)).items():
                best: dict[str, float] = {}
                for hit in hits:
                    best.setdefault(snapshot.passage(hit.passage_id).document_id, hit.score)
                found[name] = list(best.items())[:k]
        return found

    # -- documents ----------------------------------------------------------------------------

    def documents(self, limit: int = 100, after: str | None = None) -> Json:
        """A page of the documents in the order of their ids."""
        snapshot = self.index.snapshot()
        page = snapshot.catalogue.documents(snapshot.version, limit + 1, after)
        return {
            "schema": "citewell.documents/1",
            "documents": [_describe(one, snapshot) for one in page[:limit]],
            "next": page[limit - 1].id if len(page) > limit else None,
            "index": _state(snapshot).to_dict(),
        }

    def document(self, id: str) -> Document | None:
        snapshot = self.index.snapshot()
        try:
            return self._documents(snapshot, id)
        except KeyError:
            return None

    def path_of(self, document_id: str) -> str:
        document = self.document(document_id)
        return "" if document is None else document.path

    def index_paths(
        self, paths: Sequence[Path], progress: Callable[[Progress], None] = lambda _: None
    ) -> Json:
        """Brings the index up to date with the files. Raises index.errors."""
        max_bytes = self.settings.max_file_mb * 1_000_000
        reports = self.index.update(paths, max_bytes=max_bytes, progress=progress)
        return summary(reports, self.index)

    # -- proof and state ----------------------------------------------------------------------

    def verify(self, answer: Json) -> Json:
        """Whether each citation of an answer object holds against the stored text."""
        snapshot = self.index.snapshot()

        @cache
        def find(id: str) -> Stored | None:
            document = snapshot.document(id)
            if document is None:
                return None
            ever = snapshot.catalogue.sources_of(id, None)
            now = hash_of_file(document.sources, self.settings.max_file_mb * 1_000_000)
            return Stored(document, ever, now)

        def info() -> list[str]:
            return [collection_text(topic, snapshot) for topic in ("greeting", "documents")]

        return verify(answer, find, info)

    def status(self) -> Json:
        """What is indexed and with what; loads no model."""
        catalogue, version = self.index.catalogue, self.index.catalogue.version()
        documents, passages = catalogue.counts(version)
        return {
            "schema": "citewell.status/1",
            "home": str(self.index.home),
            "index": IndexState(self.index.fingerprint, version, documents, passages).to_dict(),
            "embedder": catalogue.meta("embedder") or self.settings.embedder,
            "reader": self.settings.reader,
            "fitted_on": self._model.fitted_on,
            "mode": self.settings.mode,
            "llm": self.settings.has_llm,
            "roots": sorted({row.source.root for row in catalogue.sources(version)}),
        }

    # -- parts ---------------------------------------------------------------------------------

    def pipeline(self, snapshot: Snapshot, retrieve_k: int | None = None) -> Pipeline:
        from dataclasses import replace

        if self._tokens is None:
            self._tokens = TokenCache(self.index.embedder, self.settings.cache_mb * 1_000_000)
        settings = self.settings
        if retrieve_k:
            settings = replace(settings, retrieve_k=max(retrieve_k, settings.retrieve_k))
        return Pipeline(
            snapshot, self.index.embedder, self._tokens, self._model, settings, self._documents
        )

    def _only(self, snapshot: Snapshot, filter: Json | None) -> Ids | None:
        """Ids of the passages that a filter lets through; None for all."""
        if filter is None:
            return None
        wanted = filter.get("documents") if isinstance(filter, dict) else None
        if (
            not isinstance(wanted, list)
            or set(filter) != {"documents"}
            or not all(isinstance(one, str) for one in wanted)
        ):
            raise QuestionError(
                'a filter is {"documents": ["an id, a path or a pattern of paths", …]}'
            )
        chosen = {
            row.document_id
            for row in snapshot.catalogue.sources(snapshot.version)
            if any(
                one in (row.document_id, row.source.path) or fnmatchcase(row.source.path, one)
                for one in wanted
            )
        }
        ids = snapshot.catalogue.passage_ids(sorted(chosen), snapshot.version)
        return np.array(ids, np.int64)

    def _hits(self, pipeline: Pipeline, hits: Sequence[Any]) -> list[Json]:
        described = []
        for rank, (hit, (document, passage)) in enumerate(
            zip(hits, pipeline.load(hits), strict=True), start=1
        ):
            at = document[passage.span]
            described.append(
                {
                    "rank": rank,
                    "score": round(hit.score, 6),
                    "source": hit.source,
                    "passage_id": passage.id,
                    "document_id": document.id,
                    "document_title": document.title,
                    "path": document.path,
                    **_place(document, passage.span),
                    "start_char_index": passage.span.start,
                    "end_char_index": passage.span.end,
                    "text": at,
                    "text_sha256": document.text_sha256,
                }
            )
        return described


def _place(document: Document, span: Any) -> Json:
    from index.outline import place

    where = place(document, span)
    return {
        "page": where.page,
        "section": where.section,
        "speaker": where.speaker,
        "date": where.date,
    }


def _load_document(snapshot: Snapshot, document_id: str) -> Document:
    document = snapshot.document(document_id)
    if document is None:
        raise KeyError(document_id)
    return document


def _describe(document: Document, snapshot: Snapshot) -> Json:
    return {
        "id": document.id,
        "title": document.title,
        "path": document.path,
        "sources": [{"root": one.root, "path": one.path} for one in document.sources],
        "media_type": document.media_type,
        "date": document.date,
        "characters": len(document.text),
        "passages": len(snapshot.catalogue.passage_ids([document.id], snapshot.version)),
        "text_sha256": document.text_sha256,
        "file_sha256": document.file_sha256,
        "warnings": list(document.warnings),
    }


def _state(snapshot: Snapshot) -> IndexState:
    return IndexState(
        snapshot.fingerprint, snapshot.version, snapshot.n_documents, snapshot.n_passages
    )


def _clean(question: str) -> str:
    if len(question) > MAX_QUESTION:
        raise QuestionError(f"the question is longer than {MAX_QUESTION} characters; shorten it")
    clean = _scrub(question).strip()
    if not any(map(str.isalnum, clean)):
        raise QuestionError("the question is empty: write what you want to know")
    return clean


def _scrub(text: str) -> str:
    """NUL and lone surrogates, which no text can hold, become U+FFFD."""
    return (
        text.encode("utf-16", "surrogatepass").decode("utf-16", "replace").replace("\0", "\ufffd")
    )


def _check_mode(mode: str) -> str:
    if mode not in {"extractive", "llm"}:
        raise QuestionError('mode must be "extractive" or "llm"')
    return mode


def _open_writer(settings: Settings) -> Writer:
    from rag.write import OpenAIWriter

    return OpenAIWriter.open(settings)
