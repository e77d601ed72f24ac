"""What was written for training: questions asked again, and documents with their questions."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from evals.data.squad import load_squad
from rag.training.pairs import build
from rag.training.pairs.asked import FILE as ASKED_FILE
from rag.training.pairs.asked import key_of as key_of_text
from rag.training.pairs.asked import read_asked
from rag.training.pairs.corpora import family, read_all
from rag.training.pairs.restated import key_of, read_restated, with_restated
from rag.training.pairs.types import Labelled, Pair
from rag.training.pairs.written import FILES, read_written
from tests.rag.training.mill import MILL

SHARED = Path(__file__).parents[3].parent / "shared" / "data"
needs_data = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/data is not there")

ASKED = Labelled("Who founded the mill?", MILL, (1,), ("Clara Whitlow",), True, "squad1", "Ashford")
AGAIN = "Which woman set up the works at Ashford?"


def made(monkeypatch: pytest.MonkeyPatch, restated: dict[str, list[str]]) -> list[Pair]:
    monkeypatch.setattr(build, "read_restated", lambda: restated)
    return [pair for _, pair in build.make([ASKED], 7) if pair.source != "tables"]


def test_a_question_asked_again_has_the_same_answer_and_its_own_misses(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    before = made(monkeypatch, {})
    after = made(monkeypatch, {key_of(ASKED): [AGAIN], "of another": ["Who?"]})
    more = [pair for pair in after if pair.source == "restated"]
    assert [pair for pair in after if pair not in more] == before
    plain = [pair for pair in more if pair.question == AGAIN]
    assert {(pair.sentence, pair.label) for pair in plain} >= {
        (MILL.sentences[1], 1),
        (MILL.sentences[0], 0),
        (MILL.sentences[2], 0),
    }
    assert all(pair.group == "Ashford" for pair in more)
    span = next(pair.span for pair in plain if pair.label)
    assert span is not None
    assert MILL.sentences[1][slice(*span)] == "Clara Whitlow"


def test_a_set_is_asked_again_under_the_same_answers(tmp_path: Path) -> None:
    rows = [
        {"id": "1", "question": " Who founded  the mill?", "answers": [{"text": "Clara Whitlow"}]},
        {"id": "2", "question": "Who sold it?", "answers": [], "is_impossible": True},
    ]
    paragraph = {"context": " ".join(MILL.sentences), "qas": rows}
    path = tmp_path / "squad.json"
    path.write_text(json.dumps({"data": [{"title": "Ash_ford", "paragraphs": [paragraph]}]}))
    key = key_of(Labelled("Who founded the mill?", MILL, (), (), True, "squad2", "Ash ford"))
    first, again, second = with_restated(load_squad(path), "squad2", {key: [AGAIN]}).questions
    assert (again.question, again.must_quote, again.group) == (
        AGAIN,
        first.must_quote,
        first.group,
    )
    assert len({first.id, again.id, second.id}) == 3
    assert not second.answerable


def test_what_was_asked_again_is_there_once() -> None:
    restated = read_restated()
    assert sum(map(len, restated.values())) > 10_000
    assert all(len(set(some)) == len(some) and all(some) for some in restated.values())


@needs_data
def test_what_was_asked_again_and_asked_more_is_about_the_sets() -> None:
    labelled = list(read_all(SHARED))
    assert set(read_restated()) <= {key_of(one) for one in labelled}
    asked = list(read_asked(labelled))
    assert len(asked) == len(ASKED_FILE.read_text(encoding="utf-8").splitlines())
    assert not [one for one in asked if one.answerable and not one.right]
    sides = build.split(labelled)
    assert {sides[family(one.group)] for one in asked} == {"train"}


def test_more_is_asked_about_a_text_that_is_there(tmp_path: Path) -> None:
    of = key_of_text(MILL, "Ashford")
    rows = [
        {"of": of, "question": "How many worked there?", "sentence": 2, "answer": "240"},
        {"of": of, "question": "Who sold the mill?"},
        {"of": "of no text", "question": "Who?"},
    ]
    path = tmp_path / "asked.jsonl"
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    first, second = read_asked([ASKED], path)
    assert (first.right, first.answers, first.group) == ((2,), ("240",), "Ashford")
    assert not second.answerable
    made = [pair for _, pair in build.make([ASKED, first, second], 7) if pair.source == "asked"]
    missed = [pair for pair in made if pair.question == "Who sold the mill?"]
    assert {pair.kind for pair in missed} >= {"not_said"}
    assert not [pair for pair in missed if pair.label]


def document(tmp_path: Path, **question: str | list[str]) -> Path:
    text = "# Pool\n\n## Times\n\n1. We open at 7. Children swim until 6 p.m.\n\n## Fees\n\nFree.\n"
    path = tmp_path / "written.jsonl"
    path.write_text(json.dumps({"title": "Pool", "text": text, "questions": [question]}))
    return path


def test_a_document_is_cut_as_the_index_cuts_it(tmp_path: Path) -> None:
    asked = {"question": "How long may my son stay?", "sentence": "Children", "answer": "6 p.m."}
    (one,) = read_written(document(tmp_path, **asked))
    assert one.text.sentences == ("We open at 7.", "Children swim until 6 p.m.", "Free.")
    assert one.text.headings[1:] == (("Pool", "Times"), ("Pool", "Fees"))
    assert (one.right, one.answers, one.answerable) == ((1,), ("6 p.m.",), True)
    (other,) = read_written(document(tmp_path, question="What does a towel cost?"))
    assert (other.right, other.answerable) == ((), False)


def test_several_sentences_answer_together(tmp_path: Path) -> None:
    asked = {"question": "What are the times?", "sentence": "We open", "also": ["Children swim"]}
    (one,) = read_written(document(tmp_path, **asked))
    assert one.right == (0, 1)
    right = [pair for _, pair in build.make([one], 7) if pair.label and pair.source == "written"]
    assert {pair.sentence for pair in right} >= set(one.text.sentences[:2])
    with pytest.raises(ValueError, match="no sentence answers"):
        list(read_written(document(tmp_path, **asked | {"also": ["Adults"]})))


@pytest.mark.parametrize("sentence", ["We open", "Adults"])
def test_a_sentence_without_the_answer_is_named(tmp_path: Path, sentence: str) -> None:
    path = document(tmp_path, question="Until when?", sentence=sentence, answer="6 p.m.")
    with pytest.raises(ValueError, match=r"Pool: no sentence answers 'Until when\?'"):
        list(read_written(path))


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_each_document_that_is_written_is_answered_and_missed(file: Path) -> None:
    asked = list(read_written(file))
    titles = {one.group for one in asked}
    assert len(titles) == len(file.read_text(encoding="utf-8").splitlines()) > 100
    for answerable in (True, False):
        assert {one.group for one in asked if one.answerable is answerable} == titles
