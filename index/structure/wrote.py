"""The line over a quoted mail that says whose words follow: "On Monday, Ann Lee wrote:"."""

from __future__ import annotations

import re

from index.structure import dates, shapes
from index.structure.pieces import Wrote

LONGEST = 300  # code points of such a line, which may be broken into several

_MAIL = r"(?P<mail>[<\[(]{1,2}(?:mailto:)?[^\s<>()\[\]]{3,120}[>\])]{1,2})?"
_VERB = (
    r"(?:wrote|writes|said|schrieb|schreibt|skrev|schreef|a écrit|escribió|ha scritto"
    r"|napisał\(a\)|napisał|написала?)"
)
_FORMS = (
    re.compile(rf"(?P<who>\D{{1,80}}?) ?{_MAIL} ?\b{_VERB} (?:on|am) (?P<when>.{{4,100}}?) ?:"),
    re.compile(
        r"(?P<when>(?:Am|Op|Den) .{2,100}?) (?:schrieb|schreef|skrev) (?P<who>.{1,80}?)"
        rf" ?{_MAIL} ?:"
    ),
    re.compile(rf"(?P<both>.{{1,250}}?) ?{_MAIL} ?\b{_VERB} ?:"),
)
_UP_TO_TIME = re.compile(r".*\d\S*")
_ZONE = r"[ap]\.?m\.?|uhr|utc|gmt|c?es?t|[cmp][sd]t|\([A-Z]{2,5}\)"
_WHEN = (
    r"on|am|at|um|op|den|le|el|il|(?:mon|tues|wednes|thurs|fri|satur|sun)day"
    r"|mon|tue|wed|thu|fri|sat|sun|(?:mon|diens|donners|frei|sams|sonn)tag|mittwoch|"
    + "|".join(f"{name}|{name[:3]}" for name in dates.MONTHS)
)
_BEHIND_TIME, _BEHIND_DAY = (
    re.compile(rf"(?:\s*(?:{words})(?![\w'’-])\.?)*\s*,?\s*", re.IGNORECASE)
    for words in (_ZONE, f"{_WHEN}|{_ZONE}")
)
_NOBODY = shapes.word_set("i you he she it we they this that who someone somebody")
_TIME = re.compile(r"\d[:.h]\d\d(?!\d|\.\d)")
_DAY_DOT = re.compile(r"(\b\d{1,2})\.(?=\s)")  # "10. Feb. 2025"
_BLOCK = re.compile(
    r"-{2,30} ?(?:original message|forwarded message|ursprüngliche nachricht|message d'origine"
    r"|original-nachricht|weitergeleitete nachricht) ?-{2,30}"
    r"|begin forwarded message ?:|anfang der weitergeleiteten nachricht ?:",
    re.IGNORECASE,
)


def told(words: str) -> Wrote | None:
    """What such a line says; None of any other words."""
    words = shapes.one_line(words[: LONGEST + 1])
    if len(words) > LONGEST:
        return None
    if _BLOCK.fullmatch(words):
        return Wrote(None)
    if not words.endswith(":"):
        return None
    match = next((found for form in _FORMS if (found := form.fullmatch(words))), None)
    if match is None:
        return None
    part = match.groupdict()
    when, who = _parted(part["both"]) if part.get("both") else (part["when"], part["who"])
    address = (part["mail"] or "").strip("<>[]()").removeprefix("mailto:")
    who = who.strip(" \t\"'“”*_,")
    if not _is_name(who):
        who = "" if who or "@" not in address else address
    is_sure = bool(address or _TIME.search(when)) and " said" not in words
    return Wrote(who, _day(when), is_sure) if who else None


def _parted(head: str) -> tuple[str, str]:
    """ "On 3 May 2021 at 10:00 AM, Ann Lee" into what says when and who."""
    match = _UP_TO_TIME.match(head)
    at = match.end() if match else 0
    if not head[:at].endswith(","):
        form = _BEHIND_TIME if _TIME.search(head[:at]) else _BEHIND_DAY
        no_name = form.match(head, at)
        at = no_name.end() if no_name else at
    return head[:at], head[at:]


def _is_name(who: str) -> bool:
    words = who.split()
    if len(words) == 1 and "@" in who:
        return True
    return 1 <= len(words) <= 6 and words[0].casefold() not in _NOBODY and shapes.is_name(who)


def _day(when: str) -> str | None:
    """None also where it may be one of two: "3/5/2021"."""
    days = {iso for _, iso in dates.every(_DAY_DOT.sub(r"\1", when))}
    return days.pop() if len(days) == 1 else None
