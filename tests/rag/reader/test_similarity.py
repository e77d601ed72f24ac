from __future__ import annotations

from dataclasses import replace

import pytest

from index.embed import SentenceTransformerEmbedder
from index.search.lexical import LexicalIndex
from index.types import Span
from rag.errors import SettingsError
from rag.reader.cache import TokenCache
from rag.reader.model import chance, load_model
from rag.reader.similarity import SimilarityReader
from rag.types import PassageText, Reading

TERMS = LexicalIndex().terms
MILL = [
    "The stone mill in Arvika was built in 1843 by Ada Moreau.",
    "Sheep graze on the hills around it.",
    "Who owns it today?",
]


def passage(*sentences: str, headings: tuple[str, ...] = ()) -> PassageText:
    spans, at = [], 0
    for sentence in sentences:
        spans.append(Span(at, at + len(sentence)))
        at += len(sentence) + 1
    return PassageText(" ".join(sentences), headings, tuple(spans))


@pytest.fixture(scope="module")
def reader(embedder: SentenceTransformerEmbedder) -> SimilarityReader:
    tokens = TokenCache(embedder, 10_000_000)
    return SimilarityReader(tokens, load_model(), TERMS, lambda _: 0.5)


def best(reading: Reading) -> int:
    scores = [sentence.score for sentence in reading.sentences]
    return scores.index(max(scores))


def test_one_reading_a_passage_and_one_score_a_sentence(reader: SimilarityReader) -> None:
    passages = [passage(*MILL), passage("Oats grow."), PassageText("", (), ())]
    readings = reader.read("When was the mill built?", passages)
    assert [len(reading.sentences) for reading in readings] == [3, 1, 0]
    assert reader.read("When?", []) == []


def test_the_sentence_that_answers_scores_best(reader: SimilarityReader) -> None:
    for question in ("When was the mill built?", "Who built the mill of Arvika?"):
        (reading,) = reader.read(question, [passage(*MILL)])
        assert best(reading) == 0


def test_the_passage_that_answers_is_more_answerable(reader: SimilarityReader) -> None:
    other = passage("Trains run every hour from the coast to the capital.")
    first, second = reader.read("When was the mill built?", [passage(*MILL), other])
    assert chance(first.answerable) > 2 * chance(second.answerable)


def test_a_passage_of_questions_answers_nothing(reader: SimilarityReader) -> None:
    (asking,) = reader.read("Who owns it today?", [passage("Who owns it today?")])
    assert chance(asking.answerable) < 1e-20


def test_the_highlight_is_within_its_sentence(reader: SimilarityReader) -> None:
    text = passage(*MILL)
    for question, words in (("When was it built?", "1843"), ("Who built it?", "Ada Moreau")):
        (reading,) = reader.read(question, [text])
        mark = reading.sentences[0].highlight
        assert mark is not None
        assert words in mark.of(MILL[0])
        for sentence, one in zip(MILL, reading.sentences, strict=True):
            assert one.highlight is None or one.highlight.of(sentence)
    (reading,) = reader.read("Was it built?", [text])
    assert [one.highlight for one in reading.sentences] == [None] * 3


def test_the_same_reading_again_and_from_a_cold_cache(
    reader: SimilarityReader, embedder: SentenceTransformerEmbedder
) -> None:
    """What was read before, and with what beside it, does not change a reading."""
    passages = [passage(*MILL), passage("Oats grow in the valley.", headings=("Farms",))]
    warm = reader.read("Where do oats grow?", passages)
    fresh = SimilarityReader(TokenCache(embedder, 0), load_model(), TERMS, lambda _: 0.5)
    fresh.read("Who?", [passage("Nobody.")])
    assert fresh.read("Where do oats grow?", passages) == warm


def test_numbers_fitted_on_other_features_are_refused(
    embedder: SentenceTransformerEmbedder,
) -> None:
    model = load_model()
    other = replace(model, sentence=replace(model.sentence, names=("late",)))
    with pytest.raises(SettingsError, match="make train"):
        SimilarityReader(TokenCache(embedder, 0), other, TERMS, lambda _: 0.5)
