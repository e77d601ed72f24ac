"""Engine: the parts put together once, for the command line, the page, the API and the evals."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from pathlib import Path
from threading import RLock
from typing import Any

from index.errors import DamageError, ReadError
from index.exclusions import Exclusions
from index.folder import Rules, is_utf8, resolve
from index.ingest import Progress
from index.report import Summary
from index.rows import SourceRow
from index.snapshot import Snapshot
from index.store import Index
from index.survey import Scope
from index.types import Document, Embedder, Hit
from rag.answering import (
    Collected,
    as_answer,
    collection_answer,
    collection_text,
    empty_answer,
)
from rag.cache import TokenCache
from rag.compose import cite
from rag.describe import describe_document, describe_hits, left_out, state_of
from rag.errors import QuestionError
from rag.followup import standalone
from rag.model import Model, load_model
from rag.pipeline import Clock, Found, Pipeline
from rag.proof import Stored, hash_of_file, verify
from rag.question import about_collection, parts
from rag.requests import check_mode, clean_question, is_named, passages_of, scrub
from rag.settings import Settings, load_settings
from rag.types import Answer, Citation, Event, IndexState, Json, Turn, Writer

MAX_TURNS = 100
MAX_HITS = 1_000
KEPT_DOCUMENTS = 64


@dataclass(frozen=True, slots=True)
class Ranking:
    """The best sentences with abstention off, and the number that would decide on it."""

    sentences: tuple[Citation, ...]
    confidence: float


@dataclass(frozen=True, slots=True)
class _Begun:
    """A question after all that reads the index: the whole answer, or what it is made of."""

    base: Collected
    answer: Answer | None = None
    pipeline: Pipeline | None = None
    found: Sequence[Found] = ()
    hits: Sequence[Json] = ()


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
        question = clean_question(question)
        turns = tuple(Turn(turn.role, scrub(turn.content)) for turn in history[-MAX_TURNS:])
        mode = check_mode(mode or self.settings.mode)
        clock = Clock()
        with self._lock, clock.measure("total"):
            try:
                begun = self._begin(question, turns, filter, mode, id, clock)
            except DamageError:
                self.index.mend()  # the damaged row is set aside, and the question asked again
                begun = self._begin(question, turns, filter, mode, id, clock)
        answer = begun.answer
        if answer is None:
            # Not under the lock: who reads a stream may stop here, or go on in another thread.
            yield Event("retrieved", {"hits": begun.hits})
            with self._lock, clock.measure("total"):
                writer = self._open_writer if mode == "llm" else None
                assert begun.pipeline is not None
                answer = as_answer(begun.base, begun.found, begun.pipeline, writer, clock)
        yield answer.with_timings(clock.spent)

    def _begin(
        self,
        question: str,
        turns: Sequence[Turn],
        filter: Json | None,
        mode: str,
        id: str | None,
        clock: Clock,
    ) -> _Begun:
        """All that reads the index, on one snapshot. Raises DamageError, QuestionError."""
        snapshot = self.index.snapshot()
        only = passages_of(filter, snapshot)
        read_as = standalone(question, turns)
        base = Collected(
            id=uuid.uuid4().hex if id is None else id,
            answer_key=self._key(snapshot, question, turns, filter, mode),
            question=question,
            standalone_question=read_as,
            requested_mode=mode,
            filter=filter,
            index=state_of(snapshot),
            threshold=self._model.threshold,
            warnings=left_out(snapshot),
        )
        topic = about_collection(question)
        if topic:
            return _Begun(base, collection_answer(base, topic, snapshot))
        if not snapshot.n_passages or (only is not None and not len(only)):
            return _Begun(base, empty_answer(base, filtered=bool(snapshot.n_passages)))
        pipeline = self.pipeline(snapshot)
        found = [pipeline.find(part, clock, only) for part in self._parts(read_as)]
        hits = _describe([hit for one in found for hit in one.hits], pipeline)
        return _Begun(base, None, pipeline, found, hits)

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

    def follow(self) -> None:
        """Makes new versions ready beside the questions, for a program that goes on for long."""
        self.index.follow()

    # -- searching --------------------------------------------------------------------------

    def search(self, query: str, k: int = 10, filter: Json | None = None) -> Json:
        """The best passages of the fused ranking. Raises QuestionError."""
        query = clean_question(query)
        if not 1 <= k <= MAX_HITS:
            raise QuestionError(f"k must be from 1 to {MAX_HITS}")
        with self._lock:
            snapshot = self.index.snapshot()
            only = passages_of(filter, snapshot)
            hits: list[Json] = []
            if snapshot.n_passages:
                pipeline = self.pipeline(snapshot, retrieve_k=k)
                hits = _describe(pipeline.retrieve(query, only)["fused"][:k], pipeline)
        return {
            "schema": "citewell.search/1",
            "query": query,
            "filter": filter,
            "hits": hits,
            "index": state_of(snapshot).to_dict(),
        }

    def rank(self, question: str, k: int = 3) -> Ranking:
        """The ``k`` best sentences whatever their score: abstention off."""
        with self._lock:
            found = self.pipeline(self.index.snapshot()).find(clean_question(question), Clock())
        best = tuple(cite(one, n) for n, one in enumerate(found.ranked[:k], start=1))
        return Ranking(best, found.chance)

    def rank_cosine(self, question: str, k: int = 3) -> Ranking:
        """The same passages, their sentences by plain cosine: what ``rank`` is measured against."""
        with self._lock:
            pipeline = self.pipeline(self.index.snapshot())
            ranked = pipeline.by_cosine(pipeline.find(clean_question(question), Clock()))
        best = tuple(cite(one, n) for n, (one, _) in enumerate(ranked[:k], start=1))
        return Ranking(best, ranked[0][1] if ranked else -1.0)

    def rankings(self, query: str, k: int) -> dict[str, list[tuple[str, float]]]:
        """Documents by their best passage, for each way of searching."""
        with self._lock:
            snapshot = self.index.snapshot()
            pipeline = self.pipeline(snapshot, retrieve_k=2 * k)
            found: dict[str, list[tuple[str, float]]] = {}
            for name, hits in pipeline.retrieve(clean_question(query)).items():
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
            "documents": [
                describe_document(one)
                | {"passages": len(snapshot.catalogue.passage_ids([one.id], snapshot.version))}
                for one in page[:limit]
            ],
            "next": page[limit - 1].id if len(page) > limit else None,
            "index": state_of(snapshot).to_dict(),
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
        self,
        paths: Sequence[Path],
        progress: Callable[[Progress], None] = lambda _: None,
        *,
        prune: bool = False,
    ) -> Summary:
        """Brings the index up to date with the files. Raises index.errors."""
        roots = [self._root(path, prune=prune) for path in paths]
        return self.index_scopes([Scope(root) for root in roots], progress, prune=prune)

    def index_scopes(
        self,
        scopes: Sequence[Scope],
        progress: Callable[[Progress], None] = lambda _: None,
        *,
        prune: bool = False,
    ) -> Summary:
        """The same for parts of folders, such as what a watcher saw change."""
        reports = self.index.update(scopes, self.rules, prune=prune, progress=progress)
        state = self.index.catalogue.state()
        now = IndexState(self.index.fingerprint, state.version, state.documents, state.passages)
        return Summary(reports, now.to_dict())

    @property
    def rules(self) -> Rules:
        """Which files are taken."""
        settings = self.settings
        return Rules(settings.max_file_mb * 1_000_000, settings.hidden, self.index.home)

    def _root(self, path: Path, *, prune: bool) -> Path:
        """Raises ReadError for what is not there, unless it was indexed and is to be pruned."""
        try:
            return resolve(path)
        except ReadError:
            gone = path.expanduser().resolve()
            if gone.exists() or not is_utf8(str(gone)) or not self._knows(gone):
                raise
            if prune:
                return gone
            raise ReadError(
                f"{path} is not there; what was indexed from it is kept. Mount it again, or "
                "take its documents out of the index with --prune"
            ) from None

    def _knows(self, path: Path) -> bool:
        return next(self.index.catalogue.sources_under(str(path)), None) is not None

    def include(self, paths: Sequence[Path]) -> list[str]:
        """Takes back the exclusions of files, or of all below folders; which these were."""
        exclusions = Exclusions(self.index.home)
        return [one for path in paths for one in exclusions.lift(path.expanduser().resolve())]

    def remove(self, names: Sequence[str]) -> Json:
        """Takes documents out of the index by id, path or pattern of paths.

        Files that are still in their folder are excluded from now on. Raises QuestionError for
        a name that is nothing's.
        """
        catalogue = self.index.catalogue
        rows: dict[int, SourceRow] = {}
        for name in names:
            at = catalogue.source_at(str(Path(name).expanduser().absolute()))
            found = [at] if at else []
            found += [row for row in catalogue.sources(catalogue.version()) if is_named(row, name)]
            if not found:
                raise QuestionError(
                    f"no document is called {name!r}: give its file, its path below the folder "
                    "that was indexed, a pattern such as '*/notes.md', or its id"
                )
            rows |= {row.id: row for row in found}
        self.index.remove(list(rows.values()))
        state = self.index.catalogue.state()
        now = IndexState(self.index.fingerprint, state.version, state.documents, state.passages)
        places = [row.source.file for row in rows.values()]
        return {
            "schema": "citewell.rm/1",
            "removed": [
                {"path": str(place), "document_id": row.document_id, "excluded": place.exists()}
                for row, place in zip(rows.values(), places, strict=True)
            ],
            "index": now.to_dict(),
        }

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
        catalogue, state = self.index.catalogue, self.index.catalogue.state()
        now = IndexState(self.index.fingerprint, state.version, state.documents, state.passages)
        return {
            "schema": "citewell.status/1",
            "home": str(self.index.home),
            "index": now.to_dict(),
            "embedder": catalogue.meta("embedder") or self.settings.embedder,
            "reader": self.settings.reader,
            "fitted_on": self._model.fitted_on,
            "mode": self.settings.mode,
            "llm": self.settings.has_llm,
            "roots": catalogue.roots(),
            "excluded": Exclusions(self.index.home).all(),
            "left_out": catalogue.left_out(state.version),
            "set_aside": catalogue.aside(),
        }

    # -- parts ---------------------------------------------------------------------------------

    def pipeline(self, snapshot: Snapshot, retrieve_k: int | None = None) -> Pipeline:
        if self._tokens is None:
            self._tokens = TokenCache(self.index.embedder, self.settings.cache_mb * 1_000_000)
        settings = self.settings
        if retrieve_k:
            settings = replace(settings, retrieve_k=max(retrieve_k, settings.retrieve_k))
        return Pipeline(
            snapshot, self.index.embedder, self._tokens, self._model, settings, self._documents
        )


def _describe(hits: Sequence[Hit], pipeline: Pipeline) -> list[Json]:
    return describe_hits(hits, pipeline.load(hits))


def _load_document(snapshot: Snapshot, document_id: str) -> Document:
    document = snapshot.document(document_id)
    if document is None:
        raise KeyError(document_id)
    return document


def _open_writer(settings: Settings) -> Writer:
    from rag.write import OpenAIWriter

    return OpenAIWriter.open(settings)
