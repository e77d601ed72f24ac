from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rag.answer.answering import _as_sure, _rooms, _surest
from rag.answer.cite import to_sentences
from rag.answer.describe import LISTED
from rag.answer.pipeline import Found
from rag.answer.written import _least
from rag.engine import Engine
from rag.question.analyse import analyse
from rag.settings import Settings
from tests.fakes import FakeEmbedder
from tests.rag.answer.test_choose import ranked, read
from tests.rag.worlds import faults, open_engine, write

VALLEY = {
    "mill.txt": (
        "The stone mill was built in 1843. The owner of the stone mill was Ada Moreau. "
        "The stone mill stood in Arvika. The stone mill ground oats. "
        "The stone mill burned in 1901."
    ),
    "boats.txt": (
        "The blue boats were sold in 1920. The buyer of the blue boats was Li Wei. "
        "The blue boats lay in Tromso. The blue boats carried salt. "
        "The blue boats sank in 1933."
    ),
}


@pytest.fixture
def valley(tmp_path: Path) -> Iterator[Engine]:
    folder = write(tmp_path / "files", VALLEY)
    engine = open_engine(tmp_path / "home", FakeEmbedder(), threshold=0.0)
    engine.index_paths([folder])
    yield engine
    engine.close()


@given(st.lists(st.integers(0, 6), max_size=6), st.integers(0, 10))
def test_rooms_are_shared_out(sizes: list[int], most: int) -> None:
    rooms = _rooms(sizes, most)
    assert sum(rooms) == min(most, sum(sizes))
    assert all(0 <= room <= size for room, size in zip(rooms, sizes, strict=True))
    for room, size in zip(rooms, sizes, strict=True):
        if room < size:  # who has less than wanted has no less than the others, but for one
            assert room >= max(rooms) - 1


def test_several_parts_share_the_room(valley: Engine) -> None:
    """Each part brings as many sentences as an answer may have, so that two had twice as many."""
    asked = "Summarise the stone mill. Summarise the blue boats."
    answer = valley.ask(asked).to_dict()
    assert faults(valley, answer) == []
    assert {one["path"] for one in answer["citations"]} == {"mill.txt", "boats.txt"}
    assert len(answer["sentences"]) == 8


def test_more_parts_than_sentences_are_one_question(tmp_path: Path) -> None:
    folder = write(tmp_path / "files", VALLEY)
    for most, count in ((1, 1), (2, 2)):
        engine = open_engine(
            tmp_path / f"home{most}",
            FakeEmbedder(),
            threshold=0.0,
            settings=Settings(max_sentences=most),
        )
        engine.index_paths([folder])
        answer = engine.ask("When was the stone mill built? Who bought the blue boats?").to_dict()
        assert faults(engine, answer) == []
        assert len(answer["sentences"]) == count
        engine.close()


def test_partial_names_the_part_without_an_answer(seeds_engine: Engine) -> None:
    asked = (
        "When was the conference on combating terrorism and extremism held in Bishkek? "
        "Who won the football world cup in 1966?"
    )
    answer = seeds_engine.ask(asked).to_dict()
    assert answer["status"] == "partial"
    assert answer["reason"]["code"] == "part_not_supported"
    assert "football world cup" in answer["reason"]["message"]
    assert "conference" not in answer["reason"]["message"]
    assert "football" in answer["reason"]["missing_terms"]
    assert "20 September 2023" in answer["text"]
    assert faults(seeds_engine, answer) == []


def test_partial_names_the_half_that_the_sentence_of_the_other_does_not_answer(
    tmp_path: Path,
) -> None:
    """The answer was one sentence, `answered`, as if it said both."""
    engine = open_engine(tmp_path / "home", FakeEmbedder(), threshold=0.0)
    engine.index_paths([write(tmp_path / "files", {"mill.txt": "Ada Moreau owned the mill."})])
    answer = engine.ask("Who owned the mill and how old is the owner of the mill?").to_dict()
    assert (answer["status"], len(answer["sentences"])) == ("partial", 1)
    assert "“How old is the owner of the mill?”" in answer["reason"]["message"]
    assert faults(engine, answer) == []
    engine.close()


def test_a_sentence_is_as_sure_as_the_part_that_it_answers() -> None:
    """One part brings it along for the "It" of the next, another is answered by it."""
    before, best = ranked(read(["Ann Hale built the mill.", "It is 42 metres high."], [1.0, 0.0]))
    brought = replace(before, share=0.0)
    high, built = analyse("How high is the mill?"), analyse("Who built it?")
    first = Found(high, (), (), (), (brought, best), 0.6, 0.3)
    second = Found(built, (), (), (), (before,), 0.8, 0.3)
    (sentence, _), _ = to_sentences(first.chosen, first.chance)
    assert sentence.confidence == 0.0
    assert _as_sure(sentence, _surest([first, second])).confidence == 0.8


