"""HTML made safe to parse, in one pass whose time grows with the length only.

Parsers stop at elements nested some 250 deep, without a word, and take minutes for an element with
60,000 attributes. What is hidden from readers anyway (comments, scripts, styles) is left out here,
tags below a depth are dropped with their text kept, and it is noted where each word stood.
"""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass, field
from html import unescape

from index.errors import ReadError

MAX_DEPTH = 100  # the parser stops at 256, and closes fewer elements by itself than a browser
MAX_TAGS = 400_000  # about 400 MB of elements
_MAX_ATTRIBUTES = 300
_AHEAD = 50_000  # code points in which a block is looked for behind the one before
_NAME = r"<(/?)([a-zA-Z][^\s/>]{0,80})"
_TAG = re.compile(_NAME + r"((?:[^>=]++|=\s*+\"[^\"]*\"|=\s*+'[^']*'|=)*+)>")
_TAG_WITHOUT_QUOTES = re.compile(_NAME + r"([^>]*+)>")
_WORD = re.compile(r"[^\s&\xa0\xad\u200b\u2060\ufeff]+|&#?\w{1,32};?|&")
_DROPPED = re.compile("[\\s\xa0\xad\u200b\u2060\ufeff]+")
_SRCDOC = re.compile(r"\ssrcdoc\s*=\s*(?:\"([^\"]*)\"|'([^']*)')", re.IGNORECASE)
_LINKED = re.compile(r"application/ld\+json", re.IGNORECASE)
_ENTITY = re.compile(r"<!entity", re.IGNORECASE)
_VOID = frozenset((
    "area", "base", "basefont", "bgsound", "br", "col", "embed", "frame", "hr", "img",
    "input", "keygen", "link", "meta", "param", "source", "track", "wbr",
))  # fmt: skip
_CLOSED_BY_OTHERS = frozenset((
    "html", "head", "body", "p", "li", "dt", "dd", "tr", "td", "th", "thead", "tbody",
    "tfoot", "option", "optgroup", "colgroup", "caption", "rp", "rt",
))  # fmt: skip
_WEIGHT = {"table": 4, "ul": 2, "ol": 2, "dl": 2, "menu": 2, "select": 2}
_RAW = frozenset((
    "script", "style", "iframe", "noembed", "noframes", "xmp", "title", "textarea",
))  # fmt: skip
_HIDDEN = frozenset(["script", "style", "iframe", "noembed", "noframes"])


@dataclass(slots=True)
class Words:
    """The visible characters of a page without white space, and where each word stood in it."""

    parts: list[str] = field(default_factory=list)
    at: array[int] = field(default_factory=lambda: array("L"))  # in the joined parts
    start: array[int] = field(default_factory=lambda: array("L"))  # in the page
    end: array[int] = field(default_factory=lambda: array("L"))
    length: int = 0

    def add(self, source: str, start: int, end: int) -> None:
        for match in _WORD.finditer(source, start, end):
            word = match[0]
            if word[0] == "&":
                word = squeeze(unescape(word))
            self.parts.append(word)
            self.at.append(self.length)
            self.start.append(match.start())
            self.end.append(match.end())
            self.length += len(word)


class Places:
    """Finds blocks, asked for in their order, in the page they come from."""

    def __init__(self, source: str, words: Words) -> None:
        self._source = source
        self._words = words
        self._all = "".join(words.parts)
        self._cursor = 0

    def raw(self, text: str) -> str | None:
        """The page's own characters of a block; None where they are the same or not found."""
        key = squeeze(text)
        if not key:
            return None
        at = self._all.find(key, self._cursor, self._cursor + len(key) + _AHEAD)
        if at < 0:
            return None
        self._cursor = at + len(key)
        found = self._source[self._place(at, False) : self._place(at + len(key) - 1, True)]
        return None if found == text else found

    def _place(self, at: int, after: bool) -> int:
        """Where the character ``at`` stands in the page, or the one after it."""
        words = self._words
        i = bisect_right(words.at, at) - 1
        if self._source[words.start[i]] == "&":
            return words.end[i] if after else words.start[i]
        return words.start[i] + at - words.at[i] + int(after)


@dataclass(frozen=True, slots=True)
class Markup:
    """``html`` can be given to a parser. ``hidden``: code points behind a comment, a script or a
    style that never ends."""

    html: str
    words: Words
    hidden: int = 0


def squeeze(text: str) -> str:
    """Without white space, also the kinds that are not seen."""
    return _DROPPED.sub("", text)


def clean(source: str, *, xml: bool = False) -> Markup:
    """``xml``: elements end with "/>". Raises ReadError for entities of the page's own."""
    scan = _Scan(source, xml)
    scan.run()
    return Markup("".join(scan.out), scan.words, scan.hidden)


