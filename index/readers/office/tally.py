"""Whether all characters of a file are accounted for."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_SPACE = re.compile(r"\s+")
_LOST = 200  # characters


@dataclass(slots=True)
class Tally:
    """Characters other than white space. ``total`` comes from a plain strip of the tags."""

    total: int = 0
    told: int = 0  # as text, or left out for a known reason
    deleted: int = 0
    hidden: int = 0

    def warnings(self) -> Iterator[str]:
        if self.hidden:
            yield f"hidden text was left out ({self.hidden:,} characters)"
        if self.deleted:
            yield f"deleted text that it still holds was left out ({self.deleted:,} characters)"
        if self.total - self.told > _LOST:
            yield f"some of its text was not understood ({self.total - self.told:,} characters)"


def size(text: str) -> int:
    return len(text) - sum(map(len, _SPACE.findall(text)))