def test_what_is_written_is_as_sure_as_the_quotes_that_answer() -> None:
    assert _least([0.0, 0.7], 0.5) == 0.7  # the first only says who "she" is
    assert _least([0.8, 0.5], 0.5) == 0.5
    assert _least([0.2, 0.1], 0.5) == 0.2


def test_a_part_of_which_nothing_is_known_repeats_no_nearest(seeds_engine: Engine) -> None:
    answer = seeds_engine.ask("Who won the cup in 1966? Who lost the cup in 1966?").to_dict()
    assert answer["status"] == "no_answer"
    places = [one["start_char_index"] for one in answer["reason"]["nearest"]]
    assert len(places) == 3
    assert len(set(places)) == 3


def test_the_collection_is_named(valley: Engine, tmp_path: Path) -> None:
    answer = valley.ask("What documents do you have?")
    assert answer.status == "info"
    assert answer.text.startswith("The index holds 2 documents in ")
    assert answer.text.endswith("passages: boats.txt, mill.txt.") or answer.text.endswith(
        "passages: mill.txt, boats.txt."
    )
    many = {f"n{at:03}.txt": f"Word number {at} stands here." for at in range(LISTED + 3)}
    valley.index_paths([write(tmp_path / "many", many)])
    text = valley.ask("What documents do you have?").text
    assert text.endswith(" and 5 more.")
    assert text.count(".txt") == LISTED


def test_when_the_collection_was_changed_is_said_and_not_quoted(tmp_path: Path) -> None:
    asked, folder = "When was this index last updated?", tmp_path / "files"
    write(folder, {"a.txt": "Date: 3 March 2024\n\nThe index was last updated in May 1990."})
    engine = open_engine(tmp_path / "home", FakeEmbedder(), threshold=0.0)
    nothing = engine.ask(asked)
    assert (nothing.status, nothing.text[:28]) == ("info", "The index holds no documents")
    before = datetime.now(UTC)
    engine.index_paths([folder])
    answer = engine.ask(asked)
    assert (answer.status, answer.sentences, answer.citations) == ("info", (), ())
    said = re.fullmatch(
        r"The index was last changed on (.{16}) UTC\. It holds 1 document in \d passages?\.",
        answer.text,
    )
    assert said
    minutes = datetime.strptime(f"{said[1]} +0000", "%Y-%m-%d %H:%M %z") - before
    assert timedelta(minutes=-1) <= minutes <= timedelta(minutes=1)
    assert engine.verify(answer.to_dict())["holds"]
    engine.index_paths([folder])  # nothing is new
    assert engine.ask(asked).text == answer.text
    engine.close()


def test_a_home_that_does_not_say_when_it_was_changed(tmp_path: Path) -> None:
    """One of an earlier program, and one in which the row is damaged."""
    folder = write(tmp_path / "files", VALLEY)
    for number, change in enumerate(("DELETE FROM meta", "UPDATE meta SET value = '2 never'")):
        home = tmp_path / f"home{number}"
        engine = open_engine(home, FakeEmbedder(), threshold=0.0)
        engine.index_paths([folder])
        engine.close()
        with closing(sqlite3.connect(home / "catalogue.sqlite")) as db, db:
            db.execute(f"{change} WHERE key = 'changed'")
        engine = open_engine(home, FakeEmbedder(), threshold=0.0)
        said = engine.ask("When was this index last updated?").text
        assert said.startswith("The index does not say when it was changed. It holds 2 documents")
        engine.close()


def test_warnings_of_the_quoted_documents_only(tmp_path: Path) -> None:
    files = {"a.txt": "Caf\xe9 de la Paix opened in 1862.".encode("latin-1"), "b.txt": "It rains."}
    engine = open_engine(tmp_path / "home", FakeEmbedder(), threshold=0.0)
    engine.index_paths([write(tmp_path / "files", files)])
    answer = engine.ask("When did the Paix open?", filter={"documents": ["a.txt"]})
    assert [one.path for one in answer.citations] == ["a.txt"]
    assert len(answer.warnings) == 1
    assert answer.warnings[0].startswith("a.txt: ")
    assert engine.ask("rains", filter={"documents": ["b.txt"]}).warnings == ()
    engine.close()
