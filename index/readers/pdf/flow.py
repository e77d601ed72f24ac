"""Blocks to the text of a document: lines joined, hyphens undone, paragraphs over page breaks.

A paragraph that goes over a page break is given in parts, cut so that no sentence is: the rest
of one stays with the page where it began.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from index.passages.sentences import split_sentences
from index.readers.pdf.blocks import Block, same_size
from index.readers.pdf.headings import body_size
from index.readers.pdf.layout import Line
from index.readers.pdf.words import HYPHENS, Word
from index.structure import shapes
from index.structure.builder import Builder, Part
from index.structure.pieces import CELLS
from index.types import Origin, Span

_LOOK = 6  # blocks between two parts of a paragraph: notes, captions
_COMPOUND = re.compile(r"[^\W\d_]+(?:[-\u2010][^\W\d_]+)+")
_WORDS_ONLY = re.compile(r"[^\W\d_]+")
_TIGHT = re.compile(r"[\u2e80-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]")
_NOWHERE = Span(0, 0)


@dataclass(frozen=True, slots=True)
class Known:
    """How the document writes words elsewhere, casefolded."""

    compounds: frozenset[str]

    @classmethod
    def of(cls, blocks: Sequence[Block]) -> Known:
        found: set[str] = set()
        for block in blocks:
            for line in block.lines:
                for word in line.words:
                    if "-" in word.text or "\u2010" in word.text:
                        found.update(one.casefold() for one in _COMPOUND.findall(word.text))
        return cls(frozenset(one.replace("\u2010", "-") for one in found))


@dataclass(slots=True)
class _Text:
    """A paragraph as it grows; ``breaks`` are where another page begins."""

    text: list[str] = field(default_factory=list)
    parts: list[Part] = field(default_factory=list)
    breaks: list[tuple[int, int]] = field(default_factory=list)
    length: int = 0

    def add(self, text: str) -> None:
        self.text.append(text)
        self.length += len(text)


def label(page: int) -> str:
    return f"page {page}"


def write(blocks: Sequence[Block], build: Builder) -> None:
    """All blocks into the builder, each once. What stands between two parts of a paragraph, as
    notes and captions do, comes after it."""
    known = Known.of(blocks)
    body = body_size(blocks)
    at = 0
    while at < len(blocks):
        chain, between, at = _chain(blocks, at, body)
        if chain[0].kind == "text":
            _paragraph(chain, known, build)
        else:
            _other(chain[0], known, build)
        for block in between:
            if block.kind == "text":
                _paragraph([block], known, build)
            else:
                _other(block, known, build)


def _chain(blocks: Sequence[Block], at: int, body: float) -> tuple[list[Block], list[Block], int]:
    """The block at ``at`` with those it goes on in; what stands between them; where to go on."""
    chain, between = [blocks[at]], list[Block]()
    at += 1
    while (found := _continuation(chain[-1], blocks, at, body)) is not None:
        between += blocks[at:found]
        chain.append(blocks[found])
        at = found + 1
    return chain, between, at


def _continuation(block: Block, blocks: Sequence[Block], at: int, body: float) -> int | None:
    """Where the paragraph goes on: first in another column or on another page, after what stands
    between, as notes and captions do."""
    if block.kind != "text" or not _is_open(block):
        return None
    for number in range(at, min(at + _LOOK, len(blocks))):
        one = blocks[number]
        if one.page > block.page + 1 or (one.kind == "heading" and not one.is_aside):
            return None
        if one.kind == "text" and _goes_on(block, one):
            return number
        is_note = one.is_aside or one.kind in ("table", "note") or one.size < 0.95 * body
        if not (is_note and block.size >= 0.95 * body) and (one.opens or number == at):
            return None
    return None


def _is_open(block: Block) -> bool:
    text = block.lines[-1].text
    if block.is_aside or shapes.ends_sentence(text) or text.endswith((":", ";")):
        return False
    return block.is_full or text.endswith(HYPHENS) or text.endswith(",")


def _goes_on(block: Block, after: Block) -> bool:
    if after.is_aside or not same_size(block.size, after.size):
        return False
    if block.lines[-1].bold != after.lines[0].bold:
        return False
    elsewhere = after.opens or block.ends or after.page != block.page
    first = after.text[:1]
    if not elsewhere or shapes.BULLET.match(after.text[:20]):
        return False
    return first.islower() or (block.is_full and not after.is_indented and first.isalnum())


def _paragraph(chain: Sequence[Block], known: Known, build: Builder) -> None:
    whole = _Text()
    page = chain[0].page
    before: Word | None = None
    for block in chain:
        for line in block.lines:
            _add_line(whole, line, block.page, before, known)
            if block.page != page:
                whole.breaks.append((whole.parts[-len(line.words)].start, block.page))
                page = block.page
            before = line.words[-1]
    text = "".join(whole.text)
    starts = [part.start for part in whole.parts]
    gap = "\n\n"
    for span, number in _cut(text, whole.breaks, chain[0].page):
        parts = whole.parts[bisect_left(starts, span.start) : bisect_left(starts, span.end)]
        if span.start:
            parts = [
                Part(one.start - span.start, one.end - span.start, one.origin) for one in parts
            ]
        build.paragraph(span.of(text), label(number), page=number, parts=parts, gap=gap)
        gap = " "


def _cut(text: str, breaks: Sequence[tuple[int, int]], page: int) -> Iterator[tuple[Span, int]]:
    """Stretches of whole sentences and the page on which each begins."""
    start = 0
    if breaks:
        sentences = split_sentences(text, Span(0, len(text)))
        for at, following in breaks:
            cut = next((one.end for one in sentences if one.start < at < one.end), at)
            if cut >= len(text):
                break
            if cut > start:
                yield Span(start, cut), page
            start, page = max(start, cut), following
    yield Span(start, len(text)), page


def _other(block: Block, known: Known, build: Builder) -> None:
    if block.kind == "table":
        _table(block, build)
        return
    if block.kind == "note":
        _notes(block, build)
        return
    whole = _Text()
    before: Word | None = None
    for line in block.lines:
        if block.kind == "contents" and before is not None:
            whole.add("\n")
            before = None
        _add_line(whole, line, block.page, before, known)
        before = line.words[-1]
    text, place = "".join(whole.text), label(block.page)
    if block.kind == "heading":
        build.heading(text, block.level, place, page=block.page, parts=whole.parts)
    else:
        build.paragraph(text, place, page=block.page, kind="navigation", parts=whole.parts)


def _notes(block: Block, build: Builder) -> None:
    place = label(block.page)
    for note in block.notes:
        part = Part(0, len(note.text), Origin(_NOWHERE, place, block.page, note.box))
        build.paragraph(note.text, place, page=block.page, kind="note", parts=[part])


def _table(block: Block, build: Builder) -> None:
    rows, places = [], []
    place = label(block.page)
    for row in block.rows:
        parts: list[Part] = []
        cells = []
        length = 0
        for cell in row:
            words = [word.text for word in cell]
            at = length
            for word in cell:
                end = at + len(word.text)
                parts.append(Part(at, end, Origin(_NOWHERE, place, block.page, word.box, word.raw)))
                at = end + 1
            cells.append(" ".join(words))
            length += len(cells[-1]) + len(CELLS)
        rows.append(cells)
        places.append(parts)
    build.table(
        rows,
        lambda number: f"{place}, row {number + 1}",
        page=block.page,
        parts=lambda number: places[number],
    )


def _add_line(whole: _Text, line: Line, page: int, before: Word | None, known: Known) -> None:
    place = label(page)
    is_first = True
    for word in line.words:
        gap = ""
        if before is not None and is_first:
            gap = _join(whole, before, word, known)
        elif before is not None and not _touch(before, word):
            gap = " "
        if gap:
            whole.add(gap)
        start = whole.length
        whole.add(word.text)
        origin = Origin(_NOWHERE, place, page, word.box, word.raw)
        whole.parts.append(Part(start, whole.length, origin))
        before, is_first = word, False


def _touch(before: Word, word: Word) -> bool:
    """Two of PDFium's words that are one: a letter of Chinese after another."""
    if before.text.isascii() or word.text.isascii():
        return False
    return bool(_TIGHT.match(before.text[-1:]) and _TIGHT.match(word.text[:1])) and (
        word.x0 - before.x1 < 0.5 * word.size
    )


