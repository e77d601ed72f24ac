"""Documents that are sent and deleted, over a real engine and a real socket."""

from __future__ import annotations

import hashlib
import shutil
import socket
import threading
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from index.home.lock import writer_lock
from index.readers import parse
from index.store import Index
from index.types import Vectors
from rag.engine import Engine
from rag.reader.kit import similarity
from rag.settings import Settings
from tests.fakes import FakeEmbedder
from tests.web.conftest import Connect, eventually, serving
from tests.web.test_security import is_problem
from tests.web.test_stream import events_of
from web.app import create_app

MAPS = b"Ada Holt keeps the maps.\n"
FERRY = b"The ferry left the harbour at nine.\n"
SSE = {"Accept": "text/event-stream"}
MEGABYTE = 1_000_000


class Home:
    """A home with an engine over it, and the folder that was indexed into it."""

    def __init__(self, folder: Path, settings: Settings) -> None:
        self.path = folder / "home"
        self.docs = folder / "docs"
        self.docs.mkdir()
        self.fake = FakeEmbedder()
        kit = similarity()
        kit = similarity(replace(kit.model, threshold=0.0))
        index = Index.open(self.path, lambda: self.fake, parse)
        self.engine = Engine(index, settings, kit)

    def stored(self) -> list[str]:
        folder = self.path / "uploads"
        return sorted(one.name for one in folder.iterdir()) if folder.exists() else []

    def put(self, name: str, data: bytes) -> Path:
        path = self.docs / name
        path.write_bytes(data)
        self.engine.index_paths([self.docs])
        return path


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    one = Home(tmp_path, Settings(max_file_mb=1))
    yield one
    one.engine.close()


@pytest.fixture
def api(home: Home, connect: Connect) -> httpx.Client:
    return connect(home.engine, heartbeat_s=0.2)


def send(api: httpx.Client, name: str, data: bytes, **headers: str) -> httpx.Response:
    return api.post("/v1/documents", files={"file": (name, data)}, headers=headers)


def body_of(name: str, data: bytes) -> tuple[bytes, dict[str, str]]:
    head = f'--x\r\nContent-Disposition: form-data; name="file"; filename="{name}"\r\n\r\n'
    body = head.encode() + data + b"\r\n--x--\r\n"
    return body, {"Content-Type": "multipart/form-data; boundary=x"}


def listed(api: httpx.Client) -> list[str]:
    return sorted(one["path"] for one in api.get("/v1/documents").json()["documents"])


# -- sending -------------------------------------------------------------------------------


def test_a_file_is_answered_from_as_soon_as_it_is_taken(api: httpx.Client, home: Home) -> None:
    reply = send(api, "maps.txt", MAPS)
    assert reply.status_code == 201
    document = reply.json()
    assert reply.headers["location"] == f"/v1/documents/{document['id']}"
    assert api.get(reply.headers["location"]).json() == document
    assert document["schema"] == "citewell.document/1"
    assert (document["path"], document["title"]) == ("maps.txt", "maps.txt")
    assert document["file_sha256"] == hashlib.sha256(MAPS).hexdigest()
    assert home.stored() == [f"{document['file_sha256']}.txt"]
    answer = api.post("/v1/ask", json={"question": "Who keeps the maps?"}).json()
    (citation,) = answer["citations"]
    assert citation["path"] == "maps.txt"
    assert citation["cited_text"] == "Ada Holt keeps the maps."
    assert api.post("/v1/verify", json=answer).json()["holds"]
    assert "maps.txt" in api.post("/v1/ask", json={"question": "What documents are there?"}).text


def test_the_same_content_gives_the_same_document(api: httpx.Client, home: Home) -> None:
    first = send(api, "maps.txt", MAPS)
    again = send(api, "other name.txt", MAPS)
    assert (first.status_code, again.status_code) == (201, 200)
    assert again.json() == first.json()
    assert len(home.stored()) == 1


def test_content_of_an_indexed_folder_is_the_same_document(api: httpx.Client, home: Home) -> None:
    home.put("a.txt", MAPS)
    reply = send(api, "maps.txt", MAPS)
    assert (reply.status_code, reply.json()["path"]) == (200, "a.txt")
    assert listed(api) == ["a.txt"]


