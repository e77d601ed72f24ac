"""Questions about the rows of tables, made by rule: no set that is trained on has any.

``tables.jsonl`` lists things ("ship"), how columns that tell something of them are named, and
how people ask for it. The near miss that matters is the row of the thing in a table without the
column asked for: it has all words of the question but the one.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from evals.fields import json_lines, read_bytes
from index.structure.pieces import CELLS
from index.types import Span
from rag.reader.records import Record, as_records
from rag.text.words import fold, words
from rag.training.pairs.types import Pair
from rag.types import Json

THINGS = Path(__file__).with_name("tables.jsonl")
SOURCE = "tables"
HELD = 9  # every so many-th thing is on the side that stops
TABLES = 8  # of each thing
ASKED = 3  # questions about each table
ROWS = 4
COLUMNS = (2, 8)
EMPTY = 0.1  # share of the cells
NUMBERED = 0.2  # share of the tables whose first column only counts
HEADED = 0.5  # share of the tables under a title
IN_SMALL = 0.15  # share of the questions in small letters, without a mark


@dataclass(frozen=True, slots=True)
class Attribute:
    """``questions`` hold {x} for the thing, ``reverse`` {v} for the value. What may answer one
    another's questions is of one ``group``."""

    names: tuple[str, ...]
    values: tuple[str, ...]
    questions: tuple[str, ...]
    reverse: tuple[str, ...]
    group: str


@dataclass(frozen=True, slots=True)
class Thing:
    thing: str
    keys: tuple[str, ...]
    instances: tuple[str, ...]
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True, slots=True)
class _Table:
    """``rows`` under ``names``; a thing's name stands in the column ``key``, what is told of it
    behind that."""

    headings: tuple[str, ...]
    names: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    key: int

    def text(self, at: int) -> str:
        return CELLS.join(self.rows[at]) if 0 <= at < len(self.rows) else ""

    def records(self, at: int, asked: str) -> list[Record]:
        words_asked = {fold(word) for word in words(asked)}
        return as_records(self.text(at), CELLS.join(self.names), words_asked)

    def place(self, at: int, column: int, record: Record) -> Span | None:
        """Where in the record of a row the cell of a column stands, if it is in it."""
        start = sum(len(cell) + len(CELLS) for cell in self.rows[at][:column])
        found = zip(record.cells, record.places, strict=True)
        return next((place for cell, place in found if cell.span.start == start), None)

    def without(self, column: int) -> _Table:
        """``column`` is one behind the key."""

        def left(cells: Sequence[str]) -> tuple[str, ...]:
            return (*cells[:column], *cells[column + 1 :])

        return _Table(self.headings, left(self.names), tuple(map(left, self.rows)), self.key)


def read_things(file: Path = THINGS) -> list[Thing]:
    return [_thing(row) for _, row in json_lines(file, read_bytes(file))]


def _thing(row: Json) -> Thing:
    attributes = tuple(
        Attribute(
            tuple(one["names"]),
            tuple(one["values"]),
            tuple(one["questions"]),
            tuple(one["reverse"]),
            one["group"],
        )
        for one in row["attributes"]
    )
    return Thing(row["thing"], tuple(row["keys"]), tuple(row["instances"]), attributes)


def make_tables(things: Sequence[Thing], seed: int) -> Iterator[tuple[str, Pair]]:
    """Pairs, each with its side; no thing is on two of them."""
    for at, thing in enumerate(things):
        side = "stop" if at % HELD == HELD - 1 else "train"
        for number in range(TABLES):
            rng = Random(f"{seed} {SOURCE} {thing.thing} {number}")
            group = f"{thing.thing} {number}"
            table, told = _table(thing, rng)
            for pair in _of_table(table, told, thing, group, rng):
                yield side, pair


