"""The HTTP API, version 1: questions, search, proof, and the documents to read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Body as FromBody
from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from index.types import Document
from rag.types import Event
from web.contract import ANSWER, EXTRACTION, PROBLEM, STREAM, described
from web.problems import problem_of, problem_reply
from web.schemas import (
    AskBody,
    ExtractBody,
    Reply,
    SearchBody,
    as_filter,
    clean,
    document_json,
    is_clean,
)
from web.work import EventStream, Worker, run_while_connected

if TYPE_CHECKING:
    from rag.engine import Engine

NO_DOCUMENT = "There is no document with this id. GET /v1/documents lists them."


def api(engine: Engine, worker: Worker, heartbeat_s: float) -> APIRouter:
    """The routes. Questions go through the worker's queue, quick reads do not."""
    router = APIRouter(responses=PROBLEM)

    @router.post("/v1/ask", responses=described("The answer object", ANSWER, STREAM))
    async def ask(body: AskBody, request: Request) -> Response:
        """Ask a question; with ``stream`` the answer comes as server-sent events."""
        if body.stream:
            events = EventStream(
                worker,
                lambda: engine.stream(body.question, **body.arguments()),
                lambda error: Event("error", problem_of(error)),
            )
            return ServerSentEvents(events, heartbeat_s)
        answer = await run_while_connected(
            worker, lambda: engine.ask(body.question, **body.arguments()), request.receive
        )
        return Reply(answer.to_dict())

    @router.post("/v1/search", responses=described("The best passages, best first"))
    async def search(body: SearchBody, request: Request) -> Response:
        """Find passages, without answering."""
        found = await run_while_connected(
            worker,
            lambda: engine.search(body.query, body.k, as_filter(body.filter)),
            request.receive,
        )
        return Reply(found)

    @router.post("/v1/extract", responses=described("For each text what answers", EXTRACTION))
    async def extract(body: ExtractBody, request: Request) -> Response:
        """Find the sentences that answer in texts of your own; nothing of them is kept."""
        found = await run_while_connected(
            worker, lambda: engine.extract(body.question, body.texts), request.receive
        )
        return Reply(found.to_dict())

    @router.post("/v1/verify", responses=described("For each citation whether it holds"))
    def verify(answer: Annotated[Any, FromBody(json_schema_extra={"type": "object"})]) -> Response:
        """Check an answer object against the documents as they are now."""
        if not isinstance(answer, dict):
            return problem_reply(400)
        if not is_clean(answer):
            return problem_reply(422, "The object holds text or numbers that no answer can hold.")
        return Reply(engine.verify(answer))

    @router.get("/v1/documents", responses=described("Documents in the order of their ids"))
    def documents(
        limit: Annotated[int, Query(ge=1, le=1_000)] = 100,
        after: Annotated[str | None, Query(max_length=200)] = None,
    ) -> Response:
        """List the documents; ``after`` is the ``next`` of the page before."""
        return Reply(engine.documents(limit, clean(after)))

    @router.get("/v1/documents/{id}", responses=described("The document without its text"))
    def document(id: str) -> Response:
        """One document's metadata and sections."""
        return Reply(document_json(_find(engine, id)))

    @router.get(
        "/v1/documents/{id}/text",
        responses={200: {"content": {"text/plain": {}}, "description": "The text, unchanged"}},
    )
    def text(id: str, request: Request) -> Response:
        """The text that offsets count in (code points). The ETag is its SHA-256."""
        found = _find(engine, id)
        tag = f'"{found.text_sha256}"'
        if tag in request.headers.get("if-none-match", ""):
            return Response(status_code=304, headers={"ETag": tag})
        plain = "text/plain; charset=utf-8"
        return Response(found.text.encode(), media_type=plain, headers={"ETag": tag})

    @router.get("/healthz", responses=described("The server answers"))
    def healthz() -> Response:
        """Whether the server answers, and the state of its index."""
        return Reply({"status": "ok", "index": engine.status()["index"]})

    return router


def _find(engine: Engine, id: str) -> Document:
    document = engine.document(clean(id))
    if document is None:
        raise HTTPException(404, NO_DOCUMENT)
    return document


class ServerSentEvents(StreamingResponse):
    """An event stream that stops the work when the client leaves."""

    def __init__(self, events: EventStream, heartbeat_s: float) -> None:
        # A proxy that collects the events would undo them.
        headers = {"X-Accel-Buffering": "no", "Cache-Control": "no-store"}
        super().__init__(
            _frames(events, heartbeat_s), headers=headers, media_type="text/event-stream"
        )
        self._events = events

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._events.stop()


async def _frames(events: EventStream, heartbeat_s: float) -> AsyncIterator[str]:
    async for event in events.read(heartbeat_s):
        yield ": waiting\n\n" if event is None else frame(event)


def frame(event: Event) -> str:
    """One event on the wire. The JSON is ASCII: many clients end a line at U+2028 too."""
    return f"event: {event.name}\ndata: {json.dumps(event.data)}\n\n"
