"""Reading one file, also one that somebody writes to meanwhile."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import IO

import pytest

import index.folder.files
from index.errors import ReadError
from index.folder.files import TRIES, read_file

LIMIT = 1_000
OLD = "An old text. It has two sentences."
NEW = "A new text, and a longer one. It has two sentences."


class Slow:
    """A file that is read in two steps, between which something happens."""

    def __init__(self, file: IO[bytes], between: Callable[[], object]) -> None:
        self._file = file
        self._between = between

    def __enter__(self) -> Slow:
        return self

    def __exit__(self, *_: object) -> None:
        self._file.close()

    def read(self, size: int) -> bytes:
        first = self._file.read(min(10, size))
        self._between()
        return first + self._file.read(size - len(first))


def put(path: Path, text: str, time: int) -> None:
    path.write_text(text)
    os.utime(path, (time, time))


def during(monkeypatch: pytest.MonkeyPatch, actions: Sequence[Callable[[], object]]) -> None:
    """Each is done while the file is read once more; then nothing happens any more."""
    opened, waiting = os.fdopen, iter(actions)

    def fdopen(handle: int, mode: str) -> Slow:
        # Unbuffered, so that the second step sees what is on the disk by then.
        return Slow(opened(handle, mode, 0), next(waiting, lambda: None))

    monkeypatch.setattr(index.folder.files, "PAUSE_S", 0.0)
    monkeypatch.setattr(index.folder.files.os, "fdopen", fdopen)


@pytest.mark.parametrize("text", [NEW, OLD.replace("two", "six"), OLD[:20], ""])
def test_half_old_and_half_new_is_not_taken(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, text: str
) -> None:
    path = tmp_path / "a.txt"
    put(path, OLD, 1_700_000_000)
    with monkeypatch.context() as patched:
        during(patched, [lambda: put(path, text, 1_700_000_001)])
        assert read_file(path, LIMIT).decode() == text


def test_another_file_that_takes_its_place_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, new = tmp_path / "a.txt", tmp_path / "new.txt"
    put(path, OLD, 1_700_000_000)
    put(new, NEW, 1_700_000_001)
    with monkeypatch.context() as patched:
        during(patched, [lambda: new.rename(path)])
        assert read_file(path, LIMIT).decode() == OLD
    assert read_file(path, LIMIT).decode() == NEW


def test_one_that_never_stands_still_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.txt"
    put(path, OLD, 1_700_000_000)
    with monkeypatch.context() as patched:
        during(patched, [lambda n=n: put(path, OLD + "x" * n, n) for n in range(TRIES)])
        with pytest.raises(ReadError, match="written to while it is read"):
            read_file(path, LIMIT)
