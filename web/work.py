"""Work waits in a bounded queue for the one thread that does it."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from starlette.requests import ClientDisconnect
from starlette.types import Receive

from rag.types import Event, Events

T = TypeVar("T")
Put = Callable[[Event], bool]  # hands an event on; False when nobody reads any more


class BusyError(Exception):
    """The queue is full."""


class Worker:
    """One thread; at most ``waiting`` jobs beside the one that runs."""

    def __init__(self, waiting: int, name: str = "citewell-question") -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix=name)
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
        self,
        worker: Worker,
        work: Callable[[Put], object],
        failed: Callable[[Exception], Event],
        first: Sequence[Event] = (),
    ) -> None:
        """Queue the work. Raises BusyError. ``failed`` says what an error looks like; ``first``
        is told before the work's turn comes."""
        self._loop = asyncio.get_running_loop()
        self._ready: asyncio.Queue[Event | None] = asyncio.Queue()
        self._stopped = threading.Event()
        for event in first:
            self._ready.put_nowait(event)
        self._future = worker.submit(lambda: self._work(work, failed))

    def stop(self) -> None:
        """Nobody reads any more: leave the queue, or end where the work looks for it."""
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

    def _work(self, work: Callable[[Put], object], failed: Callable[[Exception], Event]) -> None:
        try:
            work(self._put)
        except Exception as error:  # whatever it is, the client is told, not left waiting
            self._put(failed(error))
        finally:
            self._put(None)

    def _put(self, event: Event | None) -> bool:
        # After a stop the loop may be gone, and nobody reads.
        if self._stopped.is_set():
            return False
        self._loop.call_soon_threadsafe(self._ready.put_nowait, event)
        return True


def each(start: Callable[[], Events]) -> Callable[[Put], None]:
    """Work that hands on the events of an iterator, and drops it when nobody reads."""

    def work(put: Put) -> None:
        for event in start():
            if not put(event):
                return

    return work
