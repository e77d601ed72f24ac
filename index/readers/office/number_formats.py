"""Numbers as a spreadsheet shows them: the part of its number formats that people use.

Days are written as ISO 8601 has them, unless the format names the month in English; a fraction,
a telephone number and whatever else is not known comes as the plain number.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from functools import lru_cache

GENERAL = "General"
BUILT_IN = {
    1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%", 11: "0.00E+00",
    14: "yyyy-mm-dd", 15: "d-mmm-yy", 16: "d-mmm", 17: "mmm-yy", 18: "h:mm AM/PM",
    19: "h:mm:ss AM/PM", 20: "h:mm", 21: "h:mm:ss", 22: "m/d/yy h:mm", 37: "#,##0_);(#,##0)",
    38: "#,##0_);(#,##0)", 39: "#,##0.00_);(#,##0.00)", 40: "#,##0.00_);(#,##0.00)",
    41: "#,##0", 42: "#,##0", 43: "#,##0.00", 44: "#,##0.00", 45: "mm:ss", 46: "[h]:mm:ss",
    47: "mm:ss.0", 48: "0.0E+0",
    **dict.fromkeys([*range(27, 32), 36, *range(50, 55), 57, 58], "yyyy-mm-dd"),
    **dict.fromkeys([32, 33, 34, 35, 55, 56], "h:mm:ss"),
}  # fmt: skip

Show = Callable[[float], str]

_TOKEN = re.compile(
    r'"(?P<quoted>[^"]*)"?|\\(?P<escaped>.)|_.|\*.|\[(?P<bracket>[^\]]*)\]|(?P<half>[Aa]/[Pp]|[Aa][Mm]/[Pp][Mm])'
    r"|(?P<power>[Ee][+-])|(?P<time>[yY]+|[mM]+|[dD]+|[hH]+|[sS]+)|(?P<plain>.)",
    re.DOTALL,
)
_ELAPSED = re.compile(r"h+|m+|s+", re.IGNORECASE)
_MONEY = re.compile(r"\$([^-]*)(?:-([0-9A-Fa-f]+))?\Z")
_ENGLISH = 0x09  # the low part of the number of a language
_PLACES = "0#?"
_MOST_PLACES = 30
_FIRST_DAY, _FIRST_DAY_1904 = date(1899, 12, 30), date(1904, 1, 1)
_LAST_SERIAL = 2_958_465  # 31 December 9999
_SECONDS = 86_400
_MONTH_NAMES = (
    "January February March April May June July August September October November December"
)
_DAY_NAMES = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
_MONTHS, _DAYS = _MONTH_NAMES.split(), _DAY_NAMES.split()


@dataclass(frozen=True, slots=True)
class _Token:
    """``kind``: "word" (shown as it is), "place" (of a digit), "mark", "time", "elapsed"."""

    kind: str
    text: str


def shown_number(text: str, code: str = GENERAL, *, since_1904: bool = False) -> str:
    """A number as it stands in a file, shown by a format; anything else as it is."""
    try:
        value = float(text)
    except ValueError:
        return text
    return shower(code, since_1904)(value) if math.isfinite(value) else text


def general(value: float) -> str:
    """All digits that were typed, without those that only come from binary fractions."""
    if value == int(value) and abs(value) < 1e18:
        return f"{Decimal(f'{value:.15g}'):f}"
    whole = f"{value:.15g}"
    digits = sum(map(str.isdigit, whole.partition("e")[0].lstrip("-0.")))
    return whole if digits <= 12 else f"{value:.11g}"


@lru_cache(maxsize=1024)  # a workbook has some dozens, each for thousands of cells
def shower(code: str, since_1904: bool = False) -> Show:
    """How numbers look under a format."""
    sections = [_without_general(one) for one in _sections(code)]
    shows = [_show_section(one, since_1904) for one in sections[:3]]
    positive, negative, zero = shows[0], shows[1:2], shows[2:]

    def show(value: float) -> str:
        if value < 0 and negative:
            return negative[0](-value)
        return zero[0](value) if zero and value == 0 else positive(value)

    return show


def _sections(code: str) -> list[list[_Token]]:
    sections: list[list[_Token]] = [[]]
    language = ""
    for match in _TOKEN.finditer(code[:1000]):
        if match["plain"] == ";":
            sections.append([])
            continue
        token, language = _token(match), _language(match, language)
        if token:
            sections[-1].append(token)
    if language and int(language, 16) & 0xFF != _ENGLISH:
        sections = [[_nameless(one) for one in section] for section in sections]
    return sections


def _token(match: re.Match[str]) -> _Token | None:
    if match["quoted"] or match["escaped"]:
        return _Token("word", match["quoted"] or match["escaped"])
    if match["bracket"]:
        if _ELAPSED.fullmatch(match["bracket"]):
            return _Token("elapsed", match["bracket"].lower())
        money = _MONEY.match(match["bracket"])
        return _Token("word", money[1]) if money and money[1] else None
    if match["half"]:
        return _Token("half", "")
    if match["power"]:
        return _Token("mark", "E")
    if match["time"]:
        return _Token("time", match["time"].lower())
    plain = match["plain"]
    if not plain:
        return None
    kind = "place" if plain in _PLACES else "mark" if plain in ".,%/@" else "word"
    return _Token(kind, plain)


def _language(match: re.Match[str], known: str) -> str:
    money = _MONEY.match(match["bracket"] or "")
    return money[2] if money and money[2] and not money[1] else known


def _nameless(token: _Token) -> _Token:
    """Without names of months and days, which would not be in the reader's language."""
    is_name = token.kind == "time" and token.text[0] in "md" and len(token.text) > 2
    return _Token("time", token.text[0]) if is_name else token


