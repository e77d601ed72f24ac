"""The API's answers against what the engine says."""

from __future__ import annotations

import json
from hashlib import sha256

import httpx
import pytest

from tests.web.conftest import BRIDGE, DOCUMENTS, LIBRARY, Connect
from tests.web.fake_engine import FakeEngine, make_document
from tests.web.test_security import is_problem

QUESTION = "Who opened the bridge?"
QUOTE = "The bridge was opened by Mayor Ada Holt 🎉 in 1932."


def test_ask_gives_the_engines_answer_object(client: httpx.Client) -> None:
    reply = client.post("/v1/ask", json={"question": QUESTION, "id": "mine"})
    assert reply.status_code == 200
    assert reply.headers["content-type"] == "application/json"
    assert reply.json() == FakeEngine(DOCUMENTS).ask(QUESTION, id="mine").to_dict()
    assert reply.json()["citations"][0]["cited_text"] == QUOTE


def test_history_filter_and_mode_reach_the_engine(client: httpx.Client) -> None:
    body = {
        "question": "And how many wagons?",
        "history": [{"role": "user", "content": QUESTION}, {"role": "assistant", "content": "-"}],
        "filter": {"documents": ["city/bridge.txt"]},
        "mode": "llm",
        "unknown": ["fields", "are", "ignored"],
    }
    answer = client.post("/v1/ask", json=body).json()
    assert answer["standalone_question"] == f"{QUESTION} And how many wagons?"
    assert answer["filter"] == {"documents": ["city/bridge.txt"]}
    assert answer["requested_mode"] == "llm"


def test_a_target_error_without_a_calibration_is_a_problem(client: httpx.Client) -> None:
    body = {"question": QUESTION, "max_error": 0.05}
    reply = client.post("/v1/ask", json=body)
    assert reply.status_code == 422
    assert reply.json()["detail"] == "a target error needs a calibration"
    streamed = client.post("/v1/ask", json=body | {"stream": True}).text
    assert streamed.startswith("event: error\n")
    assert "a target error needs a calibration" in streamed
    assert client.post("/v1/ask", json=body | {"max_error": 0}).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/", "/healthz", "/openapi.json", "/static/app.js", "/v1/documents?limit=1",
     f"/v1/documents/{LIBRARY.id}", f"/v1/documents/{LIBRARY.id}/text",
     "/v1/documents/none", "/v1/documents?limit=0", "/v1/ask", "/none"],
)  # fmt: skip
def test_head_is_get_without_the_body(client: httpx.Client, path: str) -> None:
    got, head = client.get(path), client.head(path)
    assert (head.status_code, head.content) == (got.status_code, b"")
    for one in (got, head):
        del one.headers["date"]
    assert head.headers == got.headers


def test_search_gives_k_hits(client: httpx.Client) -> None:
    found = client.post("/v1/search", json={"query": "weather bridge", "k": 3}).json()
    assert found == FakeEngine(DOCUMENTS).search("weather bridge", 3)
    assert [hit["rank"] for hit in found["hits"]] == [1, 2, 3]


def test_extract_says_of_each_text_what_answers(client: httpx.Client) -> None:
    texts = [f"\0 🎉\r\n{QUOTE} More.", "", "The bridge."]
    found = client.post("/v1/extract", json={"question": QUESTION, "texts": texts}).json()
    assert found == FakeEngine(DOCUMENTS).extract(QUESTION, texts).to_dict()
    assert found["schema"] == "citewell.extract/1"
    assert [one["answerable"] for one in found["texts"]] == [True, False, False]
    (span,) = found["texts"][0]["spans"]
    assert texts[0][span["start_char_index"] : span["end_char_index"]] == span["text"] == QUOTE
    described = client.get("/openapi.json").json()["paths"]["/v1/extract"]["post"]["responses"]
    schema = described["200"]["content"]["application/json"]["schema"]["properties"]
    assert list(schema) == list(found)
    assert list(schema["texts"]["items"]["properties"]) == list(found["texts"][0])
    of_span = schema["texts"]["items"]["properties"]["spans"]["items"]["properties"]
    assert list(of_span) == list(span)


@pytest.mark.parametrize("texts", [None, "a text", [], ["a"] * 101, [{"text": "a"}], ["\ud800"]])
def test_extract_refuses_what_is_no_list_of_texts(client: httpx.Client, texts: object) -> None:
    body = json.dumps({"question": QUESTION, "texts": texts})
    reply = client.post("/v1/extract", content=body, headers={"Content-Type": "application/json"})
    assert is_problem(reply, 422)


