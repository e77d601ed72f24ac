"""What stands before a list's item: "-", "2.", "(b)", "(iv)". Which of them go on with a list."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace

_WORD = re.compile(r"[^\W_]+")
_LETTERS = re.compile(r"([a-z])\1*\Z")
_ROMAN = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})\Z")
_WORTH = {"i": 1, "v": 5, "x": 10}


@dataclass(frozen=True, slots=True)
class Marker:
    """``form`` is what stands around a number or letter ("()"); ``values`` are the places that it
    may count, by its sort: "(v)" is the 22nd letter or a Roman five. A bullet counts nothing, and
    all bullets are of one form."""

    form: str
    values: Mapping[str, int]

    @property
    def counts(self) -> bool:
        return bool(self.values)

    @property
    def is_first(self) -> bool:
        return 1 in self.values.values()

    @property
    def is_number(self) -> bool:
        return "number" in self.values

    def after(self, last: Marker) -> Marker | None:
        """This one, read as it is meant in a list whose last marker was ``last``; None where it
        is of another form or begins to count anew. All being "1." is a way to count, too."""
        common = {sort: n for sort, n in self.values.items() if sort in last.values}
        if self.form != last.form or (self.counts and not common):
            return None
        following = {sort: n for sort, n in common.items() if n == last.values[sort] + 1}
        if self.is_first and not following and common != last.values:
            return None
        return replace(self, values=following or common)

    def is_beyond(self, last: Marker) -> bool:
        """Whether it counts further than ``last``, which is of the same form."""
        return any(n > last.values.get(sort, n) for sort, n in self.values.items())


NO_MARKER = Marker("", {})  # of a paragraph that is an item


def markers(line: str) -> list[Marker]:
    """Of "-", "2.", "3. (a)"."""
    return [_marker(one) for one in line.split()]


def _marker(written: str) -> Marker:
    found = _WORD.search(written)
    if found is None:
        return Marker("-", {})
    return Marker(written.replace(found[0], ""), _values(found[0]))


def _values(word: str) -> dict[str, int]:
    if word.isdecimal():
        return {"number": int(word)}
    values = {"roman": _roman(word)} if _ROMAN.match(word) else {}
    if _LETTERS.match(word) and (len(word) == 1 or not values):  # behind "z" comes "aa"
        values["letter"] = ord(word[0]) - ord("a") + 1 + 26 * (len(word) - 1)
    return values or {"word": 0}


def _roman(word: str) -> int:
    worth = [_WORTH[letter] for letter in word]
    return sum(-n if n < max(worth[i:]) else n for i, n in enumerate(worth))
