"""Texts beside what another program made of the same files: its words that ours have, in order."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from pathlib import Path

from index.errors import ReadError
from index.readers import media_type
from index.sandbox.box import Sandbox

EXPECTED = "expected_outputs"  # a folder beside the files: the texts, each under its file's stem
_WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    return [word.casefold() for word in _WORD.findall(text.replace("_", " "))]


def in_order(expected: Sequence[str], ours: Sequence[str]) -> int:
    """Length of the longest sequence of words that both have in this order.

    Bit-parallel, after Hyyrö, "Bit-parallel LCS-length computation revisited" (2004).
    """
    places: defaultdict[str, int] = defaultdict(int)
    for at, word in enumerate(expected):
        places[word] |= 1 << at
    full = (1 << len(expected)) - 1
    row = full
    for word in ours:
        hit = row & places.get(word, 0)
        row = ((row + hit) | (row - hit)) & full
    return len(expected) - row.bit_count()


def compare(folder: Path, box: Sandbox) -> Iterator[str]:
    """A line for each expected text below the folder. Of several files with its stem it is that of
    one, and the one that has most of it is named."""
    for text in sorted(folder.rglob(f"{EXPECTED}/*.md")):
        wanted = words_of(text.read_text(encoding="utf-8"))
        files = [one for one in text.parent.parent.glob(f"{text.stem}.*") if media_type(one.name)]
        if files and wanted:
            share, name = max((_share(wanted, one, box), one.name) for one in files)
            yield f"{share:5.3f}  {name} ({len(wanted)} words)"


def _share(wanted: Sequence[str], file: Path, box: Sandbox) -> float:
    try:
        ours = words_of(box.parse(file.read_bytes(), file.name).text)
    except ReadError:
        return 0.0
    return in_order(wanted, ours) / len(wanted)
