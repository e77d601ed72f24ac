"""Server-sent events on the wire."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from rag.types import Event
from web.work import EventStream


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
