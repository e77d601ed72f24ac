"""Which words of a question can give way to others of their kind, and to which."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from random import Random

from rag.text.answer_types import DATE
from rag.text.words import STOP, bare, fold, words
from rag.training.pairs import inventory as stock
from rag.training.pairs.inventory import Inventory
from rag.training.pairs.swaps import find
from rag.training.pairs.types import At, Pair

NAMES = ("speaker", "name", "the_name", "place", "adjective")
_RANGE = re.compile(r"\b(\d{4})\D{1,10}(\d{2,4})\b")
_NUMERAL = re.compile(r"[IVXLC]+|\d+|[A-Z]")
# "What are two ways …?" asks for as many as the asker likes: another number asks the same.
_AT_WILL = re.compile(
    r"\s+(?:\w+\s+)?(?:examples?|ways|things|types|kinds|reasons|of)\b", re.IGNORECASE
)
TRIES = 30
MOST_YEARS = 60  # between a date and another that takes its place: a near miss, no absurdity


@dataclass(frozen=True, slots=True)
class Mention:
    where: At
    words: str
    kind: str  # of the inventory

    @property
    def rule(self) -> str:
        """The kind of the near misses that come of it."""
        first = self.kind.split()[0]
        return "other_name" if first in NAMES and first != "place" else f"other_{first}"


def mentions(text: str, inventories: Sequence[Inventory], seen: str) -> Iterator[Mention]:
    """Names, places, dates, numbers and terms of a text that ``seen`` holds too."""
    taken: list[At] = []
    for date in DATE.finditer(text):
        dated = date.group().strip()  # the pattern takes a blank before a year along
        if (shape := stock.date_shape(dated)) is not None:
            where = (date.end() - len(dated), date.end())
            taken.append(where)
            yield Mention(where, dated, f"date {shape}")
    for number in stock.NUMBER.finditer(text):
        if not (stock.is_in_date(text, number) or _AT_WILL.match(text, number.end())):
            taken.append(number.span())
            yield Mention(number.span(), number.group(), f"number {stock.number_shape(number[0])}")
    folded = text.casefold()
    for entry, kind in inventories[0].of(*NAMES, "term"):
        at = find(entry, text) if entry.casefold() in folded else None
        if at is None or any(a < at[1] and at[0] < b for a, b in taken):
            continue
        taken.append(at)
        if not _is_common(entry, text, kind, seen):
            yield Mention(at, entry, kind)


def _is_common(entry: str, text: str, kind: str, seen: str) -> bool:
    """In a question without capitals: a name's letters that may be an ordinary word."""
    if kind == "term" or text != text.lower() or " " in entry:
        return False
    return (
        len(entry) < 4 or re.search(rf"(?<!\w){re.escape(entry.lower())}(?!\w)", seen) is not None
    )


def is_visible(mention: Mention, pair: Pair) -> bool:
    """Whether the reader can see in the sentence's context what the question means by it."""
    if mention.kind == "speaker":  # others than who speaks are only spoken of
        return pair.headings[-1:] == (mention.words,)
    seen = pair.seen
    if mention.kind.startswith("number"):
        return stock.value(mention.words) in stock.values(seen)
    if mention.kind.startswith("date"):
        return set(re.findall(r"\d{3,4}", mention.words)) <= set(re.findall(r"\d{3,4}", seen))
    return bool(_words(mention.words) & _words(seen))


def replacement(
    mention: Mention, pair: Pair, inventories: Sequence[Inventory], rng: Random
) -> str | None:
    """Other words of the mention's kind, from the first inventory that has any that fit.

    Names that share the mention's number of words are preferred.
    """
    seen = f"{pair.question}\n{pair.seen}"
    size = len(mention.words.split())
    for inventory in inventories:
        entries: tuple[str, ...] = inventory.entries.get(mention.kind, ())
        drawn: list[str] = rng.sample(entries, min(10 * TRIES, len(entries)))
        alike = [one for one in drawn if len(one.split()) == size]
        tried: list[str] = alike[:TRIES]
        if inventory is inventories[0]:
            tried = tried + drawn[:TRIES]
        for new in tried:
            if is_other(mention, new, seen):
                return new
    return _changed(mention, seen, rng)


def _changed(mention: Mention, seen: str, rng: Random) -> str | None:
    """A date or number close by, where the texts have no other."""
    last = re.search(r"\d+(?=\D*$)", mention.words)
    if last is None or "." in mention.words or "," in mention.words.replace(", ", ""):
        return None
    is_date = mention.kind.startswith("date")
    for _ in range(TRIES):
        number = int(last[0]) + rng.choice((-1, 1)) * rng.randint(1, 12 if is_date else 5)
        new = f"{mention.words[: last.start()]}{number}{mention.words[last.end() :]}"
        if (
            number > 1
            and not new.endswith(("st", "nd", "rd", "th"))
            and is_other(mention, new, seen)
        ):
            return new
    return None


def is_other(mention: Mention, new: str, seen: str) -> bool:
    """Whether the new words surely mean something else, of which ``seen`` says nothing."""
    if mention.kind.startswith("number"):
        return stock.value(new) not in stock.values(seen) | {stock.value(mention.words), 0.0, 1.0}
    if mention.kind.startswith("date"):
        near = abs(_year(new) - _year(mention.words)) <= MOST_YEARS
        return fold(new) != fold(mention.words) and near and not _dated(new, seen)
    if mention.kind == "term":
        plural = mention.words.endswith("s") == new.endswith("s")
        gerund = mention.words.endswith("ing") == new.endswith("ing")
        return plural and gerund and not (_words(new) & _words(seen))
    return _another_name(mention.words, new) and not _named(mention.words, new, seen)


def _dated(date: str, seen: str) -> bool:
    """Whether its year stands there, in its decade or between two years ("1973 to 1980")."""
    year = _year(date)
    if str(year) in seen or f"{year // 10}0s" in seen or "century" in seen:
        return True
    for first, last in _RANGE.findall(seen):
        if int(first) <= year <= int(first[: 4 - len(last)] + last):
            return True
    return False


def _year(date: str) -> int:
    return int(re.findall(r"\d{3,4}", date)[-1])


def _another_name(old: str, new: str) -> bool:
    """Not a part, a form or the initials of the same name; "World War II" is not "… I"."""
    mine, other = _words(old), _words(new)
    if not other:
        return False
    if mine & other:
        numerals = [set(filter(_NUMERAL.fullmatch, one.split())) for one in (old, new)]
        same_rest = set(old.split()) - numerals[0] == set(new.split()) - numerals[1]
        return bool(numerals[0] and numerals[1]) and numerals[0] != numerals[1] and same_rest
    if any(a[:3] == b[:3] for a in mine for b in other if min(len(a), len(b)) >= 4):
        return False
    letters = [re.sub(r"[^A-Z]", "", one) for one in (old, new)]
    return not (min(map(len, letters)) >= 2 and letters[0] == letters[1])


def _named(old: str, new: str, seen: str) -> bool:
    """Whether what the new name adds to the old one stands in the text."""
    added = set(map(bare, words(new))) - set(map(bare, words(old)))
    return bool((added - STOP) & set(map(bare, words(seen))))


def _words(text: str) -> frozenset[str]:
    return frozenset(bare(word) for word in words(text)) - STOP
