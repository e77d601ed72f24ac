"""Questions wait in a bounded queue for the one thread that answers them."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from rag.types import Event, Events

T = TypeVar("T")


class BusyError(Exception):
    """The queue is full."""


class Worker:
    """One thread; at most ``waiting`` jobs beside the one that runs."""

    def __init__(self, waiting: int) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="citewell-question")
        self._places = threading.BoundedSemaphore(waiting + 1)

    def submit(self, work: Callable[[], T]) -> Future[T]:
        """Queue the work. Raises BusyError when the queue is full."""
        if not self._places.acquire(blocking=False):
            raise BusyError
        future = self._pool.submit(work)
        future.add_done_callback(lambda _: self._places.release())
        return future

    def close(self) -> None:
        """Drop what waits and let what runs come to its end."""
        self._pool.shutdown(cancel_futures=True)


async def run_while_connected(worker: Worker, work: Callable[[], T], receive: Receive) -> T:
    """The result of the work, which is dropped from the queue when the client leaves.

    Raises BusyError, ClientDisconnect, and what the work raises.
    """
    result = asyncio.wrap_future(worker.submit(work))
    left = asyncio.ensure_future(_disconnected(receive))
    try:
        waiting: set[asyncio.Future[Any]] = {result, left}
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
        if not result.done():
            raise ClientDisconnect
        return result.result()
    finally:
        left.cancel()
        result.cancel()


async def _disconnected(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


class EventStream:
    """Events that the worker makes, read in the event loop that made this object."""

    def __init__(
        self, worker: Worker, start: Callable[[], Events], failed: Callable[[Exception], Event]
    ) -> None:
        """Queue the work. Raises BusyError. ``failed`` says what an error looks like."""
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Queue[Event | None] = asyncio.Queue()
        self._stopped = threading.Event()
        self._future = worker.submit(lambda: self._work(start, failed))

    def stop(self) -> None:
        """Nobody reads any more: leave the queue, or end before the next event."""
        self._stopped.set()
        self._future.cancel()

    async def read(self, heartbeat_s: float) -> AsyncIterator[Event | None]:
        """The events as they come, and None after every ``heartbeat_s`` seconds without one."""
        while True:
            try:
                event = await asyncio.wait_for(self._ready.get(), heartbeat_s)
            except TimeoutError:
                yield None
                continue
            if event is None:
                return
            yield event

    def _work(self, start: Callable[[], Events], failed: Callable[[Exception], Event]) -> None:
        try:
            for event in start():
                if self._stopped.is_set():
                    return
                self._put(event)
        except Exception as error:  # whatever it is, the client is told, not left waiting
            self._put(failed(error))
        finally:
            self._put(None)

    def _put(self, event: Event | None) -> None:
        # After a stop the loop may be gone, and nobody reads.
        if not self._stopped.is_set():
            self._loop.call_soon_threadsafe(self._ready.put_nowait, event)
