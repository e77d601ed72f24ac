"""Markdown: block structure from markdown-it, spans into the file's own text, marks and all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import islice, pairwise, takewhile

from markdown_it import MarkdownIt
from markdown_it.token import Token

from index.readers.decode import decode
from index.structure import dates, navigation, shapes
from index.structure.pieces import CELLS, TABLE_LEVEL, Mark, Marks, Piece, split
from index.structure.sections import compose, is_title, own_date, own_title
from index.types import Parsed, Span

_LINE_END = re.compile(r"\r\n|\n|\r")  # as markdown-it counts lines
_ATX = re.compile(r"\s{0,3}#{1,6}[ \t]*(.*?)(?:[ \t]+#+)?[ \t]*\Z")
_FRONT = re.compile(r"(---|\+\+\+)[ \t]*\r?\n(?:(?!\1)[^\n]*\n){0,500}?\1[ \t]*(?:\r?\n|\Z)")
_FIELD = re.compile(r"^(title|date)[ \t]*[:=][ \t]*(.+?)[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_LINK = re.compile(r"!?\[([^\[\]\n]{0,200})\](?:\([^()\n]{0,400}\)|\[[^\[\]\n]{0,100}\])")
_IMAGE = re.compile(r"!\[[^\[\]\n]{0,200}\](?:\([^()\n]{0,400}\)|\[[^\[\]\n]{0,100}\])")
_COMMENT = re.compile(r"<!--.*?(?:-->|\Z)", re.DOTALL)
_TAG = re.compile(r"<[^<>]{1,1000}>")
_BOLD = re.compile(r"(\*\*|__)(?=\S)((?:(?!\1).){1,300})(?<=\S)\1:?", re.DOTALL)
_DEFINITION = re.compile(r"\s{0,3}\[[^\]\n]{1,200}\]:\s*\S")
_KINDS = {
    "bullet_list_open": "list",
    "ordered_list_open": "list",
    "fence": "code",
    "code_block": "code",
    "blockquote_open": "text",
    "hr": "navigation",
}


@dataclass(frozen=True, slots=True)
class _Block:
    """A block at the top of the document, and its mark; None for a paragraph."""

    piece: Piece
    mark: Mark | None


def read(data: bytes, name: str) -> Parsed:  # noqa: ARG001 - one signature for all readers
    """The raw text and its sections; heading titles are without markup. Raises ReadError."""
    decoded = decode(data)
    text = decoded.text
    front = _FRONT.match(text)
    blocks = list(_front_block(front)) + list(_blocks(text, front.end() if front else 0))
    pieces = [block.piece for block in blocks]
    marks: Marks = {i: block.mark for i, block in enumerate(blocks) if block.mark}
    _add_links(pieces, marks)
    _add_bold_headings(pieces, marks)
    below = {i: mark.level + 1 for i, mark in marks.items() if is_title(mark)}
    sections = compose(text, pieces, marks, below)
    fields = {key.casefold(): value for key, value in _FIELD.findall(front[0] if front else "")}
    title = fields.get("title", "").strip("\"'") or own_title(sections)
    said = [piece for i, piece in enumerate(pieces) if i not in marks or marks[i].kind != "row"]
    stated = dates.stated(fields.get("date", ""))
    date = stated.iso if stated else own_date(said, sections)
    return Parsed(text, sections, title, date, decoded.warnings)


def _front_block(front: re.Match[str] | None) -> Iterator[_Block]:
    if front:
        body = front[0].rstrip()
        yield _Block(Piece(Span(0, len(body)), body, 0), Mark("frontmatter"))


def _blocks(text: str, offset: int) -> Iterator[_Block]:
    """The blocks at the top in order, and what they leave out: definitions of links."""
    body = text[offset:]
    # Only the blocks are wanted; parsing the text within them would take most of the time.
    parser = MarkdownIt("commonmark").enable("table").disable(["inline"])
    tokens = parser.parse(body)
    starts = [0, *(match.end() for match in _LINE_END.finditer(body)), len(body)]
    line = tables = 0
    for i, token in enumerate(tokens):
        if token.level or token.map is None or token.nesting < 0:
            continue
        first, end = token.map
        yield from _left_out(body, starts, line, first, offset)
        line = max(line, end)
        if token.type == "table_open":
            tables += 1
            lines = [Span(starts[at], starts[at + 1]) for at in range(first, end)]
            names = _names(islice(tokens, i, None))
            yield from _table(names, lines, f"table {tables}", body, offset)
            continue
        following = tokens[i + 1] if i + 1 < len(tokens) else token
        span = Span(starts[first], starts[min(end, len(starts) - 1)])
        yield from _block(token, following, body, span, offset)
    yield from _left_out(body, starts, line, len(starts) - 1, offset)


def _block(token: Token, inline: Token, body: str, span: Span, offset: int) -> Iterator[_Block]:
    raw = span.of(body)
    if token.type == "paragraph_open":
        for number, piece in enumerate(split(raw)):
            by = span.start + offset
            yield _Block(replace(piece, span=piece.span.shift(by), blanks=int(number == 0)), None)
        return
    if token.type == "heading_open":
        level, title = int(token.tag[1:]), plain(inline.content)
        yield from _whole(_heading_span(raw, span), body, offset, Mark("heading", level, title))
    elif token.type == "html_block":
        words = _TAG.sub("", _COMMENT.sub("", raw)).strip()
        yield from _whole(span, body, offset, Mark("html" if words else "navigation"))
    elif token.type == "fence":
        yield from _whole(_fence_span(raw, span, token.markup), body, offset, Mark("code"))
    elif token.type in _KINDS:
        yield from _whole(span, body, offset, Mark(_KINDS[token.type]))


def _names(tokens: Iterable[Token]) -> str:
    """Of the columns of the table that begins there."""
    heads = takewhile(lambda token: token.type != "tr_close", tokens)
    return CELLS.join(plain(token.content) for token in heads if token.type == "inline")


def _table(
    names: str, lines: Sequence[Span], title: str, body: str, offset: int
) -> Iterator[_Block]:
    """Each row is a unit, without the pipes around it; the columns' names are its heading."""
    yield from _row(lines[0], body, offset, Mark("heading", TABLE_LEVEL, names))
    yield from _whole(lines[1], body, offset, Mark("navigation"))
    for number, line in enumerate(lines[2:], 2):
        yield from _row(line, body, offset, Mark("row", 0, f"{title}, row {number}"))


