"""A word processor's blocks into a Builder: what is a heading, a list, data or only layout,
and the name of each place."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence

from index.readers.office.blocks import (
    Block,
    Box,
    Note,
    Paragraph,
    Table,
    lines,
    notes_in,
    own_text,
)
from index.structure import shapes
from index.structure.builder import Builder, Part
from index.types import Origin, Span

_BETWEEN = "\n\n"  # items of a list: each is a sentence of its own, all are one section
_DATA_CELL = 1_200  # code points; a table with longer cells is there for the layout
_LONGEST_HEADING = 120  # code points, of one that is told by its bold type
_RUNNING_WORDS = 3  # in a header or footer, at most: more than that may answer something


class Pour:
    """Notes come where the section they belong to ends, text boxes after their paragraph."""

    def __init__(self, build: Builder) -> None:
        self.title: str | None = None  # what stands in the style for titles
        self._build = build
        self._counts: Counter[str] = Counter()
        self._notes: list[Note] = []
        self._below_title = 0
        self._level = 0
        self._seen: set[str] = set()

    def body(self, blocks: Sequence[Block]) -> None:
        self._blocks(blocks, None)
        self.notes(())

    def notes(self, left: Sequence[Note]) -> None:
        """All that are still to come, and ``left``, those that nothing refers to."""
        waiting = deque((*self._notes, *left))
        while waiting:
            note = waiting.popleft()
            text = _joined(note.blocks)
            if text:
                label = self._next(note.name)
                self._build.paragraph(text, label, kind="note", speaker=note.author)
            waiting.extend(notes_in(note.blocks))
        self._notes.clear()

    def running(self, name: str, blocks: Sequence[Block]) -> None:
        """A header or footer: once, at the end of the document."""
        text = _joined(blocks)
        if not any(map(str.isalnum, text)) or text in self._seen:
            return
        self._seen.add(text)
        kind = "note" if shapes.words(text, _RUNNING_WORDS) > _RUNNING_WORDS else "navigation"
        self._build.paragraph(text, name, kind=kind)

    def _blocks(self, blocks: Sequence[Block], place: str | None) -> None:
        at = 0
        while at < len(blocks):
            block = blocks[at]
            items = _items(blocks, at)
            if len(items) > 1:
                self._list(items, place)
            elif isinstance(block, Paragraph):
                follows = blocks[at + 1] if at + 1 < len(blocks) else None
                self._paragraph(block, follows, place)
            elif isinstance(block, Box):
                self._blocks(block.blocks, self._next(block.name))
            else:
                self._table(block)
            at += max(1, len(items))

    def _paragraph(self, block: Paragraph, follows: Block | None, place: str | None) -> None:
        level = self._heading_level(block, follows)
        label = self._label(block, place)
        parts = _parts(block, 0, label)
        if level:
            self.notes(())
            self._build.heading(block.text, level, label, parts=parts)
        else:
            kind = block.look.kind if block.look.kind in ("navigation", "code") else None
            self._build.paragraph(block.text, label, kind=kind, parts=parts)
        self._notes += block.notes

    def _heading_level(self, block: Paragraph, follows: Block | None) -> int:
        if not block.text.strip():
            return 0
        if block.look.kind == "title":
            self.title = self.title or shapes.one_line(block.text)
            self._below_title = self._level = 1
            return 1
        if block.look.level:
            self._level = block.look.level + self._below_title
            return self._level
        return self._level + 1 if _is_bold_heading(block, follows) else 0

    def _list(self, items: Sequence[Paragraph], place: str | None) -> None:
        parts: list[Part] = []
        at = 0
        worded = [item for item in items if item.text.strip()]
        for item in worded:
            parts += _parts(item, at, self._label(item, place))
            at += len(item.text) + len(_BETWEEN)
        text = _BETWEEN.join(item.text for item in worded)
        self._build.paragraph(text, "list", kind="list", parts=parts)
        self._notes += [note for item in items for note in item.notes]

    def _table(self, table: Table) -> None:
        name = self._next("table")
        if _is_layout(table):
            for number, row in enumerate(table.rows, 1):
                for cell in row:
                    self._blocks(cell, f"{name}, row {number}")
            return
        rows = [[own_text(cell) for cell in row] for row in table.rows]
        self._build.table(rows, lambda row: f"{name}, row {row + 1}", header=table.header)
        for cell in (cell for row in table.rows for cell in row):
            self._notes += notes_in(cell)
            self._blocks([one for one in cell if isinstance(one, Table)], None)

    def _label(self, block: Paragraph, place: str | None) -> str:
        """Paragraphs with words in them are counted as they come, those in other places not."""
        if place or not block.text.strip():
            return place or "paragraph"
        return self._next("paragraph")

    def _next(self, name: str) -> str:
        self._counts[name] += 1
        return f"{name} {self._counts[name]}"


def _joined(blocks: Sequence[Block]) -> str:
    return "\n".join(line for line in lines(blocks) if line)


def _items(blocks: Sequence[Block], at: int) -> list[Paragraph]:
    """The list's items from ``at`` on; a lone one is no list."""
    found: list[Paragraph] = []
    for number in range(at, len(blocks)):
        block = blocks[number]
        if not isinstance(block, Paragraph) or block.look.kind != "list" or block.look.level:
            break
        found.append(block)
    return found


def _parts(block: Paragraph, at: int, label: str) -> list[Part]:
    origin = Origin(Span(0, 0), label, raw=block.raw)
    return [Part(at, at + len(block.text), origin)] if block.text.strip() else []


def _is_bold_heading(block: Paragraph, follows: Block | None) -> bool:
    """One line, all bold and no sentence or speaker's name, with other text below."""
    text = block.text.strip()
    if not block.look.bold or block.look.kind or len(text) > _LONGEST_HEADING or "\n" in text:
        return False
    if isinstance(follows, Paragraph) and (follows.look.bold or follows.look.level):
        return False
    told = shapes.ends_sentence(text) or shapes.KEY_VALUE.match(text) or shapes.label(text)
    return isinstance(follows, Paragraph | Table) and not told


def _is_layout(table: Table) -> bool:
    """One column, headings or long texts in its cells: nothing that is read by rows."""
    if all(len(row) < 2 for row in table.rows):
        return True
    cells = [cell for row in table.rows for cell in row]
    paragraphs = [one for cell in cells for one in cell if isinstance(one, Paragraph)]
    return any(one.look.level for one in paragraphs) or any(
        sum(len(one.text) for one in cell if isinstance(one, Paragraph)) > _DATA_CELL
        for cell in cells
    )
