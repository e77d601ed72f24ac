from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from evals.data.squad import load_squad
from evals.types import EvalError
from tests.evals.made import DATA, needs_data, squad_file


def test_squad(tmp_path: Path) -> None:
    loaded = load_squad(squad_file(tmp_path / "dev.json"))
    context = "In 1990 it had 40 members. It has 140 now."
    sha256 = hashlib.sha256(context.encode()).hexdigest()
    first, second = loaded.questions
    assert (first.must_quote, first.answerable, first.group) == ((("40",),), True, "The/Club")
    assert (second.must_quote, second.answerable, second.kind) == ((), False, "unanswerable")
    assert first.text_sha256 == second.text_sha256 == sha256
    assert loaded.texts == {
        "The_Club/The_Club_000.txt": context,
        "The_Club/The_Club_001.txt": "A second one.",
        "The_Club_1/The_Club_1_000.txt": "A second one.",
    }


def test_squad_in_a_folder(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="holds no JSON file"):
        load_squad(tmp_path)
    squad_file(tmp_path / "train.json")
    assert load_squad(tmp_path).info.name == "train"
    squad_file(tmp_path / "dev-v2.json")
    assert load_squad(tmp_path).info.name == "dev-v2"
    assert load_squad(tmp_path, "train").info.name == "train"


def test_a_broken_squad_file_is_named_with_the_place(tmp_path: Path) -> None:
    path = squad_file(tmp_path / "dev.json")
    whole = json.loads(path.read_text())
    whole["data"][0]["paragraphs"][0]["qas"][0]["answers"] = []
    path.write_text(json.dumps(whole))
    with pytest.raises(EvalError, match=r'article "The/Club", paragraph 0: the question "a"'):
        load_squad(path)
    path.write_text('{"data": 3}')
    with pytest.raises(EvalError, match='"data" is 3, not a list'):
        load_squad(path)


@needs_data
def test_the_published_files_load_whole() -> None:
    """Counts as the data sets' own pages, or the note beside our copies, state them."""
    squad = load_squad(DATA / "squad" / "dev-v2.0-part.json")
    assert len(squad.questions) == 1624
    assert sum(not question.answerable for question in squad.questions) == 783
    assert len({question.group for question in squad.questions}) == 5
    old = load_squad(DATA / "squad" / "train-v1.1-part.json")
    assert sum(question.answerable for question in old.questions) == len(old.questions) == 4557


@needs_data
def test_every_gold_answer_of_squad_stands_in_its_paragraph() -> None:
    """Else the rule for right answers would ask for what no quote can give."""
    from evals.metrics import groups_in
    from evals.types import Quote

    squad = load_squad(DATA / "squad" / "dev-v2.0-part.json")
    by_hash = {hashlib.sha256(t.encode()).hexdigest(): t for t in squad.texts.values()}
    lost = [
        question.id
        for question in squad.questions
        if question.answerable
        and question.text_sha256
        and not groups_in(question, [Quote(by_hash[question.text_sha256], question.text_sha256)])
    ]
    assert lost == []
