"""The whole way from a question to its answer object, over the seeds and over small folders."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from index.embed import SentenceTransformerEmbedder
from rag.engine import Engine, _open_writer
from rag.errors import QuestionError
from rag.question.requests import MAX_QUESTION
from rag.settings import Settings
from rag.types import Answer, Json, Turn
from tests.fakes import FakeEmbedder
from tests.rag.scripted_llm import says, scripted_llm, sends
from tests.rag.worlds import faults, is_exact, open_engine, write

WHEN = "When was the international conference on combating terrorism held in Bishkek?"
FILES = {
    "mill.txt": "The stone mill in Arvika was built in 1843 by Ada Moreau.",
    "notes [1].txt": "The blue boats were sold in 1920 to Li Wei.",
    "sub/rain.txt": "Rain fell on the harbour for three weeks.",
}


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Engine]:
    engine = open_engine(tmp_path / "home", FakeEmbedder(), threshold=0.0)
    engine.index_paths([write(tmp_path / "files", FILES)])
    yield engine
    engine.close()


def same(answer: Answer | Json) -> Json:
    """An answer without what differs from run to run."""
    fields = answer.to_dict() if isinstance(answer, Answer) else answer
    return {name: value for name, value in fields.items() if name not in {"id", "timings_ms"}}


# -- what an answer can be ----------------------------------------------------------------


def test_answered(seeds_engine: Engine) -> None:
    answer = seeds_engine.ask(WHEN).to_dict()
    assert (answer["status"], answer["mode"], answer["fallback"]) == (
        "answered",
        "extractive",
        None,
    )
    assert answer["question"] == answer["standalone_question"] == WHEN
    assert "On 20 September 2023, in Bishkek" in answer["citations"][0]["cited_text"]
    marked = answer["sentences"][0]
    mark = marked["highlight"]
    assert marked["text"][mark["start"] : mark["end"]] == "20 September 2023"
    assert answer["reason"] is None
    assert faults(seeds_engine, answer) == []
    assert {"retrieve", "read", "total"} <= answer["timings_ms"].keys()
    assert answer["timings_ms"]["total"] >= answer["timings_ms"]["read"]


def test_not_supported(seeds_engine: Engine) -> None:
    answer = seeds_engine.ask("Who won the football world cup in 1966?").to_dict()
    reason = answer["reason"]
    assert (answer["status"], answer["text"], answer["citations"]) == ("no_answer", "", [])
    assert reason["code"] == "not_supported"
    assert 1 <= len(reason["nearest"]) <= 3
    assert "football" in reason["missing_terms"]
    assert reason["message"].endswith(".")
    assert reason["score"] < reason["threshold"]
    assert answer["confidence"] == reason["score"]
    assert faults(seeds_engine, answer) == []


def test_empty_index_and_a_home_that_is_not_there(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "none" / "home", FakeEmbedder())
    answer = engine.ask(WHEN).to_dict()
    assert (answer["status"], answer["reason"]["code"]) == ("no_answer", "empty_index")
    assert "citewell index" in answer["reason"]["message"]
    assert engine.search("anything")["hits"] == []
    assert engine.documents()["documents"] == []
    assert engine.ask("What documents do you have?").status == "info"
    assert engine.verify(answer)["holds"]
    assert not (tmp_path / "none").exists()
    engine.close()


def test_nothing_retrieved_where_a_filter_lets_nothing_through(small: Engine) -> None:
    answer = small.ask("When was the mill built?", filter={"documents": ["unknown.txt"]}).to_dict()
    assert (answer["status"], answer["reason"]["code"]) == ("no_answer", "nothing_retrieved")
    assert "filter" in answer["reason"]["message"]
    assert answer["filter"] == {"documents": ["unknown.txt"]}


def test_documents_of_which_nothing_may_be_quoted(tmp_path: Path) -> None:
    engine = open_engine(tmp_path / "home", FakeEmbedder())
    engine.index_paths([write(tmp_path / "files", {"a.txt": "Who? Why?", "b.txt": "*** ---"})])
    answer = engine.ask("Who was it?").to_dict()
    assert answer["status"] == "no_answer"
    assert faults(engine, answer) == []
    engine.close()


@pytest.mark.parametrize("question", ["What documents do you have?", "Hello!", "Thanks"])
def test_info_loads_no_passage(seeds_engine: Engine, question: str) -> None:
    answer = seeds_engine.ask(question).to_dict()
    assert (answer["status"], answer["citations"], answer["reason"]) == ("info", [], None)
    assert "1 document" in answer["text"]


def test_keywords(seeds_engine: Engine) -> None:
    answer = seeds_engine.ask("Tasmagambetov Lavrov").to_dict()
    assert answer["status"] == "answered"
    assert "Lavrov" in answer["text"]
    assert faults(seeds_engine, answer) == []


def test_a_follow_up_question(seeds_engine: Engine) -> None:
    history = [
        Turn("user", "Who are the Collective Peacekeeping Forces?"),
        Turn("assistant", "They are sent by the CSTO member states."),
    ]
    answer = seeds_engine.ask("And how many of them are there?", history=history)
    assert answer.question == "And how many of them are there?"
    assert "Collective Peacekeeping Forces" in answer.standalone_question
    assert faults(seeds_engine, answer.to_dict()) == []
    alone = seeds_engine.ask(WHEN, history=history)
    assert alone.standalone_question == WHEN


# -- filter ----------------------------------------------------------------------------------


def paths_for(engine: Engine, *wanted: str) -> set[str]:
    found = engine.search("the", 100, {"documents": list(wanted)})
    return {hit["path"] for hit in found["hits"]}


def test_filters(small: Engine) -> None:
    ids = {one["path"]: one["id"] for one in small.documents()["documents"]}
    assert paths_for(small, "mill.txt") == {"mill.txt"}
    assert paths_for(small, ids["mill.txt"]) == {"mill.txt"}
    assert paths_for(small, "sub/*") == {"sub/rain.txt"}
    assert paths_for(small, "*.txt") == set(FILES)
    assert paths_for(small, "m*", ids["sub/rain.txt"]) == {"mill.txt", "sub/rain.txt"}
    assert paths_for(small, "MILL.TXT") == set()
    assert paths_for(small) == set()


def test_a_path_with_signs_of_a_pattern_means_itself(small: Engine) -> None:
    assert paths_for(small, "notes [1].txt") == {"notes [1].txt"}
    answer = small.ask("Who sold boats?", filter={"documents": ["notes [1].txt"]})
    assert {one.path for one in answer.citations} == {"notes [1].txt"}


@pytest.mark.parametrize(
    "filter",
    [{}, {"documents": "a"}, {"documents": [1]}, {"documents": None}, {"docs": []},
     {"documents": [], "more": 1}, [], "a", 5, {"documents": {"a": 1}}],
)  # fmt: skip
def test_malformed_filters(small: Engine, filter: Json) -> None:
    with pytest.raises(QuestionError, match="filter"):
        small.ask("When?", filter=filter)
    with pytest.raises(QuestionError, match="filter"):
        small.search("When?", filter=filter)


# -- the same key, the same answer -----------------------------------------------------------


def test_the_key_names_all_that_an_answer_depends_on(small: Engine, tmp_path: Path) -> None:
    asked = "When was the mill built?"
    turns = [Turn("user", "Tell me of Arvika.")]
    keys = [
        small.ask(asked).answer_key,
        small.ask("When was the mill built").answer_key,
        small.ask(asked, history=turns).answer_key,
        small.ask(asked, history=[Turn("assistant", turns[0].content)]).answer_key,
        small.ask(asked, filter={"documents": ["*"]}).answer_key,
        small.ask(asked, filter={"documents": ["**"]}).answer_key,
    ]
    small.index_paths([write(tmp_path / "more", {"new.txt": "Oats grow here."})])
    keys.append(small.ask(asked).answer_key)
    for settings in (Settings(read_k=7), Settings(retrieve_k=49), Settings(max_sentences=4)):
        other = open_engine(tmp_path / "home", FakeEmbedder(), settings=settings, threshold=0.0)
        keys.append(other.ask(asked).answer_key)
        other.close()
    assert len(set(keys)) == len(keys)
    assert small.ask(asked, id="mine").answer_key == keys[6]


def test_same_key_same_answer_in_another_order_and_after_a_restart(
    seeds_engine: Engine, embedder: SentenceTransformerEmbedder
) -> None:
    questions = [
        WHEN,
        "Who organised the conference?",
        "What are the tasks of the peacekeepers?",
        "How many people are in the Collective Peacekeeping Forces?",
        "Who is the ambassador of France?",
        "peacekeeping Kazakhstan",
    ]
    first = {text: same(seeds_engine.ask(text)) for text in questions}
    assert {text: same(seeds_engine.ask(text)) for text in reversed(questions)} == first
    settings = Settings(cache_mb=0)
    again = open_engine(seeds_engine.index.home, embedder, settings=settings)
    assert {text: same(again.ask(text)) for text in questions[::-1]} == first
    again.close()


def test_ids(small: Engine) -> None:
    assert small.ask("When?", id="mine").id == "mine"
    assert small.ask("When?", id="").id == ""
    assert small.ask("When?").id != small.ask("When?").id


# -- streams and threads ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "question", [WHEN, "Who won the football world cup?", "What documents do you have?", "Hi"]
)
def test_a_stream_ends_with_what_ask_says(seeds_engine: Engine, question: str) -> None:
    events = list(seeds_engine.stream(question, id="x"))
    answer = seeds_engine.ask(question, id="x").to_dict()
    names = [event.name for event in events]
    searched = ["retrieved"] if answer["status"] != "info" else []
    assert names == [*searched, *["sentence"] * len(answer["sentences"]), "done"]
    assert same(events[-1].data) == same(answer)
    sentences = [event.data["sentence"] for event in events if event.name == "sentence"]
    citations = [
        one for event in events if event.name == "sentence" for one in event.data["citations"]
    ]
    assert sentences == answer["sentences"]
    assert citations == answer["citations"]
    for hit in events[0].data.get("hits", []):
        assert is_exact(seeds_engine, hit)
    json.dumps([event.data for event in events])


def test_who_leaves_a_stream_or_reads_it_in_another_thread_locks_nobody_out(
    small: Engine,
) -> None:
    """The lock was held from one event to the next, by the thread that asked for the first."""
    left = small.stream("When was the mill built?")
    assert next(left).name == "retrieved"
    done: list[str] = []
    asker = Thread(target=lambda: done.append(small.ask("Who sold the boats?").status))
    asker.daemon = True
    asker.start()
    asker.join(timeout=20)
    assert done == ["answered"]
    rest: list[str] = []
    reader = Thread(target=lambda: rest.extend(event.name for event in left))
    reader.start()
    reader.join(timeout=20)
    assert rest[-1] == "done"


def test_from_several_threads_each_gets_its_own_answer(small: Engine) -> None:
    questions = ["When was the mill built?", "Who bought the boats?", "How long did rain fall?"]
    expected = {text: same(small.ask(text)) for text in questions}
    wrong: list[str] = []

    def ask(at: int) -> None:
        for step in range(6):
            text = questions[(at + step) % 3]
            if same(small.ask(text)) != expected[text]:
                wrong.append(text)

    threads = [Thread(target=ask, args=(at,)) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# -- any question ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "question",
    ["What \0 is\0 this?", "\ud800 who \udfff?", "{{7*7}} {% raw %} ${x}?", "%s %d %n?",
     "<script>alert(1)</script> who?", "Кто провёл конференцию?", "会議はいつでしたか？",
     "متى عقد المؤتمر؟", "AND OR NOT ( \" : * ^ ~ who", "who\u202e?", "a" * MAX_QUESTION,
     "who " * (MAX_QUESTION // 4), "é" * 2000, "1", "' OR 1=1; --who", "\\x00 who",
     "who\r\n\r\nwas"],
)  # fmt: skip
def test_hostile_questions_get_an_answer(seeds_engine: Engine, question: str) -> None:
    answer = seeds_engine.ask(question, history=[Turn("user", question)]).to_dict()
    assert answer["status"] in {"answered", "partial", "no_answer", "info"}
    json.dumps(answer, ensure_ascii=False).encode()
    assert "\0" not in answer["question"]
    assert faults(seeds_engine, answer) == []
    found = seeds_engine.search(question, 3)
    json.dumps(found, ensure_ascii=False).encode()
    assert len(found["hits"]) <= 3


def test_what_no_text_can_hold_is_replaced_and_nothing_beside_it(small: Engine) -> None:
    assert small.ask("a\ud83db\udc00c\0d?").question == "a\ufffdb\ufffdc\ufffdd?"
    assert small.ask("Why 🌾?").question == "Why 🌾?"
    assert small.ask("Why \ud83c\udf3e?").question == "Why 🌾?"


@pytest.mark.parametrize("question", ["", " \n\t", "?!", "🙂", "…—…", "\u200b", "\0"])
def test_questions_without_a_word(small: Engine, question: str) -> None:
    with pytest.raises(QuestionError, match="write what you want to know"):
        small.ask(question)
    with pytest.raises(QuestionError):
        small.search(question)


def test_questions_that_are_too_long(small: Engine) -> None:
    with pytest.raises(QuestionError, match="shorten it"):
        small.ask("a" * (MAX_QUESTION + 1))


@pytest.mark.parametrize("mode", ["magic", "LLM", "extractive "])
def test_modes_that_are_none(small: Engine, mode: str) -> None:
    with pytest.raises(QuestionError, match="mode"):
        small.ask("When?", mode=mode)


@pytest.mark.parametrize("k", [0, -1, 1001, 10**30])
def test_bounds_of_a_search(small: Engine, k: int) -> None:
    with pytest.raises(QuestionError, match="from 1 to 1000"):
        small.search("mill", k)


def test_search(seeds_engine: Engine) -> None:
    found = seeds_engine.search("peacekeeping forces in Kazakhstan", 5)
    assert [hit["rank"] for hit in found["hits"]] == [1, 2, 3, 4, 5]
    scores = [hit["score"] for hit in found["hits"]]
    assert scores == sorted(scores, reverse=True)
    assert all(is_exact(seeds_engine, hit) for hit in found["hits"])
    assert len({hit["passage_id"] for hit in found["hits"]}) == 5
    everything = seeds_engine.search("peacekeeping forces in Kazakhstan", 1000)["hits"]
    assert everything[:5] == found["hits"]
    assert len(everything) == found["index"]["passages"]
    by_system = seeds_engine.retrieved("peacekeeping forces in Kazakhstan", 5)
    assert [one.id for one in by_system["fused"]] == [hit["passage_id"] for hit in found["hits"]]
    assert [len(passages) for passages in by_system.values()] == [5, 5, 5]


def test_the_best_sentences_with_what_is_marked_in_them(seeds_engine: Engine) -> None:
    answer = seeds_engine.ask(WHEN)
    ranking = seeds_engine.rank(WHEN, k=3)
    best, mark = ranking.sentences[0], ranking.highlights[0]
    assert len(ranking.highlights) == len(ranking.sentences) == 3
    (sentence,) = [one for one in answer.sentences if one.text == best.quote]
    assert mark == sentence.highlight is not None
    assert seeds_engine.rank_cosine(WHEN, k=3).highlights == ()


# -- an LLM --------------------------------------------------------------------------------------


def with_llm(seeds: Engine, embedder: SentenceTransformerEmbedder, base_url: str) -> Engine:
    """Another engine over the home of the seeds, with an LLM in its settings."""
    settings = Settings(llm_base_url=base_url, llm_model="scripted", llm_timeout_s=5.0)
    return open_engine(seeds.index.home, embedder, settings=settings, writer=_open_writer)


def test_what_an_llm_writes_well(
    seeds_engine: Engine, embedder: SentenceTransformerEmbedder
) -> None:
    said = "The conference was held in Bishkek on 20 September 2023 [1]."
    with scripted_llm(says(said)) as llm:
        engine = with_llm(seeds_engine, embedder, llm.base_url)
        answer = engine.ask(WHEN, mode="llm").to_dict()
        assert len(llm.seen) == 1
        assert (answer["mode"], answer["requested_mode"]) == ("llm", "llm")
        assert (answer["status"], answer["fallback"], answer["removed"]) == ("answered", None, [])
        assert answer["text"] == "The conference was held in Bishkek on 20 September 2023. [1]"
        assert all(is_exact(engine, one) for one in answer["citations"])
        assert [one["citations"] for one in answer["sentences"]] == [[1]]
        assert engine.verify(answer)["holds"]
        for old, new in (("2023", "2024"), ("Bishkek", "Minsk"), ("was held", "was not held")):
            text = answer["sentences"][0]["text"].replace(old, new)
            forged = answer | {
                "sentences": [answer["sentences"][0] | {"text": text}],
                "text": f"{text} [1]",
            }
            assert not engine.verify(forged)["holds"], text
        assert engine.ask(WHEN).mode == "extractive"
        assert len(llm.seen) == 1
        assert engine.ask(WHEN).answer_key != answer["answer_key"]
        engine.close()


def test_what_an_llm_invents(seeds_engine: Engine, embedder: SentenceTransformerEmbedder) -> None:
    good = "The conference was held in Bishkek on 20 September 2023 [1]."
    bad = "About 4,711 guests attended the conference in Bishkek [1]."
    with scripted_llm(says(f"{good} {bad}")) as llm:
        engine = with_llm(seeds_engine, embedder, llm.base_url)
        answer = engine.ask(WHEN, mode="llm").to_dict()
        assert "4,711" not in answer["text"]
        assert "20 September 2023" in answer["text"]
        (removed,) = answer["removed"]
        assert "4,711" in removed["text"]
        assert engine.verify(answer)["holds"]
        engine.close()


@pytest.mark.parametrize(
    "reply",
    [says("About 4,711 guests attended [1]."), says("NO_ANSWER"), says("It was held. [9]"),
     sends(500, b"{}"), sends(200, b"not json"), sends(401, b"{}")],
    ids=["invented", "none", "no such citation", "500", "no json", "401"],
)  # fmt: skip
def test_any_failure_gives_the_extractive_answer(
    seeds_engine: Engine, embedder: SentenceTransformerEmbedder, reply: object
) -> None:
    with scripted_llm(reply) as llm:  # type: ignore[arg-type]
        engine = with_llm(seeds_engine, embedder, llm.base_url)
        plain = engine.ask(WHEN).to_dict()
        answer = engine.ask(WHEN, mode="llm").to_dict()
        assert (answer["mode"], answer["requested_mode"]) == ("extractive", "llm")
        assert answer["fallback"]
        for name in ("status", "text", "sentences", "citations"):
            assert answer[name] == plain[name]
        assert faults(engine, answer) == []
        forged = answer | {"mode": "llm"}
        assert not engine.verify(forged)["holds"]
        engine.close()


def test_an_llm_is_not_asked_without_evidence(
    seeds_engine: Engine, embedder: SentenceTransformerEmbedder
) -> None:
    with scripted_llm(says("England won [1].")) as llm:
        engine = with_llm(seeds_engine, embedder, llm.base_url)
        answer = engine.ask("Who won the football world cup in 1966?", mode="llm")
        assert (answer.status, answer.requested_mode, answer.fallback) == ("no_answer", "llm", None)
        assert engine.verify(answer.to_dict())["holds"]
        assert llm.seen == []
        engine.close()


def test_a_refusal_says_that_no_llm_is_set(
    seeds_engine: Engine, embedder: SentenceTransformerEmbedder, tmp_path: Path
) -> None:
    for home in (seeds_engine.index.home, tmp_path / "home"):  # the second is empty
        engine = open_engine(home, embedder, writer=_open_writer)
        answer = engine.ask("Who won the football world cup in 1966?", mode="llm")
        assert (answer.status, answer.mode) == ("no_answer", "extractive")
        assert "CITEWELL_LLM_BASE_URL" in (answer.fallback or "")
        assert engine.verify(answer.to_dict())["holds"]
        assert not engine.verify(answer.to_dict() | {"requested_mode": "extractive"})["holds"]
        assert engine.ask("Who won the football world cup in 1966?").fallback is None
        hello = engine.ask("Hello!", mode="llm")
        assert (hello.status, hello.fallback) == ("info", None)
        assert engine.verify(hello.to_dict())["holds"]
        engine.close()


def test_a_key_that_happens_to_be_there_enables_nothing(
    seeds_engine: Engine, embedder: SentenceTransformerEmbedder, monkeypatch: pytest.MonkeyPatch
) -> None:
    with scripted_llm(says("It was held in Bishkek [1].")) as llm:
        monkeypatch.setenv("OPENAI_API_KEY", "sk-found-by-chance")
        monkeypatch.setenv("OPENAI_BASE_URL", llm.base_url)
        engine = open_engine(seeds_engine.index.home, embedder, writer=_open_writer)
        assert not engine.status()["llm"]
        assert engine.ask(WHEN).mode == "extractive"
        asked_for = engine.ask(WHEN, mode="llm")
        assert asked_for.mode == "extractive"
        assert asked_for.fallback
        assert "CITEWELL_LLM_BASE_URL" in asked_for.fallback
        assert llm.seen == []
        engine.close()


# -- documents and state -----------------------------------------------------------------------


def test_documents_by_pages(small: Engine) -> None:
    everything = small.documents()["documents"]
    assert sorted(one["path"] for one in everything) == sorted(FILES)
    seen, after = [], None
    for _ in range(len(FILES)):
        page = small.documents(1, after)
        seen += page["documents"]
        after = page["next"]
    assert after is None
    assert seen == everything
    for one in everything:
        document = small.document(one["id"])
        assert document is not None
        assert document.text == FILES[one["path"]]
        assert one["characters"] == len(document.text)
        assert small.path_of(one["id"]) == one["path"]
    assert small.document("none") is None
    assert small.path_of("none") == ""


def test_status_counts_what_is_there(small: Engine, tmp_path: Path) -> None:
    status = small.status()
    assert status["index"] == small.search("mill")["index"]
    assert status["index"]["documents"] == 3
    assert status["roots"] == [str(tmp_path / "files")]
    assert status["home"] == str(tmp_path / "home")


def test_a_removed_file_answers_no_more(small: Engine, tmp_path: Path) -> None:
    assert "1843" in small.ask("When was the stone mill built?").text
    (tmp_path / "files" / "mill.txt").unlink()
    small.index_paths([tmp_path / "files"])
    answer = small.ask("When was the stone mill built?")
    assert "1843" not in json.dumps(answer.to_dict())
    assert all(hit["path"] != "mill.txt" for hit in small.search("stone mill", 100)["hits"])
