"""``python -m tests.fuzz.child READER SECONDS SEED LAST FOLDER``: behind the worker's fences.

All fences of ``index.sandbox.limits.confine`` are up before a reader is imported, as in the
worker: 1 GB of address space, 64 open files, no file written (so libFuzzer keeps its corpus in
memory and writes none of its artifacts), no core, no socket, no other process (so no thread of
libFuzzer's that watches the memory), the system call filter and the audit hook. The limit of
processor time is set for each file, and libFuzzer's own of the clock. What differs from the worker:
our code is instrumented; some memory is libFuzzer's; one process reads many files.

What is found goes out on standard output, a line of JSON each; libFuzzer's own lines on standard
error. The file that is being read always stands in LAST (a file descriptor), mapped into memory,
so that it outlives a crash.
"""

from __future__ import annotations

import base64
import json
import mmap
import os
import sys
from hashlib import sha1
from pathlib import Path
from random import Random

import atheris

from tests.fuzz import MAP, SECONDS, SIZE

_MEMORY = 1_000_000_000  # bytes, as in index.sandbox
_FULL = 450_000_000  # bytes in use that this process ends at, to be started again
_LIBRARIES = ["index", "markdown_it", "email"]
_FENCES = ["index.sandbox.limits", "index.sandbox.frames", "index.sandbox.box"]


class Child:
    def __init__(self, reader: str, last: mmap.mmap, out: int, others: list[bytes]) -> None:
        self._reader = reader
        self._last = last
        self._out = out
        self._others = others
        self._told: set[object] = set()
        self._runs = 0

    def run(self, data: bytes) -> None:
        from index.sandbox.limits import allow_cpu
        from tests.fuzz.harness import check, name_of

        self._last[:8] = len(data).to_bytes(8, "big")
        self._last[8 : 8 + len(data)] = data
        self._runs += 1
        if self._runs % 100 == 0 and _in_use() > _FULL:
            self._tell({"full": True})
            os._exit(0)
        allow_cpu(2 * SECONDS)
        found = check(data, name_of(self._reader, data))
        if found is not None and found.key not in self._told:
            self._told.add(found.key)
            self._tell({"kind": found.kind, "where": found.where, "said": found.said}, data)

    def mutate(self, data: bytes, size: int, seed: int) -> bytes:
        """What is given is always of the corpus, at a depth of 1: it is told, for a later start."""
        from tests.fuzz.mutate import mutate

        known = sha1(data).digest()
        if known not in self._told:
            self._told.add(known)
            self._tell({"unit": True}, data)
        return mutate(self._reader, data, self._others, Random(seed), atheris.Mutate, size)

    def _tell(self, about: dict[str, object], data: bytes = b"") -> None:
        line = json.dumps(about | {"data": base64.b64encode(data).decode()}) + "\n"
        left = memoryview(line.encode())
        while left:
            left = left[os.write(self._out, left) :]


def main() -> None:
    reader, seconds, seed, last, folder = sys.argv[1:6]
    out, null = os.dup(1), os.open(os.devnull, os.O_RDWR)
    os.dup2(null, 1)  # what a library prints must not come among the findings
    memory = mmap.mmap(int(last), MAP)
    units = [one.read_bytes() for one in sorted(Path(folder).iterdir())]
    with atheris.instrument_imports(include=_LIBRARIES, exclude=_FENCES):
        from index.sandbox.limits import confine

        missing = confine(_MEMORY)
        from tests.fuzz.harness import check, name_of

        for one in sorted(units, key=len)[:5]:  # imports what is imported late
            check(one, name_of(reader, one))
    print(f"fences that are not up: {missing}", file=sys.stderr, flush=True)
    child = Child(reader, memory, out, units)
    options = [
        "fuzz", f"-max_total_time={seconds}", f"-seed={seed}", f"-timeout={SECONDS}",
        f"-max_len={SIZE}", "-rss_limit_mb=0", "-malloc_limit_mb=0", "-mutate_depth=1",
        "-detect_leaks=0", "-len_control=0", "-use_value_profile=0", "-print_final_stats=1", folder,
    ]  # fmt: skip
    atheris.Setup(options, child.run, custom_mutator=child.mutate, internal_libfuzzer=True)
    atheris.Fuzz()


def _in_use() -> int:
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * mmap.PAGESIZE


if __name__ == "__main__":
    main()