def test_a_filter_may_name_an_upload_as_it_is_shown(api: httpx.Client) -> None:
    send(api, "maps.txt", MAPS)
    send(api, "ferry.txt", FERRY)
    for name in ("maps.txt", "m*.txt"):
        found = api.post("/v1/search", json={"query": "the", "filter": {"documents": [name]}})
        assert [one["path"] for one in found.json()["hits"]] == ["maps.txt"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("../../../etc/passwd.txt", "passwd.txt"),
        ("..\\..\\boot.txt", "boot.txt"),
        ("/absolute.txt", "absolute.txt"),
        ("fdp.\u202etxt", "fdp.txt"),
        ("<script>alert(1)</script>.txt", "script>.txt"),
        ("a" * 500 + ".txt", "a" * 116 + ".txt"),
        ("\x7f\x9b.config.toml.txt", ".config.toml.txt"),
        ("ünï 🚢.txt", "ünï 🚢.txt"),
    ],
)
def test_a_senders_name_is_only_shown(api: httpx.Client, home: Home, name: str, shown: str) -> None:
    body, kind = body_of(name, MAPS)
    reply = api.post("/v1/documents", content=body, headers=kind)
    assert (reply.status_code, reply.json()["path"]) == (201, shown)
    assert home.stored() == [f"{hashlib.sha256(MAPS).hexdigest()}.txt"]
    everything = {one.name for one in home.path.parent.rglob("*")}
    assert not {"passwd.txt", "boot.txt", "absolute.txt", ".config.toml.txt"} & everything


def test_several_files_each_have_their_outcome(api: httpx.Client, home: Home) -> None:
    send(api, "maps.txt", MAPS)
    files = [
        ("file", ("maps.txt", MAPS)),
        ("file", ("ferry.md", FERRY)),
        ("other", ("tool.exe", b"MZ")),
        ("file", ("empty.txt", b"")),
    ]
    reply = api.post("/v1/documents", files=files)
    assert reply.status_code == 207
    taken = reply.json()["files"]
    assert [one["status"] for one in taken] == [200, 201, 415, 422]
    assert taken[1]["document"]["path"] == "ferry.md"
    assert "empty" in taken[3]["problem"]["detail"]
    assert len(home.stored()) == 2
    reply = api.post("/v1/documents", files=files[:2])
    assert (reply.status_code, reply.json()["schema"]) == (200, "citewell.upload/1")


# -- what is refused -------------------------------------------------------------------------


def test_a_format_that_is_not_read(api: httpx.Client, home: Home) -> None:
    reply = send(api, "old.doc", b"\xd0\xcf\x11\xe0 and more")
    assert is_problem(reply, 415)
    assert "save it as .docx" in reply.json()["detail"]
    assert is_problem(send(api, "no ending", MAPS), 415)
    assert (home.stored(), listed(api)) == ([], [])


@pytest.mark.parametrize(("name", "data"), [("a.txt", b""), ("a.pdf", b"%PDF-1.7 broken")])
def test_a_file_that_cannot_be_read_is_not_kept(
    api: httpx.Client, home: Home, name: str, data: bytes
) -> None:
    assert is_problem(send(api, name, data), 422)
    assert (home.stored(), listed(api)) == ([], [])
    assert home.engine.index_paths([home.docs]).to_dict()["files"] == []


def test_another_type_than_the_name_says_is_named(api: httpx.Client) -> None:
    reply = send(api, "a.txt", b"MZ\x90\x00\x03" + bytes(200))
    assert is_problem(reply, 422)


@pytest.mark.parametrize("kind", ["application/json", "text/plain", "application/octet-stream", ""])
def test_another_body_than_a_form_is_refused(api: httpx.Client, kind: str) -> None:
    assert is_problem(api.post("/v1/documents", content=b"{}", headers={"Content-Type": kind}), 415)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--x--\r\n",
        b"nonsense",
        b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\nno file\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="file"; filename="a.txt"\r\n\r\ncut sho',
        b'--x\r\nContent-Disposition: form-data; filename="a.txt"\r\n\r\nno name\r\n--x--\r\n',
        b"--x\r\nNo-Disposition: 1\r\n\r\na\r\n--x--\r\n",
        b"--x\r\n" + b"A: b\r\n" * 1_000 + b"\r\na\r\n--x--\r\n",
    ],
)
def test_a_form_without_a_whole_file_is_refused(api: httpx.Client, home: Home, body: bytes) -> None:
    _, kind = body_of("", b"")
    assert is_problem(api.post("/v1/documents", content=body, headers=kind), 400)
    assert is_problem(
        api.post("/v1/documents", content=body, headers={"Content-Type": "multipart/form-data"}),
        400,
    )
    assert home.stored() == []


