from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.data.mtrag import load_mtrag
from evals.types import EvalError, FollowUp
from rag.types import Turn
from tests.evals.made import DATA, MTRAG, lines, mtrag_folder, mtrag_task, needs_data


def test_tasks_with_passages_their_rewrites_and_the_pool(tmp_path: Path) -> None:
    loaded = load_mtrag(mtrag_folder(tmp_path))
    history = (Turn("user", "Where does tea grow?"), Turn("assistant", "In Assam."))
    tea, rivers = frozenset({"a%2F1.txt"}), frozenset({"b.txt"})
    assert loaded.questions == (
        FollowUp("x<::>1", "x", "Where does tea grow?", "Where does tea grow?", (), tea),
        FollowUp("x<::>2", "x", "Does it have rivers?", "Does Assam have rivers?", history, rivers),
    )
    assert loaded.texts == {"a%2F1.txt": "Tea grows in Assam.", "b.txt": "Assam has eight rivers."}
    assert loaded.notes[0].startswith("Searched: the 2 passages")


def test_the_file_may_be_named_itself_also_where_it_is_published(tmp_path: Path) -> None:
    folder = mtrag_folder(tmp_path)
    whole = load_mtrag(folder)
    assert load_mtrag(folder / "human_subset.json") == whole
    (folder / "evaluations").mkdir()
    published = folder / "evaluations" / "reference_subset_with_human_evaluations.json"
    (folder / "human_subset.json").rename(published)
    assert load_mtrag(published).questions == load_mtrag(folder).questions == whole.questions


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match=r"holds neither human_subset\.json nor"):
        load_mtrag(tmp_path)
    (tmp_path / "human_subset.json").write_text(json.dumps(MTRAG))
    with pytest.raises(EvalError, match=r"retrieval_tasks holds no .*_rewrite\.jsonl"):
        load_mtrag(tmp_path)


@pytest.mark.parametrize(
    ("change", "wrong"),
    [
        ({"documents": None}, '"documents" is null, not a list'),
        ({"documents": [{"document_id": "a"}]}, 'document 0: "text" is missing'),
        ({"tasks": [mtrag_task("x<::>1", ["Why?"], "c")]}, 'task 0: the passage "c" is not among'),
        ({"tasks": [mtrag_task("x<::>1", ["Why?", "So."], "b")]}, "does not end with the user"),
        ({"tasks": [mtrag_task("x<::>1", [], "b")]}, "does not end with the user"),
        ({"tasks": [mtrag_task("y<::>1", ["Why?"], "b")]}, '"y<::>1" has no rewrite'),
        ({"tasks": [mtrag_task("x<::>1", ["Why?"])]}, "holds no question with passages"),
        ({"tasks": MTRAG["tasks"][:1] * 2}, 'task 1: the id "x<::>1" is used twice'),
        (
            {"tasks": [{"task_id": "z", "input": [{"speaker": "bot", "text": ""}]}]},
            '"speaker" is "bot"; it can be "user" or "agent"',
        ),
    ],
)
def test_a_broken_file_is_named(tmp_path: Path, change: dict[str, Any], wrong: str) -> None:
    path = mtrag_folder(tmp_path) / "human_subset.json"
    path.write_text(json.dumps(MTRAG | change))
    with pytest.raises(EvalError) as caught:
        load_mtrag(path)
    assert str(caught.value).startswith(str(path))
    assert wrong in str(caught.value)


def test_a_broken_rewrite_is_named(tmp_path: Path) -> None:
    folder = mtrag_folder(tmp_path)
    lines(folder / "retrieval_tasks" / "govt" / "govt_rewrite.jsonl", {"_id": "x<::>1"})
    with pytest.raises(EvalError, match=r'govt_rewrite\.jsonl, line 1: "text" is missing'):
        load_mtrag(folder)


@needs_data
def test_the_published_subset_agrees_with_the_qrels() -> None:
    """What the tasks name as their passages is what the retrieval tasks judge as relevant."""
    loaded = load_mtrag(DATA / "mtrag")
    assert len(loaded.questions) == 150
    assert len(loaded.texts) == 337  # of 350, 13 hold the words of another
    whole = json.loads((DATA / "mtrag" / "human_subset.json").read_text(encoding="utf-8"))
    named = {
        (task["task_id"], context["document_id"])
        for task in whole["tasks"]
        for context in task["contexts"]
    }
    judged = set()
    for file in (DATA / "mtrag" / "retrieval_tasks").glob("*/qrels/dev.tsv"):
        rows = [line.split("\t") for line in file.read_text(encoding="utf-8").splitlines()[1:]]
        judged |= {(query, passage) for query, passage, _ in rows}
    asked = {one.id for one in loaded.questions}
    assert named == {pair for pair in judged if pair[0] in asked}
