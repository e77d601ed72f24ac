"""Small data sets in the published formats, and where the real ones are."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")


def lines(path: Path, *rows: Any) -> Path:
    written = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("\n".join(written), encoding="utf-8")
    return path


def squad_file(path: Path) -> Path:
    paragraph = {
        "context": "In 1990 it had 40 members. It has 140 now.",
        "qas": [
            {"id": "a", "question": "How many in 1990?", "answers": [{"text": "40"}] * 2},
            {"id": "b", "question": "Who led it?", "answers": [], "is_impossible": True},
        ],
    }
    other = {"context": "A second one.", "qas": []}
    data = [
        {"title": "The/Club", "paragraphs": [paragraph, other]},
        {"title": "The_Club", "paragraphs": [other]},
    ]
    path.write_text(json.dumps({"version": "v2.0", "data": data}), encoding="utf-8")
    return path


def beir_folder(path: Path) -> Path:
    (path / "qrels").mkdir(parents=True)
    lines(
        path / "corpus.jsonl",
        {"_id": "1", "title": "Rain", "text": "Rain falls."},
        {"_id": "2/b", "title": "", "text": "Snow falls in winter."},
        {"_id": "3", "text": "Snow falls in winter."},
    )
    lines(path / "queries.jsonl", {"_id": "x", "text": "rain?"}, {"_id": "y", "text": "unjudged"})
    (path / "qrels" / "test.tsv").write_text("query-id\tcorpus-id\tscore\nx\t1\t2\nx\t3\t0\n")
    return path


def passage(title: str, *sentences: str) -> dict[str, Any]:
    return {"title": title, "text": " ".join(sentences) + " ", "sentences": list(sentences)}


def output(answer: str, *selected: str, skip: bool = False) -> dict[str, Any]:
    return {"answer": answer, "selected_sentences": list(selected), "meta": {"skip": skip}}


MOON = passage("The Moon", "It 's old .", "It has no  air .", "Tides come of it .")
TEA = passage("Tea", "Tea grows in Assam .", "It is green .")
CLAPNQ = (
    {
        "id": "-1",
        "input": "has it no air",
        "passages": [MOON],
        "output": [
            output("No .", "It has no  air ."),
            output("", skip=True),
            output("No , it 's old .", "It 's old .", "It has no  air ."),
        ],
    },
    {"id": "2", "input": "who sells tea", "passages": [TEA], "output": [output("")]},
)


def clapnq_folder(path: Path, *more: dict[str, Any]) -> Path:
    path.mkdir()
    lines(path / "clapnq_dev_answerable.jsonl", CLAPNQ[0], *more)
    lines(path / "clapnq_dev_unanswerable.jsonl", CLAPNQ[1])
    return path


MEETING = {
    "specific_query_list": [
        {"query": "What did Ann say on tea?", "relevant_text_span": [["1", "1"], ["3", "3"]]},
        {"query": "Summarize the  talk on coffee.", "relevant_text_span": [["2", "2"]]},
    ],
    "meeting_transcripts": [
        {"speaker": "The Chair (Hon. Bo (York, Lib.))", "content": "I call the meeting to order."},
        {"speaker": "Ms. Ann Lee (York, GP)", "content": "Tea from Assam costs too much."},
        {"speaker": "The Chair", "content": " Coffee  is dear."},
        {"speaker": "Ms. Ann Lee", "content": "Tea is better."},
    ],
}
TRANSCRIPT = (
    "The Chair: I call the meeting to order.\n\nMs. Ann Lee: Tea from Assam costs too much.\n\n"
    "The Chair: Coffee is dear.\n\nMs. Ann Lee: Tea is better."
)


def qmsum_folder(path: Path) -> Path:
    for split, name in (("train", "covid_1"), ("train", "Bed001"), ("val", "education_2")):
        (path / split).mkdir(parents=True, exist_ok=True)
        (path / split / f"{name}.json").write_text(json.dumps(MEETING), encoding="utf-8")
    return path


def mtrag_task(id: str, turns: list[str], *contexts: str) -> dict[str, Any]:
    speakers = ("user", "agent")
    return {
        "task_id": id,
        "input": [{"speaker": speakers[n % 2], "text": one} for n, one in enumerate(turns)],
        "contexts": [{"document_id": one} for one in contexts],
    }


MTRAG = {
    "documents": [
        {"document_id": "a/1", "text": "Tea grows in Assam."},
        {"document_id": "a/2", "text": "Tea grows in Assam."},
        {"document_id": "b", "text": "Assam has eight rivers."},
    ],
    "tasks": [
        mtrag_task("x<::>1", ["Where does tea grow?"], "a/1", "a/2"),
        mtrag_task("x<::>2", ["Where does tea grow?", "In Assam.", "Does it have rivers?"], "b"),
        mtrag_task("x<::>3", ["Where does tea grow?", "In Assam.", "Thanks!"]),
    ],
}


def mtrag_folder(path: Path) -> Path:
    folder = path / "retrieval_tasks" / "govt"
    folder.mkdir(parents=True)
    (path / "human_subset.json").write_text(json.dumps(MTRAG), encoding="utf-8")
    lines(
        folder / "govt_rewrite.jsonl",
        {"_id": "x<::>1", "text": "|user|: Where does tea grow?"},
        {"_id": "x<::>2", "text": "|user|: Does Assam have rivers?"},
    )
    return path
