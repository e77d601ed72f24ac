"""One question over one version of the index: retrieve, read, choose. No LLM, no history."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace

from index.passages.chunk import embedding_text
from index.search.lexical import LexicalIndex
from index.search.snapshot import Snapshot
from index.types import Document, Embedder, Hit, Ids, Passage, Vectors
from rag.answer.candidates import Candidate, answer_score, candidates, in_time, passage_text
from rag.answer.cells import in_cells
from rag.answer.choose import choose
from rag.answer.context import entry_of
from rag.answer.headers import without_headers
from rag.answer.mismatch import is_beyond, of_the_named, undated
from rag.answer.speakers import said_by
from rag.answer.talked_of import nearness
from rag.answer.tongues import ALL_ENGLISH, Tongues, read_by
from rag.answer.years import of_the_year
from rag.confidence.decision import Decision, decide
from rag.question.analyse import Question, analyse
from rag.question.computing import asks_to_compute
from rag.question.followup.said import NOTHING_SAID, Said
from rag.question.near_words import MOST_TEXTS, Vocabulary
from rag.question.spelling import Correction, corrected
from rag.reader.cache import TokenCache
from rag.reader.features import Idf
from rag.reader.kit import Kit
from rag.reader.model import Model
from rag.reader.similarity import SimilarityReader
from rag.reader.trained import TrainedReader
from rag.retrieve import fuse, in_context, worth_reading
from rag.settings import Settings

LOOK_AROUND = 3  # nearest passages named with a refusal
# Set by hand: no training set has follow-up questions.
SURE = 0.6  # chance from which a question is not tried as read in another way
BETTER = 0.1  # by so much another way to read it must have the greater chance
ONE_PIECE = 3  # tokens of a word that the embedder knows whole, with those around every text


@dataclass(slots=True)
class Clock:
    """Milliseconds spent in each step, added up."""

    spent: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def measure(self, step: str) -> Iterator[None]:
        begun = time.perf_counter()
        try:
            yield
        finally:
            took = (time.perf_counter() - begun) * 1000
            self.spent[step] = self.spent.get(step, 0.0) + took


@dataclass(frozen=True, slots=True)
class Found:
    """What became of one question: all sentences read, best first, and those chosen."""

    question: Question
    hits: tuple[Hit, ...]
    ranked: tuple[Candidate, ...]
    supported: tuple[Candidate, ...]  # those that an answer may be chosen from, best first
    chosen: tuple[Candidate, ...]
    chance: float
    threshold: float  # of the reader that read
    tongues: Tongues = ALL_ENGLISH
    correction: Correction | None = None  # of the question, made before it was answered
    held_back: str = ""  # why a target error refuses what is answered without it, if so

    @property
    def answered(self) -> bool:
        return bool(self.chosen)

    @property
    def is_beyond(self) -> bool:
        """Whether it asks for more than a sentence says."""
        computes = asks_to_compute(self.question.text) is not None
        return computes or is_beyond(self.question, self.ranked)

    @property
    def nearest(self) -> list[Candidate]:
        """The best sentence of each of the nearest passages."""
        best: dict[int, Candidate] = {}
        for one in self.ranked:
            best.setdefault(one.passage.id, one)
        return list(best.values())[:LOOK_AROUND]


@dataclass(frozen=True, slots=True)
class Pipeline:
    """The parts of an answer, over one snapshot."""

    snapshot: Snapshot
    embedder: Embedder
    tokens: TokenCache
    kit: Kit
    settings: Settings
    document: Callable[[Snapshot, str], Document]

    def retrieve(
        self, question: str, only: Ids | None = None, said: str = ""
    ) -> dict[str, list[Hit]]:
        """The dense, BM25 and fused rankings, with some weight on what was ``said`` before."""
        (tokens,) = self.tokens.embed_tokens([question])  # the reader takes them from there again
        found = self._search(question, tokens.whole, only)
        if not said:
            return found
        text = f"{question} {said}"  # in this order: what the window cuts off is the said
        context = self._search(text, self.embedder.embed([text])[0], only)
        return {name: in_context(hits, context[name]) for name, hits in found.items()}

    def retrieve_best(self, question: str, only: Ids | None = None, said: str = "") -> list[Hit]:
        """Those of the fused ranking that are worth reading."""
        return worth_reading(self.retrieve(question, only, said)["fused"], self.settings.read_k)

    def _search(self, text: str, vector: Vectors, only: Ids | None) -> dict[str, list[Hit]]:
        k = self.settings.retrieve_k
        dense, bm25 = self.snapshot.dense(vector, k, only), self.snapshot.bm25(text, k, only)
        return {"dense": dense, "bm25": bm25, "fused": fuse(dense, bm25)}

    @property
    def model(self) -> Model:
        return self.kit.model

    def reader(self, kit: Kit | None = None) -> SimilarityReader | TrainedReader:
        return (kit or self.kit).reader(self.tokens, self.snapshot.lexical.terms, self.idf())

    def idf(self) -> Idf:
        """Of a term in this collection."""
        return idf_in(self.snapshot.lexical, self.snapshot.n_passages)

    def load(self, hits: Sequence[Hit]) -> list[tuple[Document, Passage]]:
        passages = [self.snapshot.passage(hit.passage_id) for hit in hits]
        return [(self.document(self.snapshot, one.document_id), one) for one in passages]

    def find(
        self,
        question: str,
        clock: Clock,
        only: Ids | None = None,
        decision: Decision | None = None,
        said: Said = NOTHING_SAID,
    ) -> Found:
        """The sentences that answer a question that stands alone; none below the threshold.

        Without a ``decision`` the threshold is the model's. What was ``said`` before only helps
        to find. A question that is not answered as it was spelt is tried with its unknown words
        corrected.
        """
        decision = decision or decide(self.model.threshold, None)
        found = self._find(question, clock, only, decision, said)
        correction = None if found.answered else self._corrected(found.question)
        if correction is None:
            return found
        again = self._find(correction.question, clock, only, decision, said)
        return replace(again, correction=correction) if again.answered else found

    def _find(
        self, question: str, clock: Clock, only: Ids | None, decision: Decision, said: Said
    ) -> Found:
        asked = analyse(question)
        with clock.measure("retrieve"):
            hits = self.retrieve_best(question, only, said.last)
            read = without_headers(asked, self.load(hits))
        with clock.measure("read"):
            near = nearness(question, said.answers, [document for document, _ in read])
            texts = [passage_text(*one, more) for one, more in zip(read, near, strict=True)]
            told = read_by(
                self.kit, read, texts, decision, lambda kit: self.reader(kit).read(question, texts)
            )
        readings, decision = told.readings, told.decision
        ranked = of_the_year(asked, in_cells(asked, candidates(read, readings)))
        ranked = said_by(question, in_time(question, ranked))
        score = answer_score(texts, readings)
        held_back = ""
        if decision.target and score < decision.least:  # a target error holds for keywords too
            supported: Sequence[Candidate] = []
            if self._supported(asked, ranked, score >= decision.usual):
                held_back = decision.shortfall(decision.chance(score))
        else:
            supported = self._supported(asked, ranked, score >= decision.least)
        chosen = self.choose(asked, supported, told.kit.model, self.settings.max_sentences)
        sentences = tuple(ranked), tuple(supported), tuple(chosen)
        chances = decision.chance(score), decision.threshold
        return Found(asked, tuple(hits), *sentences, *chances, told.tongues, held_back=held_back)

    def _supported(
        self, asked: Question, ranked: Sequence[Candidate], is_sure: bool
    ) -> Sequence[Candidate]:
        """The sentences that an answer may be chosen from, best first."""
        if not is_sure:
            return self._mentions(asked, ranked)
        return [] if is_beyond(asked, ranked) else of_the_named(asked, undated(asked, ranked))

    def choose(
        self, question: Question, supported: Sequence[Candidate], model: Model, most: int
    ) -> list[Candidate]:
        """At most ``most`` of the sentences that an answer may be chosen from."""
        return choose(question, supported, model.choice, most, self.snapshot.lexical.terms)

    def _corrected(self, question: Question) -> Correction | None:
        """The question with words that no document holds read as near ones, if any are."""
        missing = self.missing_terms(question)
        if not missing:
            return None
        lexical = self.snapshot.lexical

        def texts(term: str) -> Iterator[str]:
            for id, _ in lexical.search([term], MOST_TEXTS):
                passage = self.snapshot.passage(id)
                yield self.document(self.snapshot, passage.document_id)[passage.span]

        vocabulary = Vocabulary(
            lexical.terms_from, lexical.terms, lexical.document_frequency, texts
        )
        return corrected(
            question.text,
            missing,
            vocabulary.near,
            lambda word: self.embedder.count([word])[0] <= ONE_PIECE,
        )

    def _mentions(self, question: Question, ranked: Sequence[Candidate]) -> list[Candidate]:
        """For bare keywords the sentences that hold them all, headings included; for a list what
        stands under a heading that holds them ("Risks"), with those over it and the title
        ("Osprey"); else none.

        Keywords ask where something is spoken of, and that can be seen from the words.
        """
        terms = self.snapshot.lexical.terms
        wanted = {term for word in question.terms for term in terms(word)}
        if question.kind not in {"keywords", "list"} or not wanted:
            return []

        def is_named(one: Candidate) -> bool:
            headings = one.passage.headings
            if question.kind != "list":
                return wanted <= set(terms(embedding_text(headings, one.text)))
            innermost = headings[-1] if headings else ""
            over = terms("\n".join([one.document.title or "", *headings]))
            return not wanted.isdisjoint(terms(innermost)) and wanted <= set(over)

        named = [one for one in ranked if is_named(one)]
        items = [one for one in named if question.kind == "list" and entry_of(one)]
        return items or named  # what else an item says ("Owner: Ann.") is no item

    def missing_terms(self, question: Question) -> tuple[str, ...]:
        """The question's words that no document holds in any form."""
        lexical = self.snapshot.lexical
        missing = []
        for word in question.terms:
            terms = lexical.terms(word)
            if terms and not any(lexical.document_frequency(term) for term in terms):
                missing.append(word)
        return tuple(missing)


def best_reading(
    ways: Sequence[str], find: Callable[[str], list[Found]]
) -> tuple[str, list[Found]]:
    """The way to read a question that the documents answer best, and what was found.

    The first is kept where it is answered for sure, and where no other is better by some.
    """
    best, found = ways[0], find(ways[0])
    for other in ways[1:] if _chance(found) < SURE else ():
        instead = find(other)
        if _chance(instead) > _chance(found) + (BETTER if best == ways[0] else 0.0):
            best, found = other, instead
    return best, found


def _chance(found: Sequence[Found]) -> float:
    """Of the part that is answered worst."""
    return min((one.chance for one in found), default=0.0)


def idf_in(lexical: LexicalIndex, n: int) -> Idf:
    """Of a term in a collection of ``n`` passages, scaled to 0 … 1."""

    def idf(term: str) -> float:
        frequency = lexical.document_frequency(term)
        return max(0.0, math.log((n + 1) / (frequency + 0.5)) / math.log((n + 1) / 0.5))

    return idf
