"""The lines of a PDF page put together to paragraphs and tables."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from index.readers.pdf.layout import Line, Zone
from index.readers.pdf.notes import Note
from index.readers.pdf.tables import MARKER, Rows, is_bullet, rows_of, stretches
from index.readers.pdf.words import HYPHENS
from index.structure import shapes

_SIZE = 0.12  # of the size: more is another size
_INDENT = 0.7  # of the size
_WIDE = 1.45  # of the distance between lines: a gap between paragraphs
LEADER = re.compile(r"(?:\.\s?){3,}\s*(\d{1,4}|[ivxlc]{1,7})\s*\Z")


@dataclass(frozen=True, slots=True)
class Block:
    """``kind`` is "text", "heading", "table", "note" or "contents" (lines that lead to pages).

    ``opens`` and ``ends``: it stands first or last in its column, so that it may go on from the
    one before or go on in the one after. ``is_aside``: a header or footer, kept once.
    """

    kind: str
    page: int
    lines: tuple[Line, ...] = ()
    rows: Rows = ()
    notes: tuple[Note, ...] = ()
    level: int = 0
    opens: bool = False
    ends: bool = False
    is_indented: bool = False
    is_full: bool = False
    is_aside: bool = False

    @property
    def size(self) -> float:
        return self.lines[0].size if self.lines else 0.0

    @property
    def text(self) -> str:
        return " ".join(line.text for line in self.lines)


@dataclass(frozen=True, slots=True)
class _Measure:
    """Of the running text of a column."""

    left: float
    right: float
    pitch: float  # from base to base
    is_hanging: bool  # the first line of a paragraph stands out to the left


def blocks_of(zone: Zone, page: int) -> list[Block]:
    """The blocks of a column, from its top."""
    found: list[Block] = []
    running: list[Line] = []

    def close() -> None:
        if running:
            found.extend(_paragraphs(running, page))
            running.clear()

    for lines, is_table in stretches(zone):
        if is_table:
            close()
            found.append(Block("table", page, rows=rows_of(lines)))
        else:
            running.extend(lines)
    close()
    if found:
        found[0] = replace(found[0], opens=True)
        found[-1] = replace(found[-1], ends=True)
    return found


def same_size(one: float, other: float) -> bool:
    return abs(one - other) <= _SIZE * max(one, other)


def _measure(lines: Sequence[Line]) -> _Measure:
    starts = Counter(round(line.x0) for line in lines)
    left = min(line.x0 for line in lines)
    size = median(line.size for line in lines)
    at_left = sum(count for start, count in starts.items() if start - left < _INDENT * size)
    common, often = starts.most_common(1)[0]
    is_hanging = len(lines) > 3 and often > at_left and common - left >= _INDENT * size
    ends = sorted(line.x1 for line in lines)
    steps = [a.base - b.base for a, b in pairwise(lines) if same_size(a.size, b.size)]
    steps = [step for step in steps if 0.8 * size < step < 2.5 * size]
    pitch = min(median(steps), 2.2 * size) if steps else 1.25 * size
    return _Measure(left, ends[int(0.9 * (len(ends) - 1))], pitch, is_hanging)


def _paragraphs(lines: Sequence[Line], page: int) -> Iterator[Block]:
    measure = _measure(lines)
    group: list[Line] = []
    for line in lines:
        if group and _breaks(group, line, measure):
            yield _paragraph(group, page, measure)
            group = []
        group.append(line)
    yield _paragraph(group, page, measure)


def _paragraph(lines: Sequence[Line], page: int, measure: _Measure) -> Block:
    first, last = lines[0], lines[-1]
    return Block(
        "text",
        page,
        tuple(lines),
        is_indented=first.x0 - measure.left > _INDENT * first.size,
        is_full=measure.right - last.x1 < 0.15 * (measure.right - measure.left),
    )


def _breaks(group: Sequence[Line], line: Line, measure: _Measure) -> bool:
    """Whether a paragraph begins with this line."""
    above = group[-1]
    down = above.base - line.base
    if not same_size(above.size, line.size) or above.angle != line.angle:
        return True
    if down <= 0 or _is_apart(group, line, measure):
        return True
    is_weight = above.bold != line.bold and above.words[-1].bold != line.words[0].bold
    if is_weight and not _is_stressed(group, line, measure):
        return True
    if bool(LEADER.search(above.text[-60:])):
        return True
    if above.words[-1].text.endswith(HYPHENS) and line.text[:1].islower():
        return False
    return _is_outset(group, line, measure) or _ends_short(above, line, measure)


def _is_apart(group: Sequence[Line], line: Line, measure: _Measure) -> bool:
    """More white than between the lines of a paragraph; where these are far from each other, too,
    the words tell that they go on."""
    above = group[-1]
    down = above.base - line.base
    before = group[-2].base - above.base if len(group) > 1 else 0.0
    if down <= max(_WIDE * measure.pitch, 1.3 * line.size, 1.2 * before):
        return False
    is_full = measure.right - above.x1 < 4 * line.size
    return down > 3 * line.size or not (is_full and line.text[:1].islower())


def _is_stressed(group: Sequence[Line], line: Line, measure: _Measure) -> bool:
    """A line in another weight is only a stressed stretch of the paragraph."""
    above = group[-1]
    if above.bold:
        return not group[0].bold and not shapes.ends_sentence(above.text)
    return measure.right - above.x1 < 2 * line.size and not shapes.ends_sentence(above.text)


def _is_outset(group: Sequence[Line], line: Line, measure: _Measure) -> bool:
    """By its indent, or a bullet or number, it is a first line."""
    above = group[-1]
    step = line.x0 - above.x0
    if is_bullet(line.text[:2]):
        return True
    marked = shapes.BULLET.match(line.text[:20])
    if marked and (shapes.ends_sentence(above.text) or above.text.endswith((":", ";", ","))):
        return True
    if abs(step) > 2 * line.size and _are_centred(above, line):
        aside = 0.15 * (measure.right - measure.left)
        return above.x0 - line.x0 > aside and above.x0 - measure.left > aside
    if measure.is_hanging:
        return step < -_INDENT * line.size and len(group) > 0
    first_stands_out = len(group) == 1 and (is_bullet(above.text[:2]) or _begins_marked(above))
    return step > _INDENT * line.size and not first_stands_out


def _are_centred(one: Line, other: Line) -> bool:
    return abs((one.x0 + one.x1) - (other.x0 + other.x1)) < one.size


def _begins_marked(line: Line) -> bool:
    return bool(shapes.BULLET.match(line.text[:20])) or bool(MARKER.fullmatch(line.words[0].text))


def _ends_short(above: Line, line: Line, measure: _Measure) -> bool:
    """The line above ends before its column does, though the next word had had room there."""
    left_over = measure.right - above.x1 - (line.words[0].x1 - line.words[0].x0) - 0.3 * line.size
    if left_over <= 0:
        return False
    width = measure.right - measure.left
    ended = shapes.ends_sentence(above.text) or above.text.endswith(":")
    is_new = not line.text[:1].islower()
    return (ended and is_new and left_over > 0.04 * width) or (is_new and left_over > 0.3 * width)
