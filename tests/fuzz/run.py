"""One reader fuzzed for some time: children started one after another, what they say heard."""

from __future__ import annotations

import base64
import json
import mmap
import re
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from hashlib import sha1
from pathlib import Path
from typing import IO, Any

from index.errors import ReadError
from index.sandbox.box import Sandbox
from tests.fuzz import MAP, SECONDS
from tests.fuzz.harness import Finding, name_of

_ENVIRONMENT = {  # as the worker's
    "LC_ALL": "C.UTF-8",
    "PYTHONHASHSEED": "0",
    "OMP_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "MALLOC_ARENA_MAX": "1",
}
_STATE = re.compile(r"#(\d+)\s+(\w+)\s+cov: (\d+) ft: (\d+)")
_ROOT = Path(__file__).parents[2]
_TIMEOUT = 70  # libFuzzer's exit code
_GRACE_S = 60  # after which a child should have ended
_LIMITS = ("took longer", "crashed", "failed (", "no proper answer", "needed more than")


@dataclass(slots=True)
class Told:
    """What the children of one reader have said. ``first`` and ``last``: edges and features."""

    reader: str
    runs: int = 0
    seconds: float = 0.0
    first: tuple[int, int] = (0, 0)
    last: tuple[int, int] = (0, 0)
    starts: int = 0
    found: dict[tuple[str, str], tuple[Finding, bytes]] = field(default_factory=dict)
    errors: list[str] = field(default_factory=list)  # the last lines of the last child

    def add(self, finding: Finding, data: bytes) -> None:
        """The smallest file is kept."""
        if finding.key not in self.found or len(data) < len(self.found[finding.key][1]):
            self.found[finding.key] = finding, data


def fuzz(reader: str, units: Sequence[bytes], seconds: float, seed: int) -> Told:
    """Begins with ``units``, and after a child's end with what it had found to be of use."""
    told, begun = Told(reader), time.monotonic()
    with (
        tempfile.TemporaryDirectory(prefix="citewell-fuzz-") as name,
        tempfile.TemporaryFile() as file,
    ):
        folder = Path(name)
        file.truncate(MAP)
        for one in units:
            _keep(folder, one)
        while (left := seconds - (time.monotonic() - begun)) > 3:
            runs = told.runs
            status = _child(told, folder, file.fileno(), int(left), seed + told.starts)
            told.starts += 1
            if status:
                data = _read(file.fileno())
                told.add(_of_end(status, told.errors, data), data)
                _path(folder, data).unlink(missing_ok=True)
            if told.runs == runs:  # it does not start
                break
    told.seconds = time.monotonic() - begun
    return told


def confirmed(finding: Finding, data: bytes, reader: str) -> str | None:
    """What a worker says of the same file, alone; None where it reads or refuses it."""
    begun = time.monotonic()
    said = ""
    with Sandbox() as sandbox:
        try:
            sandbox.locate(data, name_of(reader, data))
        except ReadError as error:
            said = str(error)
    if finding.kind == "wrong result" or any(one in said for one in _LIMITS):
        return said or finding.said
    took = time.monotonic() - begun
    return f"took {took:.1f} s" if took > SECONDS else None


def _child(told: Told, folder: Path, last: int, seconds: int, seed: int) -> int:
    """Its exit status."""
    numbers = map(str, (seconds, seed, last))
    process = subprocess.Popen(
        [sys.executable, "-B", "-X", "utf8", "-m", "tests.fuzz.child", told.reader, *numbers,
         str(folder)],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        pass_fds=(last,), cwd=_ROOT, env=_ENVIRONMENT, start_new_session=True,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    told.errors.clear()
    states = threading.Thread(target=_follow, args=(told, process.stderr, told.runs))
    end = threading.Timer(seconds + _GRACE_S, process.kill)
    states.start()
    end.start()
    try:
        for line in process.stdout:
            _hear(told, folder, json.loads(line))
    finally:
        end.cancel()
        process.kill()
        states.join()
        process.stderr.close()
        process.stdout.close()
    return process.wait()


def _hear(told: Told, folder: Path, line: dict[str, Any]) -> None:
    data = base64.b64decode(line.pop("data"))
    if "unit" in line:
        _keep(folder, data)
    elif "kind" in line:
        told.add(Finding(**line), data)


def _follow(told: Told, errors: IO[bytes], before: int) -> None:
    """Reads libFuzzer's lines."""
    for raw in errors:
        line = raw.decode("utf-8", "replace").rstrip()
        told.errors = [*told.errors[-30:], line]
        if found := _STATE.match(line):
            runs, kind, edges, features = found.groups()
            told.runs = before + int(runs)
            told.last = max(told.last, (int(edges), int(features)))
            if kind == "INITED" and told.first == (0, 0):
                told.first = told.last


def _of_end(status: int, errors: Sequence[str], data: bytes) -> Finding:
    """Where it was is not known: each file is a finding of its own."""
    where = f"file {sha1(data).hexdigest()[:8]}"
    if status == _TIMEOUT:
        return Finding("time", where, f"over {SECONDS} s, instrumented")
    said = next((one for one in errors if "ERROR" in one or "what()" in one), " ".join(errors[-3:]))
    return Finding("end of the process", where, f"status {status}: {said[:300]}")


def _path(folder: Path, data: bytes) -> Path:
    return folder / sha1(data).hexdigest()


def _keep(folder: Path, data: bytes) -> None:
    _path(folder, data).write_bytes(data)


def _read(last: int) -> bytes:
    with mmap.mmap(last, MAP) as memory:
        return memory[8 : 8 + int.from_bytes(memory[:8], "big")]
