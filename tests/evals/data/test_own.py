from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any

import pytest

from evals.data.own import SHIPPED, load_set
from evals.types import EvalError, Question
from rag.types import Turn
from tests.evals.made import lines

GOOD = {"id": "q1", "question": "How many?", "answerable": True, "must_quote": [["about 70"]]}


def test_every_field_of_an_own_set(tmp_path: Path) -> None:
    full = GOOD | {
        "must_not_quote": ["2,500"],
        "max_quotes": 2,
        "document": "news.txt",
        "history": [{"role": "user", "content": "Who?"}, {"role": "assistant", "content": ""}],
        "kind": "fact",
        "split": "fit",
        "unknown": {"ignored": True},
    }
    bare = {"id": "q2", "question": "Why?", "answerable": False}
    path = lines(tmp_path / "small.jsonl", full, "", bare)
    loaded = load_set(path)
    assert loaded.questions == (
        Question(
            id="q1",
            question="How many?",
            answerable=True,
            must_quote=(("about 70",),),
            must_not_quote=("2,500",),
            max_quotes=2,
            history=(Turn("user", "Who?"), Turn("assistant", "")),
            kind="fact",
            group="news.txt",
            split="fit",
        ),
        Question(id="q2", question="Why?", answerable=False),
    )
    assert (loaded.info.name, loaded.info.kind) == ("small", "own")
    assert loaded.info.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()
    assert [question.id for question in load_set(path, "fit").questions] == ["q1"]
    with pytest.raises(EvalError, match='holds no question of the split "test"'):
        load_set(path, "test")


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        ("{", "is not JSON"),
        ("[" * 100_000, "is not JSON"),
        ([1], "is no JSON object"),
        ({"question": "?", "answerable": False}, '"id" is missing'),
        (GOOD | {"id": " "}, '"id" is empty'),
        (GOOD | {"id": 7}, '"id" is 7, not a text'),
        (GOOD | {"question": None}, '"question" is null, not a text'),
        (GOOD | {"answerable": "yes"}, '"answerable" is "yes", not true or false'),
        (GOOD | {"must_quote": []}, "say what to quote"),
        (GOOD | {"must_quote": ["about 70"]}, "must be a list of lists of texts"),
        (GOOD | {"must_quote": [[]]}, "must be a list of lists of texts"),
        (GOOD | {"must_quote": [["7 "]]}, "too short"),
        (GOOD | {"answerable": False}, "the question is not answerable"),
        (GOOD | {"must_not_quote": "2,500"}, '"must_not_quote" is "2,500", not a list'),
        (GOOD | {"must_not_quote": [3]}, "must be a list of texts"),
        (GOOD | {"max_quotes": 0}, "from 1 up"),
        (GOOD | {"max_quotes": True}, "from 1 up"),
        (GOOD | {"max_quotes": "2"}, '"max_quotes" is "2"'),
        (GOOD | {"history": [{"role": "robot", "content": ""}]}, 'is "robot"'),
        (GOOD | {"history": ["Who?"]}, "is no JSON object"),
        (GOOD | {"split": "dev"}, 'it can be "fit" or "test"'),
        (GOOD | {"id": "q0"}, 'the id "q0" is used twice'),
    ],
)
def test_a_broken_line_is_named(tmp_path: Path, row: Any, wrong: str) -> None:
    path = lines(tmp_path / "set.jsonl", GOOD | {"id": "q0"}, "", row)
    with pytest.raises(EvalError) as caught:
        load_set(path)
    assert str(caught.value).startswith(f"{path}, line 3: ")
    assert wrong in str(caught.value)


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="does not exist"):
        load_set(tmp_path / "none.jsonl")
    with pytest.raises(EvalError, match="cannot be read"):
        load_set(tmp_path)
    latin = tmp_path / "latin.jsonl"
    latin.write_bytes('{"id": "é"}'.encode("latin-1"))
    with pytest.raises(EvalError, match="save it as UTF-8"):
        load_set(latin)


def test_the_shipped_set_loads() -> None:
    questions = load_set(SHIPPED).questions
    assert sum(question.answerable for question in questions) >= 65
    assert sum(not question.answerable for question in questions) >= 35
