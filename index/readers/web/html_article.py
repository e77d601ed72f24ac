"""Which blocks of a page are its content: the article that trafilatura finds, else all of them.

trafilatura finds the text of news pages best of what was compared, but keeps little of pages that
are no article: tables of prices, documentation, lists of links.
"""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass

from lxml import etree, html
from trafilatura import bare_extraction
from trafilatura.settings import Document

from index.readers.web.html_blocks import Block
from index.structure.shapes import ends_sentence

logging.getLogger("trafilatura").addHandler(logging.NullHandler())
_WORD = re.compile(r"\w+")
_RUN = 4  # words that must stand together
_LEAST = 0.75  # of the page's text outside menus that an article is
_LEAST_OF_ARTICLE = 0.15  # where the page says that it is an article
_TYPES = "(?:(?:News|Reportage|Opinion|Tech|Scholarly)?Article|BlogPosting)"
_ARTICLE = re.compile(rf'"@type"\s*:\s*\[?\s*"{_TYPES}"')
_ARTICLE_ITEM = re.compile(rf"schema\.org/{_TYPES}\b")
_ITEMS = ("html", "body", "article", "main", "div", "section")
_MOST_ELEMENTS = 30_000  # no article has so many, and trafilatura would need very long
_LONG = 1_000  # code points
_GAP = 3  # blocks from one paragraph to the next, where other things stand between them
_SHORT = 25  # code points of a block that is rather a button than text


@dataclass(frozen=True, slots=True)
class Content:
    """What becomes of each block: ``chosen`` ones are read, of these ``menus`` only shown.

    ``dropped``: code points of the others. ``of_text``: those of them that are no menus.
    """

    chosen: tuple[bool, ...]
    menus: tuple[bool, ...]
    dropped: int = 0
    of_text: int = 0


def content(tree: html.HtmlElement, blocks: Sequence[Block]) -> Content:
    """The tree is left as it is. A page that does not say that it is an article is read whole."""
    article = _with_tables(blocks, _with_rest(blocks, _chosen(blocks, _article(tree))))
    pairs = list(zip(blocks, article, strict=True))
    kept = sum(len(block.text) for block, is_in in pairs if is_in)
    others = [block for block, is_in in pairs if not is_in]
    of_text = sum(map(_size, others))
    if _says_article(tree) and kept and kept >= _LEAST_OF_ARTICLE * (kept + of_text):
        dropped = sum(len(block.text) for block in others)
        return Content(tuple(article), (False,) * len(blocks), dropped, of_text)
    every = (True,) * len(blocks)
    if kept and kept >= _LEAST * (kept + of_text + sum(map(_linked, others)) // 2):
        return Content(every, _menus(blocks, article))
    return Content(every, tuple(block.around for block in blocks))


def _menus(blocks: Sequence[Block], article: Sequence[bool]) -> tuple[bool, ...]:
    """Of a page most of which trafilatura takes for an article: menus, lists of links and, before
    and after a long text, what is as short as a button."""
    inside = [i for i, is_in in enumerate(article) if is_in]
    is_long = sum(len(blocks[i].text) for i in inside) > _LONG
    edges = range(inside[0], inside[-1]) if is_long else range(len(blocks))
    return tuple(
        not is_in and (block.around or block.is_linked or (i not in edges and not _size(block)))
        for i, (block, is_in) in enumerate(zip(blocks, article, strict=True))
    )


def _with_rest(blocks: Sequence[Block], chosen: Sequence[bool]) -> list[bool]:
    """With the paragraphs behind it, if they are many: trafilatura takes one element of a page,
    and advertisements part some articles into several."""
    last = max((i for i, is_in in enumerate(chosen) if is_in), default=len(blocks))
    prose: list[int] = []
    for i in range(last + 1, len(blocks)):
        if i > (prose or [last])[-1] + _GAP:
            break
        if blocks[i].kind in ("text", "quote") and _size(blocks[i]) and _is_prose(blocks[i].text):
            prose.append(i)
    is_long = sum(len(blocks[i].text) for i in prose) > _LONG
    end = prose[-1] if is_long else last
    return [is_in or (last < i <= end and _size(blocks[i]) > 0) for i, is_in in enumerate(chosen)]


def _is_prose(text: str) -> bool:
    return len(text) >= 60 and ends_sentence(text)


def _with_tables(blocks: Sequence[Block], chosen: Sequence[bool]) -> list[bool]:
    """Tables of data within an article are a part of it."""
    found = list(chosen)
    inside = [i for i, is_in in enumerate(chosen) if is_in]
    for i in range(inside[0], inside[-1]) if inside else ():
        if blocks[i].kind == "table" and _size(blocks[i]):
            found[i] = True
    return found


def _says_article(tree: html.HtmlElement) -> bool:
    """What the page says of itself, to those who share or search it."""
    for meta in tree.iter("meta"):
        name = meta.get("property") or meta.get("name") or ""
        if name == "article:published_time":
            return True
        if name == "og:type" and meta.get("content", "").casefold() == "article":
            return True
    if any(_ARTICLE_ITEM.search(one.get("itemtype", "")) for one in tree.iter(*_ITEMS)):
        return True
    entries = [one for one in tree.iter("article") if "hentry" in one.get("class", "").split()]
    return len(entries) == 1 or any(_ARTICLE.search(one.text or "") for one in tree.iter("script"))


def _article(tree: html.HtmlElement) -> str:
    if sum(1 for _ in tree.iter()) > _MOST_ELEMENTS:
        return ""
    page = deepcopy(tree)
    for cell in page.iter("td", "th"):  # written out, they make rows without end
        cell.attrib.pop("colspan", None)
        cell.attrib.pop("rowspan", None)
    try:
        found = bare_extraction(page, fast=True, include_comments=False)
    except (etree.LxmlError, ValueError, TypeError, AttributeError, RecursionError):
        return ""
    return str(found.text or "") if isinstance(found, Document) else ""


def _size(block: Block) -> int:
    """The code points that would be missed; none of a menu, a button or a list of links."""
    if block.around or block.is_linked:
        return 0
    return len(block.text) if len(block.text) > _SHORT or block.kind == "table" else 0


def _linked(block: Block) -> int:
    """The code points of links that a page may be there for, as a page of results is."""
    return len(block.text) if block.is_linked and not block.around else 0


def _chosen(blocks: Sequence[Block], article: str) -> list[bool]:
    """Whether each block stands in the article, which has a page's second copy of a text once.

    Short ones must be a line of it. Those that look like menus take what is left by others.
    """
    left = _Left(article)
    chosen = [False] * len(blocks)
    for menus in (False, True):
        for i, block in enumerate(blocks):
            if (block.around or block.is_linked) is menus:
                chosen[i] = left.take(block.text)
    return chosen


class _Left:
    """What of an article was not yet found in the page: runs of words, and lines."""

    def __init__(self, article: str) -> None:
        self._lines = Counter(" ".join(_WORD.findall(line)) for line in article.splitlines())
        self._runs = Counter(_runs(_WORD.findall(article)))

    def take(self, text: str) -> bool:
        words = _WORD.findall(text)
        line = " ".join(words)
        if len(words) < _RUN:
            is_in = bool(words) and self._lines[line] > 0
        else:
            runs = Counter(_runs(words))
            found = runs & self._runs
            is_in = found.total() >= 0.5 * runs.total()
            if is_in:
                self._runs.subtract(found)
        if is_in and self._lines[line] > 0:
            self._lines[line] -= 1
        return is_in


def _runs(words: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(words[i : i + _RUN]) for i in range(len(words) - _RUN + 1)]
