"""A question's word that no document holds, read as one of theirs that is a slip away. Pure.

Distance is that of Damerau and Levenshtein in its common restricted form: letters left out,
added, changed, or two neighbours swapped, and no stretch changed twice. A word that is right
as it stands is no slip: a question on Slovenia must not become one on Slovakia. So the caller
says which words it knows, and those stay.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from rag.text.words import QUOTED, WORD, bare, capitalise, fold, is_content, names, words

SHORTEST = 4  # letters of a word that may be changed
LONG = 8  # letters from which two may be wrong
CLEARLY = 2.0  # times more passages than the next word that is equally near
# Words that are one slip apart and mean the opposite.
_OPPOSED = (("hyper", "hypo"), ("inter", "intra"), ("ante", "anti"), ("macro", "micro"))
_ENDINGS = ("s", "es", "d", "ed", "ing", "er", "est", "ly")
_PUT_BEFORE = frozenset("ae")  # "typical" and "atypical", "merge" and "emerge"


@dataclass(frozen=True, slots=True)
class Known:
    """A word as the documents write it, its index term, and how many passages hold the term."""

    text: str
    term: str
    passages: int


@dataclass(frozen=True, slots=True)
class Correction:
    """``changes`` are (from, to) pairs as they stand in the two questions."""

    question: str
    changes: tuple[tuple[str, str], ...]

    def to_list(self) -> list[dict[str, str]]:
        return [{"from": before, "to": after} for before, after in self.changes]


def corrected(
    question: str,
    missing: Sequence[str],
    near: Callable[[str], Iterable[Known]],
    is_word: Callable[[str], bool],
) -> Correction | None:
    """The question with its missing words changed to near ones; None where nothing is changed.

    ``near`` names words of the documents that may be meant by one; too many do no harm.
    ``is_word`` says of a word that it is right though the documents do not hold it.
    """
    changes: list[tuple[str, str]] = []
    text = question
    for word in missing:
        if not _may_change(word, question) or any(map(is_word, forms(word))):
            continue
        is_name = len(word) < LONG and any(word in words(name) for name in names(question))
        best = _best(word, (one for one in near(word) if _may_be(one.text, is_name)))
        if best is None:
            continue
        changed, written = _replaced(text, word, best.text)
        changes += written
        text = changed
    return Correction(text, tuple(dict.fromkeys(changes))) if changes else None


def plain(word: str) -> str:
    """Folded and without accents, as the index compares words."""
    parts = unicodedata.normalize("NFKD", fold(word))
    return "".join(c for c in parts if not unicodedata.combining(c))


def forms(word: str) -> list[str]:
    """The word, and what it may be a form of: "rusting" of "rust", "liked" of "like"."""
    found = [word]
    for ending in _ENDINGS:
        root = word[: -len(ending)]
        if not word.endswith(ending) or len(root) < SHORTEST:
            continue
        found += [root, f"{root}e"]
        if root[-1] == "i":
            found.append(f"{root[:-1]}y")
        if root[-1] == root[-2]:
            found.append(root[:-1])
    return found


def most_slips(word: str) -> int:
    return 1 if len(word) < LONG else 2


def distance(left: str, right: str, most: int) -> int:
    """How many slips apart two words are; ``most`` + 1 for all that is further."""
    if abs(len(left) - len(right)) > most:
        return most + 1
    return min(most + 1, _last_row(left, right)[-1])


def prefix_distance(word: str, start: str) -> int:
    """How many slips the nearest beginning of a word is from ``start``."""
    return min(_last_row(start, word))


def _last_row(left: str, right: str) -> list[int]:
    """The distance of ``left`` from each beginning of ``right``."""
    before: list[int] = []
    last = list(range(len(right) + 1))
    for i, a in enumerate(left, start=1):
        row = [i]
        for j, b in enumerate(right, start=1):
            best = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (a != b))
            if i > 1 and j > 1 and a == right[j - 2] and left[i - 2] == b:
                best = min(best, before[j - 2] + 1)
            row.append(best)
        before, last = last, row
    return last


def _may_change(word: str, question: str) -> bool:
    """No number, no short word, no acronym where not all is in capitals."""
    is_acronym = sum(c.isupper() for c in word) > 1 and not question.isupper()
    return word.isalpha() and len(word) >= SHORTEST and not is_acronym


def _may_be(known: str, is_name: bool) -> bool:
    """Words that say nothing are not meant, and a short name is no common word."""
    return is_content(known) and (not is_name or not known.islower())


def _best(word: str, known: Iterable[Known]) -> Known | None:
    """The nearest one, rather with the same first letter; of such the most frequent, if clearly."""
    written = plain(word)
    most = most_slips(written)
    ranks = {one: _rank(written, plain(one.text), most) for one in known}
    least = min(ranks.values(), default=(most + 1, True))
    if least[0] > most:
        return None
    nearest = [one for one in ranks if ranks[one] == least]
    nearest.sort(key=lambda one: (-one.passages, one.term, -_same_end(written, one), one.text))
    first = nearest[0]
    others = [one for one in nearest if one.term != first.term]
    is_clear = all(first.passages >= CLEARLY * one.passages for one in others)
    return first if is_clear else None


def _rank(written: str, known: str, most: int) -> tuple[int, bool]:
    """The distance, beyond ``most`` also for what is no slip; whether the first letters differ."""
    slips = distance(written, known, most)
    begins_otherwise = written[:1] != known[:1]
    if (begins_otherwise and slips > 1) or _is_opposite(written, known):
        return most + 1, begins_otherwise
    return slips, begins_otherwise


def _is_opposite(one: str, other: str) -> bool:
    longer, shorter = (one, other) if len(one) > len(other) else (other, one)
    if longer[1:] == shorter and longer[0] in _PUT_BEFORE:
        return True
    return any(
        (one.startswith(a) and other.startswith(b)) or (one.startswith(b) and other.startswith(a))
        for a, b in _OPPOSED
    )


def _same_end(written: str, known: Known) -> int:
    """How many letters two words end with together."""
    pairs = zip(reversed(written), reversed(plain(known.text)), strict=False)
    same = [a == b for a, b in pairs]
    return same.index(False) if False in same else len(same)


def _replaced(text: str, word: str, known: str) -> tuple[str, list[tuple[str, str]]]:
    """The text with a word replaced wherever it stands outside of quotes, and what was changed."""
    quotes = [match.span() for match in QUOTED.finditer(text)]
    changes: list[tuple[str, str]] = []
    pieces: list[str] = []
    at = 0
    for match in WORD.finditer(text):
        start = match.start()
        is_quoted = any(begin <= start < end for begin, end in quotes)
        if is_quoted or bare(match.group()) != bare(word):
            continue
        written = match.group()[: len(bare(word))]
        new = _cased(written, known)
        changes.append((written, new))
        pieces += [text[at:start], new]
        at = start + len(written)
    return "".join([*pieces, text[at:]]), changes


def _cased(written: str, known: str) -> str:
    """In the case of what was written; a name keeps its capitals."""
    if written.isupper():
        return known.upper()
    return capitalise(known) if written[0].isupper() else known
