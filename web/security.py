"""Who may talk to the server, how much they may send, and the headers of every response.

A page of any other site that the user visits can send requests to a server on the user's
machine. It cannot forge ``Host`` and ``Origin``: the first unmasks a foreign name that
was pointed at this machine, the second a foreign page that tries to change something.
"""

from __future__ import annotations

import hmac
import ipaddress
import logging
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from web.problems import problem_reply

SECURITY_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; "
    "img-src 'self' data:; connect-src 'self'; base-uri 'none'; form-action 'self'; "
    "frame-ancestors 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Resource-Policy": "same-origin",
}
SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
ANY_ADDRESS = {"0.0.0.0", "::"}


@dataclass(frozen=True, slots=True)
class Rules:
    """``host`` is the one the server was told to serve. In bytes: ``max_body``, and of a request
    that sends files ``max_upload``."""

    host: str
    token: str
    max_body: int
    max_upload: int = 0

    def allows_host(self, header: str) -> bool:
        name = host_name(header)
        if name in LOOPBACK or name == self.host.casefold():
            return True
        # Served on all addresses, it is reached by any of them. An address is no name that
        # somebody else could point at this machine.
        return self.host in ANY_ADDRESS and _is_address(name)

    def allows_token(self, authorization: str) -> bool:
        return hmac.compare_digest(authorization.encode(), f"Bearer {self.token}".encode())

    def refusal(self, scope: Scope) -> Response | None:
        """The response to a request that must not come further; its body is not looked at."""
        headers = Headers(scope=scope)
        host = headers.get("host", "")
        if not self.allows_host(host):
            return problem_reply(421, "This server does not serve the host that was asked for.")
        if scope["method"] not in SAFE_METHODS and not all(
            is_same_origin(origin, host) for origin in headers.getlist("origin")
        ):
            return problem_reply(403, "A page of another site may not change anything here.")
        if (
            self.token
            and needs_token(scope["path"])
            and not self.allows_token(headers.get("authorization", ""))
        ):
            detail = "Send the token of this server as Authorization: Bearer TOKEN."
            return problem_reply(401, detail, {"WWW-Authenticate": "Bearer"})
        return None


def host_name(header: str) -> str:
    """The name in a Host header, without port and brackets; "" where it is malformed."""
    if not header.isascii() or any(mark in header for mark in "@/?#\\ "):
        return ""
    try:
        return urlsplit(f"//{header}").hostname or ""
    except ValueError:
        return ""


def is_same_origin(origin: str, host: str) -> bool:
    """Whether an Origin header names the host (with its port) that the request was sent to.

    The scheme may differ: a proxy in front can speak TLS.
    """
    scheme, _, place = origin.partition("://")
    return scheme in {"http", "https"} and place.casefold() == host.casefold()


def needs_token(path: str) -> bool:
    """All but the health check and the page itself, which holds nothing of the documents."""
    return not (path in {"/", "/healthz"} or path.startswith("/static/"))


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


class Guard:
    """ASGI middleware that holds the rules, and turns a crash below it into a problem."""

    def __init__(self, app: ASGIApp, rules: Rules) -> None:
        self.app = app
        self.rules = rules

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        started = False

        async def guarded(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                headers = MutableHeaders(scope=message)
                headers.update(SECURITY_HEADERS)
                headers.setdefault("Cache-Control", "no-store")
            await send(message)

        try:
            await self._serve(scope, receive, guarded)
        except ClientDisconnect:
            return
        except Exception:
            logging.getLogger("citewell.web").exception("%s failed", scope["method"])
            if started:  # the connection is cut, so that nobody takes the rest for the whole
                raise
            await problem_reply(500)(scope, receive, guarded)

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = self.rules.refusal(scope)
        sends_files = (scope["method"], scope["path"]) == ("POST", "/v1/documents")
        limit = self.rules.max_upload if sends_files else self.rules.max_body
        detail = f"A body may have at most {limit:,} bytes."
        if refusal is None and is_longer(scope, limit):
            refusal = problem_reply(413, detail)
        if refusal is None and sends_files:
            await self.app(scope, counted(receive, limit, detail), send)
            return
        body = b"" if refusal else await read_body(receive, limit)
        if body is None:
            refusal = problem_reply(413, detail)
        if refusal:
            await refusal(scope, receive, send)
        else:
            await self.app(scope, replay(body or b"", receive), send)


def is_longer(scope: Scope, limit: int) -> bool:
    """Whether a request says of its body that it is longer."""
    length = Headers(scope=scope).get("content-length", "")
    return length.isdecimal() and int(length) > limit


def counted(receive: Receive, limit: int, detail: str) -> Receive:
    """A ``receive`` that raises HTTPException after more than ``limit`` bytes."""
    got = 0

    async def count() -> Message:
        nonlocal got
        message = await receive()
        got += len(message.get("body", b""))
        if got > limit:
            raise HTTPException(413, detail)
        return message

    return count


async def read_body(receive: Receive, limit: int) -> bytes | None:
    """The body, or None where it is longer than ``limit`` bytes, counted while it is read.

    Raises ClientDisconnect when the client leaves before the end.
    """
    body = bytearray()
    more = True
    while more:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        body += message.get("body", b"")
        more = message.get("more_body", False)
        if len(body) > limit:
            return None
    return bytes(body)


def replay(body: bytes, receive: Receive) -> Receive:
    """A ``receive`` that gives the body in one piece and then what comes after it."""
    waiting = [body]

    async def again() -> Message:
        if waiting:
            return {"type": "http.request", "body": waiting.pop(), "more_body": False}
        return await receive()

    return again
