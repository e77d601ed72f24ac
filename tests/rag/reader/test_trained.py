from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from index.embed import SentenceTransformerEmbedder
from index.search.lexical import LexicalIndex
from index.types import Span
from rag.errors import SettingsError
from rag.question.analyse import analyse
from rag.reader.cache import TokenCache
from rag.reader.cross_encoder import Judgement
from rag.reader.kit import load_kit, similarity, trained
from rag.reader.model import Linear, Model, load_model
from rag.reader.pair_input import Item
from rag.reader.similarity import SimilarityReader
from rag.reader.trained import READ, TRAINED_COLUMNS, Remembering, TrainedReader, items_of
from rag.types import NONE, PassageText
from tests.rag.reader.test_similarity import MILL, passage

TERMS = LexicalIndex().terms


class Marker:
    """Judges by one word: a sentence that has it answers, with the word marked."""

    def __init__(self, word: str) -> None:
        self.word = word
        self.asked: list[Item] = []

    def score(self, items: Sequence[Item]) -> list[Judgement]:
        self.asked += items
        return [self._judge(item.sentence) for item in items]

    def _judge(self, sentence: str) -> Judgement:
        at = sentence.find(self.word)
        if at < 0:
            return Judgement(-4.0, None, 0.0)
        return Judgement(3.0, Span(at, at + len(self.word)), 0.5)


def numbers(weights: dict[str, float]) -> Model:
    """A model that sums columns as they are."""

    def linear(names: tuple[str, ...]) -> Linear:
        ones = np.ones(len(names))
        return Linear(names, 0 * ones, ones, np.array([weights.get(one, 0.0) for one in names]), 0)

    columns = TRAINED_COLUMNS
    return replace(
        load_model(), sentence=linear(columns.sentence), answerable=linear(columns.decision)
    )


@pytest.fixture(scope="module")
def similar(embedder: SentenceTransformerEmbedder) -> SimilarityReader:
    return SimilarityReader(TokenCache(embedder, 10_000_000), load_model(), TERMS, lambda _: 0.5)


def test_the_cross_encoder_decides_with_what_similarity_says_beside_it(
    similar: SimilarityReader,
) -> None:
    judge = Marker("Sheep")
    reader = TrainedReader(similar, judge, numbers({"judged": 1.0}))
    (reading,) = reader.read("When was the mill built?", [passage(*MILL)])
    scores = [one.score for one in reading.sentences]
    assert scores[0] == -4.0
    assert scores[1] == reading.answerable == 3.0
    assert reading.sentences[1].highlight == Span(0, 5)
    # What the cross-encoder marks nothing in keeps what similarity marks.
    alone = similar.read("When was the mill built?", [passage(*MILL)])[0]
    assert reading.sentences[0].highlight == alone.sentences[0].highlight is not None


def test_each_column_is_what_it_says(similar: SimilarityReader) -> None:
    question = analyse("When was the mill built?")
    passages = [passage(*MILL), passage("Trains run to the capital."), passage("Mills need water.")]
    table = TrainedReader(similar, Marker("mill"), numbers({})).table(question, passages)
    alone = similar.table(question, passages)
    rows = {name: table.rows[:, at] for at, name in enumerate(TRAINED_COLUMNS.sentence)}
    read = table.known
    assert read.tolist() == alone.quotable.tolist() == [True, True, False, True, True]
    best = alone.order[read].max()
    judged = np.array([3.0, -4.0, 0.0, -4.0, -4.0])
    assert rows["similar"][read].tolist() == alone.order[read].tolist()
    assert rows["similar_behind_best"][read].tolist() == (alone.order[read] - best).tolist()
    assert rows["judged"][read].tolist() == judged[read].tolist()
    assert rows["judged_behind_best"][read].tolist() == (judged[read] - 3.0).tolist()
    assert rows["marked"][read].tolist() == pytest.approx([math.log(0.5), -10, -10, -10])
    first = similar.read(question.text, passages)[0]
    assert rows["supported"][0] == pytest.approx(first.answerable)


