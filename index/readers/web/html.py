"""HTML: the article of a page, or all of a page that is none; see html_blocks, html_article."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from lxml import html

from index.readers.web import html_article, html_blocks, html_meta
from index.readers.web.html_blocks import Block
from index.readers.web.markup import Markup, Places, clean, squeeze
from index.structure import navigation
from index.structure.builder import Builder, Part
from index.structure.pieces import Piece
from index.types import About, Origin, Parsed, Span

_TOLD = 200  # code points that may be dropped without a word
_INDENT, _DEEPEST = "  ", 8  # of an item in a list in a list
_WHOLE = 1 << 30  # the end of a row, however long
_KINDS = {"quote": "quote", "code": "code", "caption": "caption"}


@dataclass(frozen=True, slots=True)
class Page:
    """A page's blocks in order, with the page's own characters of each: of a table's, by row."""

    tree: html.HtmlElement
    blocks: tuple[Block, ...]
    raw: tuple[tuple[str | None, ...], ...]
    warnings: tuple[str, ...] = ()


def read(data: bytes, name: str, declared: str | None = None) -> Parsed:
    """The text of a page and its sections; ``declared`` is an encoding. Raises ReadError."""
    decoded = html_meta.text_of(data, declared)
    page = open_page(decoded.text, xml=name.casefold().endswith(".xhtml"))
    content = html_article.content(page.tree, page.blocks)
    warnings = [*decoded.warnings, *page.warnings]
    if content.dropped > _TOLD:
        more = f", of them {content.of_text:,} of text such as comments"
        warnings.append(
            f"the article is read, {content.dropped:,} characters around it are left out"
            + (more if content.of_text > _TOLD else "")
        )
    build = Builder()
    add(build, page, chosen=content.chosen, menus=content.menus)
    return build.finish(
        title=html_meta.title_of(page.tree),
        date=html_meta.date_of(page.tree),
        about=About(language=html_meta.language_of(page.tree)),
        warnings=warnings,
    )


def open_page(text: str, *, xml: bool = False) -> Page:
    """``xml``: the page is XHTML. Raises ReadError for what is made to harm."""
    markup = clean(text, xml=xml)
    tree = html_blocks.parse(markup)
    found = html_blocks.blocks(tree)
    places = Places(text, markup.words)
    raw = tuple(_raw(block, places) for block in found)
    return Page(tree, tuple(found), raw, tuple(_missing(markup, tree)))


def add(
    build: Builder,
    page: Page,
    *,
    chosen: Sequence[bool] | None = None,
    menus: Sequence[bool] | None = None,
    prefix: str = "",
    level: int = 0,
) -> None:
    """Puts a page's blocks into a document, the ``chosen`` ones of them; ``menus`` are not quoted.

    Headings stand ``level`` deeper than in the page, ``prefix`` before the names of places.
    """
    found = _with_bold_headings(page.blocks)
    links = _links(found, menus)
    named = ""
    items: list[tuple[Block, Origin]] = []
    for i, (block, own) in enumerate(zip(found, page.raw, strict=True)):
        if chosen and not chosen[i]:
            continue
        if block.kind == "heading" and i not in links:
            named = " ".join(block.text.split())[:100]
        label = prefix + (named or f"block {i + 1}")
        goes_on = block.kind == "list" and i not in links
        if items and not (goes_on and block.outermost == items[-1][0].outermost):
            _add_items(build, items)
        if i in links:
            _add(build, replace(block, kind="navigation"), own, label, level)
        elif block.kind == "list":
            items.append((block, Origin(Span(0, 0), label, raw=own[0])))
        else:
            _add(build, block, own, label, level)
    _add_items(build, items)


def _add(build: Builder, block: Block, raw: Sequence[str | None], label: str, level: int) -> None:
    parts = [Part(0, len(block.text), Origin(Span(0, 0), label, raw=raw[0]))]
    if block.kind == "heading":
        build.heading(block.text, block.level + level, label, parts=parts)
    elif block.kind == "table":
        build.table(block.rows, _named(label), header=block.header, parts=_row_parts(label, raw))
    elif block.kind == "navigation":
        build.paragraph(block.text, label, kind="navigation")
    else:
        build.paragraph(block.text, label, kind=_KINDS.get(block.kind), parts=parts)


def _named(label: str) -> Callable[[int], str]:
    return lambda row: f"{label}, row {row + 1}"


def _row_parts(label: str, raw: Sequence[str | None]) -> Callable[[int], Sequence[Part]]:
    def parts(row: int) -> Sequence[Part]:
        origin = Origin(Span(0, 0), f"{label}, row {row + 1}", raw=raw[row])
        return (Part(0, _WHOLE, origin),)

    return parts


def _add_items(build: Builder, items: list[tuple[Block, Origin]]) -> None:
    """A list's items that follow each other, as one section; each its own place."""
    text, parts = "", []
    for item, origin in items:
        text += "\n" if text else ""
        text += _INDENT * min(_DEEPEST, max(0, item.depth - items[0][0].depth)) + "- "
        parts.append(Part(len(text), len(text) + len(item.text), origin))
        text += item.text
    if items:
        build.paragraph(text, items[0][1].label, kind="list", parts=parts)
    items.clear()


def _with_bold_headings(blocks: Sequence[Block]) -> list[Block]:
    """A short paragraph that is bold as a whole, with a paragraph of text after it, heads it."""
    found = list(blocks)
    level = 0
    for i, (block, following) in enumerate(pairwise(blocks)):
        if block.kind == "heading":
            level = block.level
        is_head = block.bold and len(block.text) < 200 and not block.text.endswith((".", ",", ";"))
        if is_head and following.kind in ("text", "list") and not following.bold:
            found[i] = replace(block, kind="heading", level=level + 1)
    return found


def _links(blocks: Sequence[Block], menus: Sequence[bool] | None) -> set[int]:
    """What is a menu or a leftover: as it was found out from the page, or by its words."""
    pieces = [Piece(Span(0, 0), block.text) for block in blocks]
    worded = navigation.find(pieces)
    kept = ("heading", "table", "code")
    found = {i for i in worded if blocks[i].kind not in kept}
    return found | {i for i, is_menu in enumerate(menus or ()) if is_menu}


def _raw(block: Block, places: Places) -> tuple[str | None, ...]:
    if block.kind == "table":
        return tuple(places.raw("".join(cells)) for cells in block.rows)
    return (places.raw(block.text),)


def _missing(markup: Markup, tree: html.HtmlElement) -> list[str]:
    """Warnings where text of the file is not in the tree."""
    warnings = []
    if markup.hidden > _TOLD:
        warnings.append(
            f"{markup.hidden:,} characters stand behind a comment or a script that never ends; "
            "they are not read"
        )
    shown = sum(
        len(squeeze(one))
        for element in tree.iter()
        for one in (element.text if element.tag != "script" else "", element.tail)
        if one
    )
    if markup.words.length - shown > _TOLD:
        lost = markup.words.length - shown
        warnings.append(f"{lost:,} characters are in markup too broken to be read")
    return warnings
