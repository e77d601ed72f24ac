"""Damage to what is stored, and whether an answer was ever wrong for it.

A home is copied, one thing in it is damaged, and the same questions are asked as before. The
outcome is ``harmless`` (the same answers), ``named`` (an error that says what is damaged, or
answers from what is left, with the loss named), or ``wrong``.
"""

from __future__ import annotations

import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from types import ModuleType

import pytest

import index.home.rows
import index.search.snapshot
import index.search.vectors
import index.search.versions
from index.errors import DamageError, HomeError
from index.home.catalogue import LOST
from index.home.schema import FILE
from index.passages.chunk import embedding_text
from index.search.lexical import LexicalIndex
from index.search.snapshot import Snapshot
from index.types import Document, Passage
from tests.fakes import FakeEmbedder
from tests.faults.damage import Case
from tests.faults.world import (
    FIRST,
    SECOND,
    THIRD,
    Texts,
    World,
    documents,
    exclusions,
    held,
    paths_of,
)

QUESTIONS = (
    "How many lanterns did the keeper evelyn count in Öland?",
    "Who saw the ferry 26 leave?",
    "reef fathoms chart hal-3",
    "maps",
)
MANY = 1_000
HARMLESS, NAMED, WRONG = "harmless", "named", "wrong"
TELLS = re.compile("catalogue|document|passage|vectors|the place of|exclusion|version|BM25|home")


