"""Reads files in a limited process, so that no file can hang, crash or fill this one.

The worker is kept warm, and replaced after a limit, a crash, or some files.
"""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from types import TracebackType
from typing import Any, TypeVar

from index.errors import ReadError, WorkerError
from index.sandbox.frames import Recognised, Request, from_plain, request, to_picture
from index.sandbox.process import RUN, UnansweredError, Worker
from index.types import Parsed, Picture

T = TypeVar("T")

SECONDS = 30.0  # for one file
MEMORY = 1_000_000_000  # bytes of address space
FILES = 1_000  # that one worker reads, since libraries leak
PEAK = 300_000_000  # bytes of memory that a worker is replaced after
_ADVICE = "save it again in a simpler form or another format, or leave it out"


class Sandbox:
    """Several threads may use one; they take turns. Its worker starts with the first file.

    ``run`` is the Python that a worker executes.
    """

    def __init__(
        self,
        *,
        seconds: float = SECONDS,
        memory: int = MEMORY,
        files: int = FILES,
        run: str = RUN,
    ) -> None:
        self._seconds = seconds
        self._memory = memory
        self._files = files
        self._run = run
        self._lock = Lock()
        self._worker: Worker | None = None

    def __enter__(self) -> Sandbox:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        with self._lock:
            self._end()

    def parse(self, data: bytes, name: str, recognised: Recognised | None = None) -> Parsed:
        """As ``index.readers.parse``, without origins. Raises ReadError, also where a limit was
        reached or the worker crashed; WorkerError where none starts or a library is missing."""
        return self._ask(request(data, Request(name, False, recognised or {})), _parsed)

    def locate(self, data: bytes, name: str, recognised: Recognised | None = None) -> Parsed:
        """The same with origins, for finding a place in the file again."""
        return self._ask(request(data, Request(name, True, recognised or {})), _parsed)

    def draw(self, data: bytes, name: str, page: int) -> Picture:
        """As ``index.readers.picture``. Raises what ``parse`` does."""
        return self._ask(request(data, Request(name, draw=page)), to_picture)

    def _ask(self, frame: bytes, made: Callable[[dict[str, Any], bytes], T]) -> T:
        with self._lock:
            try:
                worker = self._ready()
                plain, content = worker.ask(frame, self._seconds)
                if worker.asked >= self._files or _peak(plain) > PEAK:
                    self._end()
                return _checked(plain, content, made)
            except UnansweredError as failed:
                raise ReadError(self._reason(failed.why, self._end())) from None
            except ReadError:
                raise
            except BaseException:  # Ctrl-C: what the worker would answer is for nobody
                self._end()
                raise

    def _ready(self) -> Worker:
        if self._worker is not None and not self._worker.is_idle():
            self._end()
        if self._worker is None:
            self._worker = Worker(self._run, self._memory, self._seconds)
        return self._worker

    def _end(self) -> int:
        """Ends the worker, if there is one, and returns its exit status."""
        worker, self._worker = self._worker, None
        return worker.end() if worker is not None else 0

    def _reason(self, why: str, status: int) -> str:
        if why == "time":
            return f"took longer than {self._seconds:g} s to read: {_ADVICE}"
        if why == "memory":
            size = f"{self._memory / 1e9:g} GB"
            return f"needed more than {size} of memory to be read: {_ADVICE}"
        if why == "garbage":
            return f"the program that reads the file gave no proper answer: {_ADVICE}"
        how = f"signal {-status}" if status < 0 else f"exit code {status}"
        return f"the program that reads the file crashed ({how}): {_ADVICE}"


def _parsed(plain: dict[str, Any], content: bytes) -> Parsed:
    return from_plain(plain, content.decode())


def _checked(
    plain: dict[str, Any], content: bytes, made: Callable[[dict[str, Any], bytes], T]
) -> T:
    """What an answer holds. Raises ReadError, UnansweredError."""
    if "error" in plain:
        raise ReadError(str(plain["error"]))
    if "failed" in plain:
        raise ReadError(f"the program that reads the file failed ({plain['failed']}): {_ADVICE}")
    if "broken" in plain:
        raise WorkerError(str(plain["broken"]))
    if "memory" in plain:
        raise UnansweredError("memory")
    try:
        return made(plain, content)
    except (ValueError, TypeError, KeyError, OverflowError) as error:
        raise UnansweredError("garbage") from error


def _peak(plain: dict[str, Any]) -> int:
    peak = plain.get("peak")
    return peak if isinstance(peak, int) else 0
