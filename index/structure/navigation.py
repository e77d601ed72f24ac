"""Leftovers of web pages: links, menus, copyright lines. Known by general phrases only."""

from __future__ import annotations

import re
from collections.abc import Sequence
from operator import or_

from index.structure import shapes
from index.structure.pieces import Piece

_NET = r"(?:facebook|twitter|x|linkedin|whatsapp|telegram|vk|e-?mail|reddit|instagram|youtube)"
_PLACE = (
    r"(?:the )?(?:top|list|news|section|home|homepage|index|menu|contents|overview|results|search"
    r"|all|main|previous|articles?|blog|site|page|start)\b.{0,40}"
)

_STRONG = re.compile(  # hardly ever anything else
    r"(?:[«‹←<^↑]\s*)?(?:"
    rf"(?:(?:go|return) )?back|(?:(?:go|return) )?(?:back|return) to {_PLACE}"
    r"|read (?:more|also|next|on|the full (?:story|article))(?:(?: \w+){1,6}|: .{1,80})?"
    r"|continue reading(?: .{1,60})?|(?:show|load|view|see) (?:more|all)"
    r"|(?:next|previous|prev|older|newer) (?:page|article|post|posts|story|news)"
    r"|previous .{0,3}next"
    r"|(?:share|tweet|follow us|like us|find us)(?: this)?(?: (?:page|article|post|story))?"
    rf" (?:on|via|by|with) {_NET}.{{0,30}}"
    r"|share this(?: (?:page|article|post|story))?|print(?:er-friendly)? (?:this page|version|page)"
    r"|skip to (?:main |the )?(?:content|navigation)|(?:the )?top of (?:the )?page"
    r"|(?:more|latest|all) news|related (?:articles|stories|news|posts|links|content)"
    r"|you (?:may|might) also like|recommended for you|most (?:read|popular)"
    r"|(?:accept|manage|reject)(?: all)? cookies|cookie (?:settings|policy|preferences)"
    r"|(?:subscribe|sign up) (?:to|for) (?:our|the) .{1,40}|leave a (?:comment|reply)"
    r"|privacy policy|terms (?:of (?:use|service)|and conditions)|site ?map"
    r"|tags?: .{1,120}|filed under:? .{1,80}"
    r")(?:\s*(?:[»›→>…]|\.\.\.))*",
    re.IGNORECASE,
)
_WEAK = re.compile(  # a link among other links or at the edge; elsewhere it may be a heading
    r"home(?: ?page)?|(?:main )?menu|search|log ?in|log ?out|sign (?:in|up|out)|register"
    r"|subscribe|newsletter|print|share|tweet|rss|cookies?|contacts?(?: us)?|about(?: us)?|see also"
    r"|help|faq|comments?(?: \(\d+\))?|copy link|download (?:the )?app|next|previous|more|top|news"
    rf"|(?:back|return) to .{{1,60}}|{_NET}",
    re.IGNORECASE,
)
_LEGAL = re.compile(  # at the very end; a licence begins like that, too
    r"(?:©|\(c\) (?:19|20)\d\d|copyright\b(?= ?(?:©|\(c\)|(?:19|20)\d\d)))"
    r"|.{0,80}\ball rights reserved\b",
    re.IGNORECASE,
)
_COOKIES = re.compile(r"(?:we|(?:this|our) (?:web ?)?site) uses? cookies\b", re.IGNORECASE)
_CRUMB = re.compile(r"([^»›>|\n]{1,40})(?:\s[»›>|]\s[^»›>|\n]{1,60}){1,8}")


def find(pieces: Sequence[Piece]) -> set[int]:
    """The pieces that are leftovers of a web page, or rules and ornaments between paragraphs."""
    last = len(pieces) - 1
    links = {i for i, piece in enumerate(pieces) if _is_link(piece)}
    weak = [i for i, piece in enumerate(pieces) if i not in links and _lines_are(_WEAK, piece)]
    for i in [*weak, *reversed(weak)]:  # both ways, so that a row of links is found from either end
        if i == last or i - 1 in links or i + 1 in links:
            links.add(i)
    links |= _tail(pieces, links)
    return links | {i for i, piece in enumerate(pieces) if _is_ornament(piece)}


def _is_link(piece: Piece) -> bool:
    text = piece.text
    if len(text) > 600:
        return False
    crumb = _CRUMB.fullmatch(text)
    if _COOKIES.match(text) or (crumb and _WEAK.fullmatch(crumb[1].strip())):
        return True
    lines = [line.strip() for line in text.splitlines()]
    strong = [_strong(line) for line in lines]
    weak = [bool(_WEAK.fullmatch(line)) for line in lines]
    return all(map(or_, strong, weak)) and (any(strong) or len(lines) > 1)


def _is_legal(piece: Piece) -> bool:
    """A copyright line, or a block of links with one."""
    if len(piece.text) > 600:
        return False
    lines = [line.strip() for line in piece.text.splitlines()]
    return bool(_LEGAL.match(piece.text)) or (
        any(map(_LEGAL.match, lines))
        and all(_LEGAL.match(line) or _strong(line) or _WEAK.fullmatch(line) for line in lines)
    )


def _strong(line: str) -> bool:
    stopped = shapes.ends_sentence(line) and not line.endswith(("…", "..."))
    return not stopped and bool(_STRONG.fullmatch(line))


def _lines_are(form: re.Pattern[str], piece: Piece) -> bool:
    text = piece.text
    return len(text) <= 80 and not shapes.ends_sentence(text) and bool(form.fullmatch(text))


def _tail(pieces: Sequence[Piece], links: set[int]) -> set[int]:
    """At the very end: copyright lines, and short lines without punctuation after a link."""
    first = start = len(pieces)
    while start > 0:
        start -= 1
        if start in links or _is_legal(pieces[start]):
            first = start
        elif not _is_short(pieces[start]):
            break
    return set(range(first, len(pieces)))


def _is_short(piece: Piece) -> bool:
    text = piece.text
    return (
        len(text) <= 60
        and shapes.words(text, 5) <= 5
        and not shapes.ends_sentence(text)
        and not shapes.KEY_VALUE.match(text)
        and not shapes.BULLET.match(text)
        and not shapes.DASH.match(text)
    )


def _is_ornament(piece: Piece) -> bool:
    return not piece.underlined and bool(shapes.RULE.match(piece.text[:500]))