def test_only_the_nearest_sentences_are_read_and_the_others_come_after_them(
    similar: SimilarityReader,
) -> None:
    judge = Marker("nothing")
    many = [passage(*(f"Barn {n} of the village stands at the road." for n in range(9)))] * 2
    reader = TrainedReader(similar, judge, numbers({"judged": 1.0}))
    readings = reader.read("When was the mill built?", [*many, passage(*MILL)])
    assert len(judge.asked) == READ
    scores = [one.score for reading in readings for one in reading.sentences]
    read = sorted(scores, reverse=True)[:READ]
    assert set(read) == {-4.0}
    assert all(score < -4.0 for score in sorted(scores)[: len(scores) - READ])
    assert readings[2].sentences[0].score == -4.0  # the mill is nearer than the barns


def test_a_passage_without_a_sentence_that_was_read_answers_nothing(
    similar: SimilarityReader,
) -> None:
    reader = TrainedReader(similar, Marker("mill"), numbers({"judged": 1.0}))
    asking = passage("Who owns it today?")
    readings = reader.read("Who owns it?", [asking, passage(*MILL), PassageText("", (), ())])
    assert [one.answerable for one in readings] == [NONE, 3.0, NONE]
    assert reader.read("Who owns it?", []) == []


def test_items_are_sentences_with_their_neighbours() -> None:
    (one, _), (two, _) = items_of("Why?", [passage("A b.", "C d.", headings=("H",))])
    assert one == Item("Why?", ("H",), "", "A b.", "C d.")
    assert two == Item("Why?", ("H",), "A b.", "C d.", "")


def test_an_item_of_a_list_is_read_behind_the_sentence_that_leads_in() -> None:
    text = "Bring:\n- boots\n- a lamp"
    spans = (Span(0, 6), Span(9, 14), Span(17, 23))
    found = list(items_of("What?", [PassageText(text, (), spans)]))
    assert [(one.before, one.sentence) for one, _ in found] == [
        ("", "Bring:"), ("Bring:", "boots"), ("Bring:", "a lamp"),
    ]  # fmt: skip


def test_the_last_calls_are_remembered_whole() -> None:
    judge = Marker("x")
    remembering = Remembering(judge, calls=2)
    (one, _), (two, _) = items_of("Why?", [passage("A x.", "C d.")])
    assert remembering.score([one, two]) == remembering.score([one, two]) == judge.score([one, two])
    assert judge.asked == [one, two] * 2  # by the cache once, by the test once
    remembering.score([one])
    assert judge.asked[-1:] == [one]  # another call, though it holds nothing new
    remembering.score([two])
    remembering.score([one, two])
    assert judge.asked[-2:] == [one, two]  # long forgotten


def test_numbers_of_another_reader_are_refused(similar: SimilarityReader) -> None:
    with pytest.raises(SettingsError, match="make train"):
        TrainedReader(similar, Marker(""), load_model())


def test_the_shipped_reader_loads_and_knows_an_answer(
    embedder: SentenceTransformerEmbedder,
) -> None:
    reader = load_kit("trained").reader(TokenCache(embedder, 10_000_000), TERMS, lambda _: 0.5)
    assert isinstance(reader, TrainedReader)
    (right,) = reader.read("When was the mill in Arvika built?", [passage(*MILL)])
    (wrong,) = reader.read("When did the mill in Arvika burn down?", [passage(*MILL)])
    assert right.sentences[0].score == max(one.score for one in right.sentences)
    mark = right.sentences[0].highlight
    assert mark is not None
    assert mark.of(MILL[0]) == "1843"
    assert right.answerable > wrong.answerable


def test_a_fingerprint_is_of_all_that_a_reader_is_made_of(tmp_path: Path) -> None:
    shipped = similarity()
    other = similarity(replace(load_model(), sha256="another"))
    assert shipped.fingerprint == similarity().fingerprint != other.fingerprint
    pins = tmp_path / "reader.json"
    found = set()
    for text in ("one", "two"):
        pins.write_text(text)
        found.add(trained(tmp_path, load_model()).fingerprint)
    assert len(found) == 2
    assert all(one.startswith("trained;") for one in found)


def test_weights_that_are_missing_are_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=r"reader\.json .*--reader similarity"):
        trained(tmp_path, load_model())
