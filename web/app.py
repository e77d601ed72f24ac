"""The web application around an engine."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

from fastapi import FastAPI

from web.api import api
from web.head import Head
from web.pages import add_pages
from web.problems import handle_problems
from web.security import Guard, Rules
from web.uploads import uploads
from web.work import Worker

if TYPE_CHECKING:
    from rag.engine import Engine

MAX_BODY = 1_000_000  # bytes
FRAME = 100_000  # bytes of an upload around its files: boundaries, names
CHANGES = 4  # uploads that wait beside the one that is taken in; they are in memory


def create_app(
    engine: Engine, *, waiting: int = 16, heartbeat_s: float = 5.0, max_body: int = MAX_BODY
) -> FastAPI:
    """The page and the HTTP API. Host and token are those of ``engine.settings``.

    At most ``waiting`` questions wait beside the one that is being answered; more get 503.
    Uploads have a queue of their own, and so have files that are read to find a place in them.
    The engine stays the caller's, to close after the application has ended.
    """
    worker, finder = Worker(waiting), Worker(waiting, "citewell-place")
    changer = Worker(CHANGES, "citewell-change")

    @asynccontextmanager
    async def lifespan(_: FastAPI) -> AsyncIterator[None]:
        yield
        for one in (worker, finder, changer):
            one.close()

    app = FastAPI(
        title="Citewell",
        summary="Answers made of sentences copied from your documents, each with its citation.",
        docs_url=None,
        redoc_url=None,
        redirect_slashes=False,
        lifespan=lifespan,
    )
    settings = engine.settings
    max_upload = settings.max_file_mb * 1_000_000 + FRAME
    rules = Rules(settings.host, settings.token, max_body, max_upload)
    app.add_middleware(Guard, rules=rules)
    app.add_middleware(Head)  # what is added last goes around the others
    handle_problems(app)
    app.include_router(api(engine, worker, finder, heartbeat_s))
    app.include_router(uploads(engine, changer, heartbeat_s))
    add_pages(app)
    return app
