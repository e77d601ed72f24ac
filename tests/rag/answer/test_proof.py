"""``verify``: what it must see, and what is free because it claims nothing."""

from __future__ import annotations

import copy
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.engine import Engine
from rag.errors import QuestionError
from rag.types import Json
from tests.fakes import FakeEmbedder
from tests.rag.worlds import open_engine, write

# Of an answer object; all else is checked.
FREE = {
    "id", "answer_key", "question", "standalone_question", "confidence", "calibration",
    "removed", "warnings", "filter", "index", "timings_ms",
}  # fmt: skip
CHECKED = {
    "schema", "status", "mode", "requested_mode", "fallback", "text", "sentences", "citations",
    "reason",
}  # fmt: skip
CITATION_STRINGS = (
    "type", "document_id", "document_title", "path", "unit", "section", "columns", "speaker",
    "date", "cited_text", "text_sha256",
)  # fmt: skip
LIST = "What is the conference on terrorism and when did Tasmagambetov meet Lavrov?"


@pytest.fixture(scope="module")
def answers(seeds_engine: Engine) -> dict[str, Json]:
    questions = {
        "fact": "When was the conference on combating terrorism held in Bishkek?",
        "speaker": "Do the Peacekeeping Forces have the right to use weapons?",
        "parts": LIST,
        "refused": "Who won the football world cup in 1966?",
        "info": "What documents do you have?",
        "hello": "Hello!",
    }
    return {name: seeds_engine.ask(text).to_dict() for name, text in questions.items()}


def changed(answer: Json, change: Callable[[Json], object]) -> Json:
    other = copy.deepcopy(answer)
    change(other)
    assert other != answer
    return other


def letters(text: str) -> Iterator[str]:
    """Each string that differs from the text in one place."""
    for at, char in enumerate(text):
        yield text[:at] + text[at + 1 :]
        yield text[:at] + ("x" if char != "x" else "y") + text[at + 1 :]
        yield text[:at] + " " + text[at:]


def test_free_and_checked_are_all_fields(answers: dict[str, Json]) -> None:
    for answer in answers.values():
        assert answer.keys() == FREE | CHECKED
    assert answers["fact"]["status"] == answers["speaker"]["status"] == "answered"
    assert answers["refused"]["status"] == "no_answer"
    assert answers["speaker"]["citations"][0]["speaker"]


def test_an_untouched_answer_holds(seeds_engine: Engine, answers: dict[str, Json]) -> None:
    for answer in answers.values():
        report = seeds_engine.verify(json.loads(json.dumps(answer)))
        assert report["holds"], report
        assert report["schema"] == "citewell.verify/1"
        named = [*answer["citations"], *(answer["reason"] or {"nearest": []})["nearest"]]
        assert [one["number"] for one in report["citations"]] == [c["number"] for c in named]
        for one in report["citations"]:
            assert (one["status"], one["file_changed"]) == ("holds", False)


def test_what_is_free_may_change(seeds_engine: Engine, answers: dict[str, Json]) -> None:
    for name in FREE:
        other = changed(answers["fact"], lambda one, name=name: one.update({name: "else"}))
        assert seeds_engine.verify(other)["holds"], name
    other = changed(answers["refused"], lambda one: one["reason"].update(message="No."))
    assert seeds_engine.verify(other)["holds"]


@pytest.mark.parametrize("which", ["fact", "speaker", "refused"])
def test_every_character_of_a_citation(
    seeds_engine: Engine, answers: dict[str, Json], which: str
) -> None:
    answer = answers[which]
    place = (answer["reason"] or {}).get("nearest") or answer["citations"]
    for number in range(min(2, len(place))):
        for name in CITATION_STRINGS:
            for text in letters(place[number][name] or ""):
                other = copy.deepcopy(answer)
                target = (other["reason"] or {}).get("nearest") or other["citations"]
                target[number][name] = text
                if which != "refused" and name == "cited_text":  # a forger changes all three
                    other["sentences"][number]["text"] = text
                    other["text"] = " ".join(
                        f"{one['text']} [{n}]" for n, one in enumerate(other["sentences"], 1)
                    )
                assert not seeds_engine.verify(other)["holds"], (name, text)