def _row(line: Span, body: str, offset: int, mark: Mark) -> Iterator[_Block]:
    raw = line.of(body)
    inner = raw.strip().removeprefix("|")
    if inner.endswith("|") and not inner.endswith("\\|"):
        inner = inner[:-1]
    if any(map(str.isalnum, inner)):
        start = line.start + raw.index(inner)
        for block in _whole(Span(start, start + len(inner)), body, offset, mark):
            yield replace(block, piece=replace(block.piece, blanks=int(mark.kind != "row")))


def _whole(span: Span, body: str, offset: int, mark: Mark) -> Iterator[_Block]:
    inner = span.stripped(body)
    if inner:
        yield _Block(Piece(inner.shift(offset), inner.of(body)), mark)


def _left_out(
    body: str, starts: Sequence[int], line: int, end: int, offset: int
) -> Iterator[_Block]:
    if line < end:
        yield from _whole(Span(starts[line], starts[end]), body, offset, Mark("navigation"))


def _heading_span(raw: str, span: Span) -> Span:
    """The heading's words: without "##" before and after, or the underline below."""
    lines = raw.rstrip().splitlines()
    atx = _ATX.match(lines[0]) if lines else None
    if atx and len(lines) == 1:
        return Span(span.start + atx.start(1), span.start + atx.end(1))
    return Span(span.start, span.start + raw.rstrip().rfind(lines[-1]) if lines else span.end)


def _fence_span(raw: str, span: Span, markup: str) -> Span:
    """The code between the fences."""
    ends = [match.end() for match in _LINE_END.finditer(raw)]
    start = ends[0] if ends else len(raw)
    last = raw.rstrip().splitlines()[-1].strip() if raw.strip() else ""
    closed = len(ends) > 0 and last.startswith(markup) and not last.strip(markup[0])
    stop = len(raw.rstrip()) - len(last) if closed else len(raw)
    return Span(span.start + start, span.start + max(start, stop))


@cache
def _inline_parser() -> MarkdownIt:
    return MarkdownIt("commonmark")


def plain(content: str) -> str:
    """Inline Markdown on one line, without its markup."""
    tokens = _inline_parser().parseInline(content[:2000])
    words = [
        child.content if child.type != "softbreak" else " "
        for token in tokens
        for child in token.children or ()
        if child.type in ("text", "code_inline", "softbreak", "image")
    ]
    return shapes.one_line("".join(words))


def _add_links(pieces: Sequence[Piece], marks: Marks) -> None:
    """Paragraphs that are leftovers of a web page, or hold nothing but images or definitions."""
    bare = {
        i: _LINK.sub(r"\1", _IMAGE.sub("", piece.text))
        for i, piece in enumerate(pieces)
        if i not in marks and len(piece.text) < 5000 and "[" in piece.text
    }
    for i, words in bare.items():
        if not words.strip() or _DEFINITION.match(words):
            marks[i] = Mark("navigation")
    shown = [replace(piece, text=bare[i]) if i in bare else piece for i, piece in enumerate(pieces)]
    for i in navigation.find(shown):
        marks.setdefault(i, Mark("navigation"))


def _add_bold_headings(pieces: Sequence[Piece], marks: Marks) -> None:
    """A paragraph that is bold as a whole heads the text, list or table after it."""
    level = 0
    for i, (piece, following) in enumerate(pairwise(pieces)):
        mark = marks.get(i)
        if mark and is_title(mark):
            level = mark.level
        after = marks.get(i + 1) or Mark("text")
        has_text = following.blanks and after.kind != "navigation" and not is_title(after)
        if (
            not mark
            and piece.blanks
            and has_text
            and len(piece.text) < 400
            and _BOLD.fullmatch(piece.text)
        ):
            marks[i] = Mark("heading", level + 1, plain(piece.text).rstrip(":"))