@dataclass(frozen=True, slots=True)
class Ranked:
    """What one question found: ids and scores, best first."""

    dense: tuple[tuple[int, float], ...]
    bm25: tuple[tuple[int, float], ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """All that a reader gets out of a home."""

    documents: tuple[Document, ...]
    passages: dict[int, Passage]
    ranked: tuple[Ranked, ...]
    left_out: frozenset[str]
    excluded: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    kind: str
    seed: int
    did: str
    result: str
    why: str = ""


@dataclass(slots=True)
class Tally:
    """Outcomes counted by kind and result; those that are wrong are kept."""

    counts: Counter[tuple[str, str]] = field(default_factory=Counter)
    wrong: list[Outcome] = field(default_factory=list)

    def add(self, outcome: Outcome) -> None:
        self.counts[outcome.kind, outcome.result] += 1
        if outcome.result == WRONG:
            self.wrong.append(outcome)

    def rows(self) -> list[tuple[str, int, int, int, int]]:
        """Kind, tried, violations, harmless, named."""
        kinds = sorted({kind for kind, _ in self.counts})
        return [
            (
                kind,
                sum(n for (one, _), n in self.counts.items() if one == kind),
                self.counts[kind, WRONG],
                self.counts[kind, HARMLESS],
                self.counts[kind, NAMED],
            )
            for kind in kinds
        ]


# -- asking ----------------------------------------------------------------------------


def ask(world: World) -> Seen:
    """Opens the home and asks, as the engine does. Raises what a reader would get."""
    excluded = tuple(exclusions(world))
    with closing(world.open()) as index:
        try:
            return see(index.snapshot(), excluded)
        except DamageError:
            index.mend()
            return see(index.snapshot(), excluded)


def see(snapshot: Snapshot, excluded: tuple[str, ...] = ()) -> Seen:
    ranked = tuple(_ranked(snapshot, question) for question in QUESTIONS)
    found = {id for one in ranked for id, _ in (*one.dense, *one.bm25)}
    passages = {id: snapshot.passage(id) for id in sorted(found)}
    for passage in passages.values():
        document = snapshot.document(passage.document_id)
        if document is None:
            raise AssertionError(f"passage {passage.id} has no document")
    return Seen(
        tuple(documents(snapshot)), passages, ranked, frozenset(snapshot.left_out), excluded
    )


def _ranked(snapshot: Snapshot, question: str) -> Ranked:
    (vector,) = FakeEmbedder().embed([question])
    dense, bm25 = snapshot.dense(vector, MANY), snapshot.bm25(question, MANY)
    return Ranked(
        tuple((hit.passage_id, round(hit.score, 5)) for hit in dense),
        tuple((hit.passage_id, round(hit.score, 5)) for hit in bm25),
    )


# -- judging ---------------------------------------------------------------------------


def differences(before: Seen, after: Seen) -> tuple[list[str], bool]:
    """What is wrong in the second, and whether anything of the first is missing from it."""
    wrong, kept = [], {one.id: one for one in before.documents}
    lost = {source for one in before.documents for source in one.sources}
    for one in after.documents:  # by one of its names it is there, and answers
        lost -= set(kept[one.id].sources if one.id in kept else ())
    for document in after.documents:
        old = kept.get(document.id)
        if old is None or not set(document.sources) <= set(old.sources):
            wrong.append(f"the document {paths_of(document)} was not there before")
        elif replace(document, sources=old.sources) != old:
            wrong.append(f"the document {paths_of(document)} is another")
    named = len(after.left_out - before.left_out)
    if len({str(source.file) for source in lost} - after.left_out) > named:
        wrong.append(f"lost {[one.path for one in lost]}, named {sorted(after.left_out)}")
    wrong += [f"{path} is not named any more" for path in before.left_out - after.left_out]
    if before.excluded != after.excluded:
        wrong.append(f"the exclusions are {after.excluded}")
    wrong += _rank_differences(before, after)
    return wrong, bool(lost)


def _rank_differences(before: Seen, after: Seen) -> Iterator[str]:
    there = {document.id for document in after.documents}
    left = {id: one for id, one in before.passages.items() if one.document_id in there}
    if after.passages != left:
        yield "other passages are found"
        return
    reference = LexicalIndex()
    texts = {document.id: document for document in after.documents}
    reference.change(
        1,
        [
            (id, embedding_text(one.headings, texts[one.document_id][one.span]))
            for id, one in left.items()
        ],
    )
    for question, old, new in zip(QUESTIONS, before.ranked, after.ranked, strict=True):
        if new.dense != tuple((id, score) for id, score in old.dense if id in left):
            yield f"{question!r} finds other vectors"
        best = reference.search(reference.terms(question), MANY)
        if new.bm25 != tuple((id, round(score, 5)) for id, score in best):
            yield f"{question!r} finds other words"


def judge(world: World, before: Seen, texts: Texts) -> tuple[str, str]:
    """What became of a damaged home: result and why."""
    try:
        after = ask(world)
    except (DamageError, HomeError) as error:
        result, why = (NAMED, str(error)) if TELLS.search(str(error)) else (WRONG, str(error))
    except BaseException as error:
        return WRONG, f"{type(error).__name__}: {error}"
    else:
        is_earlier = any(one.startswith(LOST) for one in after.left_out)
        wrong, lost = (unknown(world, after), True) if is_earlier else differences(before, after)
        if wrong:
            return WRONG, "; ".join(wrong)
        result, why = NAMED if lost else HARMLESS, ", ".join(sorted(after.left_out))
    trouble = heal(world, texts)
    return (WRONG, trouble) if trouble else (result, why)


def unknown(world: World, after: Seen) -> list[str]:
    """Documents that no committed version has held."""
    ever = {(str(world.docs / n), t) for one in (FIRST, SECOND, THIRD) for n, t in one.items()}
    return [
        f"{path} never held this"
        for one in after.documents
        for path in paths_of(one)
        if (path, one.text) not in ever
    ]


def heal(world: World, texts: Texts) -> str:
    """The next run over the files: all is there again, or it says why it cannot be."""
    try:
        with closing(world.open()) as index:
            world.update(index)
            snapshot = index.snapshot()
            if held(snapshot) != world.held(texts):
                return "after the next run other documents are there"
            there = {str(world.docs / name) for name in texts}
            extra = {one for one in snapshot.left_out if one in there or one.startswith(LOST)}
            return f"still left out after the next run: {extra}" if extra else ""
    except (DamageError, HomeError) as error:
        return "" if TELLS.search(str(error)) else str(error)
    except BaseException as error:
        return f"the next run: {type(error).__name__}: {error}"


# -- a home with a history -------------------------------------------------------------


def prepare(folder: Path) -> World:
    """Several versions, an exclusion, and a document that was damaged once and set aside.

    ``closed`` is the home at rest; ``open`` is it as a crash leaves it, with its log.
    """
    world = World(folder)
    world.build(FIRST, SECOND)
    index = world.open()
    ben = str(world.docs / "ben.md")
    row = index.catalogue.source_at(ben)
    assert row is not None
    index.remove([row])
    index.close()
    with closing(sqlite3.connect(world.home / FILE)) as db:
        db.execute("UPDATE revisions SET title = 'x' WHERE title LIKE 'Dan%'")
        db.commit()
    index = world.open()
    assert index.mend()
    world.put(THIRD)
    with closing(sqlite3.connect(world.home / FILE, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        reader.execute("SELECT 1 FROM versions").fetchone()  # so that all stays in the log
        world.update(index)
        world.save("open")
    index.close()
    world.save("closed")
    return world


def expected() -> Texts:
    """What the home of ``prepare`` holds."""
    return {name: text for name, text in THIRD.items() if name != "ben.md"}


def run(world: World, cases: Iterator[Case]) -> Tally:
    """Each case is a kind, a seed, the home to start from and the damage."""
    tally = Tally()
    world.restore("closed")
    before = ask(world)
    for kind, seed, saved, damaging in cases:
        world.restore(saved)
        did = damaging(world, Random(f"{kind} {seed}"))
        result, why = judge(world, before, expected())
        tally.add(Outcome(kind, seed, did, result, why))
    return tally


def few_are_many() -> AbstractContextManager[pytest.MonkeyPatch]:
    """Inside, ten vectors are enough for an index file of their own."""
    return _patched((index.search.vectors, "EXACT_UP_TO", 10))


def unchecked() -> AbstractContextManager[pytest.MonkeyPatch]:
    """Inside, no row of the catalogue is compared with its seal: a store worse than ours."""
    return _patched(
        (index.home.rows, "check", _nothing),
        (index.search.snapshot, "check_digest", _nothing),
        (index.search.versions, "check_digest", _nothing),
    )


@contextmanager
def _patched(*changes: tuple[ModuleType, str, object]) -> Iterator[pytest.MonkeyPatch]:
    with pytest.MonkeyPatch.context() as patch:
        for module, name, value in changes:
            patch.setattr(module, name, value)
        yield patch


def _nothing(*_: object, **__: object) -> None:
    """In place of a check."""
