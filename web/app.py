"""The web application around an engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from web.api import api
from web.pages import add_pages
from web.problems import handle_problems
from web.security import Guard, Rules
from web.work import Worker

if TYPE_CHECKING:
    from rag.engine import Engine

MAX_BODY = 1_000_000  # bytes


def create_app(
    engine: Engine, *, waiting: int = 16, heartbeat_s: float = 5.0, max_body: int = MAX_BODY
) -> FastAPI:
    """The page and the HTTP API. Host and token are those of ``engine.settings``.

    At most ``waiting`` questions wait beside the one that is being answered; more get 503.
    The engine stays the caller's, to close after the application has ended.
    """
    worker = Worker(waiting)

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        worker.close()

    app = FastAPI(
        title="Citewell",
        summary="Answers made of sentences copied from your documents, each with its citation.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    rules = Rules(engine.settings.host, engine.settings.token, max_body)
    app.add_middleware(Guard, rules=rules)
    handle_problems(app)
    app.include_router(api(engine, worker, heartbeat_s))
    add_pages(app)
    return app
