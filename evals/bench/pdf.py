"""``python -m evals.bench.pdf FOLDER``: the reader of PDF against pypdfium2's plain text.

Three ways to the text of the same files, in one run: pypdfium2 alone, which gives it without
places or order; our reader in this process; our reader in the limited process that indexing
uses. Each file goes through all three before the next one does, so that a busy machine slows
them alike. The files are those of the folder that can be read, in the order of their paths, over
and over until there are enough.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Sequence
from itertools import cycle, islice
from pathlib import Path
from statistics import median

import pypdfium2  # type: ignore[import-untyped]

from evals.documents.survey import files_in
from index.errors import ReadError
from index.readers import pdf
from index.sandbox.box import Sandbox

FILES = 100
ROUNDS = 3
NAME = "file.pdf"


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m evals.bench.pdf", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--files", type=int, default=FILES)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    asked = parser.parse_args()
    different = readable(asked.folder)
    if not different:
        parser.error(f"{asked.folder} has no PDF that can be read: name another folder")
    files = cycled(different, asked.files)
    with Sandbox() as sandbox:
        ways: list[Callable[[bytes], object]] = [
            plain,
            lambda data: pdf.read(data, NAME),
            lambda data: sandbox.parse(data, NAME),
        ]
        rounds = [seconds(files, ways) for _ in range(asked.rounds + 1)][1:]  # the first warms up
    pages = sum(map(page_count, files))
    print(
        f"{len(files)} PDFs ({len(different)} different), {pages} pages, "
        f"{asked.rounds} rounds by turns, medians"
    )
    for line in report(rounds, pages):
        print(line)


def readable(folder: Path) -> list[bytes]:
    """The folder's PDFs that our reader does not refuse."""
    found = []
    for path in files_in(folder):
        if path.suffix.lower() == ".pdf":
            data = path.read_bytes()
            try:
                pdf.read(data, NAME)
            except ReadError:
                continue
            found.append(data)
    return found


def cycled(files: Sequence[bytes], n: int) -> list[bytes]:
    return list(islice(cycle(files), n))


def page_count(data: bytes) -> int:
    with pypdfium2.PdfDocument(data) as document:
        return len(document)


def plain(data: bytes) -> str:
    """The text of all pages that can be opened, as PDFium has it."""
    found = []
    with pypdfium2.PdfDocument(data) as document:
        for number in range(len(document)):
            try:
                page = document[number]
            except pypdfium2.PdfiumError:
                continue
            text_page = page.get_textpage()
            found.append(text_page.get_text_range())
            text_page.close()
            page.close()
    return "\n".join(found)


def seconds(files: Sequence[bytes], ways: Sequence[Callable[[bytes], object]]) -> list[float]:
    """What each way took for all files."""
    took = [0.0] * len(ways)
    for data in files:
        for number, way in enumerate(ways):
            begun = time.perf_counter()
            way(data)
            took[number] += time.perf_counter() - begun
    return took


def report(rounds: Sequence[Sequence[float]], pages: int) -> list[str]:
    """``rounds``: seconds of pypdfium2, of our reader, of the same in its process. The ratios are
    medians of those of a round, which is less noisy than a ratio of medians."""
    names = ("pypdfium2 alone", "our reader", "our reader, limited process")
    rates = [sorted(pages / took for took in way) for way in zip(*rounds, strict=True)]
    lines = [
        f"{name:<44}{median(rate):>8.1f} pages/s   "
        f"({rate[0]:.1f} to {rate[-1]:.1f}; {1000 / median(rate):.1f} ms a page)"
        for name, rate in zip(names, rates, strict=True)
    ]
    ratios = (
        ("time, our reader / pypdfium2", [ours / alone for alone, ours, _ in rounds]),
        ("time, limited process / pypdfium2", [limited / alone for alone, _, limited in rounds]),
        ("time, limited process / our reader", [limited / ours for _, ours, limited in rounds]),
    )
    return lines + [f"{name:<44}{median(found):>8.2f}" for name, found in ratios]


if __name__ == "__main__":
    main()
