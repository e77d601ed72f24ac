from __future__ import annotations

from dataclasses import replace

import pytest

from evals.ask.clapnq import ask_clapnq
from evals.types import Question, Selected
from index.types import Span
from rag.types import Answer, Citation
from tests.evals.fake_engine import FakeEngine

TEXT = "It is old . It has no air . Tides come of it . It is far ."
ELSEWHERE = "Tea grows in Assam ."
SENTENCES = tuple(Span(*ends) for ends in ((0, 11), (12, 27), (28, 46), (47, 58)))


class Citing(FakeEngine):
    """Cites what it is told to: spans of the passage, or of the other text."""

    def __init__(self, *cited: Span, elsewhere: int = 0, status: str = "answered") -> None:
        super().__init__({"moon.txt": TEXT, "tea.txt": ELSEWHERE})
        self.cited = [("doc-0", span) for span in cited] + [("doc-1", Span(0, 20))] * elsewhere
        self.status_ = status

    def ask(self, question: str, **rest: object) -> Answer:
        answer = super().ask(question, **rest)  # type: ignore[arg-type]
        citations = []
        for number, (id, span) in enumerate(self.cited, start=1):
            at = self.documents_by_id[id]
            citations.append(
                Citation(number, id, at.title, at.path, span, at[span], at.text_sha256)
            )
        return replace(answer, status=self.status_, sentences=(), citations=tuple(citations))


def values(engine: Citing, *selected: set[int]) -> dict[str, float]:
    sha256 = engine.documents_by_id["doc-0"].text_sha256
    question = Question("q", "is the moon old", bool(selected), text_sha256=sha256)
    asked = Selected(question, SENTENCES, tuple(frozenset(one) for one in selected))
    found = dict(ask_clapnq(engine, asked).values)
    found.pop("ms")
    return found


def test_the_spans_of_this_test() -> None:
    assert [span.of(TEXT)[-1] + str(span.of(TEXT).count(".")) for span in SENTENCES] == [".1"] * 4


def test_a_selected_sentence_is_cited_and_one_that_is_not() -> None:
    found = values(Citing(SENTENCES[0], SENTENCES[1]), {0})
    assert (found["right"], found["precision"], found["quotes"]) == (1, 1, 2)
    assert (found["sentence precision"], found["sentence recall"]) == (1 / 2, 1)
    assert found["sentence F1"] == pytest.approx(2 / 3)
    assert found["whole passage F1"] == pytest.approx(2 * 0.25 / 1.25)
    assert "refused" not in found


def test_the_nearest_annotator_counts() -> None:
    found = values(Citing(SENTENCES[1], SENTENCES[2]), {0}, {1, 2, 3})
    assert (found["right"], found["sentence precision"]) == (1, 1)
    assert found["sentence recall"] == pytest.approx(2 / 3)


def test_a_quote_that_holds_several_sentences_cites_them_all() -> None:
    found = values(Citing(Span(12, 58)), {1})
    assert (found["right"], found["sentence precision"]) == (1, pytest.approx(1 / 3))


def test_parts_of_one_sentence_cite_it_once() -> None:
    found = values(Citing(Span(28, 38), Span(39, 46)), {2})
    assert (found["sentence precision"], found["sentence recall"]) == (1, 1)


def test_the_same_place_in_another_text_is_wrong_and_each_counts() -> None:
    found = values(Citing(SENTENCES[0], elsewhere=2), {0})
    assert (found["right"], found["sentence precision"]) == (1, pytest.approx(1 / 3))
    found = values(Citing(elsewhere=1), {0})  # characters 0 to 20 of the other text
    assert (found["right"], found["sentence F1"]) == (0, 0)


def test_a_refusal_is_right_where_nothing_answers_and_else_says_nothing_of_sentences() -> None:
    refusing = Citing(status="no_answer")
    assert values(refusing) == {"refused": 1}
    found = values(refusing, {0})
    ranks = {f"{name}@{k}" for name in ("answer", "cosine") for k in (1, 2, 3)}
    assert found.keys() == {"right", "recall@1", "recall@5", "recall@10"} | ranks
    assert (found["right"], found["recall@1"]) == (0, 1)
    assert values(Citing(SENTENCES[0])) == {"refused": 0, "precision": 0, "quotes": 1}


def test_the_first_sentence_with_abstention_off_is_right_if_somebody_selected_it() -> None:
    # the fake ranks "It is old ." first for "is the moon old", "It is far ." next
    found = values(Citing(status="no_answer"), {0})
    assert [found[f"answer@{k}"] for k in (1, 2, 3)] == [1, 1, 1]
    found = values(Citing(status="no_answer"), {3}, {1, 3})
    assert [found[f"answer@{k}"] for k in (1, 2, 3)] == [0, 1, 1]
    assert "answer@1" not in values(Citing(SENTENCES[0]))
