from __future__ import annotations

import hashlib
import json
from pathlib import Path
from typing import Any

import pytest

from evals.datasets import SHIPPED, load_beir, load_set, load_squad
from evals.types import EvalError, Query, Question
from rag.types import Turn

DATA = Path(__file__).parents[3] / "shared" / "data"
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason="../shared/data is not here")
GOOD = {"id": "q1", "question": "How many?", "answerable": True, "must_quote": [["about 70"]]}


def lines(path: Path, *rows: Any) -> Path:
    written = (row if isinstance(row, str) else json.dumps(row) for row in rows)
    path.write_text("\n".join(written), encoding="utf-8")
    return path


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


def test_beir(tmp_path: Path) -> None:
    loaded = load_beir(beir_folder(tmp_path / "weather"))
    assert loaded.queries == (Query("x", "rain?", {"1": 2}),)
    assert loaded.texts == {"1.txt": "Rain\n\nRain falls.", "2%2Fb.txt": "Snow falls in winter."}
    assert loaded.ids == {"1.txt": ("1",), "2%2Fb.txt": ("2/b", "3")}
    assert (loaded.info.split, loaded.published) == ("test", {})
    with pytest.raises(EvalError, match=r"train\.tsv does not exist"):
        load_beir(tmp_path / "weather", "train")


@pytest.mark.parametrize(
    ("qrels", "wrong"),
    [
        ("query-id\tcorpus-id\tscore\nx 1 1", "line 2: needs query-id, corpus-id and score"),
        ("query-id\tcorpus-id\tscore\nx\t1\tyes", "line 2: the score"),
        ("query-id\tcorpus-id\tscore\nz\t1\t1", 'judges the query "z"'),
        ("query-id\tcorpus-id\tscore\n", "judges no query"),
    ],
)
def test_broken_qrels_are_named(tmp_path: Path, qrels: str, wrong: str) -> None:
    folder = beir_folder(tmp_path / "weather")
    (folder / "qrels" / "test.tsv").write_text(qrels)
    with pytest.raises(EvalError, match=wrong):
        load_beir(folder)


@needs_data
def test_published_data_sets_load_whole() -> None:
    """Counts as the data sets' own pages, or the note beside our copies, state them."""
    squad = load_squad(DATA / "squad" / "dev-v2.0-part.json")
    assert len(squad.questions) == 1624
    assert sum(not question.answerable for question in squad.questions) == 783
    assert len({question.group for question in squad.questions}) == 5
    old = load_squad(DATA / "squad" / "train-v1.1-part.json")
    assert sum(question.answerable for question in old.questions) == len(old.questions) == 4557
    scifact = load_beir(DATA / "scifact")
    assert len(scifact.queries) == 300
    assert sum(len(ids) for ids in scifact.ids.values()) == 5183
    assert scifact.published["dense nDCG@10"] == "0.645"


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