@pytest.mark.parametrize("which", ["fact", "speaker"])
def test_every_character_of_sentences_and_text(
    seeds_engine: Engine, answers: dict[str, Json], which: str
) -> None:
    answer = answers[which]
    for text in letters(answer["text"]):
        other = changed(answer, lambda one, text=text: one.update(text=text))
        assert not seeds_engine.verify(other)["holds"]
    for text in letters(answer["sentences"][0]["text"]):
        other = changed(answer, lambda one, text=text: one["sentences"][0].update(text=text))
        assert not seeds_engine.verify(other)["holds"]


@pytest.mark.parametrize("name", ["schema", "status", "mode", "requested_mode"])
def test_every_character_of_the_words_that_name_a_kind(
    seeds_engine: Engine, answers: dict[str, Json], name: str
) -> None:
    for answer in answers.values():
        for text in letters(answer[name]):
            other = changed(answer, lambda one, text=text: one.update({name: text}))
            try:
                assert not seeds_engine.verify(other)["holds"]
            except QuestionError:
                assert name == "schema"


def test_every_other_status_and_mode(seeds_engine: Engine, answers: dict[str, Json]) -> None:
    words = {
        "status": ["answered", "partial", "no_answer", "info"],
        "mode": ["extractive", "llm"],
    }
    for answer in answers.values():
        for name, others in words.items():
            for word in set(others) - {answer[name]}:
                other = changed(answer, lambda one, n=name, w=word: one.update({n: w}))
                assert not seeds_engine.verify(other)["holds"], (name, word)


@pytest.mark.parametrize("name", ["start_char_index", "end_char_index"])
@pytest.mark.parametrize("by", [-1, 1, 1000, -(10**9), 10**4000])
def test_offsets(seeds_engine: Engine, answers: dict[str, Json], name: str, by: int) -> None:
    for answer in (answers["fact"], answers["parts"]):
        for at in range(len(answer["citations"])):
            other = copy.deepcopy(answer)
            other["citations"][at][name] += by
            verdict = seeds_engine.verify(other)["citations"][at]
            assert verdict["status"] == "moved"


def test_both_offsets_and_the_quote_moved_together(
    seeds_engine: Engine, answers: dict[str, Json]
) -> None:
    """A shorter quote is a true one, but not the sentence that the answer shows."""
    other = copy.deepcopy(answers["fact"])
    citation = other["citations"][0]
    citation["start_char_index"] += 1
    citation["cited_text"] = citation["cited_text"][1:]
    report = seeds_engine.verify(other)
    assert report["citations"][0]["status"] == "holds"
    assert not report["holds"]


@pytest.mark.parametrize("value", [True, 1.0, "1", None, [1], {"a": 1}, -1, 0, 7, 10**4000])
def test_numbers_that_are_none(
    seeds_engine: Engine, answers: dict[str, Json], value: object
) -> None:
    """True and 1.0 equal 1; they are still not what an answer has."""
    fact, refused = answers["fact"], answers["refused"]
    changes: list[tuple[Json, Callable[[Json], object]]] = [
        (fact, lambda one: one["citations"][0].update(number=value)),
        (fact, lambda one: one["citations"][0].update(start_char_index=value)),
        (fact, lambda one: one["citations"][0].update(end_char_index=value)),
        (fact, lambda one: one["sentences"][0].update(citations=[value])),
        (fact, lambda one: one["sentences"][0].update(citations=value)),
        (fact, lambda one: one["citations"][0].update(page=0 if value is None else value)),
        (refused, lambda one: one["reason"]["nearest"][0].update(number=value)),
    ]
    for answer, change in changes:
        other = copy.deepcopy(answer)
        change(other)
        report = seeds_engine.verify(other)
        assert not report["holds"] or repr(other) == repr(answer)
        json.dumps(report)


def test_citations_swapped_removed_or_repeated(
    seeds_engine: Engine, answers: dict[str, Json]
) -> None:
    answer = next(one for one in answers.values() if len(one["citations"]) > 1)

    def swap_numbers(one: Json) -> None:
        first, second = one["citations"][:2]
        first["number"], second["number"] = second["number"], first["number"]

    def swap_marks(one: Json) -> None:
        first, second = one["sentences"][:2]
        first["citations"], second["citations"] = second["citations"], first["citations"]

    def repeat_sentence(one: Json) -> None:
        one["sentences"].append(copy.deepcopy(one["sentences"][-1]))
        one["text"] += f" {one['sentences'][-1]['text']} [{len(one['citations'])}]"

    def one_sentence_less(one: Json) -> None:
        one["sentences"].pop()
        one["text"] = " ".join(
            f"{s['text']} [{n}]" for n, s in enumerate(one["sentences"], start=1)
        )

    changes: list[Callable[[Json], object]] = [
        lambda one: one["citations"].reverse(),
        swap_numbers,
        swap_marks,
        lambda one: one["citations"].pop(),
        lambda one: one["citations"].pop(0),
        lambda one: one["citations"].append(copy.deepcopy(one["citations"][0])),
        repeat_sentence,
        one_sentence_less,
        lambda one: one["sentences"].reverse(),
        lambda one: one["sentences"][0].update(citations=[1, 2]),
        lambda one: one["sentences"][0].update(citations=[]),
        lambda one: one.update(sentences=[]),
        lambda one: one.update(sentences=[], citations=[], text=""),
        lambda one: one.update(fallback="the LLM was away"),
    ]
    for change in changes:
        assert not seeds_engine.verify(changed(answer, change))["holds"], change


