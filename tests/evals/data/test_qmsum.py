from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from evals.data.qmsum import load_qmsum
from evals.types import EvalError
from index.readers.text import read
from tests.evals.made import DATA, MEETING, TRANSCRIPT, needs_data, qmsum_folder


def test_a_meeting_becomes_a_text_with_speakers_and_its_queries(tmp_path: Path) -> None:
    loaded = load_qmsum(qmsum_folder(tmp_path) / "train" / "covid_1.json")
    assert loaded.texts == {"covid_1.txt": TRANSCRIPT}
    first, second = loaded.questions
    assert (first.id, first.question.kind, first.question.group) == (
        "covid_1:0",
        "question",
        "covid_1",
    )
    assert first.question.text_sha256 == hashlib.sha256(TRANSCRIPT.encode()).hexdigest()
    assert [span.of(TRANSCRIPT) for span in first.gold] == [
        "Ms. Ann Lee: Tea from Assam costs too much.",
        "Ms. Ann Lee: Tea is better.",
    ]
    assert (second.question.question, second.question.kind) == (
        "Summarize the talk on coffee.",
        "summary",
    )
    assert loaded.info.split is None


def test_the_committees_of_train_and_val_unless_a_split_is_named(tmp_path: Path) -> None:
    folder = qmsum_folder(tmp_path)
    assert set(load_qmsum(folder).texts) == {"covid_1.txt", "education_2.txt"}
    assert load_qmsum(folder).info.split == "committees"
    assert set(load_qmsum(folder, "train").texts) == {"Bed001.txt", "covid_1.txt"}
    with pytest.raises(EvalError, match="holds no test of QMSum"):
        load_qmsum(folder, "test")
    with pytest.raises(EvalError, match="it can be committees or train or val or test"):
        load_qmsum(folder, "dev")
    with pytest.raises(EvalError, match="holds no committees of QMSum; give the folder that"):
        load_qmsum(folder / "train")


def query(**change: Any) -> dict[str, Any]:
    row = {"query": "Why?", "relevant_text_span": [["0", "1"]]} | change
    return MEETING | {"specific_query_list": [row]}


@pytest.mark.parametrize(
    ("meeting", "wrong"),
    [
        ([], "is no JSON object"),
        ({"specific_query_list": []}, '"meeting_transcripts" is missing'),
        (MEETING | {"meeting_transcripts": [{"speaker": "Bo"}]}, '"content" is missing'),
        (MEETING | {"specific_query_list": []}, "holds no query"),
        (query(query=" "), 'query 0: "query" is empty'),
        (query(relevant_text_span=[]), 'query 0: "relevant_text_span" is empty'),
        (query(relevant_text_span=[["0"]]), "must hold pairs of turn numbers"),
        (query(relevant_text_span=[["a", "1"]]), "must hold pairs of turn numbers"),
        (query(relevant_text_span=[["2", "4"]]), "turns 2 to 4 are not among the meeting's 4"),
        (query(relevant_text_span=[["2", "1"]]), "turns 2 to 1 are not among the meeting's 4"),
    ],
)
def test_a_broken_meeting_is_named(tmp_path: Path, meeting: Any, wrong: str) -> None:
    path = tmp_path / "covid_1.json"
    path.write_text(json.dumps(meeting))
    with pytest.raises(EvalError) as caught:
        load_qmsum(path)
    assert str(caught.value).startswith(str(path))
    assert wrong in str(caught.value)


@needs_data
def test_the_committees_load_whole_and_the_readers_know_their_speakers() -> None:
    loaded = load_qmsum(DATA / "qmsum")
    assert (len(loaded.texts), len(loaded.questions)) == (30, 351)
    text = loaded.texts["education_10.txt"]
    spoken = [section for section in read(text.encode(), "x.txt").sections if section.speaker]
    assert len(spoken) == text.count("\n\n") + 1 == 132
