"""The cells of a table's row, each with the name of its column. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import accumulate

from index.structure.pieces import CELLS
from index.types import Span

_CELL = re.compile(r"[^|\t\s](?:[^|\t\s]| (?! ))*")  # parted by "|", tabs or several blanks


@dataclass(frozen=True, slots=True)
class Cell:
    """``span`` is within the row; ``name`` is empty where the row does not tell which column it
    is."""

    span: Span
    text: str
    name: str


def cells(row: str, names: str | None) -> list[Cell]:
    """Those that are not empty; ``names`` are the columns' as ``outline.columns`` gives them."""
    titles = names.split(CELLS) if names else []
    parts = row.split(CELLS)
    if len(parts) == len(titles) > 1:  # some may be empty
        starts = accumulate((len(part) + len(CELLS) for part in parts[:-1]), initial=0)
        spans = [
            Span(start, start + len(part)).stripped(row)
            for part, start in zip(parts, starts, strict=True)
        ]
    else:
        spans = [Span(*found.span()).stripped(row) for found in _CELL.finditer(row)]
        titles = titles if len(titles) == len(spans) else [""] * len(spans)
    pairs = zip(spans, titles, strict=True)
    return [Cell(span, span.of(row), title) for span, title in pairs if len(span)]
