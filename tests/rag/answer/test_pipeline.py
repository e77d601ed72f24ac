"""Every citation holds: whatever the documents hold and whatever is asked."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from index.embed import SentenceTransformerEmbedder
from rag.answer.answering import _chosen
from rag.answer.pipeline import BETTER, SURE, Clock, Found, best_reading
from rag.errors import QuestionError
from rag.question.analyse import analyse
from rag.question.computing import REFUSAL
from rag.rankings import nearest_sentences
from rag.settings import Settings
from tests.fakes import FakeEmbedder
from tests.rag.worlds import faults, is_exact, open_engine, write

VOCABULARY = (
    "the mill was built in 1843 by Ada Moreau and it of Dr. U.S. 3.5 e.g. 🌾🚜 né e\u0301te\u0301 "
    "\U0001f469\u200d\U0001f469\u200d\U0001f467 \u05e9\u05dc\u05d5\u05dd 水車 мельница "
    "\u0645\u0631\u062d\u0628\u0627 \u202eabc\u202c \ufb01eld \u200bzero she However first then "
    "not 40% “quoted” (so) — –"
)
WORDS = st.sampled_from(VOCABULARY.split())
SENTENCE = st.builds(
    lambda words, end: " ".join(words) + end,
    st.lists(WORDS, min_size=1, max_size=14),
    st.sampled_from([".", "!", "?", "…", ".”", "?!", ". [1]", ":", ""]),
)
LONG = st.lists(WORDS, min_size=80, max_size=160).map(lambda words: ", ".join(words) + ".")
MARK = st.sampled_from(["", "- ", "* ", "1. ", "— ", "– ", "# ", "> ", "• ", "\t"])
LINE = st.builds(str.__add__, MARK, st.one_of(SENTENCE, SENTENCE, SENTENCE, LONG))
BREAK = st.sampled_from([" ", "\n", "\n\n", "\r\n", "\r\n\r\n", "\r", "\u2028", "\x0b", "\n\n\n"])
TEXT = st.lists(st.tuples(LINE, BREAK), min_size=1, max_size=9).map(
    lambda parts: "".join(line + gap for line, gap in parts)
)
FILES = st.dictionaries(st.sampled_from(["a.txt", "b.md", "sub/c.txt"]), TEXT, min_size=1)
QUESTION = st.one_of(
    st.lists(WORDS, min_size=1, max_size=8).map(" ".join),
    st.builds(
        lambda start, words: f"{start} {' '.join(words)}?",
        st.sampled_from(["Who", "When was", "How many", "Why", "List", "Was", "What is"]),
        st.lists(WORDS, min_size=1, max_size=6),
    ),
    st.sampled_from(
        [
            "When was the mill built and who built it?",
            "Who is Ada Moreau? What is the mill? When was it built? Why? How many are there?",
            "Summarise the documents.",
            "What documents do you have?",
        ]
    ),
)
RARELY = settings(max_examples=60, suppress_health_check=[HealthCheck.too_slow], print_blob=True)


@RARELY
@given(FILES, st.lists(QUESTION, min_size=1, max_size=4), st.sampled_from([1, 2, 5]))
@example({"a.txt": "It was.\r\nIt was.\r\nIt was!"}, ["It was"], 5)
@example({"a.txt": "Mill. " * 300}, ["mill"], 5)
def test_every_citation_of_every_answer_holds(
    files: dict[str, str], questions: list[str], most: int
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write(folder / "files", files)
        chosen = Settings(max_sentences=most)
        engine = open_engine(folder / "home", FakeEmbedder(), settings=chosen, threshold=0.0)
        try:
            engine.index_paths([folder / "files"])
            for question in questions:
                holds_whatever_is_asked(engine, question)
        finally:
            engine.close()


def holds_whatever_is_asked(engine: object, question: str) -> None:
    from rag.engine import Engine

    assert isinstance(engine, Engine)
    try:
        answer = engine.ask(question, id="x").to_dict()
    except QuestionError:
        assert not any(map(str.isalnum, question))
        return
    assert faults(engine, answer) == []
    events = list(engine.stream(question, id="x"))
    assert [event.name for event in events].count("done") == 1
    assert events[-1].data | {"timings_ms": 0} == answer | {"timings_ms": 0}
    for event in events[:-1]:
        for one in event.data.get("hits", []) + event.data.get("citations", []):
            assert is_exact(engine, one)
    for hit in engine.search(question, 20)["hits"]:
        assert is_exact(engine, hit)


def test_below_the_threshold_nothing_is_quoted_and_the_nearest_are_named(tmp_path: Path) -> None:
    files = write(tmp_path / "files", {"a.txt": "The mill was built in 1843.\n\nOats grow here."})
    engine = open_engine(tmp_path / "home", FakeEmbedder(), threshold=1.1)
    engine.index_paths([files])
    answer = engine.ask("When was the mill built?").to_dict()
    assert answer["status"] == "no_answer"
    assert answer["reason"]["code"] == "not_supported"
    assert answer["reason"]["nearest"][0]["cited_text"] == "The mill was built in 1843."
    assert faults(engine, answer) == []
    engine.close()


def test_of_several_readings_the_one_that_is_answered_best() -> None:
    asked: list[str] = []

    def best(*chances: float) -> str:
        asked.clear()
        ways = "abc"[: len(chances)]

        def find(way: str) -> list[Found]:
            asked.append(way)
            chance = chances["abc".index(way)]
            return [Found(analyse(way), (), (), (), (), chance, 0.5)]

        read_as, found = best_reading(ways, find)
        assert found[0].question.text == read_as
        return read_as + " of " + "".join(asked)

    assert best(0.3, 0.3 + BETTER / 2, 0.2) == "a of abc"
    assert best(0.3, 0.5, 0.52) == "c of abc"
    assert best(SURE, 0.9, 0.9) == "a of a"
    assert best(0.1) == "a of a"


def test_what_only_all_rows_of_a_table_tell_is_refused_as_such(tmp_path: Path) -> None:
    docs = write(tmp_path / "docs", {"ships.csv": "Ship,Crew\nVega,21\nAurora,34\n"})
    engine = open_engine(tmp_path / "home", FakeEmbedder(), threshold=0.0)
    engine.index_paths([docs])
    answer = engine.ask("Which ship has the largest crew?")
    assert (answer.status, answer.citations) == ("no_answer", ())
    assert answer.reason is not None
    assert REFUSAL in answer.reason.message
    assert answer.reason.nearest
    assert engine.ask("What is the crew of the Vega?").status == "answered"


def test_the_clock_adds_up() -> None:
    clock = Clock()
    for _ in range(2):
        with clock.measure("step"):
            pass
    once = dict(clock.spent)
    with pytest.raises(KeyError), clock.measure("step"):
        raise KeyError
    assert clock.spent["step"] > once["step"] > 0
    assert list(clock.spent) == ["step"]


def test_missing_terms_are_those_in_no_passage(tmp_path: Path) -> None:
    files = write(tmp_path / "files", {"a.txt": "The mills were built in 1843."})
    engine = open_engine(tmp_path / "home", FakeEmbedder(), threshold=0.0)
    engine.index_paths([files])
    pipeline = engine.pipeline(engine.index.snapshot())
    found = pipeline.find("Was a mill or a castle built in 1843 near Arvika?", Clock())
    assert pipeline.missing_terms(found.question) == ("castle", "Arvika")
    engine.close()


def test_cosine_orders_the_same_sentences(
    tmp_path: Path, embedder: SentenceTransformerEmbedder
) -> None:
    text = "The mill was built in 1843. Oats grow here. Trains run hourly."
    files = write(tmp_path / "files", {"a.txt": text})
    engine = open_engine(tmp_path / "home", embedder, threshold=0.0)
    engine.index_paths([files])
    pipeline = engine.pipeline(engine.index.snapshot())
    ranking = nearest_sentences(pipeline, "How often do trains run?", 3)
    quotes = [one.quote for one in ranking.sentences]
    assert sorted(quotes) == sorted(f"{one}." for one in text.rstrip(".").split(". "))
    vectors = embedder.embed(["How often do trains run?", *quotes])
    expected = (vectors[1:] @ vectors[0]).tolist()
    assert ranking.confidence == pytest.approx(expected[0], abs=1e-5)
    assert expected == sorted(expected, reverse=True)
    assert quotes[0] == "Trains run hourly."
    engine.close()


def test_bare_keywords_get_the_sentences_that_hold_them_headings_included(
    tmp_path: Path, fake: FakeEmbedder
) -> None:
    text = "# Holidays\n\nEvery employee has 28 days a year.\n\n# Meals\n\nLunch is at noon.\n"
    engine = open_engine(tmp_path / "home", fake, threshold=1.1)
    engine.index_paths([write(tmp_path, {"book.md": text})])
    answer = engine.ask("holidays")
    assert [one.quote for one in answer.citations] == ["Every employee has 28 days a year."]
    assert engine.ask("holidays lunch").status == "no_answer"
    assert engine.ask("When is lunch?").status == "no_answer"
    engine.close()


def test_parts_that_share_the_room_keep_to_what_supports_them(
    tmp_path: Path, fake: FakeEmbedder
) -> None:
    """With less room than each part has sentences, what is left still holds its keywords."""
    text = (
        "# Holidays\n\nStaff have 28 days. Leave is paid.\n\n"
        "# Meals\n\nHolidays apart, lunch is at noon. Black tea is free for everybody.\n"
    )
    engine = open_engine(tmp_path / "home", fake, threshold=1.1, settings=Settings(max_sentences=2))
    engine.index_paths([write(tmp_path, {"book.md": text})])
    pipeline = engine.pipeline(engine.index.snapshot())
    first = pipeline.find("meals tea", Clock())
    assert [one.text for one in first.supported] == ["Black tea is free for everybody."]
    swapped = replace(first, ranked=tuple(reversed(first.ranked)), chosen=first.ranked[:3])
    ((_, kept),) = _chosen([swapped], pipeline)
    assert [one.text for one in kept] == ["Black tea is free for everybody."]
    engine.close()