def _table(thing: Thing, rng: Random) -> tuple[_Table, list[Attribute]]:
    """With what its columns behind the key tell."""
    most = min(COLUMNS[1], len({one.group for one in thing.attributes}) - 1)
    chosen: dict[str, Attribute] = {}
    for one in rng.sample(thing.attributes, len(thing.attributes)):
        chosen.setdefault(one.group, one)
    told = list(chosen.values())[: rng.randint(COLUMNS[0], most)]
    names = [rng.choice(thing.keys), *(rng.choice(one.names) for one in told)]
    rows = [
        [instance, *(_cell(one, rng) for one in told)]
        for instance in rng.sample(thing.instances, ROWS)
    ]
    key = 0
    if rng.random() < NUMBERED:
        begin = rng.choice([1, 11, 101, 2001])
        rows = [[str(begin + number), *row] for number, row in enumerate(rows)]
        names.insert(0, rng.choice(["No.", "#", "ID", "Ref.", "Code"]))
        key = 1
    return _Table(_headings(thing, rng), tuple(names), tuple(map(tuple, rows)), key), told


def _cell(attribute: Attribute, rng: Random) -> str:
    return "" if rng.random() < EMPTY else rng.choice(attribute.values)


def _headings(thing: Thing, rng: Random) -> tuple[str, ...]:
    if rng.random() >= HEADED:
        return ()
    name = thing.thing
    forms = [f"{name.capitalize()} list", f"Overview: {name}", "Sheet1", f"Register ({name})"]
    return (rng.choice(forms),)


def _of_table(
    table: _Table, told: Sequence[Attribute], thing: Thing, group: str, rng: Random
) -> Iterator[Pair]:
    groups = {one.group for one in told}
    columns = list(enumerate(told, table.key + 1))
    missing = [one for one in thing.attributes if one.group not in groups]
    for column, one in rng.sample(columns, min(ASKED, len(columns))):
        row = rng.randrange(ROWS)
        yield from _asked_for(table, column, one, row, group, rng)
        yield from _turned(table, column, one, row, group, rng)
    for one in rng.sample(missing, min(ASKED, len(missing))):
        row = rng.randrange(ROWS)
        asked = _style(rng.choice(one.questions).format(x=table.rows[row][table.key]), rng)
        yield from _pair(table, row, asked, None, "other_column", group)


def _asked_for(
    table: _Table, column: int, attribute: Attribute, row: int, group: str, rng: Random
) -> Iterator[Pair]:
    """The row that answers, others in its place, and the same row without what is asked for."""
    asked = _style(rng.choice(attribute.questions).format(x=table.rows[row][table.key]), rng)
    if table.rows[row][column]:
        yield from _pair(table, row, asked, column, "row", group)
        for other in rng.sample([at for at in range(ROWS) if at != row], 2):
            yield from _pair(table, other, asked, None, "other_row", group)
        if len(table.names) > 2:
            yield from _pair(table.without(column), row, asked, None, "other_column", group)
    else:
        yield from _pair(table, row, asked, None, "other_column", group)


def _turned(
    table: _Table, column: int, attribute: Attribute, row: int, group: str, rng: Random
) -> Iterator[Pair]:
    """The value is named and the thing asked for."""
    value, values = table.rows[row][column], [cells[column] for cells in table.rows]
    if not attribute.reverse or not value or values.count(value) > 1:
        return
    asked = _style(rng.choice(attribute.reverse).format(v=value), rng)
    yield from _pair(table, row, asked, table.key, "row", group)
    for other in rng.sample([at for at in range(ROWS) if at != row], 2):
        yield from _pair(table, other, asked, None, "other_row", group)


def _pair(
    table: _Table, row: int, asked: str, answer: int | None, kind: str, group: str
) -> Iterator[Pair]:
    """``answer`` is the column of the cell that answers; None where the row does not. A wide row is
    read in parts: one without that cell answers nothing."""
    for record in table.records(row, asked):
        place = None if answer is None else table.place(row, answer, record)
        yield Pair(
            asked,
            table.headings,
            table.text(row - 1),
            record.text,
            table.text(row + 1),
            int(place is not None),
            None if place is None else (place.start, place.end),
            "other_column" if answer is not None and place is None else kind,
            SOURCE,
            group,
        )


def _style(asked: str, rng: Random) -> str:
    return asked.lower().rstrip(" ?") if rng.random() < IN_SMALL else asked
