"""The words of a Word document's diagrams and charts, which stand in parts of their own."""

from __future__ import annotations

from itertools import zip_longest

from lxml import etree

from index.readers.office.blocks import Block, Paragraph, Table
from index.readers.office.ooxml import local

_MOST_POINTS = 1_000  # of a chart's series, each a row


def diagram(root: etree._Element) -> tuple[Block, ...]:
    """A paragraph for each of its shapes' own."""
    paragraphs = (one for one in root.iter("{*}p"))
    texts = ("".join(t.text or "" for t in one.iter("{*}t")) for one in paragraphs)
    return tuple(Paragraph(text) for text in texts if text.strip())


def chart(root: etree._Element) -> tuple[Block, ...]:
    """Its title and other words, then its numbers: a row for each category."""
    blocks: list[Block] = list(diagram(root))
    series = list(root.iter("{*}ser"))
    if not series:
        return tuple(blocks)
    names = [" ".join(_points(one, "tx")) for one in series]
    categories = max((_points(one, "cat") or _points(one, "xVal") for one in series), key=len)
    values = [_points(one, "val") or _points(one, "yVal") for one in series]
    rows = [["", *names], *map(list, zip_longest(categories, *values, fillvalue=""))]
    cells = tuple(tuple((Paragraph(text),) for text in row) for row in rows[: _MOST_POINTS + 1])
    return (*blocks, Table(cells, header=any(names) or None))


def _points(series: etree._Element, name: str) -> list[str]:
    """What was stored of the cells that a series was made of."""
    found = next((one for one in series if local(one.tag) == name), None)
    return [] if found is None else [one.text or "" for one in found.iter("{*}v")]
