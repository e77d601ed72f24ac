"""The blocks of a page: headings, paragraphs, items, quotes, code, tables, in its order."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import chain

from lxml import etree, html

from index.readers.web.html_tables import Rows, is_data, rows_of
from index.readers.web.markup import Markup

_LINES = "\0"  # stands for <br> until white space is folded
_SPACE = re.compile(r"[ \t\r\n\f\xa0]+")
_UNSEEN = re.compile("[\xad\u200b\u2060\ufeff]+")
_BREAKS = re.compile(r"\n{2,}")
_SKIPPED = frozenset((
    "script", "style", "template", "head", "svg", "canvas", "datalist", "object", "audio",
    "video",
))  # fmt: skip
_BLOCKS = frozenset((
    "address", "article", "aside", "blockquote", "body", "caption", "center", "dd", "details",
    "dialog", "dir", "div", "dl", "dt", "fieldset", "figcaption", "figure", "footer", "form",
    "frameset", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hgroup", "hr", "html",
    "legend", "li", "main", "menu", "nav", "ol", "option", "p", "pre", "section", "select",
    "summary", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul", "button", "label",
    "noscript",
))  # fmt: skip
_LISTS = frozenset(("ul", "ol", "menu", "dir"))
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_AROUND_TAGS = frozenset(("nav", "button", "select", "datalist", "noscript"))
_EDGE_TAGS = frozenset(("header", "footer", "aside"))  # of the page, where no article holds them
_ROLES = frozenset(("navigation", "banner", "contentinfo", "search", "menu", "menubar", "toolbar"))
_NAMED = re.compile(
    r"(?:^|[\s_-])(?:nav(?:igation|bar|menu)?|menu|breadcrumbs?|footer|sidebar|side-?bar|cookies?"
    r"|pagination|pager|skip-?links?|sitemap|masthead|toc)(?:$|[\s_-])",
    re.IGNORECASE,
)
_MAIN = frozenset(("main", "article"))


@dataclass(frozen=True, slots=True)
class Block:
    """``kind``: "text", "heading", "list", "quote", "code", "caption" or "table" (with ``rows``).

    ``links`` are the code points that stand in links; ``around`` is what a page has on every page
    of its site. ``bold`` from end to end. An item of a list has its ``depth`` in lists that lie in
    each other; ``outermost`` numbers the one around these.
    """

    kind: str
    text: str
    level: int = 0
    rows: Rows = ()
    header: bool | None = None
    links: int = 0
    around: bool = False
    bold: bool = False
    depth: int = 0
    outermost: int = 0

    @property
    def is_linked(self) -> bool:
        return self.links > 0.5 * len(self.text)


def parse(markup: Markup) -> html.HtmlElement:
    """The tree of a page; an empty page where nothing is in it."""
    parser = html.HTMLParser(remove_comments=True, remove_pis=True, huge_tree=True)
    try:
        return html.document_fromstring(markup.html, parser=parser)
    except (etree.ParserError, ValueError):
        return html.document_fromstring("<html><body></body></html>")


def blocks(tree: html.HtmlElement) -> list[Block]:
    walk = _Walk(_framing(tree))
    events = etree.iterwalk(tree, events=("start", "end"))
    for event, element in events:
        tag = element.tag
        if event == "end":
            walk.end(element)
        elif tag in _SKIPPED:
            events.skip_subtree()
        elif tag == "table" and is_data(element):
            walk.table(element)
            events.skip_subtree()
        else:
            walk.start(element)
    walk.close()
    return walk.found


class _Walk:
    """What is open at a place in the tree, and the text since the last block's end."""

    def __init__(self, around: set[html.HtmlElement]) -> None:
        self.found: list[Block] = []
        self._framing = around
        self._text: list[str] = []
        self._links = self._bold = 0
        self._within: dict[str, int] = {}
        self._level = 0
        self._table: html.HtmlElement | None = None  # the last that was taken whole
        self._after_link = False
        self._item = False  # at the beginning of a list's item
        self._lists = 0  # so many that lie in no other have begun

    def start(self, element: html.HtmlElement) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self.close()
        if tag == "a" and self._after_link:
            self._text.append(" ")  # links side by side are shown apart
        if tag == "br":
            self._text.append("\n" if self._is("pre") else _LINES)
        if tag == "li":
            self._item = True
        if tag in _LISTS and not self._is("list"):
            self._lists += 1
        for name in self._names(element):
            self._within[name] = self._within.get(name, 0) + 1
        self._level = _HEADINGS.get(str(tag), self._level)
        self._say(element.text)

    def end(self, element: html.HtmlElement) -> None:
        tag = element.tag
        if tag in _BLOCKS:
            self.close()
        if tag not in _SKIPPED and element is not self._table:
            for name in self._names(element):
                self._within[name] -= 1
        if tag in _HEADINGS:
            self._level = 0
        self._after_link = tag == "a"
        self._say(element.tail)

    def table(self, element: html.HtmlElement) -> None:
        self.close()
        caption, rows, header = rows_of(element)
        around = self._is("around") or element in self._framing
        if caption:
            self.found.append(Block("caption", caption, around=around))
        if rows:
            text = "\n".join(" ".join(filter(None, cells)) for cells in rows)
            links = sum(len(one.text_content()) for one in element.iter("a"))
            self.found.append(Block("table", text, 0, rows, header, links, around))
        self._table = element

    def close(self) -> None:
        """The text since the last block, as a block; several where empty lines part it."""
        if not self._text:
            return
        raw = _UNSEEN.sub("", "".join(self._text))
        code = self._is("pre")
        lines = [raw] if code else [_SPACE.sub(" ", one).strip() for one in raw.split(_LINES)]
        text = "\n".join(lines)
        parts = [text] if code else _BREAKS.split(text)
        dense = len("".join(raw.replace(_LINES, "").split()))
        for part in parts:
            body = part.strip("\n") if code else part.strip()
            if body.strip():
                self._add(body, self._links * len(body) // max(1, len(raw)), self._bold >= dense)
        self._text.clear()
        self._links = self._bold = 0

    def _add(self, text: str, links: int, bold: bool) -> None:
        kind = "text"
        if self._level:
            kind = "heading"
        elif self._is("pre"):
            kind = "code"
        elif self._item:
            kind = "list"
        elif self._is("blockquote"):
            kind = "quote"
        elif self._is("caption"):
            kind = "caption"
        self._item = False
        block = Block(kind, text, self._level, links=links, around=self._is("around"))
        if kind == "text":
            block = replace(block, bold=bold)
        elif kind == "list":
            depth = max(0, self._within.get("list", 0) - 1)
            block = replace(block, depth=depth, outermost=self._lists)
        self.found.append(block)

    def _say(self, text: str | None) -> None:
        if not text:
            return
        self._after_link = False
        self._text.append(text)
        if self._is("a"):
            self._links += len(text)
        if self._is("bold"):
            self._bold += len("".join(text.split()))

    def _names(self, element: html.HtmlElement) -> Iterator[str]:
        tag = element.tag
        if tag in ("a", "pre", "blockquote"):
            yield tag
        elif tag in _LISTS:
            yield "list"
        elif tag in ("b", "strong"):
            yield "bold"
        elif tag in ("figcaption", "caption"):
            yield "caption"
        if element in self._framing:
            yield "around"

    def _is(self, name: str) -> bool:
        return self._within.get(name, 0) > 0


def _framing(tree: html.HtmlElement) -> set[html.HtmlElement]:
    """The elements that hold what stands around a page's content: menus, its head and foot.

    None of them holds half of the page's text: then it is what the page is for.
    """
    size = len(tree.text_content())
    found = set()
    for element in tree.iter(*_AROUND_TAGS, *_EDGE_TAGS, "div", "ul", "ol", "section", "table"):
        if _looks_framing(element) and len(element.text_content()) < 0.5 * size:
            found.add(element)
    return found


def _looks_framing(element: html.HtmlElement) -> bool:
    tag = element.tag
    if tag in _AROUND_TAGS or element.get("role", "").casefold() in _ROLES:
        return True
    names = f"{element.get('class', '')[:300]} {element.get('id', '')[:100]}"
    if tag not in _EDGE_TAGS and not _NAMED.search(names):
        return False
    if next(element.iterdescendants("main", "article", "h1"), None) is not None:
        return False
    return not any(one.tag in _MAIN for one in chain([element], element.iterancestors()))
