from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from evals.data.clapnq import load_clapnq
from evals.types import EvalError
from tests.evals.made import CLAPNQ, DATA, MOON, clapnq_folder, lines, needs_data, output

STORED = "The Moon\n\nIt 's old . It has no  air . Tides come of it . "


def test_passages_questions_and_what_each_annotator_selected(tmp_path: Path) -> None:
    loaded = load_clapnq(clapnq_folder(tmp_path / "dev"))
    assert loaded.texts == {
        "-1.txt": STORED,
        "2.txt": "Tea\n\nTea grows in Assam . It is green . ",
    }
    answerable, other = loaded.questions
    question = answerable.question
    assert (question.id, question.question) == ("-1", "has it no air")
    assert (question.kind, question.answerable, question.group) == ("answerable", True, "The Moon")
    assert question.text_sha256 == hashlib.sha256(STORED.encode()).hexdigest()
    assert [span.of(STORED) for span in answerable.sentences] == MOON["sentences"]
    assert answerable.selected == ({1}, {0, 1})  # who skipped selected nothing
    assert (other.question.answerable, other.question.kind) == (False, "unanswerable")
    assert (other.selected, loaded.notes) == ((), ())


def test_a_file_and_a_split(tmp_path: Path) -> None:
    folder = clapnq_folder(tmp_path / "all")
    file = folder / "clapnq_dev_answerable.jsonl"
    assert [one.id for one in load_clapnq(file).questions] == ["-1"]
    lines(folder / "clapnq_train_answerable.jsonl", CLAPNQ[0] | {"id": "3"})
    assert [one.id for one in load_clapnq(folder, "train").questions] == ["3"]
    assert len(load_clapnq(folder).questions) == 3
    assert len(load_clapnq(folder).texts) == 2  # of one passage one text
    with pytest.raises(EvalError, match=r"holds clapnq_dev_answerable\.jsonl, .*; give a folder"):
        load_clapnq(folder, "test")


def test_an_answer_without_selected_sentences_is_left_out_and_said(tmp_path: Path) -> None:
    more = CLAPNQ[0] | {"id": "4", "output": [output("Yes .")]}
    skipped = CLAPNQ[0] | {"id": "5", "output": [output("", skip=True)]}
    loaded = load_clapnq(clapnq_folder(tmp_path / "dev", more, skipped))
    assert [one.id for one in loaded.questions] == ["-1", "2"]
    assert loaded.notes == ("2 left out: answered, but nobody selected a sentence.",)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"id": ""}, '"id" is empty'),
        ({"input": None}, '"input" is null, not a text'),
        ({"passages": []}, '"passages" holds 0 passages, not one'),
        ({"passages": [MOON, MOON]}, '"passages" holds 2 passages, not one'),
        ({"passages": [MOON | {"sentences": [3]}]}, '"sentences" must be a list of texts'),
        ({"passages": [MOON | {"text": "It has no air ."}]}, 'sentence "It \'s old ." does not'),
        ({"passages": [MOON | {"title": ""}]}, '"title" is empty'),
        ({"output": "no"}, '"output" is "no", not a list'),
        ({"output": [output("No .", "Never .")]}, '"Never ." is selected, but no sentence of'),
        ({"id": "-1"}, 'the id "-1" is used twice'),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, change: dict[str, Any], wrong: str) -> None:
    row = CLAPNQ[0] | {"id": "7"} | change
    path = lines(tmp_path / "dev.jsonl", CLAPNQ[0], row)
    with pytest.raises(EvalError) as caught:
        load_clapnq(path)
    assert str(caught.value).startswith(f"{path}, line 2: ")
    assert wrong in str(caught.value)


@needs_data
def test_the_published_files_load_whole() -> None:
    """Counts of the note beside our copy; one question has answers and no selected sentence."""
    loaded = load_clapnq(DATA / "clapnq")
    answerable = [one for one in loaded.questions if one.question.answerable]
    assert (len(answerable), len(loaded.questions)) == (142, 142 + 132)
    assert loaded.notes == ("1 left out: answered, but nobody selected a sentence.",)
    assert len(loaded.texts) == 274
    stored = {hashlib.sha256(text.encode()).hexdigest(): text for text in loaded.texts.values()}
    for one in loaded.questions:
        assert all(one.sentences), "every sentence was found"
        assert one.question.text_sha256 in stored