def _without_general(tokens: list[_Token]) -> list[_Token]:
    """ "General" is spelled with letters that stand for nothing else."""
    return [] if "".join(one.text for one in tokens).casefold().startswith("general") else tokens


def _show_section(tokens: Sequence[_Token], since_1904: bool) -> Show:
    kinds = {one.kind for one in tokens}
    if kinds & {"time", "elapsed"}:
        return lambda value: _moment(value, tokens, since_1904)
    if "place" in kinds:
        return _number(tokens)
    words = "".join(one.text for one in tokens if one.kind == "word").strip()
    is_words = words and not kinds & {"mark"}
    return (lambda _: words) if is_words else general


def _number(tokens: Sequence[_Token]) -> Show:
    at = [i for i, one in enumerate(tokens) if one.kind == "place"]
    inner = tokens[at[0] : at[-1] + 1]
    marks = [one.text for one in inner if one.kind == "mark"]
    if any(one.kind == "word" for one in inner) or "/" in marks or marks.count(".") > 1:
        return general
    before = "".join(one.text for one in tokens[: at[0]] if one.kind == "word")
    after = "".join(
        one.text for one in tokens[at[-1] + 1 :] if one.kind == "word" or one.text == "%"
    )
    percents = sum(one.text == "%" for one in tokens)
    if any(one.text == "." for one in tokens[: at[0]]):
        inner = [_Token("mark", "."), *inner]
    thousands = sum(1 for one in tokens[at[-1] + 1 :] if one.text == ",")
    pattern = "".join(one.text for one in inner)
    body, _, power = pattern.partition("E")
    whole, _, places = body.partition(".")
    scale = 100**percents * 0.001**thousands

    def show(value: float) -> str:
        if power:
            text = f"{value:.{min(len(places), _MOST_PLACES)}E}"
        else:
            text = _fixed(value, scale, whole, places)
        sign = "-" if text.startswith("-") else ""
        return f"{sign}{before}{text.lstrip('-')}{after}".strip()

    return show