def test_a_quote_under_another_documents_name(tmp_path: Path) -> None:
    text = "The mill was built in 1843."
    files = {"a.txt": text, "b.txt": text + " Oats grow here."}
    folder = write(tmp_path / "files", files)
    engine = open_engine(tmp_path / "home", FakeEmbedder(), threshold=0.0)
    engine.index_paths([folder])
    answer = engine.ask("When was the mill built?").to_dict()
    assert engine.verify(answer)["holds"]
    ids = {one["id"] for one in engine.documents()["documents"]}
    (other,) = ids - {answer["citations"][0]["document_id"]}
    answer["citations"][0]["document_id"] = other
    assert not engine.verify(answer)["holds"]
    engine.close()


def test_words_without_a_quote_do_not_hold(seeds_engine: Engine, answers: dict[str, Json]) -> None:
    """An answer about the collection and a refusal say nothing of their own about the world."""
    claim = "The treaty was signed in 1990."
    for which in ("refused", "info", "hello"):
        other = changed(answers[which], lambda one: one.update(text=claim))
        assert not seeds_engine.verify(other)["holds"]
    forged = copy.deepcopy(answers["refused"])
    forged["sentences"] = [{"text": claim, "citations": [], "confidence": 1, "highlight": None}]
    forged["text"] = claim
    assert not seeds_engine.verify(forged)["holds"]


@pytest.mark.parametrize(
    "mark", [{"start": -1, "end": 4}, {"start": 0, "end": 10**6}, {"start": 3, "end": 3},
             {"start": 0}, {"start": True, "end": 4}, [0, 4], "0-4", 5]
)  # fmt: skip
def test_highlights_outside(seeds_engine: Engine, answers: dict[str, Json], mark: object) -> None:
    other = changed(answers["fact"], lambda one: one["sentences"][0].update(highlight=mark))
    assert not seeds_engine.verify(other)["holds"]


# -- the files change -----------------------------------------------------------------------


QUOTE = "The mill was built in 1843."


@pytest.fixture
def mill(tmp_path: Path) -> Iterator[tuple[Engine, Path, Json]]:
    folder = write(tmp_path / "files", {"mill.txt": f"Oats grow here. {QUOTE}", "b.txt": "Rain."})
    engine = open_engine(tmp_path / "home", FakeEmbedder(), threshold=0.0)
    engine.index_paths([folder])
    answer = engine.ask("When was the mill built?").to_dict()
    assert QUOTE in [one["cited_text"] for one in answer["citations"]]
    assert engine.verify(answer)["holds"]
    yield engine, folder, answer
    engine.close()


def rewrite(path: Path, text: str) -> None:
    before = path.stat().st_mtime_ns
    path.write_text(text)
    os.utime(path, ns=(before + 10**9, before + 10**9))


def verdict(engine: Engine, answer: Json) -> Json:
    report = engine.verify(answer)
    assert not report["holds"] or not report["citations"][0]["file_changed"]
    at = [one["cited_text"] for one in answer["citations"]].index(QUOTE)
    found: Json = report["citations"][at]
    return found


def test_moved(mill: tuple[Engine, Path, Json]) -> None:
    engine, folder, answer = mill
    rewrite(folder / "mill.txt", f"Word from the north. Oats grow here. {QUOTE}")
    engine.index_paths([folder])
    found = verdict(engine, answer)
    assert (found["status"], found["file_changed"]) == ("moved", False)
    assert "37-64" in found["message"]


def test_altered(mill: tuple[Engine, Path, Json]) -> None:
    engine, folder, answer = mill
    rewrite(folder / "mill.txt", "Oats grow here. The mill was built in 1844.")
    engine.index_paths([folder])
    assert verdict(engine, answer)["status"] == "altered"


