"""Lines of a chat that was exported or logged: each begins with a stamp, then who writes.

"[12/03/2025, 18:02:11] Ann: …", "12.03.25, 18:02 - Ann: …", "2025-03-12 18:02 Ann: …" and
"18:02 <ann> …". Unlike the turns of an interview, messages seldom end with a full stop.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from index.structure import shapes

_STAMPED = re.compile(shapes.STAMP)
_SAID = re.compile(r"[<*]|-!-|-->")  # behind a time alone: a nick, or what the program says
_NUMBERS = re.compile(r"(\d{1,4})([./-])(\d{1,2})\2(\d{2,4})")
_CENTURY = 2000
_MONTHS = 12


def is_stamped(line: str) -> bool:
    """The line begins with a day and a time, or with a time and a nick in brackets."""
    match = _STAMPED.match(line[:200])
    return bool(match and (match["day"] or _SAID.match(line, match.end())))


def days(lines: Sequence[str]) -> list[str | None]:
    """For each line of one chat the day of its stamp, in ISO 8601; None where it could be another.

    "12/03/2025" is told from other lines of the chat: one of "13/03/2025" puts the day first.
    """
    found = [_numbers(line) for line in lines]
    slashed = [
        numbers for numbers in found if numbers and numbers[1] != "." and not _is_iso(numbers)
    ]
    firsts = {int(first) for first, _, _, _ in slashed}
    seconds = {int(second) for _, _, second, _ in slashed}
    leads = (max(firsts, default=0) > _MONTHS) - (max(seconds, default=0) > _MONTHS)
    return [_day(numbers, leads) if numbers else None for numbers in found]


Numbers = tuple[str, str, str, str]  # with what parts the first two


def _numbers(line: str) -> Numbers | None:
    match = _STAMPED.match(line[:200])
    parts = _NUMBERS.fullmatch(match["day"]) if match and match["day"] else None
    return (parts[1], parts[2], parts[3], parts[4]) if parts else None


def _is_iso(numbers: Numbers) -> bool:
    return len(numbers[0]) == 4


def _day(numbers: Numbers, leads: int) -> str | None:
    """``leads``: 1 where the day stands first between slashes, -1 where the month does, else 0."""
    one, mark, two, three = numbers
    if _is_iso(numbers):
        year, month, day = int(one), int(two), int(three)
    elif mark == "." or leads > 0:
        year, month, day = int(three), int(two), int(one)
    elif leads < 0:
        year, month, day = int(three), int(one), int(two)
    else:
        return None
    try:
        return date(year if year > 99 else _CENTURY + year, month, day).isoformat()
    except ValueError:
        return None
