"""A scripted OpenAI-compatible endpoint on a real loopback socket."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Seen:
    """One request as it came over the socket."""

    path: str
    headers: dict[str, str]
    body: dict[str, Any]


@dataclass
class ScriptedLLM:
    """``reply`` answers each request by hand; ``seen`` keeps them."""

    reply: Callable[[BaseHTTPRequestHandler], None]
    base_url: str = ""
    seen: list[Seen] = field(default_factory=list)


def says(text: str) -> Callable[[BaseHTTPRequestHandler], None]:
    """A good chat completion with this text."""
    completion = {
        "id": "1",
        "object": "chat.completion",
        "created": 0,
        "model": "scripted",
        "choices": [
            {
                "index": 0,
                "finish_reason": "stop",
                "message": {"role": "assistant", "content": text},
            }
        ],
    }
    return sends(200, json.dumps(completion).encode())


def sends(
    status: int, body: bytes, headers: dict[str, str] | None = None
) -> Callable[[BaseHTTPRequestHandler], None]:
    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in (headers or {"Content-Type": "application/json"}).items():
            handler.send_header(name, value)
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)

    return reply


def trickles(
    piece: bytes, pause: threading.Event, seconds: float, times: int
) -> Callable[..., None]:
    """A body that comes a piece at a time, with a pause before each, until ``pause`` is set."""

    def reply(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        for _ in range(times):
            if pause.wait(seconds):
                return
            handler.wfile.write(piece)
            handler.wfile.flush()

    return reply


@contextmanager
def scripted_llm(reply: Callable[[BaseHTTPRequestHandler], None]) -> Iterator[ScriptedLLM]:
    script = ScriptedLLM(reply)

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            script.seen.append(Seen(self.path, dict(self.headers), json.loads(body)))
            with suppress(BrokenPipeError, ConnectionResetError):  # the client had enough
                script.reply(self)
            self.close_connection = True

        def log_message(self, format: str, *args: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    script.base_url = f"http://127.0.0.1:{server.server_address[1]}/v1"
    try:
        yield script
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