def test_too_many_files_are_refused(
    api: httpx.Client, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.multipart.MAX_FILES", 3)
    files = [("file", (f"{n}.txt", f"Line {n} is here.".encode())) for n in range(4)]
    assert is_problem(api.post("/v1/documents", files=files), 400)
    assert home.stored() == []
    assert api.post("/v1/documents", files=files[1:]).status_code == 201
    assert len(home.stored()) == 3


def test_a_file_at_the_limit_is_taken_and_one_above_it_not(api: httpx.Client, home: Home) -> None:
    assert send(api, "a.txt", MAPS.ljust(MEGABYTE)).status_code == 201
    reply = send(api, "b.txt", FERRY.ljust(MEGABYTE + 1))
    assert is_problem(reply, 413)
    assert "1 MB" in reply.json()["detail"]
    assert len(home.stored()) == 1


def test_too_long_a_body_is_refused_before_it_is_read(api: httpx.Client) -> None:
    parts = urlsplit(str(api.base_url))
    with socket.create_connection((parts.hostname, parts.port), timeout=10) as raw:
        raw.sendall(
            b"POST /v1/documents HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9999999999\r\n"
            b"Content-Type: multipart/form-data; boundary=x\r\n\r\n"
        )
        assert raw.makefile("rb").readline().startswith(b"HTTP/1.1 413 ")


def test_too_long_a_body_is_refused_while_it_is_read(api: httpx.Client, home: Home) -> None:
    body, kind = body_of("a.txt", MAPS)

    def chunks() -> Iterator[bytes]:
        yield body[:-9]
        for _ in range(300):
            yield b" " * 10_000

    assert is_problem(api.post("/v1/documents", content=chunks(), headers=kind), 413)
    assert home.stored() == []


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Origin": "https://evil.example"}, 403),
        ({"Origin": "null"}, 403),
        ({"Host": "evil.example"}, 421),
    ],
)
def test_other_sites_change_nothing(
    api: httpx.Client, home: Home, headers: dict[str, str], status: int
) -> None:
    id = send(api, "maps.txt", MAPS).json()["id"]
    assert is_problem(send(api, "ferry.txt", FERRY, **headers), status)
    assert is_problem(api.delete(f"/v1/documents/{id}", headers=headers), status)
    assert listed(api) == ["maps.txt"]
    assert len(home.stored()) == 1


def test_without_the_token_nothing_changes(tmp_path: Path, connect: Connect) -> None:
    home = Home(tmp_path, Settings(token="a-long-random-word"))
    api = connect(home.engine)
    assert is_problem(send(api, "maps.txt", MAPS), 401)
    assert is_problem(api.delete("/v1/documents/abc"), 401)
    reply = send(api, "maps.txt", MAPS, Authorization="Bearer a-long-random-word")
    assert reply.status_code == 201
    home.engine.close()


# -- while others write ----------------------------------------------------------------------


def test_another_writer_makes_it_409(api: httpx.Client, home: Home) -> None:
    id = send(api, "maps.txt", MAPS).json()["id"]
    with writer_lock(home.path):
        for reply in (send(api, "ferry.txt", FERRY), api.delete(f"/v1/documents/{id}")):
            assert is_problem(reply, 409)
            assert int(reply.headers["retry-after"]) >= 1
            assert str(home.path) not in reply.text
        assert send(api, "again.txt", MAPS).status_code == 200  # nothing is to be written for it
        assert len(home.stored()) == 1
    assert send(api, "ferry.txt", FERRY).status_code == 201
    assert api.delete(f"/v1/documents/{id}").status_code == 204


