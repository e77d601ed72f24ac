"""The process that reads files for another: ``python -m index.sandbox.worker MEMORY SECONDS LIFE``.

Requests come in on standard input and answers go out on standard output, see frames.py.
It ends with its input, or with the program that started it, whose end of the pipe LIFE is then
closed.
"""

from __future__ import annotations

import fcntl
import os
import re
import sys
import traceback
from pathlib import Path, PurePath
from typing import BinaryIO

from index.errors import ReadError, WorkerError
from index.readers import parse, picture
from index.sandbox.frames import REQUEST, Request, answer, requested, to_plain, utf8
from index.sandbox.limits import allow_cpu, confine

_MORE_S = 5  # of processor time than of the clock's: the program outside is to be the first


def main() -> None:
    memory, seconds, life = map(int, sys.argv[1:4])
    _end_with(life)
    requests = os.fdopen(os.dup(0), "rb")
    answers = os.fdopen(os.dup(1), "wb")
    null = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):  # what a library prints must not come among the answers
        os.dup2(null, stream)
    os.close(null)
    missing = confine(memory)
    _send(answers, answer({"ready": os.getpid(), "missing": missing}))
    while serve(requests, answers, seconds):
        pass


def serve(requests: BinaryIO, answers: BinaryIO, seconds: int) -> bool:
    """One file; False at the end of the input."""
    head = requests.read(REQUEST.size)
    if len(head) < REQUEST.size:
        return False
    n_asked, n_data = REQUEST.unpack(head)
    asked, data = requests.read(n_asked), requests.read(n_data)
    if len(data) < n_data:
        return False
    allow_cpu(seconds + _MORE_S)
    try:
        reply = _do(requested(asked), data)
    except ReadError as error:
        reply = answer({"error": str(error), "peak": _peak()})
    except WorkerError as error:
        reply = answer({"broken": str(error)})
    except MemoryError:
        reply = answer({"memory": True})
    except BaseException as error:  # a reader's own SystemExit too
        reply = answer({"failed": _named(error), "peak": _peak()})
    _send(answers, reply)
    return True


def _do(asked: Request, data: bytes) -> bytes:
    if asked.draw is None:
        parsed = parse(data, asked.name, asked.recognised)
        plain = to_plain(parsed, asked.with_origins) | {"peak": _peak()}
        return answer(plain, utf8(parsed.text))
    drawn = picture(data, asked.name, asked.draw)
    plain = {"scale": drawn.scale, "height": drawn.height, "peak": _peak()}
    return answer(plain, drawn.data)


def _send(answers: BinaryIO, reply: bytes) -> None:
    answers.write(reply)
    answers.flush()


def _peak() -> int:
    """Bytes of memory that this process had at most; 0 where that cannot be told.

    Not ``ru_maxrss``: on Linux that begins with what the program had which started this one.
    """
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return 0
    found = re.search(r"^VmHWM:\s*(\d+) kB$", status, re.MULTILINE)
    return int(found[1]) * 1024 if found else 0


def _named(error: BaseException) -> str:
    """What went wrong and where, in one line."""
    if isinstance(error, RecursionError):
        return "its parts are nested too deeply"
    frames = traceback.extract_tb(error.__traceback__)
    where = f" in {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    said = " ".join(str(error).split())[:200]
    return f"{type(error).__name__}{': ' if said else ''}{said}{where}"


def _end_with(life: int) -> None:
    """The kernel sends SIGIO, which ends a process, when the pipe's other end is closed, also
    while this one is busy. (PR_SET_PDEATHSIG would come with the end of a mere thread.)"""
    fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)


if __name__ == "__main__":
    main()
