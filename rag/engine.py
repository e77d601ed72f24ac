"""Engine: the parts put together once, for the command line, the page, the API and the evals."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, replace
from threading import RLock
from typing import TYPE_CHECKING, Any

from index.errors import DamageError
from index.search.snapshot import Snapshot
from index.store import Index
from index.types import Hit, Passage
from rag.answer.answering import Collected, as_answer, collection_answer, empty_answer
from rag.answer.describe import describe_hits, left_out, state_of
from rag.answer.pipeline import Clock, Found, Pipeline, best_reading
from rag.answer.written import unwritten
from rag.confidence.calibrations import Calibrations
from rag.confidence.decision import Decision
from rag.errors import QuestionError
from rag.home import Home
from rag.question.analyse import about_collection, parts
from rag.question.followup import readings, standalone
from rag.question.followup.said import said_before
from rag.question.requests import (
    MAX_HITS,
    check_max_error,
    check_mode,
    clean_query,
    clean_question,
    passages_of,
    scrub,
)
from rag.rankings import (
    Ranking,
    best_sentences,
    nearest_sentences,
    ranked_documents,
    ranked_passages,
)
from rag.reader.cache import TokenCache
from rag.reader.kit import Kit
from rag.settings import Settings
from rag.types import Answer, Event, Json, Turn, Writer

if TYPE_CHECKING:
    from rag.answer.extract import Extraction
    from rag.answer.given import Given

MAX_TURNS = 100


@dataclass(frozen=True, slots=True)
class _Begun:
    """A question after all that reads the index: the whole answer, or what it is made of."""

    base: Collected
    answer: Answer | None = None
    pipeline: Pipeline | None = None
    found: Sequence[Found] = ()
    hits: Sequence[Json] = ()


class Engine(Home):
    """Questions to answers over one home. Safe to call from several threads; one asks at a time."""

    def __init__(
        self,
        index: Index,
        settings: Settings,
        kit: Kit,
        open_writer: Callable[[Settings], Writer] | None = None,
    ) -> None:
        super().__init__(index, settings, kit)
        self._open_writer = open_writer or _open_writer
        self._tokens: TokenCache | None = None
        self._lock = RLock()

    # -- asking ---------------------------------------------------------------------------

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
        """The answer to a question, from one version of the index.

        Raises QuestionError, and UncalibratedError for a target error without a calibration.
        """
        for event in self._run(question, history, filter, mode, id, max_error):
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
        max_error: float | None = None,
    ) -> Iterator[Event]:
        """The same as ``ask`` in steps; the last event, "done", holds the whole answer."""
        for event in self._run(question, history, filter, mode, id, max_error):
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
        max_error: float | None,
    ) -> Iterator[Event | Answer]:
        question = clean_question(question)
        max_error = check_max_error(self.settings.max_error if max_error is None else max_error)
        turns = tuple(Turn(turn.role, scrub(turn.content)) for turn in history[-MAX_TURNS:])
        mode = check_mode(mode or self.settings.mode)
        clock = Clock()
        with self._lock, clock.measure("total"):
            try:
                begun = self._begin(question, turns, filter, mode, id, max_error, clock)
            except DamageError:
                self.index.mend()  # the damaged row is set aside, and the question asked again
                begun = self._begin(question, turns, filter, mode, id, max_error, clock)
        answer = begun.answer
        if answer is None:
            # Not under the lock: who reads a stream may stop here, or go on in another thread.
            yield Event("retrieved", {"hits": begun.hits})
            with self._lock, clock.measure("total"):
                writer = self._open_writer if mode == "llm" else None
                assert begun.pipeline is not None
                answer = as_answer(begun.base, begun.found, begun.pipeline, writer, clock)
        if mode == "llm" and answer.status == "no_answer":
            answer = unwritten(answer, self._open_writer, self.settings)
        yield answer.with_timings(clock.spent)

    def _begin(
        self,
        question: str,
        turns: Sequence[Turn],
        filter: Json | None,
        mode: str,
        id: str | None,
        max_error: float,
        clock: Clock,
    ) -> _Begun:
        """All that reads the index, on one snapshot. Raises DamageError, QuestionError."""
        snapshot = self.index.snapshot()
        decision = self.decision(max_error)
        only = passages_of(filter, snapshot)
        # A target error is fitted on the chance of one reading, not on the best of several.
        ways = readings(question, turns)[: 1 if decision.target else None]
        base = Collected(
            id=uuid.uuid4().hex if id is None else id,
            answer_key=self._key(snapshot, question, turns, filter, mode, decision),
            question=question,
            standalone_question=ways[0],
            requested_mode=mode,
            filter=filter,
            index=state_of(snapshot),
            threshold=decision.threshold,
            warnings=left_out(snapshot),
        )
        topic = about_collection(question)
        if topic:
            return _Begun(base, collection_answer(base, topic, snapshot))
        if not snapshot.n_passages or (only is not None and not len(only)):
            return _Begun(base, empty_answer(base, filtered=bool(snapshot.n_passages)))
        pipeline = self.pipeline(snapshot)
        said = said_before(turns, question)

        def find(question: str) -> list[Found]:
            return [
                pipeline.find(part, clock, only, decision, said) for part in self._parts(question)
            ]

        read_as, found = best_reading(ways, find)
        base = replace(base, standalone_question=read_as)
        hits = _describe([hit for one in found for hit in one.hits], pipeline)
        return _Begun(self._stated(base, decision), None, pipeline, found, hits)

    def _stated(self, base: Collected, decision: Decision) -> Collected:
        """With what stands behind the chances that are stated."""
        warning = self._calibrations.warning(self.fingerprints)
        return replace(
            base,
            calibration=decision.note(base.requested_mode),
            refusal=decision.refusal,
            warnings=(*base.warnings, *([warning] if warning else [])),
        )

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
        decision: Decision,
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
            self.reader_fingerprint,
            decision.key,
            [settings.llm_base_url, settings.llm_model] if mode == "llm" else None,
        ]
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()

    # -- searching --------------------------------------------------------------------------

    def search(self, query: str, k: int = 10, filter: Json | None = None) -> Json:
        """The best passages of the fused ranking. Raises QuestionError."""
        query = clean_query(query)
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

    def extract(self, question: str, texts: Sequence[Given]) -> Extraction:
        """The sentences that answer in texts of the caller's own, which are not indexed.

        Offsets count in each text as it was given. Raises QuestionError.
        """
        from rag.answer.extract import extract  # the index's readers, which no other question needs

        question = clean_question(question)
        with self._lock:
            return extract(
                question,
                texts,
                lambda kit, *rest: kit.reader(self._token_cache(), *rest),
                embedder=self.index.embedder,
                kit=self.kit,
                decision=self.decision(),
                settings=self.settings,
            )

    # -- measuring --------------------------------------------------------------------------

    def rank(self, question: str, k: int = 3) -> Ranking:
        """The ``k`` best sentences whatever their score: abstention off."""
        with self._lock:
            pipeline, decision = self.pipeline(self.index.snapshot()), self.decision()
            return best_sentences(pipeline, clean_question(question), k, decision)

    def rank_cosine(self, question: str, k: int = 3) -> Ranking:
        """The same passages, their sentences by plain cosine: what ``rank`` is measured against."""
        with self._lock:
            pipeline = self.pipeline(self.index.snapshot())
            return nearest_sentences(pipeline, clean_question(question), k)

    def rankings(
        self, query: str, k: int, history: Sequence[Turn] = ()
    ) -> dict[str, list[tuple[str, float]]]:
        """Documents by their best passage, for each way of searching.

        A query after a ``history`` is made to stand alone.
        """
        with self._lock:
            pipeline = self.pipeline(self.index.snapshot(), retrieve_k=2 * k)
            asked = standalone(clean_question(query), history)
            return ranked_documents(pipeline, asked, k, said_before(history, query).last)

    def retrieved(self, query: str, k: int) -> dict[str, list[Passage]]:
        """The best passages for each way of searching."""
        with self._lock:
            pipeline = self.pipeline(self.index.snapshot(), retrieve_k=k)
            return ranked_passages(pipeline, clean_question(query), k)

    # -- parts ---------------------------------------------------------------------------------

    def without_abstaining(self) -> Engine:
        """The same parts, answering whatever they find, uncalibrated: to fit a calibration on."""
        other = copy(self)
        other.settings = replace(self.settings, max_error=0.0)
        other.kit = replace(self.kit, model=replace(self.kit.model, threshold=0.0))
        other._calibrations = Calibrations()
        return other

    def pipeline(self, snapshot: Snapshot, retrieve_k: int | None = None) -> Pipeline:
        tokens = self._token_cache()
        settings = self.settings
        if retrieve_k:
            settings = replace(settings, retrieve_k=max(retrieve_k, settings.retrieve_k))
        return Pipeline(snapshot, self.index.embedder, tokens, self.kit, settings, self._documents)

    def _token_cache(self) -> TokenCache:
        if self._tokens is None:
            self._tokens = TokenCache(self.index.embedder, self.settings.cache_mb * 1_000_000)
        return self._tokens


def _describe(hits: Sequence[Hit], pipeline: Pipeline) -> list[Json]:
    return describe_hits(hits, pipeline.load(hits))


def _open_writer(settings: Settings) -> Writer:
    from rag.answer.write import OpenAIWriter

    return OpenAIWriter.open(settings)
