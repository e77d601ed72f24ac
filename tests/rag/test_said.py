"""What was said before helps to find, and does not drown what is asked."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from index.types import Hit
from rag.answer.pipeline import Pipeline
from rag.answer.talked_of import KNOWN, TALKED_OF, nearness
from rag.question.followup.said import NOTHING_SAID, said_before
from rag.retrieve import in_context
from rag.types import Turn
from tests.fakes import FakeEmbedder
from tests.rag.worlds import open_engine, write

FILES = {f"{name}.txt": f"The kitchen of {name} ran with cook {name}son." for name in "abcdef"}
MILL = {"mill.txt": "The kitchen of mill ran with cook Ashford."}  # as long as the others


def user(text: str) -> Turn:
    return Turn("user", text)


@pytest.mark.parametrize(
    ("history", "said"),
    [
        ((), ""),
        ((user("What is the mill?"),), "What is the mill?"),
        ((user("What is\nthe mill?"), Turn("assistant", "A mill.")), "What is the mill? A mill."),
        ((Turn("assistant", "A mill."),), ""),
        ((user("Thanks!"), Turn("assistant", "Not at all.")), ""),
        ((user("What is it?"), Turn("assistant", "A mill."), user("Thanks!")), "A mill."),
        ((user("What is the mill?"), user("Thanks!")), "What is the mill?"),
        ((user("Why?"), Turn("assistant", "Ada sold it.")), "Ada sold it."),
    ],
)
def test_the_last_question_and_its_answer(history: tuple[Turn, ...], said: str) -> None:
    assert said_before(history).last == said


def test_only_the_beginning_is_taken() -> None:
    said = said_before((user("mill " * 400), Turn("assistant", "wheel " * 400)))
    assert said.last.split() == ["mill"] * 60 + ["wheel"] * 50


def test_nothing_helps_to_find_what_is_said_to_be_something_else() -> None:
    history = (user("What is the mill?"), Turn("assistant", "A mill."))
    assert said_before(history, "Something else: who is the cook?") == NOTHING_SAID
    assert said_before(history, "By the way, who is the cook?").last == "What is the mill? A mill."


def test_the_last_answers_are_kept_but_for_refusals() -> None:
    refusal = "No sentence in the documents answers this well enough."
    told = [Turn("assistant", one) for one in ("One.", "Two.", refusal, "Three.", "Four.")]
    assert said_before(told).answers == ("Four.", "Three.", "Two.")


def test_the_question_alone_weighs_more() -> None:
    def hits(*ids: int) -> list[Hit]:
        return [Hit(one, 1.0 - at / 10, "bm25") for at, one in enumerate(ids)]

    assert [one.passage_id for one in in_context(hits(1, 2), hits(2, 1))] == [1, 2]
    assert next(iter(in_context(hits(1, 2, 3), hits(3, 2, 1)))).passage_id == 1
    assert {one.passage_id for one in in_context(hits(1, 2), hits(3))} == {1, 2, 3}


def test_a_passage_about_what_was_said_comes_first(tmp_path: Path) -> None:
    files = write(tmp_path / "files", FILES | MILL)
    engine = open_engine(tmp_path / "home", FakeEmbedder())
    engine.index_paths([files])
    asked, history = "Who ran the kitchen?", (user("Where is the mill of Ashford?"),)
    first = engine.rankings(asked, 7, history)["bm25"][0][0]
    assert engine.path_of(first) == "mill.txt"
    alone = engine.rankings(asked, 7)["bm25"]
    assert engine.path_of(alone[0][0]) != "mill.txt"
    engine.close()


def test_an_answer_is_looked_for_with_what_was_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = open_engine(tmp_path / "home", FakeEmbedder())
    engine.index_paths([write(tmp_path / "files", FILES | MILL)])
    seen: list[str] = []
    real = Pipeline.retrieve

    def retrieve(self: Pipeline, *asked: Any) -> object:
        seen.append(asked[2])
        return real(self, *asked)

    monkeypatch.setattr(Pipeline, "retrieve", retrieve)
    engine.ask("Who ran the kitchen?", history=(user("Where is the mill of Ashford?"),))
    engine.ask("New topic: who ran the kitchen?", history=(user("Where is the mill of Ashford?"),))
    engine.ask("Who ran the kitchen?")
    assert seen[0] == "Where is the mill of Ashford?"
    assert seen[1:] == [""] * len(seen[1:])
    engine.close()


SHELF = {
    "lease.txt": "The flat has three rooms. The notice period is six months.",
    "loan.txt": "The deck oven has two doors. The notice period is nine weeks.",
    "gym.txt": "The hall has four ropes. The notice period is ten days.",
}


@pytest.mark.parametrize(
    ("said", "quoted"),
    [
        ("The flat has three rooms. [1]", "six months"),
        ("The deck oven has two doors.", "nine weeks"),
        ("The hall has four ropes. [1]", "ten days"),
    ],
)
def test_the_document_that_is_talked_of_is_quoted(tmp_path: Path, said: str, quoted: str) -> None:
    engine = open_engine(tmp_path / "home", FakeEmbedder())
    engine.index_paths([write(tmp_path / "files", SHELF)])
    history = [user("What is there?"), Turn("assistant", said)]
    answer = engine.ask("What is the notice period?", history=history).to_dict()
    assert quoted in answer["citations"][0]["cited_text"]
    refused = Turn("assistant", "No sentence in the documents answers this well enough.")
    again = [*history, user("Who is the cook?"), refused]
    answer = engine.ask("What is the notice period?", history=again).to_dict()
    assert quoted in answer["citations"][0]["cited_text"]
    engine.close()


def test_only_what_was_quoted_is_talked_of(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "home", FakeEmbedder())
    engine.index_paths([write(tmp_path / "files", SHELF)])
    snapshot = engine.index.snapshot()
    rows = snapshot.catalogue.passages(snapshot.version)
    documents = [engine.document(one) for one in sorted({row.document_id for row in rows})]
    paths = [engine.path_of(one.id) for one in documents]

    def near(*answers: str) -> list[str]:
        found = zip(paths, nearness("Who is it?", answers, documents), strict=True)
        return [path for path, more in found if more > 0]

    assert near("The deck oven has two doors. [1]\n\nThe notice period is nine weeks. [2]") == [
        "loan.txt"
    ]
    assert near("Someone's own words about an oven.", "The hall has four ropes.") == ["gym.txt"]
    assert near("Nothing of the kind.") == near("six months.") == near() == []
    engine.close()


@pytest.mark.parametrize(
    ("question", "more"),
    [
        ("What do the ropes cost?", KNOWN),
        ("what does the rope cost?", KNOWN),
        ("What does the oven cost?", TALKED_OF),  # of which that document says nothing
        ("What does the rope of the bell cost?", TALKED_OF),
        ("What does the rope in Lund cost?", TALKED_OF),
        ("What does rope cost?", TALKED_OF),
    ],
)
def test_what_a_question_takes_as_known_is_that_of_the_document_talked_of(
    tmp_path: Path, question: str, more: float
) -> None:
    engine = open_engine(tmp_path / "home", FakeEmbedder())
    engine.index_paths([write(tmp_path / "files", {"gym.txt": SHELF["gym.txt"]})])
    snapshot = engine.index.snapshot()
    row = next(iter(snapshot.catalogue.passages(snapshot.version)))
    document = engine.document(row.document_id)
    assert nearness(question, ["The hall has four ropes."], [document]) == [more]
    engine.close()
