"""Applications on real sockets, and the documents that the tests ask about."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
import pytest
import uvicorn
from fastapi import FastAPI

from rag.commands.serve import bind
from tests.web.fake_engine import FakeEngine, make_document
from web.app import create_app

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page, Request

CHROMIUM = shutil.which("chromium")
ARGS = [
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run"),
    *("--disable-background-networking", "--disable-component-update", "--disable-sync"),
]

FILLER = "".join(f"Entry {n} speaks of weather and of roads. 🌧\n" for n in range(3_000))

BRIDGE = make_document(
    "city/bridge.txt",
    "The bridge",
    "🏗️ Notes 👩‍👩‍👧 on e\u0301tudes\r\n\r\nThe bridge was opened by Mayor Ada Holt 🎉 in 1932.\r\n"
    "The bridge carries 4,000 wagons a day.\r\nمرحبا بكم في المدينة.\r\n" + FILLER,
    date="1932-05-04",
)
LIBRARY = make_document(
    "city/library.txt", "library.txt", "A. B.\nThe library keeps 70 maps of rivers.\u2028Next.\n"
)
DOCUMENTS = (BRIDGE, LIBRARY)


@contextmanager
def serving(app: FastAPI) -> Iterator[str]:
    """The base address of the application, served on a free port."""
    with bind("127.0.0.1", 0) as listener:
        config = uvicorn.Config(app, log_level="critical", ws="none", timeout_graceful_shutdown=2)
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run, args=([listener],))
        port = listener.getsockname()[1]
        thread.start()
        try:
            yield f"http://127.0.0.1:{port}"
        finally:
            server.should_exit = True
            thread.join(20)
            assert not thread.is_alive()


Connect = Callable[..., httpx.Client]


@pytest.fixture
def connect() -> Iterator[Connect]:
    """``connect(engine, **create_app's)`` gives a client of a running server."""
    open_ones: list[Any] = []

    def make(engine: Any, **options: Any) -> httpx.Client:
        server = serving(create_app(engine, **options))
        base = server.__enter__()
        open_ones.append(server)
        client = httpx.Client(base_url=base, timeout=20, trust_env=False)
        open_ones.append(client)
        return client

    yield make
    for one in reversed(open_ones):
        one.__exit__(None, None, None)


@pytest.fixture(scope="module")
def client() -> Iterator[httpx.Client]:
    """A client of a server over DOCUMENTS."""
    with (
        serving(create_app(FakeEngine(DOCUMENTS))) as base,
        httpx.Client(base_url=base, timeout=20, trust_env=False) as one,
    ):
        yield one


def eventually(holds: Callable[[], bool], seconds: float = 10) -> bool:
    """Whether the condition comes to hold in time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.01)
    return holds()


# The browser.


@pytest.fixture(scope="module")
def base(engine: Any) -> Iterator[str]:
    with serving(create_app(engine)) as address:
        yield address


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    if CHROMIUM is None:
        pytest.skip("no chromium: apt-get install chromium")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        launched = playwright.chromium.launch(executable_path=CHROMIUM, args=ARGS)
        yield launched
        launched.close()


@pytest.fixture
def expected_errors() -> list[str]:
    """Parts of what the console may say in this test: a refused request is logged there."""
    return []


@pytest.fixture
def page(browser: Browser, expected_errors: list[str]) -> Iterator[Page]:
    """A new tab that must ask no other host and log no error."""
    with browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        tab = context.new_page()
        requests: list[Request] = []
        logged: list[ConsoleMessage] = []
        crashes: list[Exception] = []
        tab.on("request", lambda one: requests.append(one))
        tab.on("console", lambda one: logged.append(one))
        tab.on("pageerror", lambda one: crashes.append(one))
        yield tab
        hosts = {urlsplit(one.url).hostname for one in requests}
        errors = [one.text for one in logged if one.type in {"error", "warning"}]
        assert hosts <= {"127.0.0.1"}
        assert [one for one in errors if not any(part in one for part in expected_errors)] == []
        assert crashes == []
