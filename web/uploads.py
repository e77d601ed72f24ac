"""Documents sent and deleted. Changes wait in a queue of their own, one after the other."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from fastapi import APIRouter, Request
from starlette.exceptions import HTTPException
from starlette.responses import Response

from index.errors import (
    HomeError,
    IndexLayerError,
    LockedError,
    MismatchError,
    NewerFormatError,
    ReadError,
)
from index.folder.files import too_large
from index.folder.uploads import Upload, clean_name
from index.ingest import Progress
from index.readers import media_type
from index.types import Document
from rag.types import Event, Json
from web.api import NO_DOCUMENT
from web.contract import FILES, PROBLEM, UPLOAD, UPLOAD_EVENTS, described
from web.events import ServerSentEvents
from web.multipart import FormError, Sent, sent_files
from web.problems import RETRY_AFTER_S, problem, problem_reply
from web.schemas import Reply, clean, document_json
from web.work import BusyError, EventStream, Put, Worker, run_while_connected

if TYPE_CHECKING:
    from rag.engine import Engine

RECEIVING = 4  # requests whose files come in at a time: they are in memory
BUSY = "Another process is writing to the index. Try again when it has finished."
_STATUSES: tuple[tuple[type[Exception], int], ...] = (
    (LockedError, 409),
    (ReadError, 422),
    (MismatchError, 500),
    (NewerFormatError, 500),
    (HomeError, 507),
    (IndexLayerError, 500),
)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of one file: its document, or the problem with it."""

    status: int
    document: Document | None = None
    problem: Json | None = None

    def to_dict(self) -> Json:
        if self.document is None:
            return {"status": self.status, "problem": self.problem}
        return {"status": self.status, "document": document_json(self.document)}


def uploads(engine: Engine, worker: Worker, heartbeat_s: float) -> APIRouter:
    """The routes by which documents come and go. The worker makes one change at a time."""
    router = APIRouter(responses=PROBLEM)
    max_bytes = engine.settings.max_file_mb * 1_000_000
    receiving = asyncio.BoundedSemaphore(RECEIVING)

    @router.post(
        "/v1/documents",
        responses={
            **described("The documents were all there already", UPLOAD, UPLOAD_EVENTS),
            201: described("The document, or one entry for each of several files", UPLOAD)[200],
            207: described("Of several files some were not taken", UPLOAD)[200],
        },
        openapi_extra={"requestBody": FILES},
    )
    async def upload(request: Request) -> Response:
        """Add files. They are kept under their hash; a file's name is only shown.

        All of a request may have as many bytes as one file. With ``Accept: text/event-stream``
        the progress comes as server-sent events.
        """
        if receiving.locked():
            raise BusyError
        try:
            async with receiving:
                sent = await sent_files(request, max_bytes, _sentence(too_large(max_bytes)))
        except FormError as error:
            return problem_reply(400, str(error))
        if "text/event-stream" in request.headers.get("accept", ""):
            events = EventStream(
                worker,
                lambda put: _take(engine, sent, put),
                lambda error: Event("error", _problem(error)),
                first=[_received(number, one) for number, one in enumerate(sent, start=1)],
            )
            return ServerSentEvents(events, heartbeat_s)
        taken = await run_while_connected(
            worker, lambda: _take(engine, sent, lambda _: True), request.receive
        )
        return _reply(taken)

    @router.delete("/v1/documents/{id}", status_code=204)
    async def delete(id: str, request: Request) -> Response:
        """Take a document out of the index. An upload is deleted; a file in a folder stays where
        it is, and is excluded from now on."""
        try:
            found = await run_while_connected(
                worker, lambda: engine.delete(clean(id)), request.receive
            )
        except IndexLayerError as error:
            return _problem_reply(_problem(error))
        if not found:
            raise HTTPException(404, NO_DOCUMENT)
        return Response(status_code=204)

    return router


def _take(engine: Engine, files: Sequence[Sent], put: Put) -> list[Taken]:
    """Each file in turn. Told of each: reading, embedding, then done or error."""
    return [_take_one(engine, number, file, put) for number, file in enumerate(files, start=1)]


def _received(number: int, file: Sent) -> Event:
    what = {"file": number, "name": clean_name(file.name), "bytes": len(file.data)}
    return Event("received", what)


def _take_one(engine: Engine, number: int, file: Sent, put: Put) -> Taken:
    told: set[tuple[int, int]] = set()

    def tell(now: Progress) -> None:
        counts = now.passages, now.of_passages
        if now.of_passages and counts not in told:
            put(Event("embedding", {"file": number, "done": counts[0], "of": counts[1]}))
        told.add(counts)

    put(Event("reading", {"file": number}))
    try:
        document, is_new = engine.upload(Upload.of(file.name, file.data), tell)
        taken = Taken(201 if is_new else 200, document)
        put(Event("done", {"file": number, **taken.to_dict()}))
    except Exception as error:
        said = _problem(error, None if media_type(clean_name(file.name)) else 415)
        taken = Taken(said["status"], None, said)
        put(Event("error", {**said, "file": number}))
    return taken


def _problem(error: Exception, status: int | None = None) -> Json:
    """What to tell of a change that was not made; faults of our own go to the log."""
    status = status or next((to for kind, to in _STATUSES if isinstance(error, kind)), 500)
    if status >= 500:
        logging.getLogger("citewell.web").error("A change failed", exc_info=error)
    if status == 409:
        return problem(409, BUSY)
    return problem(status, _sentence(str(error)) if isinstance(error, IndexLayerError) else "")


def _sentence(reason: str) -> str:
    """A reason begins as the end of a sentence: "the file ..."."""
    return f"{reason[:1].upper()}{reason[1:]}{'' if reason.endswith('.') else '.'}"


def _problem_reply(said: Json) -> Response:
    later = {"Retry-After": str(RETRY_AFTER_S)} if said["status"] == 409 else None
    return Reply(said, said["status"], later, media_type="application/problem+json")


def _reply(taken: Sequence[Taken]) -> Response:
    """The document of one file or the problem with it; a list for several."""
    if len(taken) == 1 and taken[0].problem is not None:
        return _problem_reply(taken[0].problem)
    if len(taken) == 1 and taken[0].document is not None:
        document = taken[0].document
        place = {"Location": f"/v1/documents/{document.id}"}
        return Reply(document_json(document), taken[0].status, place)
    statuses = {one.status for one in taken}
    status = 207 if max(statuses) >= 400 else max(statuses)
    files = [one.to_dict() for one in taken]
    return Reply({"schema": "citewell.upload/1", "files": files}, status)