def test_verify_holds_until_a_character_changes(client: httpx.Client) -> None:
    answer = client.post("/v1/ask", json={"question": QUESTION}).json()
    assert client.post("/v1/verify", json=answer).json()["holds"] is True
    answer["citations"][0]["cited_text"] = QUOTE.replace("1932", "1933")
    assert client.post("/v1/verify", json=answer).json()["holds"] is False
    assert client.post("/v1/verify", json={"no": "answer"}).status_code == 422


def test_documents_come_in_pages(client: httpx.Client) -> None:
    first = client.get("/v1/documents", params={"limit": 1}).json()
    second = client.get("/v1/documents", params={"limit": 1, "after": first["next"]}).json()
    listed = [page["documents"][0]["id"] for page in (first, second)]
    assert listed == sorted(one.id for one in DOCUMENTS)
    assert second["next"] is None


def test_document_has_metadata_and_sections(client: httpx.Client) -> None:
    found = client.get(f"/v1/documents/{BRIDGE.id}").json()
    assert found["title"] == "The bridge"
    assert found["sources"] == [{"root": "/papers", "path": "city/bridge.txt"}]
    assert found["date"] == "1932-05-04"
    assert found["characters"] == len(BRIDGE.text)
    assert found["sections"][0]["end_char_index"] == len(BRIDGE.text)


def test_text_is_the_documents_text_to_the_byte(client: httpx.Client) -> None:
    reply = client.get(f"/v1/documents/{BRIDGE.id}/text")
    assert reply.headers["content-type"] == "text/plain; charset=utf-8"
    assert reply.content == BRIDGE.text.encode()
    assert b"\r\n" in reply.content
    assert reply.headers["etag"] == f'"{sha256(reply.content).hexdigest()}"'
    again = client.get(
        f"/v1/documents/{BRIDGE.id}/text", headers={"If-None-Match": reply.headers["etag"]}
    )
    assert (again.status_code, again.content) == (304, b"")


def test_healthz_names_the_state_of_the_index(client: httpx.Client) -> None:
    health = client.get("/healthz").json()
    assert health == {"status": "ok", "index": FakeEngine(DOCUMENTS).status()["index"]}


def test_openapi_describes_the_answer_object_as_it_is(client: httpx.Client) -> None:
    described = client.get("/openapi.json").json()
    assert set(described["paths"]) == {
        "/v1/ask",
        "/v1/search",
        "/v1/extract",
        "/v1/verify",
        "/v1/documents",
        "/v1/documents/{id}",
        "/v1/documents/{id}/text",
        "/v1/documents/{id}/place",
        "/healthz",
    }
    ask = described["paths"]["/v1/ask"]["post"]["responses"]
    schema = ask["200"]["content"]["application/json"]["schema"]["properties"]
    for question in (QUESTION, "Who painted the cathedral?"):
        answer = client.post("/v1/ask", json={"question": question}).json()
        assert list(schema) == list(answer)
        cited = answer["citations"] or answer["reason"]["nearest"]
        for one in cited:
            assert list(schema["citations"]["items"]["properties"]) == list(one)
        for one in answer["sentences"]:
            assert list(schema["sentences"]["items"]["properties"]) == list(one)
        if answer["reason"]:
            reason = schema["reason"]["anyOf"][0]["properties"]
            assert list(reason) == list(answer["reason"])
    assert "application/problem+json" in ask["4XX"]["content"]
    assert "422" not in ask


def test_docs_from_another_host_are_off(client: httpx.Client) -> None:
    assert client.get("/docs").status_code == 404
    assert client.get("/redoc").status_code == 404


def test_a_text_that_begins_with_a_bom_keeps_it(connect: Connect) -> None:
    document = make_document("bom.txt", "bom", "\ufeffOne sentence.")
    reply = connect(FakeEngine([document])).get(f"/v1/documents/{document.id}/text")
    assert reply.content == "\ufeffOne sentence.".encode()


def test_no_answer_has_its_reason(client: httpx.Client) -> None:
    answer = client.post(
        "/v1/ask", json={"question": "Which zebra painter keeps maps quietly?"}
    ).json()
    assert (answer["status"], answer["sentences"]) == ("no_answer", [])
    assert answer["reason"]["missing_terms"] == ["painter", "quietly", "zebra"]
    assert answer["reason"]["nearest"][0]["document_id"] == LIBRARY.id
