"""Lines that open and close a mail, by their form: "Dear Ann,", "Best, Bo", "Ann Lee"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.structure import shapes

GREETINGS = shapes.word_set("dear hello hi hey")  # of one word

_MOST_WORDS, _MOST_LINES = 3, 3
_GREETING = re.compile(
    rf"\W*(?:{'|'.join(sorted(GREETINGS))}|good (?:morning|afternoon|evening))"
    r"(?: (?:[a-z]{1,4}\.(?= )|[^\s,!.?:]+)){0,4}[,!:]\s*",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"(?:with )?(?:(?:many|kind|best|warm|kindest|warmest|my) )*(?:regards|wishes|thanks|greetings)"
    r"|thank you|thanks(?: again| a lot| so much)?|cheers|best|all the best|sincerely|take care"
    r"|(?:yours )?(?:sincerely|faithfully|truly)(?: yours)?|yours"
    r"|(?:(?:viele|liebe|beste|herzliche|schöne) )?gr(?:ü|ue)(?:ß|ss)e|mfg|lg|vg"
    r"|mit (?:freundlichen|besten) gr(?:ü|ue)(?:ß|ss)en|cordialement|saludos|--",
    re.IGNORECASE,
)


def is_greeting(text: str) -> bool:
    """ "Dear Ms. Falk," or "Hi all!"."""
    return bool(_GREETING.fullmatch(text[:100]))


def is_closing(line: str) -> bool:
    """ "Best regards," or the mark of a signature."""
    return bool(_CLOSING.fullmatch(line[:60].strip(" \t\r,.!")))


def is_sign_off(line: str) -> bool:
    """ "Best, Ann": a closing and a name on one line."""
    closing, comma, name = line[:80].partition(",")
    return bool(comma) and is_closing(closing) and _is_named(name.strip(" \t\r.!"))


def signing(lines: Sequence[str]) -> int:
    """How many lines at the end may be a signature: names, below a closing or a full stop."""
    count = 0
    while count < min(len(lines), _MOST_LINES) and _is_part(lines[-1 - count]):
        count += 1
    while count and not _may_begin(lines, len(lines) - count):
        count -= 1
    return count


def _is_part(line: str) -> bool:
    return is_closing(line) or is_sign_off(line) or _is_named(line.strip(" \t\r-–—.,"))


def _is_named(words: str) -> bool:
    named = words and words[0].isalpha() and shapes.is_name(words)
    short = shapes.words(words, _MOST_WORDS) <= _MOST_WORDS
    return bool(named and short and not re.search(r"[\d:!?\t]|  |\w{3}\.", words))


def _may_begin(lines: Sequence[str], at: int) -> bool:
    return at == 0 or is_closing(lines[at]) or shapes.ends_sentence(lines[at - 1])
