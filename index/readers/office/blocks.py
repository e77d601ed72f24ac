"""What a word processor's file holds, in its order: paragraphs, tables, boxes, notes.

``Draft`` takes them down as a reader meets them; ``pour`` makes a text of them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

SOFT_HYPHEN = "\u00ad"
_MOST_COLUMNS = 64  # more than any word processor allows


@dataclass(frozen=True, slots=True)
class Look:
    """What a paragraph's style says of it. ``level`` is that of a heading, from 1; 0 is text.

    ``kind``: "title", "list", "navigation" (a line of a table of contents), "code", "caption".
    """

    level: int = 0
    kind: str | None = None
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Text that stands apart from where it is referred to: a footnote, an endnote, a comment."""

    name: str
    blocks: tuple[Block, ...]
    author: str | None = None


@dataclass(frozen=True, slots=True)
class Paragraph:
    """``raw`` are the file's characters where ``text`` has others."""

    text: str
    look: Look = Look()  # bold: all of its words are
    raw: str | None = None
    notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of cells of blocks. A cell that is merged with others comes once, the rest are empty.

    ``header`` says whether the first row names the columns, where the file does.
    """

    rows: tuple[tuple[tuple[Block, ...], ...], ...]
    header: bool | None = None


@dataclass(frozen=True, slots=True)
class Box:
    """A text box, a diagram: ``name`` says what."""

    name: str
    blocks: tuple[Block, ...]


Block = Paragraph | Table | Box


def lines(blocks: Sequence[Block]) -> Iterator[str]:
    """The words of blocks of any kind, a line for each paragraph and row, nested ones after."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield block.text.strip()
        elif isinstance(block, Box):
            yield from lines(block.blocks)
        else:
            for row in block.rows:
                yield " | ".join(own_text(cell) for cell in row).strip()
            for row in block.rows:
                for cell in row:
                    yield from lines([one for one in cell if isinstance(one, Table)])


def own_text(cell: Sequence[Block]) -> str:
    """A cell's words on one line, without those of tables in it."""
    return " ".join(line for line in lines([b for b in cell if not isinstance(b, Table)]) if line)


def notes_in(blocks: Sequence[Block]) -> Iterator[Note]:
    """The notes that are referred to, in order; in boxes too, in nested tables not."""
    for block in blocks:
        if isinstance(block, Paragraph):
            yield from block.notes
        elif isinstance(block, Box):
            yield from notes_in(block.blocks)


@dataclass(slots=True)
class _Open:
    look: Look
    words: list[str] = field(default_factory=list)
    notes: list[Note] = field(default_factory=list)
    bold: bool = True  # until a word is not

    def made(self) -> Paragraph | None:
        raw = "".join(self.words)
        if not self.notes and (not raw or raw.isspace()):
            return None
        text = raw.replace(SOFT_HYPHEN, "")
        look = replace(self.look, bold=self.bold)
        return Paragraph(text, look, raw if raw != text else None, tuple(self.notes))


@dataclass(slots=True)
class _Frame:
    """What can hold paragraphs: the body, a cell, a box, a note."""

    blocks: list[Block] = field(default_factory=list)
    open: _Open | None = None
    boxes: list[Box] = field(default_factory=list)  # anchored in the open paragraph
    tables: list[list[list[tuple[Block, ...]]]] = field(default_factory=list)
    headers: list[bool | None] = field(default_factory=list)


class Draft:
    """Blocks as they are met, however they are nested. What is left open at the end is kept."""

    def __init__(self) -> None:
        self._frames = [_Frame()]

    def open(self) -> None:
        """What follows belongs to a cell, a box or a note, up to ``close``."""
        self._frames.append(_Frame())

    def close(self) -> tuple[Block, ...]:
        """The blocks since the last ``open``; of the whole when nothing is open."""
        while self._frames[-1].tables:
            self.end_table()
        self.end()
        frame = self._frames.pop()
        if not self._frames:
            self._frames.append(_Frame())
        return tuple(frame.blocks)

    @property
    def depth(self) -> int:
        return len(self._frames) - 1

    def begin(self, look: Look) -> None:
        self.end()
        self._frames[-1].open = _Open(look)

    def restyle(self, look: Look) -> None:
        """The open paragraph is found to look so."""
        self._paragraph().look = look

    @property
    def look(self) -> Look:
        return self._paragraph().look

    def write(self, text: str, bold: bool = False) -> None:
        """Words of the open paragraph; one is opened if there is none."""
        if text:
            paragraph = self._paragraph()
            paragraph.words.append(text)
            paragraph.bold &= bold or text.isspace()

    def note(self, note: Note) -> None:
        self._paragraph().notes.append(note)

    def box(self, name: str, blocks: tuple[Block, ...]) -> None:
        """A box stands after the paragraph that it is anchored in."""
        frame = self._frames[-1]
        if blocks:
            frame.boxes.append(Box(name, blocks))
        if frame.open is None:
            self.end()

    def end(self) -> None:
        """The open paragraph ends, if there is one."""
        frame = self._frames[-1]
        paragraph = frame.open.made() if frame.open else None
        frame.open = None
        if paragraph:
            frame.blocks.append(paragraph)
        frame.blocks += frame.boxes
        frame.boxes.clear()

    def begin_table(self) -> None:
        """A table in the midst of a paragraph cuts it."""
        frame = self._frames[-1]
        look = frame.open.look if frame.open else None
        self.end()
        if look is not None:
            frame.open = _Open(look)
        frame.tables.append([])
        frame.headers.append(None)

    def begin_row(self) -> None:
        if self._frames[-1].tables:
            self._frames[-1].tables[-1].append([])

    def name_columns(self) -> None:
        """The open row names the columns."""
        frame = self._frames[-1]
        if frame.tables and len(frame.tables[-1]) == 1:
            frame.headers[-1] = True

    def cell(self, blocks: tuple[Block, ...], span: int = 1) -> None:
        """A cell as wide as ``span`` columns."""
        frame = self._frames[-1]
        if not frame.tables:
            frame.blocks += blocks
            return
        if not frame.tables[-1]:
            self.begin_row()
        row = frame.tables[-1][-1]
        row.append(blocks)
        row += [()] * max(0, min(span - 1, _MOST_COLUMNS - len(row)))

    def end_table(self) -> None:
        frame = self._frames[-1]
        if frame.tables:
            rows, header = frame.tables.pop(), frame.headers.pop()
            if any(cell for row in rows for cell in row):
                frame.blocks.append(Table(tuple(map(tuple, rows)), header))

    def _paragraph(self) -> _Open:
        frame = self._frames[-1]
        if frame.open is None:
            frame.open = _Open(Look())
        return frame.open
