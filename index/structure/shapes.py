"""What a line or a paragraph looks like. Each test reads a bounded number of characters."""

from __future__ import annotations

import re

_CLOSERS = " \t\r\n\u00a0\"”’'»)]*_`"
_ENDERS = ".!?…。！？｡؟۔।॥"
WRAPPED = 45  # code points; shorter lines were not broken for their length
_INVISIBLE = "\u200b\ufeff\u2060"

DASH = re.compile(r"\s{0,20}([—–―]|-(?!-))\s+(?=\S)")
RULE = re.compile(r"\s*(?:(?:[=\-~*#_+•·—–]\s?){3,200})\s*\Z")
BULLET = re.compile(r"\s*(?:[-*+•‣◦·▪–—]|\(?\d{1,3}[.)]|\(?[a-z][.)])\s")
ENTRY = re.compile(r"\s*\(?\d{1,3}[.)]\s")
NUMBERED = re.compile(r"\s*(\d{1,3}(?:\.\d{1,3}){0,5})([.)]?)\s+(?=\S)")
KEY_VALUE = re.compile(r"\s*[^\s:][^:\n]{0,40}:(?:\s|//)")
CHAPTER = re.compile(
    r"\s*(part|book|volume|chapter|appendix|annex|act|section|article|scene)\s+"
    r"(?:\d{1,4}(?:\.\d{1,3})*|[ivxlc]{1,7}|[a-h])\b(?!\s+[a-z])(?=[\s.:—–-]|\Z)",
    re.IGNORECASE,
)
# What stands before a turn or a message: "[18:02]", "12/03/2025, 18:02:11 - ".
STAMP = (
    r"\s{0,8}[\u200e\u200f]?[\[(]?(?:(?P<day>\d{1,4}[./-]\d{1,2}[./-]\d{2,4})(?:,?\s{1,3}|T))?"
    r"\d{1,2}:\d\d(?::\d\d)?(?:\s?[AaPp]\.?[Mm]\.?|Z)?[\])]?\s+(?:[-–]\s+)?"
)
_LABEL = re.compile(
    rf"(?:{STAMP}|\s{{0,8}})(?:\*\*|__)?(?:(?P<qa>[QA])\.(?:\*\*|__)?\s+(?=\S)"
    r"|(?P<who>[^\W\d_][\w.'’\-]{0,30}(?:\s[\w.'’\-]{1,30}){0,4})"
    r"(?:\s\([^()\n]{1,40}\))?(?:\*\*|__)?\s?:(?:\*\*|__)?(?:\s+(?=\S)|\s*\Z))"
)
_NICK = re.compile(rf"{STAMP}<[@+~]?(?P<nick>[^\s<>]{{1,30}})>\s+(?=\S)")
_INNER_STOP = re.compile(r"[^\W\d_A-Z][^\W\d_]{2,}[.!?…][\"”’')]?\s+[\"“‘]?[^\W\d_a-z]")
_SMALL = re.compile(r"(?:of|the|de|da|di|la|le|van|von|der|den|bin|al|el|and)\Z")


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


def is_blank(line: str) -> bool:
    return not line.strip().strip(_INVISIBLE)


def ends_sentence(text: str) -> bool:
    return text[-40:].rstrip(_CLOSERS)[-1:] in tuple(_ENDERS)


def leads_in(text: str) -> bool:
    """A list or a text of its own is to follow: "The tenant shall:"."""
    return text[-40:].rstrip(_CLOSERS)[-1:] in (":", "：")


def asks(text: str) -> bool:
    """The last sentence is a question."""
    return text[-40:].rstrip(_CLOSERS)[-1:] in ("?", "؟", "？")


def one_line(text: str) -> str:
    return " ".join(text.split())


def words(text: str, most: int) -> int:
    """The number of words, at most ``most`` + 1: a paragraph may be very long."""
    return len(text[: 40 * most].split(maxsplit=most + 1)[: most + 1])


def is_capitals(line: str) -> bool:
    """At least four letters, all of them capitals."""
    head = line[:200]
    return head.isupper() and sum(map(str.isalpha, head)) >= 4


def label(line: str) -> tuple[str, int] | None:
    """The speaker's name and the length of the label, where a line begins like "Name: …" or
    "18:02 <name> …"."""
    if nick := _NICK.match(line[:200]):
        return nick["nick"], nick.end()
    match = _LABEL.match(line[:200])
    if not match:
        return None
    who = match["who"] or match["qa"]
    return (who, match.end()) if is_name(who) else None


def is_name(words: str) -> bool:
    """Each word begins with a capital, but for such as "van" and "of"."""
    return all(word[0].isupper() or _SMALL.match(word) for word in words.split())


def is_strong(line: str) -> bool:
    """A line that is a heading by its form: "Chapter 3", "1.2 Title", "ALL CAPITALS"."""
    if len(line) > 160 or words(line, 15) > 15:
        return False
    if CHAPTER.match(line):
        return not ends_sentence(line) or words(line, 15) <= 2
    if leads_in(line) and NUMBERED.match(line):
        return False  # "2.2 The Tenant shall:"
    if ends_sentence(line) or KEY_VALUE.match(line) or line.rstrip().endswith((",", ";")):
        return False
    number = NUMBERED.match(line)
    if number:
        rest = line[number.end() :]
        return "." in number[1] and rest[:1].isupper() and words(rest, 12) <= 12
    return is_capitals(line) and not BULLET.match(line) and not DASH.match(line)


def has_stop(text: str) -> bool:
    """A sentence ends inside the text and another begins."""
    return bool(_INNER_STOP.search(text[:1000]))
