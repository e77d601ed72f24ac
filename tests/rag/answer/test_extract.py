"""Answering sentences in texts of the caller's own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from index.embed import SentenceTransformerEmbedder
from index.readers import parse
from index.types import Span
from rag.answer.extract import AnswerSpan, Extraction, TextAnswer, extract
from rag.answer.given import MAX_CHARACTERS, MAX_TEXTS
from rag.confidence.decision import decide
from rag.engine import Engine
from rag.errors import QuestionError
from rag.reader.kit import Kit, similarity
from rag.reader.model import chance
from rag.settings import Settings
from rag.types import PassageText, Reading, SentenceReading
from tests.fakes import FakeEmbedder
from tests.rag.worlds import open_engine

MILL = "The stone mill in Arvika was built in 1843 by Ada Moreau."
SHEEP = "Sheep graze on the hills around the village."
WHO = "Who built the mill in Arvika?"


class WordReader:
    """A sentence's score is the number of the question's words in it; 3 are even odds."""

    def __init__(self) -> None:
        self.read_passages: list[PassageText] = []

    def read(self, question: str, passages: Sequence[PassageText]) -> list[Reading]:
        self.read_passages += passages
        wanted = _words(question)
        found = []
        for one in passages:
            scores = [float(len(wanted & _words(span.of(one.text)))) for span in one.sentence_spans]
            best = max(scores, default=0.0)
            found.append(Reading(best - 3, tuple(SentenceReading(score) for score in scores)))
        return found


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))


def run(
    texts: Sequence[str], threshold: float = 0.5, reader: WordReader | None = None
) -> Extraction:
    reader = reader or WordReader()
    return extract(
        WHO,
        texts,
        lambda *_: reader,
        embedder=FakeEmbedder(),
        kit=similarity(),
        decision=decide(threshold, None),
        settings=Settings(),
    )


# -- which sentences ---------------------------------------------------------------------------


def test_the_sentence_that_answers_in_the_text_that_answers(
    embedder: SentenceTransformerEmbedder, tmp_path: Path
) -> None:
    engine = open_engine(tmp_path / "home", embedder)
    texts = [SHEEP, f"{SHEEP} {MILL}\r\nWho owns it today?", "Trains run every hour."]
    found = engine.extract(WHO, texts)
    assert [one.answerable for one in found.texts] == [False, True, False]
    (span, *_) = found.texts[1].spans
    assert span.span == Span(len(SHEEP) + 1, len(SHEEP) + 1 + len(MILL))
    assert span.quote == MILL
    assert span.highlight is not None
    assert span.highlight.of(MILL) == "Ada Moreau"
    assert found.confidence == found.texts[1].confidence == span.confidence
    assert found.texts[0].nearest is not None
    assert found.texts[0].nearest.quote == SHEEP
    assert found.texts[0].confidence < found.threshold <= span.confidence


def test_confidences_are_those_of_an_answer() -> None:
    """By the rule, from the reader's numbers: 4 and 1 words of the question are in the texts."""
    found = run([MILL, "The oats grow."])
    best = chance(len(_words(WHO) & _words(MILL)) - 3)
    assert found.texts[0].confidence == pytest.approx(best)
    behind = len(_words(WHO) & _words(MILL)) - 1
    assert found.texts[1].confidence == pytest.approx(best * 2.718281828459045**-behind)
    assert found.threshold == 0.5


def test_the_spans_of_a_text_are_best_first_and_do_not_repeat() -> None:
    less = "The mill was built of stone."
    (one,) = run([f"{less} {MILL} {MILL} Who built the mill in Arvika?"], threshold=0.0).texts
    assert [span.quote for span in one.spans][:1] == [MILL]
    assert len({span.quote for span in one.spans}) == len(one.spans)
    assert all(not span.quote.endswith("?") for span in one.spans)


def test_a_list_comes_with_the_sentence_that_leads_in_to_it() -> None:
    text = "Built the mill in Arvika:\n- Ada Moreau,\n- Lars Holm.\n\nSheep graze."
    (one,) = run([text]).texts
    assert [span.quote for span in one.spans] == [
        "Built the mill in Arvika:", "Ada Moreau,", "Lars Holm.",
    ]  # fmt: skip
    assert all(span.quote == span.span.of(text) for span in one.spans)


def test_a_threshold_that_nothing_meets_leaves_the_nearest() -> None:
    found = run([MILL, SHEEP], threshold=1.0)
    assert not found.answerable
    assert [one.nearest.quote for one in found.texts if one.nearest] == [MILL, SHEEP]
    assert [one.spans for one in found.texts] == [(), ()]


def test_of_a_long_text_the_best_passages_are_read() -> None:
    reader = WordReader()
    filler = [f"Entry {n} of the list speaks of weather and of roads." for n in range(900)]
    found = run([SHEEP, "\n\n".join([*filler[:400], MILL, *filler[400:]])], reader=reader)
    assert found.texts[1].spans[0].quote == MILL
    assert len(reader.read_passages) <= 1 + Settings().read_k


def test_a_text_is_cut_within_the_embedders_window() -> None:
    reader, embedder = WordReader(), FakeEmbedder()
    run([f"{SHEEP} " * 30], reader=reader)
    assert len(reader.read_passages) > 1
    assert max(embedder.count([one.text for one in reader.read_passages])) <= embedder.window


