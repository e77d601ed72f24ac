"""What a page says of itself: its encoding, title and date."""

from __future__ import annotations

import re
from datetime import date

from lxml import html

from index.passages.language import named
from index.readers.decode import Decoded
from index.readers.web.charset import codec, decode_declared
from index.structure import dates

_HEAD = 1 << 16  # bytes in which a page must name its encoding
_CHARSET = re.compile(
    rb"<(?:meta\b[^>]{0,300}?charset|\?xml[^>]{0,100}?encoding)\s{0,9}=\s{0,9}[\"']?\s{0,9}"
    rb"([\w.:-]{2,40})"
)
_DATE_NAMES = (
    "article:published_time", "datepublished", "og:published_time", "dc.date.issued",
    "dcterms.issued", "dcterms.created", "dc.date", "dc.date.created", "citation_publication_date",
    "citation_date", "publication_date", "publish-date", "publishdate", "pubdate", "date",
    "parsely-pub-date", "sailthru.date", "article.published",
)  # fmt: skip
_LINKED_DATE = re.compile(r'"datePublished"\s*:\s*"([^"]{8,40})"')
_XML_LANG = "xml:lang"  # an HTML parser leaves the prefix in the name
_ISO = re.compile(r"\s*((?:19|20)\d\d)-?(\d\d)-?(\d\d)(?!\d)")


def text_of(data: bytes, declared: str | None = None) -> Decoded:
    """A page's characters. ``declared`` is what a mail says of it. Raises ReadError."""
    match = _CHARSET.search(data[:_HEAD].lower())
    inside = match[1].decode("ascii", "replace") if match else None
    return decode_declared(data, declared if codec(declared) else inside)


def title_of(tree: html.HtmlElement) -> str | None:
    """The page's heading where it is the only one and its title begins with it, else the title."""
    heads = [_line(one.text_content()) for one in tree.iter("h1")]
    shared = _meta(tree).get("og:title", "")
    title = _line(next((one.text or "" for one in tree.iter("title")), ""))
    if len(heads) == 1 and heads[0] and title.startswith(heads[0]):
        return heads[0]
    return _line(shared) or title or None


def date_of(tree: html.HtmlElement) -> str | None:
    """When the page was published, as it states for programs; ISO 8601."""
    meta = _meta(tree)
    for name in _DATE_NAMES:
        if found := iso(meta.get(name, "")):
            return found
    linked = {
        one
        for script in tree.iter("script")
        for value in _LINKED_DATE.findall(script.text or "")
        if (one := iso(value))
    }
    if len(linked) == 1:
        return linked.pop()
    times = [one for one in tree.iter("time") if one.get("datetime")]
    stated = [one for one in times if "pubdate" in one.attrib or _publishes(one)]
    for time in stated or (times if len(times) == 1 else []):
        if found := iso(time.get("datetime", "")):
            return found
    return None


def language_of(tree: html.HtmlElement) -> str | None:
    """The English name of the language that the page states for all of it."""
    root = next(tree.iter("html"), None)
    return None if root is None else named(root.get("lang") or root.get(_XML_LANG) or "")


def _publishes(element: html.HtmlElement) -> bool:
    return "datepublished" in element.get("itemprop", "").casefold()


def iso(value: str) -> str | None:
    """The day of a date as metadata write it."""
    match = _ISO.match(value)
    try:
        if match:
            return date(*map(int, match.groups())).isoformat()
    except ValueError:
        return None
    stated = dates.stated(value[:100])
    return stated.iso if stated else None


def _meta(tree: html.HtmlElement) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in tree.iter("meta"):
        name = one.get("property") or one.get("name") or one.get("itemprop") or ""
        found.setdefault(name.casefold(), one.get("content", "")[:500])
    return found


def _line(text: str) -> str:
    return " ".join(text[:2000].split())[:500]
