"""The entries of a list of references, each of which is quoted whole.

"Bottleneck layers for transfer." out of the middle of an entry says nothing, and reads as if the
document said it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from index.types import Section, Span

_HEADING = re.compile(
    r"(?:#{1,6} +)?(?:(?:\d{1,3}|[A-Z])(?:\.\d+)*\.?\s+)?"
    r"(?:references|reference list|bibliography|works cited|literature(?: cited)?|"
    r"cited (?:works|literature)|further reading)(?: and notes)?[\s.:]*",
    re.I,
)
_ENTRY = re.compile(r"\n[ \t]*\r?\n|\r?\n(?=[ \t]*(?:[-*•–]|\[\w{1,12}\]|\(?\d{1,3}[.)])[ \t])")
_BULLET = re.compile(r"[\s•*–-]*")


def are_references(headings: Sequence[str]) -> bool:
    """Whether what stands under these headings is a list of references."""
    return any(_HEADING.fullmatch(one.strip()) for one in headings)


def entries(text: str, section: Section) -> Iterator[Span]:
    """Parted by blank lines, or by what a line of a list begins with."""
    body, start = section.span.of(text), 0
    for end in [*(one.start() for one in _ENTRY.finditer(body)), len(body)]:
        piece = body[start:end].rstrip()
        skipped = _BULLET.match(piece)
        begin = skipped.end() if skipped else 0
        if begin < len(piece):
            yield Span(start + begin, start + len(piece)).shift(section.span.start)
        start = end
