"""Scans: their pages are drawn in the limited process and read by the tesseract program outside
of it; the reader of the format then takes the words as if they stood in the file."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from index.errors import OcrError, ReadError
from index.sandbox.box import Sandbox
from index.types import Parsed

if TYPE_CHECKING:
    from index.readers.pdf.words import Word

    Words = dict[int, Sequence[Word]]

SCANNED = "application/pdf"  # the kind of file whose pages are drawn
MOST_PAGES = 500  # of one file: a page takes seconds, and a small file can name one page often


@dataclass(frozen=True, slots=True)
class Ocr:
    """``languages`` are tesseract's names, joined by "+"; ``threads`` pages are read at once."""

    languages: str = "eng"
    threads: int = 2


def check(ocr: Ocr) -> None:
    """Raises OcrError where the program or one of the languages is missing."""
    from index.readers.pdf.ocr import PROGRAM, program

    path = program()
    if path is None:
        raise OcrError(
            f"text in pictures is recognised by the program {PROGRAM}, which is not installed: "
            f"install it (Debian, Ubuntu: apt install {PROGRAM}-ocr; macOS: brew install "
            f"{PROGRAM}), or leave --ocr (the setting ocr) out"
        )
    listed = subprocess.run([path, "--list-langs"], capture_output=True, text=True, check=False)
    known = set(listed.stdout.splitlines()[1:])
    missing = [one for one in ocr.languages.split("+") if one not in known]
    if missing:
        have = ", ".join(sorted(known - {"osd"})) or "none"
        raise OcrError(
            f"{PROGRAM} has no data for the language {missing[0]!r} (it has: {have}): install "
            f"them, or name others in the setting ocr_languages"
        )


def parse_with(box: Sandbox, ocr: Ocr | None) -> Callable[[bytes, str], Parsed]:
    """How files are read, with ``ocr`` or without. Raises OcrError."""
    if ocr is None:
        return box.parse
    check(ocr)
    return partial(parse_recognised, box, ocr)


def parse_recognised(box: Sandbox, ocr: Ocr, data: bytes, name: str) -> Parsed:
    """As ``Sandbox.parse``, with what is recognised on pages without a text layer. A page that
    cannot be recognised stays unread, and a warning says why. Raises what ``Sandbox.parse`` does.
    """
    parsed = box.parse(data, name)
    if not parsed.about.unread or parsed.about.unit != "page":
        return parsed
    unread = parsed.about.unread
    words, failed = words_on(box, ocr, data, name, unread[:MOST_PAGES])
    if len(unread) > MOST_PAGES:
        failed.append(f"pictures after the first {MOST_PAGES} were not looked at: split the file")
    if words:
        try:
            parsed = box.parse(data, name, words)
        except ReadError as error:
            failed = [f"the text in pictures was left out: {error}"]
    return replace(parsed, warnings=(*parsed.warnings, *failed))


def words_on(
    box: Sandbox, ocr: Ocr, data: bytes, name: str, pages: Sequence[int]
) -> tuple[Words, list[str]]:
    """The words on these pages, and why there are none of others.

    Memory: as many pictures as there are threads; the process draws one at a time.
    """
    from index.readers.pdf.ocr import words_in

    def read(page: int) -> Sequence[Word] | str:
        try:
            return words_in(box.draw(data, name, page), ocr.languages)
        except ReadError as error:
            return f"page {page} was not recognised: {error}"

    with ThreadPoolExecutor(ocr.threads) as pool:
        try:
            found = dict(zip(pages, pool.map(read, pages), strict=True))
        except BaseException:
            pool.shutdown(cancel_futures=True)
            raise
    words = {page: one for page, one in found.items() if not isinstance(one, str)}
    return words, [one for one in found.values() if isinstance(one, str)]