def _fixed(value: float, scale: float, whole: str, places: str) -> str:
    """Digits after the point rounded as people do, from the digits that are shown."""
    most = min(len(places), _MOST_PLACES)
    with localcontext() as context:
        context.prec = 400  # all digits of any float
        try:
            exact = Decimal(f"{value:.15g}") * Decimal(f"{scale:g}")
            number = exact.quantize(Decimal(1).scaleb(-most), ROUND_HALF_UP)
        except InvalidOperation:
            return general(value)
        if number == 0:
            number = abs(number)
            if "0" not in whole + places:  # "#" shows no zero
                return ""
        text = f"{number:,f}" if "," in whole else f"{number:f}"
    head, point, tail = text.partition(".")
    must = len(places.rstrip("#?"))
    tail = tail[:must] + tail[must:].rstrip("0")
    sign = "-" if head.startswith("-") else ""
    head = head.lstrip("-").rjust(min(whole.count("0"), _MOST_PLACES), "0")
    return f"{sign}{head}{point if tail else ''}{tail}"


def _moment(value: float, tokens: Sequence[_Token], since_1904: bool) -> str:
    """A day, a time of day, both, or a length of time."""
    letters = {one.text[0] for one in tokens if one.kind == "time"}
    elapsed = next((one.text[0] for one in tokens if one.kind == "elapsed"), "")
    if elapsed:
        return _length(value, elapsed, "s" in letters)
    has_time = bool(letters & {"h", "s"})
    days, seconds = divmod(round(value * _SECONDS), _SECONDS) if has_time else (int(value), 0)
    day = _day(days, since_1904)
    if value < 0 or day is None:
        return general(value)
    if has_time and not letters & {"y", "d"}:
        return _clock(seconds, "s" in letters)
    shown = _shown_day(day, tokens, letters, has_time)
    return f"{shown} {_clock(seconds, 's' in letters)}" if has_time else shown


def _day(days: int, since_1904: bool) -> date | None:
    if not 0 <= days <= _LAST_SERIAL - 1462 * since_1904:
        return None
    if since_1904:
        return _FIRST_DAY_1904 + timedelta(days)
    # The format counts a 29 February 1900, that never was.
    return _FIRST_DAY + timedelta(days + (days < 60))


def _shown_day(day: date, tokens: Sequence[_Token], letters: set[str], has_time: bool) -> str:
    named = any(one.kind == "time" and one.text[0] == "m" and len(one.text) > 2 for one in tokens)
    if "d" not in letters and not has_time:
        month = _MONTHS[day.month - 1] + " " if named else f"-{day.month:02}"
        if "m" not in letters:
            return f"{day.year}"
        return f"{month}{day.year}" if named else f"{day.year}{month}"
    if not named or has_time or "y" not in letters:
        return day.isoformat()
    return "".join(_written(one, day) for one in tokens).strip()


def _written(token: _Token, day: date) -> str:
    if token.kind == "mark":
        return token.text
    if token.kind != "time":
        return token.text if token.kind == "word" else ""
    size = len(token.text)
    if token.text[0] == "y":
        return f"{day.year}"
    if token.text[0] == "m":
        name = _MONTHS[day.month - 1]
        return f"{day.month:0{size}}" if size < 3 else name[:3] if size == 3 else name
    name = _DAYS[day.weekday()]
    return f"{day.day:0{size}}" if size < 3 else name[:3] if size == 3 else name


def _clock(seconds: int, has_seconds: bool) -> str:
    text = f"{seconds // 3600:02}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if has_seconds or seconds % 60 else text


def _length(value: float, unit: str, has_seconds: bool) -> str:
    sign, seconds = "-" if value < 0 else "", round(abs(value) * _SECONDS)
    if unit == "s":
        return f"{sign}{seconds}"
    if unit == "m":
        return f"{sign}{seconds // 60}:{seconds % 60:02}"
    text = f"{sign}{seconds // 3600}:{seconds // 60 % 60:02}"
    return f"{text}:{seconds % 60:02}" if has_seconds or seconds % 60 else text
