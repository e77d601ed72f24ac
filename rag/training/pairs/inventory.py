"""The names, places, dates and numbers of a group of texts, sorted by what can replace what.

Without a tagger, the kind of a name is read from how the texts use it: after "in" or
"near" it is a place, after "the" a thing with an article, before a small word an adjective.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from rag.text.answer_types import DATE, MONTH
from rag.text.words import STOP, fold, names

_PLACE_WORD = re.compile(r"\b(?:in|at|near|from|to|into|across|throughout|of)\s+(?:the\s+)?$")
_ADJECTIVE = re.compile(r"(?:ish|[aei]an|ese|ch|ic|man)$")
_TERM = re.compile(r"[a-z][a-z-]{3,}(?: [a-z-]+){0,2}")
_FOLLOWS_SMALL = re.compile(r"\s+[a-z]{3,}")
_TO_TWENTY = (
    *("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven"),
    *("twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen"),
    *("nineteen", "twenty"),
)
_NUMBER_WORDS = {word: number for number, word in enumerate(_TO_TWENTY, start=2)}
_TO_TENTH = (
    *("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth"),
    "tenth",
)
_ORDINALS = {word: number for number, word in enumerate(_TO_TENTH, start=1)}
NUMBER = re.compile(
    rf"(?<![\w.,/–-])(?:\d+(?:,\d{{3}})*(?:\.\d+)?(?:st|nd|rd|th)?|{'|'.join(_NUMBER_WORDS)}"
    rf"|{'|'.join(_ORDINALS)})(?![\w/]|[.,–-]\d|-?th)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Inventory:
    """Each kind's entries, most frequent first.

    Kinds: "name", "the_name", "place", "adjective", "speaker", "term" (a small word or
    phrase that answers some question), and "date" and "number" followed by their shape.
    """

    entries: Mapping[str, tuple[str, ...]]

    def of(self, *kinds: str) -> list[tuple[str, str]]:
        """Entries of these kinds with their kind, the longest first."""
        found = [(entry, kind) for kind in kinds for entry in self.entries.get(kind, ())]
        return sorted(found, key=lambda one: (-len(one[0]), one[0]))


def take_stock(
    sentences: Iterable[str], answers: Iterable[str] = (), speakers: Iterable[str] = ()
) -> Inventory:
    counts: defaultdict[str, Counter[str]] = defaultdict(Counter)
    counts["speaker"].update(speakers)
    counts["term"].update(answer for answer in answers if _TERM.fullmatch(answer))
    used: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for sentence in sentences:
        for name in names(sentence):
            if is_name(name):
                _use(name, sentence, used[name])
        for match in DATE.finditer(sentence):
            date = match.group().strip()
            if (shape := date_shape(date)) is not None:
                counts[f"date {shape}"][date] += 1
        for match in NUMBER.finditer(sentence):
            if not is_in_date(sentence, match):
                number = match.group().lower()
                counts[f"number {number_shape(number)}"][number] += 1
    for name, uses in used.items():
        counts[_kind(name, uses)][name] += uses["all"]
    return Inventory(
        {
            kind: tuple(sorted(counter, key=lambda one: (-counter[one], one)))
            for kind, counter in counts.items()
        }
    )


def is_name(name: str) -> bool:
    """Not a date, a single letter or what looks like the start of a sentence."""
    first = name.split()[0]
    return (
        len(name) > 2
        and len(name.split()) <= 6
        and not re.search(rf"\b(?:{MONTH})\b|(?:day|\d{{4}})$", name)
        and fold(first) not in STOP
        and not any(mark in name for mark in '()[]"')
    )


def _use(name: str, sentence: str, uses: Counter[str]) -> None:
    for match in re.finditer(rf"(?<!\w){re.escape(name)}(?!\w)", sentence):
        before = sentence[: match.start()]
        uses["all"] += 1
        uses["the"] += bool(re.search(r"\b[Tt]he\s+$", before))
        uses["place"] += bool(_PLACE_WORD.search(before)) and not before.endswith("of ")
        uses["adjective"] += bool(_FOLLOWS_SMALL.match(sentence, match.end()))


def _kind(name: str, uses: Counter[str]) -> str:
    if " " not in name and _ADJECTIVE.search(name) and 2 * uses["adjective"] >= uses["all"]:
        return "adjective"
    if 2 * uses["the"] > uses["all"]:
        return "the_name"
    return "place" if 2 * uses["place"] >= uses["all"] else "name"


def date_shape(date: str) -> str | None:
    """Dates of one shape can replace each other: "12 May 1944" has "9 M 9"; None if vague."""
    if not re.search(r"\d{3}", date) or re.search(r"[-–:]|\bto\b|s$|BC|CE|AD", date):
        return None
    shape = re.sub(rf"\b(?:{MONTH})(?!\w)", "M", date)
    shape = re.sub(r"\d+", "9", re.sub(r"^(?:the|early|mid|late|in|on|of)[\s-]+", "", shape))
    return shape if re.fullmatch(r"[9M ,]+", shape) else None


def number_shape(number: str) -> str:
    folded = fold(number)
    if folded in _ORDINALS:
        return "ordinal"
    if folded in _NUMBER_WORDS:
        return "word"
    if re.search(r"[a-z]", folded):
        return "nth"
    return "9.9" if "." in folded else f"9e{min(len(folded.replace(',', '')), 5)}"


def value(number: str) -> float:
    """Its value; words and ordinals too."""
    folded = fold(number)
    if (known := _ORDINALS.get(folded, _NUMBER_WORDS.get(folded))) is not None:
        return float(known)
    return float(re.sub(r"[^\d.]", "", folded))


def values(text: str) -> frozenset[float]:
    """Every number of a text, those inside dates and names too."""
    loose = re.findall(r"\d+(?:,\d{3})*(?:\.\d+)?", text)
    return frozenset(
        [value(match.group()) for match in NUMBER.finditer(text)] + [value(one) for one in loose]
    )


def is_in_date(text: str, match: re.Match[str]) -> bool:
    if re.fullmatch(r"(?:1[0-9]|20)\d\d", match.group()):
        return True
    return any(date.start() <= match.start() < date.end() for date in DATE.finditer(text))