class _Scan:
    def __init__(self, source: str, xml: bool, inner: bool = False) -> None:
        self.out: list[str] = []
        self.words = Words()
        self.hidden = 0
        self._source, self._xml, self._inner = source, xml, inner
        self._depth = self._tags = 0
        self._open: Counter[str] = Counter()
        self._dropped: Counter[str] = Counter()
        self._endless: set[str] = set()  # what no more ends in the page

    def run(self) -> None:
        source, at = self._source, 0
        while at < len(source):
            found = source.find("<", at)
            found = len(source) if found < 0 else found
            self._text(at, found)
            at = self._markup(found) if found < len(source) else found

    def _text(self, start: int, end: int) -> None:
        if start < end:
            self.words.add(self._source, start, end)
            self.out.append(self._source[start:end])

    def _markup(self, at: int) -> int:
        """Reads what begins with "<"; where it ends."""
        source, following = self._source, self._source[at + 1 : at + 2]
        if source.startswith("<!--", at):
            return self._past("-->", at, at + 4)
        if source.startswith("<![CDATA[", at) and self._xml:
            end = self._find("]]>", at + 9)
            self._plain(at + 9, len(source) if end < 0 else end)
            return len(source) if end < 0 else end + 3
        if following in ("!", "?"):
            return self._declaration(at)
        tag = self._read_tag(at) if following == "/" or following.isalpha() else None
        if tag:
            return self._tag(tag)
        self._plain(at, at + 1)
        return at + 1

    def _read_tag(self, at: int) -> re.Match[str] | None:
        """A tag that does not end is text. What failed once is not tried again: it reads on to
        the end of the page each time."""
        if self._find(">", at) < 0:
            return None
        tag = None if "quoted" in self._endless else _TAG.match(self._source, at)
        if tag:
            return tag
        if not re.match(_NAME, self._source[at : at + 100]):
            return None
        self._endless.add("quoted")
        return _TAG_WITHOUT_QUOTES.match(self._source, at)

    def _plain(self, start: int, end: int) -> None:
        """Characters that only look like markup."""
        self.words.add(self._source, start, end)
        text = self._source[start:end].replace("&", "&amp;").replace("<", "&lt;")
        self.out.append(text)

    def _find(self, what: str, at: int) -> int:
        if what in self._endless:
            return -1
        found = self._source.find(what, at)
        if found < 0:
            self._endless.add(what)
        return found

    def _past(self, what: str, start: int, at: int) -> int:
        end = self._find(what, at)
        if end >= 0:
            return end + len(what)
        self.hidden += len(self._source) - start
        return len(self._source)

    def _declaration(self, at: int) -> int:
        end = self._find(">", at)
        head = self._source[at : at + 2_000]
        if head[:9].casefold() == "<!doctype" and "[" in head[: max(0, end - at)]:
            if _ENTITY.search(self._source, at):
                raise ReadError(
                    "has a document type definition (DTD) with entities, not read: "
                    "save it again as HTML from a browser"
                )
            closing = self._find("]>", at)
            return closing + 2 if closing >= 0 else end + 1
        return end + 1 if end >= 0 else len(self._source)

    def _tag(self, tag: re.Match[str]) -> int:
        closing, name, rest = tag[1] == "/", tag[2].casefold(), tag[3]
        self._tags += 1
        if self._tags > MAX_TAGS:
            raise ReadError(f"has more than {MAX_TAGS:,} tags in it: split it")
        empty = self._xml and rest.endswith("/") and not closing
        if name in _RAW and not closing and not empty:
            return self._raw(tag, name)
        if closing:
            self._close(name)
        elif name in _VOID or name in _CLOSED_BY_OTHERS:
            self.out.append(_start(name, rest))
            if empty and name not in _VOID:
                self.out.append(f"</{name}>")
        elif empty:
            self.out.append(f"{_start(name, rest.rstrip('/'))}</{name}>")
        else:
            self._start(name, rest)
        return tag.end()

    def _start(self, name: str, rest: str) -> None:
        weight = _WEIGHT.get(name, 1)
        if self._depth + weight > MAX_DEPTH:
            self._dropped[name] += 1
            self.out.append("<br>")
            return
        self._depth += weight
        self._open[name] += 1
        self.out.append(_start(name, rest))

    def _close(self, name: str) -> None:
        if self._dropped[name]:
            self._dropped[name] -= 1
            self.out.append("<br>")
            return
        if self._open[name]:
            self._open[name] -= 1
            self._depth -= _WEIGHT.get(name, 1)
        self.out.append(f"</{name}>")

    def _raw(self, tag: re.Match[str], name: str) -> int:
        """An element whose content is no markup, or none that is shown."""
        end = None
        if name not in self._endless:
            end = _END[name].search(self._source, tag.end())
        if end is None:
            self._endless.add(name)
            if name not in _HIDDEN:  # as if it were not there
                return tag.end()
        stop = end.start() if end else len(self._source)
        if end is None:
            self.hidden += stop - tag.end()
        if name == "iframe":
            self._frame(tag[3])
        elif name not in _HIDDEN:
            self._whole(name, tag, stop)
        elif name == "script" and _LINKED.search(tag[3][:500]):
            self.out.append(f"{_start(name, tag[3])}{self._source[tag.end() : stop]}</{name}>")
        return self._past(">", stop, stop) if end else stop

    def _whole(self, name: str, tag: re.Match[str], stop: int) -> None:
        shown = {"textarea": "div", "xmp": "pre"}.get(name, name)
        self.out.append(f"<{shown}>")
        if name == "title":
            self.out.append(self._source[tag.end() : stop].replace("<", "&lt;"))
        else:
            self._plain(tag.end(), stop)
        self.out.append(f"</{shown}>")

    def _frame(self, attributes: str) -> None:
        """A page within the page, where it is written out in it."""
        match = None if self._inner else _SRCDOC.search(attributes)
        if match:
            inner = _Scan(unescape(match[1] or match[2] or ""), self._xml, inner=True)
            inner.run()
            self.out += ["<div>", *inner.out, "</div>"]


_END = {name: re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE) for name in _RAW}


def _start(name: str, rest: str) -> str:
    kept = "" if len(rest.split(None, _MAX_ATTRIBUTES)) > _MAX_ATTRIBUTES else rest
    return f"<{name}{kept}>"
