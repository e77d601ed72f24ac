from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from index.passages.chunk import embedding_text
from index.search.lexical import LexicalIndex
from index.types import Span, TokenVectors
from rag.question.analyse import analyse
from rag.reader.features import NAMES, prepare, sentence_features
from rag.types import PassageText
from tests.fakes import FakeEmbedder

EMBEDDER = FakeEmbedder(dimension=16, window=400)
TERMS = LexicalIndex().terms


def passage(*sentences: str, headings: tuple[str, ...] = ()) -> PassageText:
    text, spans = "", []
    for sentence in sentences:
        start = len(text) + bool(text)
        text = f"{text} {sentence}" if text else sentence
        spans.append(Span(start, start + len(sentence)))
    return PassageText(text, headings, tuple(spans))


def rows(question: str, *passages: PassageText) -> dict[str, NDArray[np.float64]]:
    """Columns by name, one value for each sentence."""
    asked = prepare(analyse(question), tokens(question), TERMS, lambda _: 0.5)
    texts = [tokens(embedding_text(one.headings, one.text)) for one in passages]
    found = sentence_features(asked, passages, texts, TERMS)
    assert found.shape == (sum(len(one.sentence_spans) for one in passages), len(NAMES))
    return {name: found[:, at] for at, name in enumerate(NAMES)}


def tokens(text: str) -> TokenVectors:
    (found,) = EMBEDDER.embed_tokens([text])
    return found


def late(question: str, text: str) -> float:
    """Late interaction as its definition says it, pair by pair."""
    best = [
        max((float(q @ t) for t in tokens(text).vectors), default=0.0)
        for q in tokens(question).vectors
    ]
    return sum(best) / len(best)


def test_names_are_each_one_column() -> None:
    assert len(set(NAMES)) == len(NAMES)


def test_late_interaction_against_its_definition() -> None:
    question = "When was the stone mill built?"
    one = passage("The mill was built in 1843.", "Sheep graze nearby.", headings=("Stone mill",))
    found = rows(question, one)
    for at, span in enumerate(one.sentence_spans):
        assert found["late"][at] == pytest.approx(late(question, span.of(one.text)), abs=1e-5)
    whole = embedding_text(one.headings, one.text)
    assert found["passage_late"] == pytest.approx([late(question, whole)] * 2, abs=1e-5)


def test_context_is_the_sentence_before_and_the_headings() -> None:
    question = "When was the stone mill built?"
    found = rows(question, passage("The mill was built.", "It was 1843.", headings=("Stone",)))
    assert found["late_context"][0] == pytest.approx(late(question, "Stone The mill was built."))
    everything = "Stone The mill was built. It was 1843."
    assert found["late_context"][1] == pytest.approx(late(question, everything), abs=1e-5)
    alone = rows(question, passage("It was 1843.", headings=("Stone",)))
    assert alone["late_context"][0] < found["late_context"][1]


def test_the_context_of_a_list_s_item_is_what_leads_in_to_it() -> None:
    text = "The mill needs:\n- stone\n- water"
    one = PassageText(text, (), (Span(0, 15), Span(18, 23), Span(26, 31)))
    found = rows("What does the mill need?", one)
    assert list(found["coverage_context"]) == [1.0, 1.0, 1.0]
    assert list(found["coverage"]) == [1.0, 0.0, 0.0]


def test_a_token_on_the_edge_belongs_to_its_own_sentence() -> None:
    found = rows("alpha", passage("alpha", "beta", "alpha"))
    assert found["late"][0] == pytest.approx(1.0, abs=1e-5)
    assert found["late"][2] == pytest.approx(1.0, abs=1e-5)
    assert found["late"][1] < 0.9


def test_coverage_counts_content_words_by_stem() -> None:
    found = rows("Who repaired the bridges?", passage("She repairs a bridge.", "It rained."))
    assert found["coverage"].tolist() == pytest.approx([1.0, 0.0])
    assert found["coverage_context"].tolist() == pytest.approx([1.0, 1.0])
    assert found["passage_coverage"].tolist() == pytest.approx([1.0, 1.0])


def test_names_numbers_and_types() -> None:
    found = rows(
        "When did Ada Moreau sell 40 boats?",
        passage("Ada Moreau sold 40 boats on 3 May 1901.", "Boats are sold here."),
    )
    assert found["names"][0] == pytest.approx(1.0)
    assert found["numbers"][0] == 1.0
    assert found["type_found"].tolist() == [1.0, 0.0]
    assert found["type_wanted"].tolist() == [0.0, 1.0]
    other = rows("When did Ada Moreau sell 40 boats?", passage("Li Wei sold 41 boats."))
    assert (other["names"][0], other["numbers"][0]) == (0.0, 0.0)


def test_negation_pronouns_and_place() -> None:
    found = rows("Why did it not rain?", passage("It did not rain.", "He slept.", "Rain fell."))
    assert found["negation_differs"].tolist() == [0.0, 1.0, 1.0]
    assert found["pronoun_first"].tolist() == [1.0, 1.0, 0.0]
    assert found["first"].tolist() == [1.0, 0.0, 0.0]


def test_relative_columns_are_measured_from_the_best_of_all_passages() -> None:
    found = rows("alpha beta", passage("alpha", "gamma"), passage("alpha beta", "delta"))
    relative = [name for name in NAMES if name.endswith("_behind_best")]
    assert relative
    for name in relative:
        plain = found[name.removesuffix("_behind_best")]
        assert found[name].tolist() == pytest.approx((plain - plain.max()).tolist())


def test_no_passages() -> None:
    assert len(rows("Who?")["late"]) == 0


@settings(max_examples=60)
@given(
    st.text(min_size=1, max_size=40),
    st.lists(st.lists(st.text(min_size=1, max_size=25), min_size=1, max_size=3), max_size=3),
    st.text(max_size=15),
)
def test_any_text_gives_finite_numbers(
    question: str, passages: list[list[str]], heading: str
) -> None:
    headings = (heading,) if heading else ()
    found = rows(question, *(passage(*one, headings=headings) for one in passages))
    for name, column in found.items():
        assert np.isfinite(column).all(), name
