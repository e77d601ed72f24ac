"""The HTTP API, version 1: questions, search, proof, and the documents to read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from fastapi import APIRouter, Query, Request
from fastapi import Body as FromBody
from starlette.exceptions import HTTPException
from starlette.responses import Response

from index.types import Document, Span
from rag.types import Event
from web.contract import ANSWER, EXTRACTION, PLACE, PROBLEM, STREAM, described
from web.events import ServerSentEvents
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
from web.work import EventStream, Worker, each, run_while_connected

if TYPE_CHECKING:
    from rag.engine import Engine

NO_DOCUMENT = "There is no document with this id. GET /v1/documents lists them."


def api(engine: Engine, worker: Worker, finder: Worker, heartbeat_s: float) -> APIRouter:
    """The routes. Questions go through the worker's queue, files that are read for a place
    through the finder's, quick reads through none."""
    router = APIRouter(responses=PROBLEM)

    @router.post("/v1/ask", responses=described("The answer object", ANSWER, STREAM))
    async def ask(body: AskBody, request: Request) -> Response:
        """Ask a question; with ``stream`` the answer comes as server-sent events."""
        if body.stream:
            events = EventStream(
                worker,
                each(lambda: engine.stream(body.question, **body.arguments())),
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

    @router.get("/v1/documents/{id}/place", responses=described("Where the stretch stands", PLACE))
    async def place(
        id: str,
        request: Request,
        start: Annotated[int, Query(ge=0)],
        end: Annotated[int, Query(ge=1)],
    ) -> Response:
        """Where in its file a stretch of the text stands: page and boxes on it, sheet and row,
        slide, line. The file is read again for it."""
        found = await run_while_connected(
            finder, lambda: engine.locate(clean(id), Span(start, end)), request.receive
        )
        if found is None:
            raise HTTPException(404, NO_DOCUMENT)
        return Reply(found)

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
