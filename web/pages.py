"""The page at ``/`` and its assets. Neither holds anything of the documents."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from rag.question.requests import MAX_QUESTION

HERE = Path(__file__).parent


class Assets(StaticFiles):
    """Files that a browser may keep but asks about, so that an update is seen at once."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = "no-cache"
        return response


def add_pages(app: FastAPI) -> None:
    templates = Environment(
        loader=FileSystemLoader(HERE / "templates"), autoescape=True, undefined=StrictUndefined
    )
    page = templates.get_template("index.html").render(max_question=MAX_QUESTION)

    async def index(_: Request) -> Response:
        return HTMLResponse(page)

    app.add_route("/", index, include_in_schema=False)
    app.mount("/static", Assets(directory=HERE / "static"))
