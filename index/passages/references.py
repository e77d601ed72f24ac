"""The entries of a list of references, each of which is quoted whole.

"Bottleneck layers for transfer." out of the middle of an entry says nothing, and reads as if the
document said it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.structure.dates import YEAR
from index.structure.pieces import lines_of
from index.types import Section, Span

MOST = 0.7  # share of the entries that must look like one
LONGEST = 700  # code points of an entry

_HEADING = re.compile(
    r"(?:#{1,6} +)?(?:(?:\d{1,3}|[A-Z]|[IVX]+)(?:\.\d+)*\.?\s+)?"
    r"(?:references|reference list|bibliography|works cited|literature(?: cited)?|"
    r"cited (?:works|literature)|further reading)(?: and notes)?[\s.:]*",
    re.I,
)
_BEGINS = re.compile(r"\s*(?:[-*•–]|\[[^\]\n]{1,40}\]|\(?\d{1,3}[.)])\s")
_BULLET = re.compile(r"[\s•*–-]*")
_CITES = re.compile(rf"(?<!\d){YEAR}[a-z]?(?!\d)|\bet al\b|\bdoi\b|https?://", re.I)


def entries(text: str, section: Section, headings: Sequence[str]) -> list[Span]:
    """Empty where it is no such list: by what stands over it, and by what its entries look like.

    They are parted by blank lines, by what a line of a list begins with, or else by lines.
    """
    if not any(_HEADING.fullmatch(one.strip()) for one in headings):
        return []
    lines = [line.shift(section.span.start) for line in lines_of(section.span.of(text))]
    for parted in (_by_marks(text, lines), [[line] for line in lines]):
        found = [span for some in parted if some and (span := _whole(text, some))]
        if found and all(len(span) <= LONGEST for span in found) and _cite(text, found):
            return found
    return []


def _by_marks(text: str, lines: Sequence[Span]) -> list[list[Span]]:
    """Runs of lines from one that begins an entry, or stands after a blank one, to the next."""
    runs: list[list[Span]] = [[]]
    for line in lines:
        if not line.of(text).strip() or _BEGINS.match(line.of(text)):
            runs.append([])
        runs[-1].append(line)
    return runs


def _whole(text: str, lines: Sequence[Span]) -> Span:
    """From the first line to the last without its bullet; empty where nothing is said."""
    span = Span(lines[0].start, lines[-1].end)
    bullet = _BULLET.match(span.of(text))
    return Span(span.start + (bullet.end() if bullet else 0), span.end).stripped(text)


def _cite(text: str, found: Sequence[Span]) -> bool:
    return sum(bool(_CITES.search(span.of(text))) for span in found) >= MOST * len(found)
