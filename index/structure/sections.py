"""A text's sections, out of what stands in it: headings, dated items, talk, leftovers."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import replace
from itertools import accumulate, pairwise, takewhile

from index.structure import (
    dates,
    dialogue,
    headings,
    items,
    letters,
    navigation,
    quoting,
    shapes,
    signatures,
    tables,
    titles,
)
from index.structure.letters import Letter
from index.structure.pieces import TABLE_LEVEL, Mark, Marks, Piece, assemble, split
from index.types import Parsed, Section

_HEAD = 4  # blocks in which a document states its own date
_HEAD_PIECES = 12  # each of "Label: value" lines is a piece


def structure(text: str, warnings: tuple[str, ...] = ()) -> Parsed:
    """A text, kept as it is, with its sections; ``warnings`` are of its decoding."""
    pieces = titles.cut(text, quoting.cut(text, split(text)))
    if letters.every(pieces, frozenset(), ()):
        pieces = quoting.cut_signatures(pieces)
    sections = _of(text, pieces, {})
    dated = sum(one.date is not None for one in sections)
    if dated <= 1 and not any(one.speaker for one in sections):  # whose rows would be cut from them
        pieces, rows = tables.cut(text, pieces)
        sections = _of(text, pieces, rows) if rows else sections
    title, date = own_title(sections), own_date(pieces, sections)
    return Parsed(text, sections, None if dates.is_date(title or "") else title, date, warnings)


def _of(text: str, pieces: Sequence[Piece], rows: Marks) -> tuple[Section, ...]:
    links = navigation.find(pieces)
    found = headings.find(pieces, links)
    marks = {i: Mark("navigation") for i in links} | found.marks | rows
    return compose(text, pieces, marks, found.below, looks=found.marks.keys())


def compose(
    text: str,
    pieces: Sequence[Piece],
    marks: Marks,
    below: Mapping[int, int],
    *,
    mails: Sequence[Letter] = (),
    looks: Set[int] = frozenset(),
) -> tuple[Section, ...]:
    """Sections of a text whose headings and leftovers are marked: finds mail, talk, dated items.

    ``marks``: one for each piece that is no running text. ``below``: for each heading the
    level at which text that stands apart from it closes headlines. ``mails``: those that the
    reader knows. ``looks``: the headings that were told by nothing but their looks.
    """
    all_mails = letters.every(pieces, marks.keys(), mails)
    signed = signatures.find(pieces, all_mails)
    unheaded = signatures.unheaded(pieces, all_mails, looks) | (signed & looks)
    marks = {i: m for i, m in marks.items() if m.kind != "heading" or i not in unheaded}
    marks |= dict.fromkeys(signed - marks.keys(), Mark("navigation"))
    heads = {i for i, mark in marks.items() if mark.kind == "heading"}
    closed = letters.closed(pieces, all_mails) - marks.keys()
    talk = dialogue.find(pieces, (marks.keys() - heads) | closed, heads)
    fixed = dict.fromkeys(talk.inside, Mark("turn")) | marks
    mail = letters.find(pieces, fixed, all_mails)
    said = talk.inside | mail.inside
    running = items.find(pieces, marks.keys() | said, heads, below)
    found = running | talk.marks | marks | mail.marks
    _join_lists(pieces, found, said)
    return tuple(_end_tables(assemble(text, pieces, found)))


def is_title(one: Mark | Section) -> bool:
    """A heading of text, and not the names of a table's columns."""
    return one.kind == "heading" and one.level < TABLE_LEVEL


def _join_lists(pieces: Sequence[Piece], marks: Marks, talk: Set[int]) -> None:
    """A list belongs to the paragraph that leads in to it: "The tenant shall:", or to the item."""
    for i in [i for i, mark in marks.items() if mark.kind == "list" and i]:
        if not shapes.leads_in(pieces[i - 1].text):
            continue
        at = next((j for j in range(i - 1, -1, -1) if j in marks), None)
        over = Mark("text") if at is None else marks[at]
        if over.kind == "list" and at == i - 1 and over.speaker == marks[i].speaker:
            del marks[i]
            continue
        same = over.kind == "turn" and over.speaker and over.speaker == marks[i].speaker
        if same or (over.kind in ("text", "item") and not over.speaker and i - 1 not in talk):
            level = over.level if at == i - 1 else 0
            marks[i - 1] = replace(marks.pop(i), level=level, date=over.date)


def _end_tables(sections: Sequence[Section]) -> Iterator[Section]:
    """The names of a table's columns no longer head what stands behind the table."""
    in_table = False
    for one in sections:
        if in_table and one.kind not in ("row", "navigation"):
            in_table = False
            one = one if one.level else replace(one, level=TABLE_LEVEL)
        in_table |= one.kind == "row" or (one.kind == "heading" and not is_title(one))
        yield one


def own_title(sections: Sequence[Section]) -> str | None:
    """The first heading, if the document begins with one that is no table's."""
    dropped = ("navigation", "frontmatter")
    first = next((section for section in sections if section.kind not in dropped), None)
    return first.title if first and is_title(first) else None


def own_date(pieces: Sequence[Piece], sections: Sequence[Section]) -> str | None:
    """What the head states, unless that is the date of one part among others."""
    blocks = accumulate(bool(piece.blanks) for piece in pieces[:_HEAD_PIECES])
    first = takewhile(lambda one: one[1] <= _HEAD, zip(pieces, blocks, strict=False))
    head = [line for piece, _ in first for line in _first_lines(piece)]
    alone = sum(len(piece.text) < 40 and dates.is_date(piece.text) for piece in pieces)
    several = sum(section.kind == "item" for section in sections) > 1
    return dates.of_head(head, may_be_alone=alone <= 1, may_be_dateline=not several)


def _first_lines(piece: Piece) -> list[str]:
    """Without those that only go on with a wrapped sentence: "It opens on⏎4 May 2031."."""
    lines = piece.text[:1000].splitlines()[:4]
    return lines[:1] + [
        line
        for above, line in pairwise(lines)
        if len(above) < shapes.WRAPPED
        or shapes.ends_sentence(above)
        or (dates.is_date(line) and any(w[0].isupper() for w in above.split()[-1:]))  # a title
    ]