def test_what_looks_like_links_or_a_heading_is_read_all_the_same() -> None:
    for text in ("Home | The mill in Arvika | built", "# The mill built in Arvika"):
        (one,) = run([text], threshold=0.0).texts
        assert one.answerable, text


def test_a_text_without_a_statement_does_not_answer() -> None:
    for text in ("", " \r\n ", "?!", "Who built the mill in Arvika?"):
        (one,) = run([text], threshold=0.0).texts
        assert one == TextAnswer()


def test_a_string_is_read_like_a_text_file(fake: FakeEmbedder, tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "home", fake, threshold=0.0)
    text = f"THE MILL\r\n\r\n{MILL}\r\n\r\nQ: Who owns it?\r\nA: Her sister in the mill."
    as_file = parse(text.encode(), "a.txt")
    assert engine.extract(WHO, [text]).texts == engine.extract(WHO, [as_file]).texts


# -- whatever is given -------------------------------------------------------------------------

PIECES = [
    *(MILL, SHEEP, "Who built it?", "THE MILL", "- a list.", "Q: When?\nA: In 1843."),
    *(
        "مرحبا بكم في المدينة. بناها محمد.",
        "建てた。",
        "👩‍👩‍👧 opened it 🎉.",
        "e\u0301tudes d’été.",
    ),
    *("\ufeff", "\0", "\ud83d", "\ude00", "\r\n", "\r\n\r\n", "\n", "\u2028", " "),
    *("# Heading\n\n", "Home | About", "x" * 300),
]
pieces = st.sampled_from(PIECES)
texts = st.lists(
    st.lists(pieces, max_size=12).map("".join) | st.text(max_size=40), min_size=1, max_size=4
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Engine:
    return open_engine(tmp_path_factory.mktemp("extract") / "home", FakeEmbedder(), threshold=0.0)


@settings(max_examples=120, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(given_texts=texts)
def test_every_span_holds_in_the_text_that_was_given(
    engine: Engine, given_texts: list[str]
) -> None:
    found = engine.extract(WHO, given_texts)
    assert len(found.texts) == len(given_texts)
    for text, one in zip(given_texts, found.texts, strict=True):
        spans = [*one.spans, *([one.nearest] if one.nearest else [])]
        assert all(_holds(span, text) for span in spans)
        assert [span.confidence for span in spans] == sorted(s.confidence for s in spans)[::-1]
        assert one.confidence == (spans[0].confidence if spans else 0.0)
        assert not (one.spans and one.nearest)
    backwards = engine.extract(WHO, given_texts[::-1])
    for one, other in zip(found.texts, backwards.texts[::-1], strict=True):
        assert one.confidence == pytest.approx(other.confidence, rel=1e-4, abs=1e-6)


def _holds(one: AnswerSpan, text: str) -> bool:
    made = one.to_dict()
    mark = made["highlight"]
    return (
        text[made["start_char_index"] : made["end_char_index"]] == made["text"] != ""
        and not made["text"].endswith(("?", "؟"))
        and 0 <= made["confidence"] <= 1
        and (mark is None or 0 <= mark["start"] < mark["end"] <= len(made["text"]))
    )


# -- what is not done --------------------------------------------------------------------------


def test_nothing_is_stored(fake: FakeEmbedder, tmp_path: Path) -> None:
    home = tmp_path / "home"
    engine = open_engine(home, fake, threshold=0.0)
    assert engine.extract(WHO, [MILL]).answerable
    engine.close()
    assert not home.exists()


def test_the_index_stays_as_it_is_and_is_not_looked_into(
    embedder: SentenceTransformerEmbedder, seeds_engine: Engine, tmp_path: Path
) -> None:
    before = seeds_engine.status()
    empty = open_engine(tmp_path / "home", embedder)
    assert seeds_engine.extract(WHO, [MILL, SHEEP]) == empty.extract(WHO, [MILL, SHEEP])
    assert seeds_engine.status() == before


Make = Callable[[], list[str]]


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: [], "at least one"),
        (lambda: ["a."] * (MAX_TEXTS + 1), "101 texts are too many"),
        (lambda: ["a" * MAX_CHARACTERS, "b"], "500,000 characters"),
    ],
    ids=["none", "many", "long"],
)
def test_limits(engine: Engine, make: Make, says: str) -> None:
    with pytest.raises(QuestionError, match=says):
        engine.extract(WHO, make())


def test_a_question_is_needed(engine: Engine) -> None:
    with pytest.raises(QuestionError, match="the question is empty"):
        engine.extract(" ?", [MILL])


def test_texts_in_another_language_are_read_by_similarity_and_that_is_said() -> None:
    german = (
        "Die Mühle am Fluss wurde 1843 von einem Schmied gebaut, der von der Küste kam. "
        "Sie ist seitdem für das Korn des ganzen Tals im Gebrauch."
    )
    kits = []

    def opened(kit: Kit, *_: object) -> WordReader:
        kits.append(kit.name)
        return WordReader()

    whole = replace(similarity(), name="trained", open_judge=lambda: pytest.fail("not read by it"))
    found = extract(
        WHO, [german], opened, embedder=FakeEmbedder(), kit=whole, decision=decide(0.9, None),
        settings=Settings(),
    )  # fmt: skip
    assert kits == ["similarity"]
    assert found.threshold == round(whole.similar.threshold, 4)
    assert "German" in found.to_dict()["warnings"][0]
    assert run([MILL]).warnings == ()
