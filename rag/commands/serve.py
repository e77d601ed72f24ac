"""``citewell serve``: the page and the HTTP API, until Ctrl-C."""

from __future__ import annotations

import errno
import ipaddress
import signal
import socket
import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from index.errors import why
from index.report import Summary
from rag.commands.codes import FAILURE, INTERRUPTED, WRONG_USE
from rag.settings import Settings

if TYPE_CHECKING:
    import uvicorn

    from rag.engine import Engine

    OpenEngine = Callable[[Path, Settings], Engine]

ANY_ADDRESS = {"0.0.0.0": "127.0.0.1", "::": "::1"}


def run(
    home: Path, settings: Settings, paths: Sequence[Path], open_engine: OpenEngine | None = None
) -> int:
    """Index the paths, if any, then serve. Returns the exit code.

    ``open_engine`` is ``Engine.open`` unless given. Raises what it and
    ``Engine.index_paths`` raise.
    """
    if not is_loopback(settings.host) and not settings.token:
        _say(
            f"{settings.host} can be reached from other machines, so Citewell needs a token: set "
            "CITEWELL_TOKEN to a long random word, or leave --host out to serve this machine only."
        )
        return WRONG_USE
    try:
        listener = bind(settings.host, settings.port)
    except OSError as error:
        _say(_why_not_bound(settings, error))
        return FAILURE
    previous = signal.signal(signal.SIGTERM, lambda *_: None)  # uvicorn ends; then we close
    try:
        with listener:
            return _serve(home, settings, paths, listener, open_engine)
    except KeyboardInterrupt:
        return INTERRUPTED
    finally:
        signal.signal(signal.SIGTERM, previous)


def _serve(
    home: Path,
    settings: Settings,
    paths: Sequence[Path],
    listener: socket.socket,
    open_engine: OpenEngine | None,
) -> int:
    import uvicorn

    from index.sandbox.recognise import check
    from rag.collection import ocr_of
    from web.app import create_app

    if open_engine is None:
        from rag.engine import Engine

        open_engine = Engine.open
    if settings.ocr:
        check(ocr_of(settings))  # now, and not when the first scan is sent
    settings = replace(settings, port=listener.getsockname()[1])  # port 0 is any that is free
    engine = open_engine(home, settings)
    try:
        if paths:
            _say_skipped(engine.index_paths(paths))
        engine.follow()
        config = uvicorn.Config(
            create_app(engine),
            access_log=False,
            log_level="warning",
            server_header=False,
            proxy_headers=False,
            ws="none",
            timeout_graceful_shutdown=3,
        )
        _run_server(uvicorn.Server(config), settings, listener)
    finally:
        engine.close()
    return 0


def _run_server(server: uvicorn.Server, settings: Settings, listener: socket.socket) -> None:
    """Serve until a signal. Raises KeyboardInterrupt after Ctrl-C."""
    Thread(target=_announce, args=(settings.host, settings.port), daemon=True).start()
    server.run(sockets=[listener])


def _announce(host: str, port: int) -> None:
    """Say that the server is ready once it has answered a request."""
    address = ANY_ADDRESS.get(host, host)
    connection = HTTPConnection(address, port)
    try:
        connection.request("GET", "/healthz")  # waits in the listener's backlog till then
        ready = connection.getresponse().status == 200
    except (OSError, HTTPException):
        return  # the server ended before it began; its own error says why
    finally:
        connection.close()
    if ready:
        name = f"[{address}]" if ":" in address else address
        print(f"Citewell is ready: http://{name}:{port}", flush=True)


def bind(host: str, port: int) -> socket.socket:
    """A listening socket. Raises OSError.

    It listens from the start: the port is ours while the index loads, and a browser that
    comes early waits for its page.
    """
    if port > 65_535:  # getaddrinfo would take what is left after a division
        raise OSError("ports end at 65535")
    family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    listener = socket.socket(family, kind, protocol)
    try:
        if sys.platform != "win32":  # there it would let two servers share the port
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except BaseException:
        listener.close()
        raise
    return listener


def is_loopback(host: str) -> bool:
    """Whether only this machine can reach the host."""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host.casefold() == "localhost"


def _why_not_bound(settings: Settings, error: OSError) -> str:
    host, port = settings.host, settings.port
    if error.errno == errno.EADDRINUSE:
        return (
            f"Port {port} of {host} is in use by another program, perhaps another Citewell. "
            f"Stop that one, or choose another port: --port {port + 1} "
            f"(with make: make run PORT={port + 1})."
        )
    if error.errno == errno.EACCES:
        return f"Port {port} needs more rights than you have. Choose one from 1024 up with --port."
    return f"Cannot serve on {host}, port {port} ({why(error)}). Choose another --host or --port."


def _say_skipped(summary: Summary) -> None:
    for file in summary.reports:
        if file.status == "skipped":
            _say(f"Skipped {file.path}: {file.reason}")


def _say(message: str) -> None:
    print(message, file=sys.stderr)
