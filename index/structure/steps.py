"""Numbered lines of which each is a step of a list: "1. Mix", "2. Bake". They are no headings.

A title of the same form has a text below it. A step has nothing, or a word on how to do it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from index.structure import shapes
from index.structure.pieces import Piece, lines_of
from index.structure.titles import asks_for

_LITTLE = 25  # words below a step
_READ = 400  # code points of a line
_LEAST = 3  # lines with nothing below them that are a list by this alone


@dataclass(slots=True)
class _Numbered:
    number: int
    piece: int
    asks: bool  # "Preheat the oven"
    below: int = 0  # words before the next one


def find(pieces: Sequence[Piece]) -> set[int]:
    """The pieces that hold steps."""
    runs = [run for run in _runs(_numbered(pieces)) if _are_steps(run)]
    return {one.piece for run in runs for one in run}


def _are_steps(run: Sequence[_Numbered]) -> bool:
    """Most with nothing below; or with little, where a third of them ask for something, so that
    the others ("Mix") do, too. Below the last one another part of the text may begin."""
    below = [one.below for one in run[:-1]]
    if len(run) >= _LEAST and 2 * below.count(0) > len(below):
        return True
    asking = sum(one.asks for one in run)
    return len(run) > 1 and max(below) <= _LITTLE and 3 * asking >= len(run)


def _runs(lines: Iterator[_Numbered]) -> list[list[_Numbered]]:
    """Lines from 1 on, each with the number that follows. One that may go on with several, such as
    titles and a list below one of them, is of none, and ends them all."""
    runs: list[list[_Numbered]] = []
    awaiting: dict[int, list[list[_Numbered]]] = {}
    for one in lines:
        if one.number == 1:
            runs.append([])
            going_on = runs[-1:]
        else:
            going_on = awaiting.pop(one.number, [])
        if len(going_on) == 1:
            going_on[0].append(one)
            awaiting.setdefault(one.number + 1, []).append(going_on[0])
    return runs


def _numbered(pieces: Sequence[Piece]) -> Iterator[_Numbered]:
    last: _Numbered | None = None
    for i, piece in enumerate(pieces):
        for line in lines_of(piece.text):
            words = line.of(piece.text)[:_READ]
            number = shapes.NUMBERED.match(words) if shapes.ENTRY.match(words) else None
            if number is None or piece.underlined:
                if last:
                    last.below += len(words.split())
                continue
            if last:
                yield last
            last = _Numbered(int(number[1]), i, asks_for(words[number.end() :].split()))
    if last:
        yield last