def test_gone(mill: tuple[Engine, Path, Json]) -> None:
    engine, folder, answer = mill
    (folder / "mill.txt").unlink()
    engine.index_paths([folder])
    assert verdict(engine, answer)["status"] == "gone"


def test_the_file_changed_and_the_index_does_not_know(mill: tuple[Engine, Path, Json]) -> None:
    engine, folder, answer = mill
    rewrite(folder / "mill.txt", "Something else.")
    report = engine.verify(answer)
    assert {one["status"] for one in report["citations"]} == {"holds"}
    assert {one["file_changed"] for one in report["citations"]} == {True}
    (folder / "mill.txt").unlink()
    assert {one["file_changed"] for one in engine.verify(answer)["citations"]} == {True}


def test_a_renamed_file_still_holds(mill: tuple[Engine, Path, Json]) -> None:
    engine, folder, answer = mill
    (folder / "mill.txt").rename(folder / "water-mill.txt")
    engine.index_paths([folder])
    now = engine.documents()["documents"]
    assert answer["citations"][0]["document_id"] in {one["id"] for one in now}
    statuses = {one["status"] for one in engine.verify(answer)["citations"]}
    assert statuses == {"holds"}


# -- garbage ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "value",
    [None, [], 5, "answer", True, {}, {"schema": "citewell.answer/2"}, {"schema": ["x"]},
     {"schema": "citewell.answer/1"}, {"schema": "citewell.answer/1", "citations": {}},
     {"schema": "citewell.answer/1", "citations": [1]},
     {"schema": "citewell.answer/1", "citations": [{}] * 1001},
     {"schema": "citewell.answer/1", "citations": [], "reason": {"nearest": 5}}],
)  # fmt: skip
def test_no_answer_object(seeds_engine: Engine, value: Any) -> None:
    with pytest.raises(QuestionError):
        seeds_engine.verify(value)


def test_an_empty_object_with_the_schema_does_not_hold(seeds_engine: Engine) -> None:
    assert not seeds_engine.verify({"schema": "citewell.answer/1", "citations": []})["holds"]


@pytest.mark.parametrize("name", ["unit", "columns"])
def test_an_answer_of_a_version_that_did_not_say_it_still_holds(
    seeds_engine: Engine, answers: dict[str, Json], name: str
) -> None:
    other = changed(answers["fact"], lambda one: one["citations"][0].pop(name))
    assert seeds_engine.verify(other)["holds"]


def test_a_deeply_nested_value(seeds_engine: Engine, answers: dict[str, Json]) -> None:
    deep: Any = []
    for _ in range(900):
        deep = [deep]
    for name in ("number", "document_id", "cited_text", "page", "path"):
        other = changed(answers["fact"], lambda one, n=name: one["citations"][0].update({n: deep}))
        report = seeds_engine.verify(other)
        assert not report["holds"]
        json.dumps(report)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from(["\ud800", "\0", "1", "extractive", "llm", 1, 2]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner),
    max_leaves=6,
)  # fmt: skip


def paths_of(value: Any, here: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield here
    inner = value.items() if isinstance(value, dict) else ()
    for key, one in enumerate(value) if isinstance(value, list) else inner:
        yield from paths_of(one, (*here, key))


@settings(
    max_examples=400,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(data=st.data())
def test_wrong_types_anywhere(
    seeds_engine: Engine, answers: dict[str, Json], data: st.DataObject
) -> None:
    """A verdict or a QuestionError, and never that it holds unless only free fields changed."""
    answer = copy.deepcopy(answers[data.draw(st.sampled_from(sorted(answers)))])
    place = data.draw(st.sampled_from([path for path in paths_of(answer) if path]))
    value = data.draw(JSON)
    target: Any = answer
    for key in place[:-1]:
        target = target[key]
    same = type(target[place[-1]]) is type(value) and target[place[-1]] == value
    target[place[-1]] = value
    try:
        report = seeds_engine.verify(answer)
    except QuestionError:
        return
    json.dumps(report)
    free = place[0] in FREE or place[-1] in {"confidence", "highlight", "start", "end"}
    free = free or (place[0] == "reason" and "nearest" not in place)
    free = free or (place == ("reason", "nearest") and value == [])  # it names less
    free = free or (place == ("requested_mode",) and not answer["sentences"])  # an LLM had no quote
    assert same or free or not report["holds"], (place, value)
