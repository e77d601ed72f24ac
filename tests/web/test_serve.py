"""``citewell serve`` as a process: when it says it is ready, what it refuses, how it ends."""

from __future__ import annotations

import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from rag.commands.serve import bind, is_loopback, run
from rag.settings import Settings

PROGRAM = """
import sys
from pathlib import Path
from index.report import Reports, Summary
from rag.commands.serve import run
from rag.settings import Settings
from tests.web.conftest import DOCUMENTS
from tests.web.fake_engine import FakeEngine

class Engine(FakeEngine):
    def index_paths(self, paths):
        reports = Reports()
        reports.add("b.txt", "indexed")
        for path in paths:
            reports.add(path, "skipped", "it is binary")
        return Summary(reports, {})

    def follow(self):
        pass

    def close(self):
        print("closed", flush=True)

settings = Settings(host=sys.argv[1], port=int(sys.argv[2]), token=sys.argv[3])
paths = [Path(one) for one in sys.argv[4:]]
sys.exit(run(Path("."), settings, paths, lambda home, settings: Engine(DOCUMENTS, settings)))
"""


@contextmanager
def serving(*arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", PROGRAM, *arguments]
    root = Path(__file__).parents[2]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        command, cwd=root, stdout=pipe, stderr=pipe, text=True, preexec_fn=ctrl_c_ends_it
    ) as process:
        try:
            yield process
        finally:
            process.kill()


def ctrl_c_ends_it() -> None:
    """Also where the tests themselves run in the background, which ignores it."""
    signal.signal(signal.SIGINT, signal.default_int_handler)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout
    return process.stdout.readline()


@pytest.mark.parametrize(
    ("stop", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 0)], ids=["Ctrl-C", "terminate"]
)
def test_it_says_when_it_answers_and_ends_cleanly(stop: signal.Signals, code: int) -> None:
    with serving("127.0.0.1", "0", "", "a.bin") as process:
        line = first_line(process)
        assert line.startswith("Citewell is ready: http://127.0.0.1:")
        address = line.split()[-1]
        assert httpx.get(f"{address}/healthz", trust_env=False).json()["status"] == "ok"
        assert "Server" not in httpx.get(address, trust_env=False).headers
        process.send_signal(stop)
        out, err = process.communicate(timeout=20)
        assert (process.returncode, out, err) == (code, "closed\n", "Skipped a.bin: it is binary\n")


def test_a_client_in_mid_answer_does_not_keep_it_alive() -> None:
    with serving("127.0.0.1", "0", "") as process:
        address = first_line(process).split()[-1]
        host, port = address.removeprefix("http://").split(":")
        with socket.create_connection((host, int(port))) as idle:
            idle.sendall(b"POST /v1/ask HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n{")
            process.send_signal(signal.SIGINT)
            assert process.wait(20) == 130


def test_all_addresses_with_a_token() -> None:
    with serving("0.0.0.0", "0", "word") as process:
        line = first_line(process)
        assert line.startswith("Citewell is ready: http://127.0.0.1:")
        port = line.strip().rsplit(":", 1)[1]
        reply = httpx.get(f"http://127.0.0.1:{port}/v1/documents", trust_env=False)
        assert reply.status_code == 401


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.0.9", "papers.lan", "127.evil"])
def test_another_host_without_a_token_is_refused(
    host: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(Path(), Settings(host=host), ()) == 2
    assert "CITEWELL_TOKEN" in capsys.readouterr().err


def test_a_port_in_use_says_what_to_do(capsys: pytest.CaptureFixture[str]) -> None:
    with bind("127.0.0.1", 0) as taken:
        port = taken.getsockname()[1]
        assert run(Path(), Settings(port=port), ()) == 3
    message = capsys.readouterr().err
    assert f"Port {port} of 127.0.0.1 is in use" in message
    assert f"--port {port + 1}" in message
    assert f"PORT={port + 1}" in message


@pytest.mark.parametrize(("host", "port"), [("no.such.host.invalid", 0), ("127.0.0.1", 99_999)])
def test_what_cannot_be_served(host: str, port: int, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(Path(), Settings(host=host, port=port, token="word"), ()) == 3
    assert "Choose another --host or --port." in capsys.readouterr().err


def test_loopback() -> None:
    for host in ("127.0.0.1", "127.8.9.1", "::1", "localhost", "LOCALHOST"):
        assert is_loopback(host)
    for host in ("0.0.0.0", "::", "10.0.0.1", "localhost.evil", ""):
        assert not is_loopback(host)
