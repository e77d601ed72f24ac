"""Errors as problem details (RFC 9457). What a caller sent is never echoed."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from http import HTTPStatus

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.routing import Match, Mount

from rag.errors import QuestionError, UncalibratedError
from rag.types import Json
from web.schemas import SAID, Reply
from web.work import BusyError

RETRY_AFTER_S = 2
METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")

DETAILS = {
    400: "The body cannot be read. Send a JSON object with Content-Type: application/json.",
    404: "There is nothing at this address. GET /openapi.json lists what there is.",
    405: "This address does not take that method. See the Allow header.",
    500: "Citewell failed on this request, by a fault of its own. "
    "Its log, where it was started, says what happened.",
    503: f"Too many requests are waiting. Try again in {RETRY_AFTER_S} seconds.",
}


def problem(status: int, detail: str = "", **more: object) -> Json:
    """The problem object; without ``detail`` the usual text of the status."""
    title = HTTPStatus(status).phrase
    text = detail or DETAILS.get(status, title)
    return {"type": "about:blank", "title": title, "status": status, "detail": text, **more}


def problem_reply(
    status: int, detail: str = "", headers: Mapping[str, str] | None = None, **more: object
) -> Response:
    return Reply(
        problem(status, detail, **more), status, headers, media_type="application/problem+json"
    )


def problem_of(error: Exception) -> Json:
    """What to tell the caller of an error; one that is not the caller's goes to the log."""
    if isinstance(error, QuestionError | UncalibratedError):
        return problem(422, str(error))
    logging.getLogger("citewell.web").error("A question failed", exc_info=error)
    return problem(500)


def handle_problems(app: FastAPI) -> None:
    """Turn every error that a handler raises into a problem."""

    @app.exception_handler(HTTPException)
    async def _http(request: Request, error: HTTPException) -> Response:
        own = "" if error.detail == HTTPStatus(error.status_code).phrase else error.detail
        detail = DETAILS[400] if error.status_code == 400 else own
        headers = dict(error.headers or {})
        if error.status_code == 405:
            headers["Allow"] = _allowed(request, headers.get("Allow", ""))
        return problem_reply(error.status_code, detail, headers)

    @app.exception_handler(RequestValidationError)
    async def _invalid(_: Request, error: RequestValidationError) -> Response:
        errors = error.errors()
        if any(_is_whole_body(one["loc"], one["type"]) for one in errors):
            return problem_reply(400)
        wrong = [{"field": _field(one["loc"]), "message": one["msg"]} for one in errors]
        detail = "; ".join(
            said["message"] if one["type"] == SAID else f"{said['field']}: {said['message']}"
            for one, said in zip(errors[:3], wrong, strict=False)
        )
        return problem_reply(422, detail, errors=wrong[:20])

    @app.exception_handler(UncalibratedError)
    @app.exception_handler(QuestionError)
    async def _question(_: Request, error: QuestionError | UncalibratedError) -> Response:
        return problem_reply(422, str(error))

    @app.exception_handler(BusyError)
    async def _busy(_: Request, __: BusyError) -> Response:
        return problem_reply(503, headers={"Retry-After": str(RETRY_AFTER_S)})


def _allowed(request: Request, said: str) -> str:
    """All methods of an address: where it has several routes, ``said`` names those of the first
    alone. HEAD is answered wherever GET is, by ``web.head``; a mount takes any and says itself."""
    routes = [one for one in request.app.routes if not isinstance(one, Mount)]
    scopes = {name: {**request.scope, "method": name} for name in METHODS}
    found = {
        name
        for name, scope in scopes.items()
        if name in said or any(one.matches(scope)[0] is Match.FULL for one in routes)
    }
    return ", ".join(sorted(found | ({"HEAD"} if "GET" in found else set())))


def _is_whole_body(loc: tuple[int | str, ...], kind: str) -> bool:
    return kind == "json_invalid" or loc == ("body",)


def _field(loc: tuple[int | str, ...]) -> str:
    """("body", "history", 0, "role") as ``history[0].role``; names are the schema's own."""
    parts = [f"[{part}]" if isinstance(part, int) else f".{part}" for part in loc[1:]]
    return "".join(parts).removeprefix(".")