def _join(whole: _Text, before: Word, word: Word, known: Known) -> str:
    """What stands between the words at a line's end and at the next one's start. A hyphen that
    divides a word is taken back out of the text, and its part keeps it as the raw characters."""
    if _TIGHT.match(before.text[-1:]) and _TIGHT.match(word.text[:1]):
        return ""
    if not before.text.endswith(HYPHENS) or len(before.text) < 2:
        return " "
    if not before.text[-2].isalnum() or not word.text[:1].isalnum():
        return " " if before.text.endswith("-") else ""
    if not before.text.endswith("\u00ad") and not _divides(before.text, word.text, known):
        return ""
    kept = before.text[:-1]
    last = whole.parts[-1]
    whole.text[-1] = kept
    whole.length -= 1
    origin = replace(last.origin, raw=before.raw or before.text)
    whole.parts[-1] = Part(last.start, last.end - 1, origin)
    return ""


def _divides(before: str, after: str, known: Known) -> bool:
    """Whether a hyphen at a line's end only divides the word: unless what follows begins with a
    capital or a digit, or the document writes the word with a hyphen elsewhere."""
    if not after[:1].islower() or not before[-2].isalpha():
        return False
    first = _WORDS_ONLY.findall(before)[-1]
    second = _WORDS_ONLY.findall(after)[0]
    return f"{first}-{second}".casefold() not in known.compounds
