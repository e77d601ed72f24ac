"""What is noticed about a question and its sources: tongue, spelling, time, disagreement."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from index.embed import SentenceTransformerEmbedder
from rag.engine import Engine
from rag.types import Answer
from tests.rag.worlds import open_engine, write

MILL = (
    "The stone mill in Arvika was built in 1843 by Ada Moreau. It grinds oats for the whole valley."
)
SHEEP = "Sheep graze on the hills around the village, and wool is sold at the market in Sunne."


@contextmanager
def asked(
    home: Path, embedder: SentenceTransformerEmbedder, files: dict[str, str], threshold: float
) -> Iterator[Engine]:
    engine = open_engine(home / "home", embedder, threshold=threshold)
    try:
        engine.index_paths([write(home / "docs", files)])
        yield engine
    finally:
        engine.close()


def quotes(answer: Answer) -> list[str]:
    return [one.quote for one in answer.citations]


def test_a_word_that_no_document_holds_is_read_as_a_near_one(
    tmp_path: Path, embedder: SentenceTransformerEmbedder
) -> None:
    question = "Who built the mill in Arvkia?"
    with asked(tmp_path, embedder, {"mill.txt": MILL, "sheep.txt": SHEEP}, 0.0) as engine:
        sure = engine.ask("Who built the mill in Arvika?").confidence
        as_spelt = engine.ask(question)
    assert as_spelt.standalone_question == question  # it was answered as it was
    assert as_spelt.confidence < sure
    between = (sure + as_spelt.confidence) / 2
    with asked(tmp_path / "2", embedder, {"mill.txt": MILL, "sheep.txt": SHEEP}, between) as engine:
        answer = engine.ask(question)
        other = engine.ask("Who built the mill in Qzxvkia?")
    assert answer.standalone_question == "Who built the mill in Arvika?"
    assert "“Arvkia”: it was read as “Arvika”" in " ".join(answer.warnings)
    assert "Ada Moreau" in quotes(answer)[0]
    assert other.status == "no_answer"
    assert other.warnings == ()
    assert other.reason is not None
    assert "Qzxvkia" in other.reason.missing_terms


def test_a_text_in_another_language_is_read_by_similarity_with_a_warning(
    tmp_path: Path, embedder: SentenceTransformerEmbedder
) -> None:
    german = (
        "Die Mühle in Arvika wurde 1843 von Ada Moreau gebaut. Sie ist noch im Gebrauch, und "
        "das Korn wird auf dem Markt verkauft."
    )
    with asked(tmp_path, embedder, {"mill.txt": german}, 0.0) as engine:
        answer = engine.ask("Wer hat die Mühle in Arvika gebaut?")
    assert "German" in " ".join(answer.warnings)
    assert answer.calibration is None
    french = (
        "Le moulin de la rivière a été construit par un forgeron qui venait de la côte, et il est "
        "utilisé pour le grain de toute la vallée. Les moutons sont sur la colline du village."
    )
    files = {"mill.txt": german, "moulin.txt": french}
    with asked(tmp_path / "2", embedder, files, 0.0) as engine:
        quoted = " ".join(engine.ask("Wer hat die Mühle in Arvika gebaut?").warnings)
    with asked(tmp_path / "3", embedder, files, 1.0) as engine:
        refused = engine.ask("Wer hat die Mühle in Arvika gebaut?")
    assert "German" in quoted
    assert "French" not in quoted
    assert refused.status == "no_answer"
    assert "Text in French and German was read" in " ".join(refused.warnings)


def test_the_language_warning_goes_by_what_is_quoted(
    tmp_path: Path, embedder: SentenceTransformerEmbedder
) -> None:
    files = {
        "notiz.txt": "Der Leuchtturm von Gannet Point wurde 1867 gebaut und ist 31 Meter hoch. Der "
        "letzte Wärter, Karl Hinrichs, ging 1989 in Rente. Seit 1990 läuft das Licht automatisch.",
        "boat.txt": "The angler Peter Doyle died on 6 August 2023 before the lifeboat reached him.",
        "ferry.txt": "The ferry to Skerry Bay leaves at nine.",
    }
    with asked(tmp_path, embedder, files, 0.0) as engine:
        english = engine.ask("Who died on 6 August 2023?")
        german = engine.ask("How tall is the lighthouse at Gannet Point?")
    assert "Peter Doyle" in quotes(english)[0]
    assert not english.warnings
    assert "31 Meter" in quotes(german)[0]
    assert "Text in German was read" in " ".join(german.warnings)


def test_sources_that_disagree_are_quoted_side_by_side(
    tmp_path: Path, embedder: SentenceTransformerEmbedder
) -> None:
    files = {
        "one.txt": "The stone mill in Arvika was built in 1843 by Ada Moreau.",
        "two.txt": "The stone mill in Arvika was built in 1851 by Ada Moreau.",
        "sheep.txt": SHEEP,
    }
    with asked(tmp_path, embedder, files, 0.0) as engine:
        answer = engine.ask("When was the stone mill in Arvika built?")
        agreed = engine.ask("Where is wool sold?")
    assert sorted(quotes(answer)) == [files["one.txt"], files["two.txt"]]
    first, second = ("1843", "1851") if "1843" in quotes(answer)[0] else ("1851", "1843")
    assert f"Two quotes give different dates: “{first}” [1] and “{second}” [2]." in answer.warnings
    assert not agreed.warnings


def test_the_latest_is_the_one_with_the_latest_stated_date(
    tmp_path: Path, embedder: SentenceTransformerEmbedder
) -> None:
    files = {
        f"{year}.md": f"---\ndate: {year}-05-02\n---\n\n# Council\n\nThe council sold {n} oats.\n"
        for year, n in ((2019, "many"), (2023, "most"), (2021, "more"))
    }
    with asked(tmp_path, embedder, files, 0.0) as engine:
        latest = engine.ask("What is the most recent report on oats that the council sold?")
        then = engine.ask("What oats did the council sell in May 2019?")
    assert latest.citations[0].date == "2023-05-02"
    assert then.citations[0].date == "2019-05-02"


def test_what_is_surely_of_another_time_is_not_quoted(
    tmp_path: Path, embedder: SentenceTransformerEmbedder
) -> None:
    """It was quoted beside the right one, with more confidence and a warning that they differ."""
    files = {
        f"{month}.md": f"---\ndate: 2022-{month}-03\n---\n\nA day at the sauna costs {n} crowns.\n"
        for month, n in (("02", 60), ("06", 75), ("10", 90))
    }
    with asked(tmp_path, embedder, files, 0.0) as engine:
        answers = {
            end: engine.ask(f"What does a day at the sauna cost{end}")
            for end in (" before April 2022?", " after August 2022?")
        }
        latest = engine.ask("What is the latest price of a day at the sauna?")
        plain = engine.ask("What does a day at the sauna cost?")
    dates = {end: [one.date for one in answer.citations] for end, answer in answers.items()}
    assert dates[" before April 2022?"] == ["2022-02-03"]
    assert dates[" after August 2022?"] == ["2022-10-03"]
    assert [one.date for one in latest.citations] == ["2022-10-03"]
    assert not latest.warnings
    assert len(plain.citations) > 1


def test_a_refusal_to_count_says_so(tmp_path: Path, embedder: SentenceTransformerEmbedder) -> None:
    with asked(tmp_path, embedder, {"mill.txt": MILL}, 0.99) as engine:
        counting = engine.ask("How many times is the mill mentioned?")
        plain = engine.ask("Who painted the mill?")
    assert counting.reason is not None
    assert plain.reason is not None
    assert counting.reason.message.endswith("it does not count, add or compare.")
    assert not plain.reason.message.endswith("compare.")


def test_rows_of_a_table_are_of_different_things(
    tmp_path: Path, embedder: SentenceTransformerEmbedder
) -> None:
    table = "name,trade,wage\nIda Falk,joiner,3100\nBo Ek,joiner,2900\nUma Roth,glazier,3300\n"
    with asked(tmp_path, embedder, {"wages.csv": table}, 0.0) as engine:
        answer = engine.ask("What wage does a joiner get?")
    assert len(answer.citations) > 1
    assert not answer.warnings


def test_a_list_under_headings_that_together_hold_the_question_is_quoted(
    tmp_path: Path, embedder: SentenceTransformerEmbedder
) -> None:
    notes = (
        "# Project Osprey\n\n## Risks\n\n- The certification is late.\n"
        "- One supplier has the sensor. Owner: Ann.\n- Three open positions.\n\n"
        "## Results\n\n- Revenue rose.\n\n# Project Heron\n\n## Risks\n\n- The pilot fails.\n"
    )
    with asked(tmp_path, embedder, {"notes.md": notes}, 9.0) as engine:
        answer = engine.ask("What are the risks of Project Osprey?")
        other = engine.ask("What are the plans of Project Osprey?")
    assert quotes(answer) == [
        "The certification is late.",
        "One supplier has the sensor.",
        "Three open positions.",
    ]
    assert other.status == "no_answer"
