"""Server-sent events, the bounded queue, and clients that leave."""

from __future__ import annotations

import json
import re
import threading
from collections.abc import Callable
from concurrent.futures import Future

import httpx
import pytest

from rag.types import Event, Json
from tests.web.conftest import DOCUMENTS, Connect, eventually
from tests.web.fake_engine import BrokenEngine, FakeEngine, GatedEngine, make_document
from tests.web.test_security import is_problem
from web.events import frame
from web.work import Worker

FRAME = re.compile(r"event: (\w+)\ndata: (.+)")


def events_of(reply: httpx.Response) -> list[tuple[str, Json]]:
    """The events of a complete stream, read as strictly as they are promised."""
    assert reply.headers["content-type"] == "text/event-stream; charset=utf-8"
    blocks = reply.text.split("\n\n")
    assert blocks.pop() == ""
    matches = [FRAME.fullmatch(block) for block in blocks if not block.startswith(":")]
    return [(found[1], json.loads(found[2])) for found in matches if found]


def ask(client: httpx.Client, question: str, **more: object) -> httpx.Response:
    return client.post("/v1/ask", json={"question": question, "stream": True, **more})


def test_the_events_of_an_answer(client: httpx.Client) -> None:
    question = "Who opened the bridge?"
    events = events_of(ask(client, question, id="mine"))
    expected = FakeEngine(DOCUMENTS).stream(question, id="mine")
    assert events == [(one.name, one.data) for one in expected]
    assert [name for name, _ in events] == ["retrieved", "sentence", "done"]


def test_a_wrong_filter_is_an_error_event(client: httpx.Client) -> None:
    events = events_of(ask(client, "Who?", filter={"documents": ["none"]}))
    assert [name for name, _ in events] == ["error"]
    assert events[0][1]["status"] == 422


def test_wrong_values_are_a_status_not_an_event(client: httpx.Client) -> None:
    assert is_problem(ask(client, ""), 422)


def test_a_crash_is_an_error_event_that_tells_nothing(connect: Connect) -> None:
    reply = ask(connect(BrokenEngine(DOCUMENTS)), "Who opened the bridge?")
    [(name, data)] = events_of(reply)
    assert (name, data["status"]) == ("error", 500)
    assert "secret" not in reply.text


def test_line_ends_inside_a_value_survive(connect: Connect) -> None:
    text = "The ferry\u2028sails\u2029at\x85noon\x0bdaily 🚢\ud83d\ude00."
    document = make_document("a.txt", "a", text.encode("utf-16", "surrogatepass").decode("utf-16"))
    client = connect(FakeEngine([document]))
    with client.stream(
        "POST", "/v1/ask", json={"question": "ferry sails noon", "stream": True}
    ) as r:
        lines = list(r.iter_lines())  # ends lines at U+2028 too, as many clients do
    data = [json.loads(line[6:]) for line in lines if line.startswith("data: ")]
    assert data[1]["sentence"]["text"] == document.text


@pytest.mark.parametrize("text", ["\r\n\n", "\u2028\u2029", "\ud800", "event: done\n\ndata: {}"])
def test_a_frame_is_two_lines_of_ascii(text: str) -> None:
    wire = frame(Event("sentence", {"a": text}))
    assert wire.isascii()
    name, data, end, rest = wire.split("\n")
    assert (name, end, rest) == ("event: sentence", "", "")
    assert json.loads(data.removeprefix("data: ")) == {"a": text}


def test_a_heartbeat_while_waiting(connect: Connect) -> None:
    engine = GatedEngine(DOCUMENTS)
    client = connect(engine, heartbeat_s=0.05)
    seen = ""
    with client.stream("POST", "/v1/ask", json={"question": "bridge", "stream": True}) as reply:
        for part in reply.iter_text():
            seen += part
            if seen.count(": waiting\n\n") >= 2:
                engine.gate.set()
    assert seen.startswith('event: retrieved\ndata: {"hits": []}\n\n: waiting\n\n')
    assert seen.endswith("event: done\ndata: {}\n\n")


def test_a_client_that_leaves_stops_the_work(connect: Connect) -> None:
    engine = GatedEngine(DOCUMENTS)
    client = connect(engine, heartbeat_s=0.05)
    with client.stream("POST", "/v1/ask", json={"question": "one", "stream": True}) as reply:
        next(reply.iter_text())
    assert engine.entered.acquire(timeout=10)
    assert not engine.closed.is_set()
    # The server hears of the leaving in its own time; the work ends at the next event.
    threading.Timer(0.5, engine.gate.set).start()
    assert engine.closed.wait(10)
    assert client.post("/v1/search", json={"query": "two"}).status_code == 200
    assert engine.asked == ["one", "two"]


def test_a_full_queue_gets_503_and_empties_again(connect: Connect) -> None:
    engine = GatedEngine(DOCUMENTS)
    client = connect(engine, waiting=1)
    replies: list[httpx.Response] = []

    def search(query: str) -> threading.Thread:
        def post() -> None:
            replies.append(client.post("/v1/search", json={"query": query}))

        thread = threading.Thread(target=post)
        thread.start()
        return thread

    threads = [search("first")]
    assert engine.entered.acquire(timeout=10)
    threads.append(search("second"))
    refused: list[httpx.Response] = []

    def is_full() -> bool:
        with httpx.Client(base_url=client.base_url, timeout=0.3, trust_env=False) as probe:
            try:
                refused.append(ask(probe, "third"))
            except httpx.ReadTimeout:  # it came before the second: it leaves the queue again
                return False
        return refused[-1].status_code == 503

    assert eventually(is_full)
    assert is_problem(refused[-1], 503)
    assert int(refused[-1].headers["retry-after"]) >= 1
    assert is_problem(client.post("/v1/ask", json={"question": "fourth"}), 503)
    for path in ("/healthz", "/v1/documents", f"/v1/documents/{DOCUMENTS[0].id}/text"):
        assert client.get(path).status_code == 200  # reading does not wait for questions
    engine.gate.set()
    for thread in threads:
        thread.join(10)
    assert [reply.status_code for reply in replies] == [200, 200]
    assert client.post("/v1/search", json={"query": "fifth"}).status_code == 200
    assert {"first", "second", "fifth"} <= set(engine.asked)


def test_who_leaves_the_queue_is_not_asked_for(
    connect: Connect, monkeypatch: pytest.MonkeyPatch
) -> None:
    queued: list[Future[object]] = []
    submit = Worker.submit

    def noted(worker: Worker, work: Callable[[], object]) -> Future[object]:
        queued.append(submit(worker, work))
        return queued[-1]

    monkeypatch.setattr(Worker, "submit", noted)
    engine = GatedEngine(DOCUMENTS)
    client = connect(engine, waiting=2)
    first = threading.Thread(
        target=client.post, args=("/v1/search",), kwargs={"json": {"query": "first"}}
    )
    first.start()
    assert engine.entered.acquire(timeout=10)
    with (
        httpx.Client(base_url=client.base_url, timeout=0.3, trust_env=False) as hasty,
        pytest.raises(httpx.ReadTimeout),
    ):
        hasty.post("/v1/search", json={"query": "hasty"})
    assert eventually(queued[-1].cancelled)  # before that the server has not seen it leave
    engine.gate.set()
    first.join(10)
    assert client.post("/v1/search", json={"query": "last"}).status_code == 200
    assert engine.asked == ["first", "last"]
