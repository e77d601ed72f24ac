"""Odd and wrong input: an answer or a 4xx, whatever is sent."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rag.question.requests import MAX_HITS
from tests.web.test_security import is_problem
from tests.web.test_stream import events_of

JSON = {"Content-Type": "application/json"}
SECRET = "zq7-secret-input"
WRONG_VALUES: list[dict[str, Any]] = [
    {},
    {"question": ""},
    {"question": " \n\t"},
    {"question": SECRET * 300},
    {"question": 7},
    {"question": [SECRET]},
    {"question": SECRET, "history": SECRET},
    {"question": SECRET, "history": [{"role": SECRET, "content": ""}]},
    {"question": SECRET, "history": [{"role": "user"}]},
    {"question": SECRET, "history": [{"role": "user", "content": "a"}] * 101},
    {"question": SECRET, "filter": {"documents": SECRET}},
    {"question": SECRET, "filter": {SECRET: []}},
    {"question": SECRET, "filter": {"documents": [SECRET]}},
    {"question": SECRET, "mode": SECRET},
    {"question": SECRET, "id": ""},
    {"question": SECRET, "id": SECRET * 20},
    {"question": SECRET, "stream": "yes"},
    {"question": SECRET, "max_error": SECRET},
    {"question": SECRET, "max_error": -0.1},
    {"question": SECRET, "max_error": 1},
    {"question": SECRET, "max_error": True},
]
NO_OBJECTS = [
    *(b"", b"{", b"not json", b"[]", b'"text"', b"7", b"null", b"\xff\xfe{}", b"[" * 100_000),
    *(b'{"question": ' + b"9" * 5_000 + b"}", b"{" + b'"a":{' * 50_000),
]
ODD_QUESTIONS = [
    "NUL \0 in it",
    "lone \ud800 and \udfff surrogates",
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    "{{ 7 * 7 }} {% for x in y %} ${7*7} %s %(a)s {0}",
    "من هو أمين المكتبة؟",
    "👩‍👩‍👧 🏗️ e\u0301\u0301\u0301",
    "line\u2028ends\u2029of\r\nall\x85kinds\x0b",
    "' OR 1=1; -- \" NEAR(a b) title:x*",
    "a" * 4_000,
]


@pytest.mark.parametrize("body", WRONG_VALUES, ids=lambda one: json.dumps(one)[:40])
def test_wrong_values_get_422_without_an_echo(client: httpx.Client, body: dict[str, Any]) -> None:
    reply = client.post("/v1/ask", json=body)
    assert is_problem(reply, 422)
    assert SECRET not in reply.text


def test_422_names_the_field(client: httpx.Client) -> None:
    body = {"question": "a", "history": [{"role": "user", "content": "a"}, {"role": "judge"}]}
    fields = [one["field"] for one in client.post("/v1/ask", json=body).json()["errors"]]
    assert fields == ["history[1].role", "history[1].content"]


@pytest.mark.parametrize(
    ("path", "body", "wrong", "meant"),
    [
        ("/v1/ask", {"question": "a", "max_eror": 0.05}, "max_eror", "max_error"),
        ("/v1/ask", {"question": "a", "maxError": 0.05}, "maxError", "max_error"),
        ("/v1/ask", {"question": "a", "max-errors": 0.05}, "max-errors", "max_error"),
        ("/v1/ask", {"question": "a", "fliter": {"documents": ["b"]}}, "fliter", "filter"),
        ("/v1/ask", {"quetsion": "a"}, "quetsion", "question"),
        ("/v1/ask", {"question": "a", "filter": {"document": []}}, "filter.document", "documents"),
        ("/v1/search", {"query": "a", "filters": {}}, "filters", "filter"),
        ("/v1/extract", {"question": "a", "text": ["b"]}, "text", "texts"),
    ],
)
def test_a_misspelt_field_is_not_ignored(
    client: httpx.Client, path: str, body: dict[str, Any], wrong: str, meant: str
) -> None:
    reply = client.post(path, json=body)
    assert is_problem(reply, 422)
    says = f"no such field; did you mean {meant}?"
    assert reply.json()["errors"] == [{"field": wrong, "message": says}]
    assert reply.json()["detail"] == f"{wrong}: {says}"


@pytest.mark.parametrize(
    "more",
    [
        {"user": "x", "trace": {"max_eror": 1}, SECRET: SECRET},
        {"ids": [1], "top_k": 3},  # too short a name to be near one
        {"question_id": "7", "filter": None, "filters": 1},  # the one it is near is given
        {"history": [{"role": "user", "content": "b", "contents": "c", "name": "d"}]},
        {f"mox_error{n}x{n}": n for n in range(5_000)} | {"x" * 100_000: 1},
    ],
)
def test_a_field_that_is_near_none_is_ignored(client: httpx.Client, more: dict[str, Any]) -> None:
    assert client.post("/v1/ask", json={"question": "Who opened the bridge?"} | more).is_success


@pytest.mark.parametrize("k", [0, 1001, -1, 1.5, "3", True, None, 10**30])
def test_k_out_of_range(client: httpx.Client, k: object) -> None:
    assert is_problem(client.post("/v1/search", json={"query": "bridge", "k": k}), 422)


def test_k_goes_as_far_as_on_the_command_line(client: httpx.Client) -> None:
    found = client.post("/v1/search", json={"query": "weather", "k": MAX_HITS})
    assert len(found.json()["hits"]) == MAX_HITS


EMPTY = "the question is empty: write what you want to know"
LONG = "the question is longer than 4000 characters; shorten it"


@pytest.mark.parametrize(
    ("path", "body", "says"),
    [
        ("/v1/ask", {"question": ""}, EMPTY),
        ("/v1/ask", {"question": " ?! "}, EMPTY),
        ("/v1/ask", {"question": "?", "stream": True}, EMPTY),
        ("/v1/ask", {"question": "a" * 4_001}, LONG),
        ("/v1/extract", {"question": "", "texts": ["a"]}, EMPTY),
        ("/v1/search", {"query": ""}, "the query is empty: write what to look for"),
        ("/v1/search", {"query": "a" * 4_001}, LONG.replace("question", "query")),
    ],
)
def test_a_question_that_cannot_be_asked_is_refused_as_on_the_command_line(
    client: httpx.Client, path: str, body: dict[str, Any], says: str
) -> None:
    reply = client.post(path, json=body)
    assert is_problem(reply, 422)
    assert reply.json()["detail"] == says
    field = "query" if "query" in body else "question"
    assert reply.json()["errors"] == [{"field": field, "message": says}]


def test_too_long_a_text_is_counted_in_characters(client: httpx.Client) -> None:
    for body in ({"id": ""}, {"id": "a" * 201}, {"filter": {"documents": [""]}}):
        said = client.post("/v1/ask", json={"question": "Who?"} | body).json()["detail"]
        assert "item" not in said
        assert "character" in said


@pytest.mark.parametrize("query", ["limit=0", "limit=1001", "limit=a", f"after={'a' * 300}"])
def test_documents_queries_out_of_range(client: httpx.Client, query: str) -> None:
    assert is_problem(client.get(f"/v1/documents?{query}"), 422)


@pytest.mark.parametrize("body", NO_OBJECTS, ids=lambda one: ascii(one[:20]))
@pytest.mark.parametrize("path", ["/v1/ask", "/v1/search", "/v1/extract", "/v1/verify"])
def test_a_body_that_is_no_json_object_gets_400(
    client: httpx.Client, path: str, body: bytes
) -> None:
    assert is_problem(client.post(path, content=body, headers=JSON), 400)


def test_json_under_another_name_gets_400(client: httpx.Client) -> None:
    content = json.dumps({"question": "Who?"}).encode()
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data"):
        reply = client.post("/v1/ask", content=content, headers={"Content-Type": kind})
        assert is_problem(reply, 400)


@pytest.mark.parametrize("question", ODD_QUESTIONS, ids=lambda one: ascii(one)[:30])
def test_odd_questions_get_an_answer(client: httpx.Client, question: str) -> None:
    body = json.dumps({"question": question, "id": question[:200], "history": []}).encode()
    answer = client.post("/v1/ask", content=body, headers=JSON).json()
    expected = "".join("\ufffd" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in question)
    assert answer["question"] == expected
    assert client.post("/v1/search", content=body.replace(b"question", b"query"), headers=JSON)
    body = json.dumps({"question": question, "stream": True}).encode()
    events = events_of(client.post("/v1/ask", content=body, headers=JSON))
    assert events[-1][0] == "done"
    assert events[-1][1]["question"] == expected


def test_surrogates_in_other_places(client: httpx.Client) -> None:
    turn = {"role": "user", "content": "\ud800"}
    odd = {"question": "Who opened the bridge?", "history": [turn], "\udc00": "\ud800"}
    assert client.post("/v1/ask", content=json.dumps(odd), headers=JSON).status_code == 200
    odd = {"question": "Who?", "filter": {"documents": ["\ud800"]}}
    assert is_problem(client.post("/v1/ask", content=json.dumps(odd), headers=JSON), 422)
    assert is_problem(client.get("/v1/documents/%ED%A0%80%00"), 404)
    assert client.get("/v1/documents?after=%ED%A0%80%00").status_code == 200


@pytest.mark.parametrize(
    "body", [b'{"a": "\\ud800"}', b'{"\\ud800": 1}', b'{"a": NaN}', b'{"a": [1e999]}', b"{}"]
)
def test_verify_refuses_what_no_answer_holds(client: httpx.Client, body: bytes) -> None:
    assert is_problem(client.post("/v1/verify", content=body, headers=JSON), 422)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(st.characters(codec=None)),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=6,
)
FIELDS = ["question", "query", "history", "filter", "mode", "id", "stream", "k", "texts"]
fields = st.sampled_from(FIELDS)
bodies = st.dictionaries(fields, json_values) | st.fixed_dictionaries(
    {"question": st.text(st.characters(codec=None), min_size=1)},
    optional={
        "history": json_values,
        "stream": st.booleans(),
        "id": json_values,
        "texts": st.lists(st.text(st.characters(codec=None))),
    },
)


# The client is of the module's server, so nothing needs to be reset between examples.
@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(path=st.sampled_from(["/v1/ask", "/v1/search", "/v1/extract", "/v1/verify"]), body=bodies)
def test_no_body_makes_a_500(client: httpx.Client, path: str, body: object) -> None:
    reply = client.post(path, content=json.dumps(body), headers=JSON)
    assert reply.status_code == 200 or is_problem(reply, reply.status_code)
    assert reply.status_code < 500
    if reply.headers["content-type"].startswith("text/event-stream"):
        assert events_of(reply)[-1][0] == "done"
