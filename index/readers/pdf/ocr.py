"""Text recognised in the pictures of PDF pages, by the tesseract program.

``picture`` needs no other program and runs in the limited process that reads files; ``words_in``
starts tesseract, so it runs outside of that.
"""

from __future__ import annotations

import math
import os
import shutil
import subprocess
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from statistics import median

import pypdfium2 as pdfium  # type: ignore[import-untyped]

from index.errors import ReadError
from index.readers.pdf.words import Word
from index.types import MOST_PIXELS, Picture

PROGRAM = "tesseract"
_DPI = 300
_LEAST_SURE = 30  # of 100: below, it is mostly specks
_SECONDS = 120  # for a page
_KEPT = ("PATH", "TESSDATA_PREFIX", "LD_LIBRARY_PATH")  # of the environment: no tokens
_WORD = 5  # tesseract's level of words


@dataclass(frozen=True, slots=True)
class _Seen:
    """A word as tesseract gives it, in pixels from the upper left corner."""

    block: int
    line: tuple[int, int]  # paragraph and line of the block
    left: float
    top: float
    right: float
    bottom: float
    text: str


def program() -> str | None:
    """Where it is; None where it is not installed."""
    return shutil.which(PROGRAM)


def picture(data: bytes, page: int) -> Picture | None:
    """The page drawn in grey; None for one that cannot be drawn."""
    try:
        with pdfium.PdfDocument(data) as document:
            one = document[page - 1]
            width, height = one.get_size()
            if width <= 0 or height <= 0:
                return None
            scale = min(_DPI / 72, math.sqrt(MOST_PIXELS / (width * height)))
            bitmap = one.render(scale=scale, grayscale=True)
            buffer, stride = bytes(bitmap.buffer), bitmap.stride
            rows = (buffer[y * stride : y * stride + bitmap.width] for y in range(bitmap.height))
            head = b"P5\n%d %d\n255\n" % (bitmap.width, bitmap.height)
            return Picture(head + b"".join(rows), scale, height)
    except (pdfium.PdfiumError, IndexError):
        return None


def words_in(image: Picture, languages: str = "eng") -> tuple[Word, ...]:
    """The words of a page in reading order, with their places in points. Raises ReadError."""
    return tuple(_words(_parse(_run(image.data, languages)), image))


def _run(data: bytes, languages: str) -> str:
    path = program()
    if path is None:
        raise ReadError("the program tesseract is not installed")
    command = [path, "stdin", "stdout", "-l", languages, "--psm", "3", "tsv"]
    try:
        done = subprocess.run(
            command,
            input=data,
            capture_output=True,
            timeout=_SECONDS,
            check=False,
            env={name: os.environ[name] for name in _KEPT if name in os.environ}
            | {"OMP_THREAD_LIMIT": "1"},
            start_new_session=True,  # Ctrl-C is for who waits for it
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        raise ReadError(f"tesseract failed: {error}") from error
    if done.returncode:
        said = done.stderr.decode("utf-8", "replace").strip().splitlines()
        raise ReadError(f"tesseract failed: {said[-1] if said else 'it does not say why'}")
    return done.stdout.decode("utf-8", "replace")


def _parse(table: str) -> Iterator[_Seen]:
    """Words out of tesseract's table: level, page, block, paragraph, line, word, left, top,
    width, height, sureness, text."""
    for row in table.splitlines()[1:]:
        cells = row.split("\t")
        if len(cells) != 12 or cells[0] != str(_WORD) or not cells[11].strip():
            continue
        if float(cells[10]) < _LEAST_SURE:
            continue
        block, paragraph, line, left, top, width, height = (
            int(cells[i]) for i in (2, 3, 4, 6, 7, 8, 9)
        )
        yield _Seen(
            block, (paragraph, line), left, top, left + width, top + height, cells[11].strip()
        )


def _words(seen: Iterable[_Seen], image: Picture) -> Iterator[Word]:
    """All lines of a block have one size: that of one line depends on its letters."""
    at = 0
    for _, group in groupby(seen, key=lambda one: one.block):
        lines = [list(line) for _, line in groupby(group, key=lambda one: one.line)]
        size = 0.95 * median(_height(line) for line in lines) / image.scale
        for line in lines:
            base = image.height - median(one.bottom for one in line) / image.scale
            for one in line:
                box = (
                    one.left / image.scale,
                    image.height - one.bottom / image.scale,
                    one.right / image.scale,
                    image.height - one.top / image.scale,
                )
                for text in one.text.split():
                    yield Word(text, None, box, box[0], box[2], base, size, False, 0, at)
                    at += 1


def _height(line: Sequence[_Seen]) -> float:
    return max(one.bottom for one in line) - min(one.top for one in line)
