"""A document's text put together block by block, as readers of rich formats find them.

A reader says what each block is (a paragraph, a heading, a table's row) and where in the file
it stands; what is left to be seen from the words, such as who speaks, is found here.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import NamedTuple

from index.errors import ReadError
from index.structure import headings, navigation, quoting, titles
from index.structure.letters import Letter
from index.structure.pieces import CELLS, TABLE_LEVEL, Mark, Marks, Piece, split
from index.structure.sections import compose, own_date, own_title
from index.structure.tables import has_header, is_record
from index.types import About, Origin, Parsed, Section, Span

_GAP = "\n\n"
_SPACE = re.compile(r"\s+")
_UNREADABLE = re.compile("[\0\ud800-\udfff]")


class Part(NamedTuple):
    """A stretch within a block and its place in the file; ``start`` counts in the block. A PDF has
    one for each word, and these are made faster than those of a dataclass."""

    start: int
    end: int
    origin: Origin  # its span is not looked at


class Builder:
    """Blocks in, one ``Parsed`` out. White space at a block's ends is dropped, the rest stays."""

    def __init__(self) -> None:
        self._texts: list[str] = []
        self._length = 0
        self._pieces: list[Piece] = []
        self._marks: Marks = {}
        self._below: dict[int, int] = {}
        self._pages: list[tuple[int, int]] = []  # where a page begins, and its number
        self._origins: list[Origin] = []
        self._mails: list[Letter] = []
        self._in_mail = False
        self._looks: set[int] = set()  # headings that nothing but their looks tells

    def paragraph(
        self,
        text: str,
        label: str,
        *,
        page: int | None = None,
        kind: str | None = None,
        speaker: str | None = None,
        parts: Sequence[Part] = (),
        gap: str = _GAP,
    ) -> None:
        """Running text. Of a ``kind`` ("list", "code", "note" …) or ``speaker`` it is a section of
        its own; without, its words say what it is. ``parts`` name finer places than ``label``.

        A ``gap`` of one space has it go on in the paragraph before, on a new page.
        """
        span = self._append(text, label, page, parts, gap)
        if span is None:
            return
        at, body = len(self._pieces), self._texts[-1]
        if self._in_mail and kind in (None, "quote") and not speaker:
            self._add(self._cut(body, int(kind == "quote")), span)
        elif kind or speaker:
            self._pieces.append(Piece(span, body))
            self._marks[at] = Mark(kind or "text", speaker=speaker)
        else:
            pieces = split(body)
            self._add([replace(one, blanks=int(i == 0)) for i, one in enumerate(pieces)], span)

    def heading(
        self, text: str, level: int, label: str, *, page: int | None = None,
        parts: Sequence[Part] = (),
    ) -> None:  # fmt: skip
        """``level`` counts from 1, the outermost. Context of what follows, never quoted."""
        span = self._append(text, label, page, parts, _GAP)
        if span is None:
            return
        title = _SPACE.sub(" ", self._texts[-1])
        self._below[len(self._pieces)] = level + 1
        self._marks[len(self._pieces)] = Mark("heading", level, title)
        self._pieces.append(Piece(span, self._texts[-1]))

    def table(
        self,
        rows: Sequence[Sequence[str]],
        label: Callable[[int], str],
        *,
        page: int | None = None,
        header: bool | None = None,
        parts: Callable[[int], Sequence[Part]] | None = None,
    ) -> None:
        """Each row is a unit, its cells together; the names of the columns are its heading.

        ``label`` names a row by its place in ``rows`` and is what a citation of it shows.
        Whether the first row has the names is told from the cells unless ``header`` says it.
        Empty rows are dropped. ``parts`` names finer places within a row, as they are where its
        cells, already without needless white space, are joined by ``CELLS``.
        """
        clean = [[_SPACE.sub(" ", cell).strip() for cell in row] for row in rows]
        named = has_header(clean) and not is_record(clean) if header is None else header
        gap, level = _GAP, TABLE_LEVEL  # of the first row that is not empty
        for number, cells in enumerate(clean):
            if not any(cells):
                continue
            line, places = CELLS.join(cells), parts(number) if parts else ()
            span = self._append(line, label(number), page, places, gap)
            if span is None:
                continue
            is_names = named and number == 0
            title = self._texts[-1] if is_names else label(number)
            self._marks[len(self._pieces)] = Mark("heading" if is_names else "row", level, title)
            self._pieces.append(Piece(span, self._texts[-1]))
            gap, level = "\n", 0

    def plain(self, text: str, label: str, *, page: int | None = None, level: int = 0) -> None:
        """Text of which nothing is known, such as a mail's: headings are told by their looks, and
        stand ``level`` deeper than alone."""
        span = self._append(text, label, page, (), _GAP)
        if span is None:
            return
        at, body = len(self._pieces), self._texts[-1]
        found = quoting.cut_signatures(titles.cut_letter(body, quoting.cut(body, split(body))))
        links = navigation.find(found)
        seen = headings.find(found, links)
        self._marks |= {at + i: Mark("navigation") for i in links}
        for i, mark in seen.marks.items():
            self._marks[at + i] = replace(mark, level=min(mark.level + level, TABLE_LEVEL - 1))
        self._looks |= {at + i for i in seen.marks}
        self._below |= {at + i: deep + level for i, deep in seen.below.items()}
        self._add(found, span)

    def quoted(self, text: str, label: str, depth: int, parts: Sequence[Part] = ()) -> None:
        """Lines of a mail's body without the ``depth`` marks of quoting (">") before each."""
        span = self._append(text, label, None, parts, _GAP)
        if span is not None:
            body = self._texts[-1]
            self._add(self._cut(body, depth), span)

    @contextmanager
    def mail(self, writer: str | None, date: str | None, level: int) -> Iterator[None]:
        """What is put in meanwhile is the body of a mail, below a heading of this ``level``."""
        start = len(self._pieces)
        self._in_mail = True
        try:
            yield
        finally:
            self._in_mail = False
        if end := len(self._pieces) - start:
            self._mails.append(Letter(start, start, start + end, writer, date, level=level + 1))

    def include(self, parsed: Parsed, prefix: str, level: int) -> None:
        """A whole file within this one, such as a mail's attachment: its headings stand ``level``
        deeper, ``prefix`` stands before the names of its places. Its pages are named there."""
        places = [
            Part(one.span.start, one.span.end, replace(one, label=prefix + one.label, page=None))
            for one in parsed.origins
        ]
        span = self._append(parsed.text, prefix.rstrip(", "), None, places, _GAP)
        if span is None:
            return
        cut = len(parsed.text) - len(parsed.text.lstrip())
        for one in parsed.sections:
            depth = min(one.level + level, TABLE_LEVEL - 1) if one.level else 0
            depth = TABLE_LEVEL if one.level == TABLE_LEVEL else depth
            mark = Mark(one.kind, depth, one.title, one.speaker, one.date)
            if one.kind == "heading":
                self._below[len(self._pieces)] = depth + 1
            self._marks[len(self._pieces)] = mark
            self._pieces.append(Piece(one.span.shift(span.start - cut), one.span.of(parsed.text)))

    def finish(
        self,
        *,
        title: str | None = None,
        date: str | None = None,
        about: About | None = None,
        warnings: Sequence[str] = (),
    ) -> Parsed:
        """``date`` is what the file's metadata states; without it the text's head may state one.

        Raises ReadError for a file without text.
        """
        text = "".join(self._texts)
        if not any(map(str.isalnum, text)):
            raise ReadError("no text is in the file: nothing in it can be quoted")
        sections = compose(
            text, self._pieces, self._marks, self._below, mails=self._mails, looks=self._looks
        )
        about = about or About()
        said = (one for i, one in enumerate(self._pieces) if not self._is_row(i))
        stated = date or own_date(list(said), sections)
        if stated:
            about = replace(about, date_from="metadata" if date else "text")
        return Parsed(
            text,
            paged(sections, self._pages),
            (title or "").strip() or own_title(sections),
            stated,
            tuple(dict.fromkeys(warnings)),
            about,
            tuple(self._origins),
        )

    @staticmethod
    def _cut(body: str, quoted: int = 0) -> list[Piece]:
        """Those of a mail's text."""
        return quoting.cut_signatures(quoting.cut(body, split(body), quoted))

    def _add(self, pieces: Sequence[Piece], span: Span) -> None:
        """Of the block with this span."""
        self._pieces += [replace(one, span=one.span.shift(span.start)) for one in pieces]

    def _append(
        self, text: str, label: str, page: int | None, parts: Sequence[Part], gap: str
    ) -> Span | None:
        body = text.strip()
        if not body:
            return None
        cut = len(text) - len(text.lstrip())
        body = _UNREADABLE.sub("\ufffd", body)
        before = gap if self._texts else ""
        span = Span(self._length + len(before), self._length + len(before) + len(body))
        self._texts += [before, body]
        self._length = span.end
        if page is not None and (not self._pages or self._pages[-1][1] != page):
            self._pages.append((span.start, page))
        if not parts:
            self._origins.append(Origin(span, label, page))
        self._origins += _placed(parts, span, span.start - cut)
        return span

    def _is_row(self, piece: int) -> bool:
        return piece in self._marks and self._marks[piece].kind == "row"


def _placed(parts: Sequence[Part], span: Span, at: int) -> Iterator[Origin]:
    """Of the block with this span, which counts its characters from ``at``."""
    first, last = span.start, span.end
    for start, end, one in parts:
        start = at + start if at + start > first else first
        end = at + end if at + end < last else last
        if start < end:
            yield Origin(Span(start, end), one.label, one.page, one.box, one.raw)


def paged(sections: Sequence[Section], pages: Sequence[tuple[int, int]]) -> tuple[Section, ...]:
    """Sections cut where a page begins, each with the number of its page."""
    if not pages:
        return tuple(sections)
    starts = [start for start, _ in pages]
    found = []
    for section in sections:
        at = max(0, bisect_right(starts, section.span.start) - 1)
        begin, level = section.span.start, section.level
        while begin < section.span.end:
            ends = starts[at + 1] if at + 1 < len(starts) else section.span.end
            span = Span(begin, min(ends, section.span.end))
            found.append(replace(section, span=span, page=pages[at][1], level=level))
            begin, level, at = span.end, 0, at + 1
    return tuple(found)