def test_two_at_once_are_taken_one_after_the_other(api: httpx.Client, home: Home) -> None:
    replies: list[int] = []

    def post(number: int) -> None:
        text = f"Ferry {number // 2} left the harbour at nine.".encode()
        replies.append(send(api, f"{number}.txt", text).status_code)

    threads = [threading.Thread(target=post, args=(number,)) for number in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(replies) == [200, 200, 201, 201]
    assert len(home.stored()) == len(listed(api)) == 2


class _Gate(FakeEmbedder):
    """Embeds once it is opened."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = threading.Semaphore(0)
        self.opened = threading.Event()

    def embed(self, texts: Any) -> Vectors:
        self.entered.release()
        assert self.opened.wait(30)
        return super().embed(texts)


@pytest.fixture
def gate(home: Home) -> _Gate:
    home.fake = gate = _Gate()
    return gate


def test_a_full_queue_gets_503_and_questions_go_on(
    api: httpx.Client, home: Home, gate: _Gate
) -> None:
    replies: list[int] = []

    def post(number: int) -> None:
        replies.append(send(api, "a.txt", f"Ferry {number} left at nine.".encode()).status_code)

    threads = [threading.Thread(target=post, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    assert gate.entered.acquire(timeout=10)
    assert eventually(lambda: len(replies) == 3)
    assert replies == [503] * 3
    assert api.get("/healthz").status_code == 200
    assert api.post("/v1/ask", json={"question": "Is there anything?"}).status_code == 200
    gate.opened.set()
    for thread in threads:
        thread.join(30)
    assert sorted(replies) == [201] * 5 + [503] * 3
    assert len(home.stored()) == 5


def test_a_client_that_leaves_the_queue_leaves_nothing(
    api: httpx.Client, home: Home, gate: _Gate
) -> None:
    first = threading.Thread(target=send, args=(api, "maps.txt", MAPS))
    first.start()
    assert gate.entered.acquire(timeout=10)
    with (
        httpx.Client(base_url=api.base_url, timeout=0.5, trust_env=False) as hasty,
        pytest.raises(httpx.ReadTimeout),
    ):
        send(hasty, "ferry.txt", FERRY)
    gate.opened.set()
    first.join(30)
    assert send(api, "last.txt", b"Cheese is made of milk.").status_code == 201
    assert listed(api) == ["last.txt", "maps.txt"]
    assert len(home.stored()) == 2


def test_a_full_disk_is_507_and_keeps_nothing(
    api: httpx.Client, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("index.folder.uploads.write_durably", full)
    reply = send(api, "maps.txt", MAPS)
    assert is_problem(reply, 507)
    assert "No space left" in reply.json()["detail"]
    assert (home.stored(), listed(api)) == ([], [])
    monkeypatch.undo()
    assert send(api, "maps.txt", MAPS).status_code == 201


def test_a_crash_is_a_500_that_tells_nothing_and_keeps_nothing(
    api: httpx.Client, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise RuntimeError("a secret")

    monkeypatch.setattr(home.fake, "embed", fail)
    for headers in ({}, SSE):
        reply = send(api, "maps.txt", MAPS, **headers)
        assert "secret" not in reply.text
        assert (home.stored(), listed(api)) == ([], [])
    assert events_of(reply)[-1][1]["status"] == 500


# -- progress --------------------------------------------------------------------------------


def test_the_events_of_an_upload(api: httpx.Client) -> None:
    text = b"".join(b"Entry %d speaks of weather and of roads.\n\n" % n for n in range(6_000))
    reply = send(api, "weather.txt", text, **SSE)
    assert reply.status_code == 200
    events = events_of(reply)
    names = [name for name, _ in events]
    assert names[:2] == ["received", "reading"]
    assert events[0][1] == {"file": 1, "name": "weather.txt", "bytes": len(text)}
    embedding = [data for name, data in events if name == "embedding"]
    assert len({data["of"] for data in embedding}) == 1
    assert [data["done"] for data in embedding] == sorted(data["done"] for data in embedding)
    assert embedding[-1]["done"] == embedding[-1]["of"] > 512
    name, done = events[-1]
    assert (name, done["file"], done["status"]) == ("done", 1, 201)
    assert api.get(f"/v1/documents/{done['document']['id']}").json() == done["document"]


def test_each_file_ends_with_done_or_error(api: httpx.Client) -> None:
    files = [("file", ("a.txt", MAPS)), ("file", ("b.exe", b"MZ")), ("file", ("c.txt", b""))]
    events = events_of(api.post("/v1/documents", files=files, headers=SSE))
    assert [name for name, _ in events[:3]] == ["received"] * 3
    ends = [(name, data["file"], data["status"]) for name, data in events if "status" in data]
    assert ends == [("done", 1, 201), ("error", 2, 415), ("error", 3, 422)]


def test_a_waiting_upload_is_told_that_it_came_and_that_it_waits(
    api: httpx.Client, home: Home, gate: _Gate
) -> None:
    first = threading.Thread(target=send, args=(api, "maps.txt", MAPS))
    first.start()
    assert gate.entered.acquire(timeout=10)
    seen = ""
    with api.stream(
        "POST", "/v1/documents", files={"file": ("ferry.txt", FERRY)}, headers=SSE
    ) as reply:
        for part in reply.iter_text():
            seen += part
            if seen.count(": waiting\n\n") >= 2:
                gate.opened.set()
    first.join(30)
    assert seen.startswith("event: received\n")
    assert "event: done\n" in seen
    assert len(home.stored()) == 2


# -- deleting --------------------------------------------------------------------------------


def test_deleting_an_upload_deletes_its_file(api: httpx.Client, home: Home) -> None:
    id = send(api, "maps.txt", MAPS).json()["id"]
    send(api, "ferry.txt", FERRY)
    answer = api.post("/v1/ask", json={"question": "Who keeps the maps?"}).json()
    reply = api.delete(f"/v1/documents/{id}")
    assert (reply.status_code, reply.content) == (204, b"")
    assert is_problem(api.delete(f"/v1/documents/{id}"), 404)
    assert is_problem(api.get(f"/v1/documents/{id}"), 404)
    assert listed(api) == ["ferry.txt"]
    assert len(home.stored()) == 1
    assert b"maps.txt" not in (home.path / "user.sqlite").read_bytes()
    assert home.engine.status()["excluded"] == []
    (verdict,) = api.post("/v1/verify", json=answer).json()["citations"]
    assert verdict["status"] == "gone"
    again = send(api, "maps.txt", MAPS)
    assert (again.status_code, listed(api)) == (201, ["ferry.txt", "maps.txt"])


def test_deleting_a_file_of_a_folder_excludes_it(api: httpx.Client, home: Home) -> None:
    path = home.put("a.txt", MAPS)
    id = api.get("/v1/documents").json()["documents"][0]["id"]
    assert api.delete(f"/v1/documents/{id}").status_code == 204
    assert path.read_bytes() == MAPS
    assert home.engine.status()["excluded"] == [str(path)]
    home.engine.index_paths([home.docs])
    assert listed(api) == []


def test_deleting_a_document_of_both_does_both(api: httpx.Client, home: Home) -> None:
    path = home.put("a.txt", MAPS)
    id = send(api, "maps.txt", MAPS).json()["id"]
    assert api.delete(f"/v1/documents/{id}").status_code == 204
    assert (home.stored(), listed(api)) == ([], [])
    assert home.engine.status()["excluded"] == [str(path)]


@pytest.mark.parametrize("id", ["none", "%2e%2e", "a%00b", "..%2f..%2fetc", "%f0%9f%9a%a2"])
def test_deleting_what_is_not_there(api: httpx.Client, id: str) -> None:
    assert is_problem(api.delete(f"/v1/documents/{id}"), 404)


def test_rm_takes_an_upload_by_its_name(api: httpx.Client, home: Home) -> None:
    send(api, "maps.txt", MAPS)
    (removed,) = home.engine.remove(["maps.txt"])["removed"]
    assert (removed["path"], removed["excluded"]) == ("maps.txt", False)
    assert (home.stored(), listed(api)) == ([], [])


# -- the rest of the program -------------------------------------------------------------------


def test_a_file_that_changed_behind_our_back_is_said(api: httpx.Client, home: Home) -> None:
    send(api, "maps.txt", MAPS)
    answer = api.post("/v1/ask", json={"question": "Who keeps the maps?"}).json()
    (name,) = home.stored()
    (home.path / "uploads" / name).write_bytes(FERRY)
    report = api.post("/v1/verify", json=answer).json()
    assert report["citations"][0]["file_changed"]
    assert report["citations"][0]["status"] == "holds"


def test_a_server_that_follows_answers_from_it_at_once(home: Home) -> None:
    home.put("a.txt", FERRY)
    home.engine.follow()
    with (
        serving(create_app(home.engine)) as base,
        httpx.Client(base_url=base, timeout=20, trust_env=False) as api,
    ):
        api.post("/v1/ask", json={"question": "Who keeps the maps?"})
        id = send(api, "maps.txt", MAPS).json()["id"]
        assert api.get(f"/v1/documents/{id}").status_code == 200
        assert listed(api) == ["a.txt", "maps.txt"]
        assert api.delete(f"/v1/documents/{id}").status_code == 204
        assert listed(api) == ["a.txt"]


def test_a_worker_of_its_own_reads_the_file(tmp_path: Path, connect: Connect) -> None:
    index = Index.open(tmp_path / "home", FakeEmbedder)
    engine = Engine(index, Settings(), similarity())
    api = connect(engine)
    assert send(api, "maps.md", b"# Maps\n\n" + MAPS).json()["title"] == "Maps"
    assert is_problem(send(api, "broken.pdf", b"%PDF-1.7 nothing"), 422)
    engine.close()


def test_what_the_schema_says(api: httpx.Client) -> None:
    paths = api.get("/openapi.json").json()["paths"]
    post = paths["/v1/documents"]["post"]
    assert list(post["requestBody"]["content"]) == ["multipart/form-data"]
    assert {"200", "201", "207"} <= set(post["responses"])
    assert "text/event-stream" in post["responses"]["200"]["content"]
    assert "204" in paths["/v1/documents/{id}"]["delete"]["responses"]


def test_a_home_that_went_away_is_made_again(api: httpx.Client, home: Home) -> None:
    send(api, "maps.txt", MAPS)
    shutil.rmtree(home.path / "uploads")
    assert send(api, "maps.txt", MAPS).status_code == 200
    assert len(home.stored()) == 1
