"""Numbers, units and months in running text, brought to one form for comparison. Pure."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation

from index.structure.dates import MONTHS
from rag.text.words import word_set

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen "
    "sixteen seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_ORDINALS = (
    "zeroth first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth "
    "thirteenth fourteenth fifteenth sixteenth seventeenth eighteenth nineteenth"
)
_SMALL = {word: value for names in (_ONES, _ORDINALS) for value, word in enumerate(names.split())}
_SMALL |= {word: 10 * (i + 2) for i, word in enumerate(_TENS.split())}
_SMALL |= {word[:-1] + "ieth": 10 * (i + 2) for i, word in enumerate(_TENS.split())}
_SMALL |= {"dozen": 12}
_SCALES = {
    "hundred": 10**2,
    "thousand": 10**3,
    "million": 10**6,
    "mln": 10**6,
    "billion": 10**9,
    "bln": 10**9,
    "trillion": 10**12,
}
_SCALES |= {f"{word}th": value for word, value in _SCALES.items()}
_UNITS = {  # written forms of one unit
    "percent": "% percent percentage pct per-cent",
    "$": "$ dollar dollars usd",
    "€": "€ euro euros eur",
    "£": "£ pounds gbp",
    "km": "km kilometre kilometres kilometer kilometers",
    "m": "m metre metres meter meters",
    "kg": "kg kilogram kilograms kilo kilos",
    "t": "t ton tons tonne tonnes",
    "second": "second seconds",
    "minute": "minute minutes",
    "hour": "hour hours",
    "day": "day days",
    "week": "week weeks",
    "month": "month months",
    "year": "year years year-old",
    "mile": "mile miles",
    "degree": "degree degrees °",
}
_UNIT_OF = {form: unit for unit, forms in _UNITS.items() for form in forms.split()}
_CHANGES_MEANING = word_set("percent $ € £")  # "25 percent" does not carry "25 people"
_MONTH_OF = {name: i for i, name in enumerate(MONTHS, 1)} | {
    name[:3]: i for i, name in enumerate(MONTHS, 1)
}
_MONTH_OF |= {"sept": 9}
_PIECE = re.compile(
    r"\d{4}-\d{2}-\d{2}|\d+(?:[,  ]\d{3})+(?:\.\d+)?(?!\d)|\d+(?:[.,]\d+)*|[$€£%°]|[^\W\d_]+|\S"
)
_AMBIGUOUS = word_set("may march mar second")  # a verb or another word, unless a figure is near


@dataclass(frozen=True, slots=True)
class Figures:
    """``numbers``: (value, unit or ""); ``months`` 1 to 12; ``written``: value to its text."""

    numbers: frozenset[tuple[Decimal, str]]
    months: frozenset[int]


def figures(text: str) -> Figures:
    """The numbers, with their unit where one of the common ones follows, and the months.

    "2,500", "2 500", "2.5 thousand" and "two thousand five hundred" are equal, and so
    are "9 November 2020" and "2020-11-09". Digits of any script count.
    """
    pieces = [match.group() for match in _PIECE.finditer(_ascii_digits(text))]
    numbers: set[tuple[Decimal, str]] = set()
    months: set[int] = set()
    i = 0
    while i < len(pieces):
        if iso := re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", pieces[i]):
            year, month, day = map(int, iso.groups())
            numbers |= {(Decimal(year), ""), (Decimal(day), "")}
            months.add(month)
            i += 1
            continue
        value, after = _number(pieces, i)
        if value is None:
            if month_here := _month(pieces, i):
                months.add(month_here)
            i += 1
            continue
        numbers.add((value, _unit(pieces, i, after)))
        i = after
    return Figures(frozenset(numbers), frozenset(months))


def unsupported(written: Figures, quoted: Figures) -> str | None:
    """The first figure of ``written`` that ``quoted`` does not hold, in words, if any."""
    bare = {value for value, unit in quoted.numbers if unit not in _CHANGES_MEANING}
    for value, unit in sorted(written.numbers):
        stands = (value, unit) in quoted.numbers if unit else value in bare
        if not stands:
            return f"the number {value.normalize():f}{' ' + unit if unit else ''}"
    for month in sorted(written.months - quoted.months):
        return f"the month {MONTHS[month - 1].title()}"
    return None


def _ascii_digits(text: str) -> str:
    """Folded text in which every character with a numeric value is written in ASCII digits."""
    out = []
    for char in text:  # before compatibility forms: "½" would become 1 and 2, "ⅴ" a letter
        value = None if char.isascii() else unicodedata.numeric(char, None)
        in_row = unicodedata.decimal(char, None) is not None
        out.append(char if value is None else f"{value:g}" if in_row else f" {value:g} ")
    return unicodedata.normalize("NFKC", "".join(out)).casefold()


def _number(pieces: list[str], i: int) -> tuple[Decimal | None, int]:
    """The number that begins at piece i, and the index after it."""
    total, current, last = Decimal(0), Decimal(0), None
    start = i
    while i < len(pieces):
        word = pieces[i]
        if word in {"-", "‐", "‑"} and last is not None and _small(pieces, i + 1, current):
            i += 1
            continue
        if word == "and" and last in {"scale"} and _small(pieces, i + 1, Decimal(0)):
            i += 1
            continue
        if word[0].isdigit() and last is None:
            current, last = _digits(word), "digits"
            if i + 1 < len(pieces) and pieces[i + 1] in {"st", "nd", "rd", "th", "s"}:
                return current, i + 2
        elif word in _SMALL and (last is None or last == "scale" or _small(pieces, i, current)):
            current, last = current + _SMALL[word], "small"
        elif word in _SCALES:
            current = current or Decimal(1)  # "a hundred"
            if _SCALES[word] == 100:
                current *= 100
            else:
                total, current = total + current * _SCALES[word], Decimal(0)
            last = "scale"
        else:
            break
        i += 1
    return (total + current, i) if i > start and last else (None, start + 1)


def _small(pieces: list[str], i: int, current: Decimal) -> bool:
    """Whether piece i continues a number in words: "twenty five", "two hundred five"."""
    if i >= len(pieces) or pieces[i] not in _SMALL:
        return False
    room = current % 100
    return room == 0 or (room >= 20 and room % 10 == 0 and _SMALL[pieces[i]] < 10)


def _digits(text: str) -> Decimal:
    """ "2,500" and "2 500" are thousands; "2,5" is a decimal comma."""
    text = re.sub(r"(?<=\d)[,  ](?=\d{3}(?:\D|$))", "", text)
    try:
        return Decimal(text.replace(",", "."))
    except InvalidOperation:  # a version or an address such as 1.2.3: its digits in their order
        return Decimal("-" + re.sub(r"\D", "", text))


def _unit(pieces: list[str], start: int, after: int) -> str:
    if start and pieces[start - 1] in {"$", "€", "£"}:
        return _UNIT_OF[pieces[start - 1]]
    following = pieces[after : after + 2]
    if following and following[0] == "-":
        following = following[1:]
    if following[:2] == ["per", "cent"]:
        return "percent"
    return _UNIT_OF.get(following[0], "") if following else ""


def _month(pieces: list[str], i: int) -> int:
    word = pieces[i]
    if word not in _MONTH_OF:
        return 0
    near = pieces[max(0, i - 2) : i] + pieces[i + 1 : i + 3]
    dated = any(p[0].isdigit() or p in _SMALL for p in near)
    dated = dated or (i > 0 and pieces[i - 1] in {"in", "of", "since", "until", "by", "last"})
    return _MONTH_OF[word] if dated or word not in _AMBIGUOUS else 0
