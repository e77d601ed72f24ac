"""Who is let in, what every response carries, and every refusal as a problem."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

import web
from rag.settings import Settings
from tests.web.conftest import DOCUMENTS, Connect
from tests.web.fake_engine import BrokenEngine, FakeEngine
from web.security import Rules, host_name, is_same_origin

ASK = {"question": "Who opened the bridge?"}
TOKEN = "a-long-random-word"
FOREIGN_HOSTS = [
    *("evil.example", "127.0.0.1.evil.example", "127.0.0.2", "localhost.evil", "192.168.0.9"),
    *("a@127.0.0.1.evil", "evil@127.0.0.1", "127.0.0.1/a", "0.0.0.0", "[::2", ""),
]
CACHING = {
    **dict.fromkeys(["/", "/v1/documents", "/healthz", "/none", "/static/none"], "no-store"),
    "/static/app.js": "no-cache",
}


def is_problem(reply: httpx.Response, status: int) -> bool:
    body = reply.json()
    assert reply.headers["content-type"] == "application/problem+json"
    assert {"type", "title", "status", "detail"} <= set(body)
    assert body["detail"]
    return (reply.status_code, body["status"]) == (status, status)


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "LOCALHOST:81", "[::1]", "[::1]:8000", "127.0.0.1:9"]
)
def test_hosts_of_this_machine_are_served(client: httpx.Client, host: str) -> None:
    assert client.get("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize("host", FOREIGN_HOSTS)
@pytest.mark.parametrize("path", ["/", "/healthz", "/v1/documents", "/static/app.js", "/none"])
def test_other_hosts_get_421(client: httpx.Client, host: str, path: str) -> None:
    assert is_problem(client.get(path, headers={"Host": host}), 421)


def test_the_host_it_was_told_to_serve_is_allowed() -> None:
    named = Rules("Papers.lan", "word", 1)
    assert named.allows_host("papers.lan:8000")
    assert not named.allows_host("192.168.0.9")
    everywhere = Rules("0.0.0.0", "word", 1)
    assert everywhere.allows_host("192.168.0.9:8000")
    assert not everywhere.allows_host("evil.example")
    assert host_name("[::1]:80") == "::1"


def test_same_origin_may_ask(client: httpx.Client) -> None:
    origin = str(client.base_url).rstrip("/")
    assert client.post("/v1/ask", json=ASK, headers={"Origin": origin}).status_code == 200
    assert client.post("/v1/ask", json=ASK).status_code == 200


@pytest.mark.parametrize("method", ["POST", "DELETE", "PUT", "PATCH"])
@pytest.mark.parametrize(
    "origin", ["null", "https://evil.example", "http://127.0.0.1:1", "http://localhost", "file://"]
)
def test_foreign_origins_get_403_on_any_change(
    client: httpx.Client, method: str, origin: str
) -> None:
    reply = client.request(method, "/v1/ask", json=ASK, headers={"Origin": origin})
    assert is_problem(reply, 403)
    assert "access-control-allow-origin" not in reply.headers


def test_origins_compare_with_their_port() -> None:
    assert is_same_origin("http://localhost:8000", "localhost:8000")
    assert is_same_origin("https://papers.lan", "Papers.lan")
    assert not is_same_origin("http://localhost:8000", "localhost:8001")
    assert not is_same_origin("localhost:8000", "localhost:8000")


@pytest.fixture
def locked(connect: Connect) -> httpx.Client:
    return connect(FakeEngine(DOCUMENTS, Settings(token=TOKEN)))


@pytest.mark.parametrize("sent", [None, "Bearer wrong", "Bearer", TOKEN, f"Basic {TOKEN}", "ü"])
def test_without_the_token_401(locked: httpx.Client, sent: str | None) -> None:
    headers = {} if sent is None else {"Authorization": sent.encode("latin-1")}
    for path in (
        "/v1/documents",
        "/openapi.json",
        "/none",
        f"/v1/documents/{DOCUMENTS[0].id}/text",
    ):
        reply = locked.get(path, headers=headers)  # type: ignore[arg-type]
        assert is_problem(reply, 401)
        assert reply.headers["www-authenticate"] == "Bearer"
    assert is_problem(locked.post("/v1/ask", json=ASK, headers=headers), 401)  # type: ignore[arg-type]


def test_head_is_checked_as_get_is(locked: httpx.Client) -> None:
    assert locked.head("/healthz").status_code == 200
    assert locked.head("/healthz", headers={"Host": "evil.example"}).status_code == 421
    assert locked.head("/v1/documents").status_code == 401
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert locked.head("/v1/documents", headers=headers).status_code == 200


def test_with_the_token_it_answers(locked: httpx.Client) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    assert locked.post("/v1/ask", json=ASK, headers=headers).json()["status"] == "answered"


def test_health_and_the_empty_page_need_no_token(locked: httpx.Client) -> None:
    for path in ("/healthz", "/", "/static/app.js"):
        reply = locked.get(path)
        assert reply.status_code == 200
        assert "bridge" not in reply.text


@pytest.mark.parametrize(("path", "cache"), CACHING.items())
def test_every_response_has_the_headers(client: httpx.Client, path: str, cache: str) -> None:
    headers = client.get(path).headers
    assert headers["content-security-policy"] == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
    )
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "no-referrer"
    assert headers["cache-control"] == cache


def test_unknown_address_and_method(client: httpx.Client) -> None:
    assert is_problem(client.get("/v1/none"), 404)
    assert is_problem(client.get("/v1/documents/none"), 404)
    assert is_problem(client.get("/v1/documents/none/text"), 404)
    assert is_problem(client.get("/static/../api.py"), 404)


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("GET", "/v1/ask", "POST"),
        ("HEAD", "/v1/ask", "POST"),
        ("POST", "/", "GET, HEAD"),
        ("POST", "/healthz", "GET, HEAD"),
        ("POST", "/openapi.json", "GET, HEAD"),
        ("POST", "/static/app.js", "GET, HEAD"),
        ("PUT", "/v1/documents", "GET, HEAD, POST"),
        ("PUT", "/v1/documents/none", "DELETE, GET, HEAD"),
        ("POST", "/v1/documents/none/text", "GET, HEAD"),
    ],
)
def test_allow_names_all_that_an_address_takes(
    client: httpx.Client, method: str, path: str, allowed: str
) -> None:
    reply = client.request(method, path)
    assert reply.status_code == 405
    assert reply.headers["allow"] == allowed


@pytest.mark.parametrize("secret", ["/static/%2e%2e/app.py", "/static/..%2fapp.py"])
def test_only_static_files_are_served(client: httpx.Client, secret: str) -> None:
    parts = urlsplit(str(client.base_url))
    with socket.create_connection((parts.hostname, parts.port)) as raw:
        raw.sendall(f"GET {secret} HTTP/1.0\r\nHost: localhost\r\n\r\n".encode())
        assert raw.makefile("rb").readline() == b"HTTP/1.1 404 Not Found\r\n"


def test_too_large_a_body_is_refused_by_its_length(client: httpx.Client) -> None:
    body = json.dumps({"question": "a" * 1_000_000})
    assert is_problem(client.post("/v1/ask", content=body), 413)
    assert is_problem(client.post("/v1/none", content=b"a" * 30_000_000), 413)


def test_too_large_a_body_is_refused_while_it_is_read(client: httpx.Client) -> None:
    def chunks() -> Iterator[bytes]:
        for _ in range(200):
            yield b" " * 10_000

    assert is_problem(client.post("/v1/ask", content=chunks()), 413)


def test_a_body_at_the_limit_is_read(client: httpx.Client) -> None:
    body = json.dumps(ASK).encode().ljust(1_000_000)
    headers = {"Content-Type": "application/json"}
    assert client.post("/v1/ask", content=body, headers=headers).status_code == 200


def test_a_crash_is_a_500_that_tells_nothing(connect: Connect) -> None:
    broken = connect(BrokenEngine(DOCUMENTS))
    for reply in (
        broken.post("/v1/ask", json=ASK),
        broken.post("/v1/search", json={"query": "bridge"}),
        broken.get("/healthz"),
    ):
        assert is_problem(reply, 500)
        assert "secret" not in reply.text
        assert "content-security-policy" in reply.headers


def test_the_page_has_no_inline_code_and_nothing_from_another_host() -> None:
    here = Path(web.__file__).parent
    page = (here / "templates/index.html").read_text(encoding="utf-8")
    assert " style=" not in page
    assert "<style" not in page
    assert " on" not in page.replace(" one", "").replace(" once", "").replace(" only", "")
    for file in [here / "templates/index.html", *(here / "static").iterdir()]:
        text = file.read_text(encoding="utf-8").replace("http://www.w3.org/2000/svg", "")
        for word in ("http:", "https:", '"//', "innerHTML", "outerHTML", "insertAdjacent", "eval("):
            assert word not in text, f"{word} in {file.name}"
