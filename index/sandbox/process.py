"""One worker process: started, asked, ended. It may do whatever a hostile file makes it do."""

from __future__ import annotations

import contextlib
import json
import os
import select
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from index.errors import WorkerError, why
from index.sandbox.frames import ANSWER, MAX_ANSWER

Reply = tuple[dict[str, Any], bytes]  # and what the answer is about

START_S = 60.0  # on a very busy machine
_END_S = 2.0
_CHUNK = 1 << 18
_ROOT = Path(__file__).parents[2]
_ENVIRONMENT = {  # all of it: what the program was given is none of a reader's business
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",  # the same file gives the same text
    "OMP_NUM_THREADS": "1",  # a thread's stack counts as memory
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
}
RUN = "from index.sandbox.worker import main; main()"
_PATHS = "import sys; sys.path[:] = sys.argv[4:]; del sys.argv[4:]; "


class UnansweredError(Exception):
    """``why``: "time", "memory", "garbage" or "crash". The worker is of no use any more."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Worker:
    """Raises WorkerError where it does not start."""

    def __init__(self, run: str, memory: int, seconds: float) -> None:
        self.asked = 0
        life, self._life = os.pipe()  # nothing goes through; it closes when this process ends
        try:
            self._process = _start(run, memory, seconds, life)
        except OSError as error:
            os.close(self._life)
            raise WorkerError(
                f"the process that reads files does not start: {why(error)}"
            ) from error
        finally:
            os.close(life)
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)
        self._hear_first()

    def _hear_first(self) -> None:
        try:
            plain, _ = self._exchange(b"", START_S)
            if "ready" not in plain:
                raise UnansweredError("garbage")
        except UnansweredError as failed:
            status = self.end()
            raise WorkerError(
                f"the process that reads files does not start ({failed.why}, status {status}): "
                "see that the machine has memory left, and that the installation is whole"
            ) from failed
        except BaseException:
            self.end()
            raise

    def ask(self, frame: bytes, seconds: float) -> Reply:
        """Raises UnansweredError."""
        self.asked += 1
        return self._exchange(frame, seconds)

    def is_idle(self) -> bool:
        """Whether it is there and says nothing unasked."""
        return not _poll(self._out, select.POLLIN).poll(0)

    def end(self) -> int:
        """Kills it with all it has started; the exit status, its own if it had ended itself."""
        until = time.monotonic() + _END_S
        while not self.is_idle() and not self._has_ended() and time.monotonic() < until:
            time.sleep(0.005)
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(self._process.pid, signal.SIGKILL)
        os.close(self._life)
        for stream in (self._process.stdin, self._process.stdout):
            if stream is not None:
                stream.close()
        return self._process.wait()

    def _has_ended(self) -> bool:
        """Its number is not given away by this: the group is still to be killed by it."""
        options = os.WEXITED | os.WNOHANG | os.WNOWAIT
        return os.waitid(os.P_PID, self._process.pid, options) is not None

    def _exchange(self, frame: bytes, seconds: float) -> Reply:
        """Sends and listens at once: either may stop at any byte."""
        until = time.monotonic() + seconds
        unsent, got, size = memoryview(frame), bytearray(), ANSWER.size
        poll = _poll(self._out, select.POLLIN)
        if unsent:
            poll.register(self._in, select.POLLOUT)
        while len(got) < size:
            left = until - time.monotonic()
            if left <= 0:
                raise UnansweredError("time")
            for file, _ in poll.poll(left * 1000):
                if file == self._out:
                    got += self._listen()
                    size = _size(got)
                    continue
                unsent = self._send(unsent)
                if not unsent:
                    poll.unregister(self._in)
        if unsent or len(got) > size:
            raise UnansweredError("garbage")
        return _reply(bytes(got))

    def _listen(self) -> bytes:
        chunk = os.read(self._out, _CHUNK)
        if not chunk:
            raise UnansweredError("crash")
        return chunk

    def _send(self, unsent: memoryview) -> memoryview:
        try:
            return unsent[os.write(self._in, unsent[:_CHUNK]) :]
        except BrokenPipeError:
            raise UnansweredError("crash") from None


def _start(run: str, memory: int, seconds: float, life: int) -> subprocess.Popen[bytes]:
    """In a session of its own: no Ctrl-C reaches it, and it can be killed with its children."""
    paths = [str(_ROOT), *(one for one in sys.path if one and Path(one).is_absolute())]
    numbers = [str(memory), str(int(seconds) + 1), str(life)]
    return subprocess.Popen(
        [
            sys.executable,
            "-s",
            "-S",
            "-P",
            "-B",
            "-X",
            "utf8",
            "-c",
            _PATHS + run,
            *numbers,
            *paths,
        ],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        bufsize=0,
        pass_fds=(life,),
        cwd="/",
        env=_ENVIRONMENT,
        start_new_session=True,
    )


def _poll(file: int, events: int) -> select.poll:
    poll = select.poll()
    poll.register(file, events)
    return poll


def _size(got: bytearray) -> int:
    """Of the whole answer, as far as is known yet."""
    if len(got) < ANSWER.size:
        return ANSWER.size
    size: int = ANSWER.size + sum(ANSWER.unpack_from(got))
    if size > MAX_ANSWER:
        raise UnansweredError("garbage")
    return size


def _reply(got: bytes) -> Reply:
    n_plain, _ = ANSWER.unpack_from(got)
    try:
        plain = json.loads(got[ANSWER.size : ANSWER.size + n_plain])
    except (ValueError, RecursionError) as error:
        raise UnansweredError("garbage") from error
    if not isinstance(plain, dict):
        raise UnansweredError("garbage")
    return plain, got[ANSWER.size + n_plain :]
