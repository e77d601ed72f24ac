"""The words of the documents that may be meant by a misspelled one.

The index holds stems, and a question is read as words: so near stems are looked up first,
and the words that they come from are read in a few of the passages that hold them.
"""

from __future__ import annotations

import re
import string
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from rag.question.spelling import Known, distance, most_slips, plain, prefix_distance
from rag.text.words import fold

MOST_TERMS = 6  # whose words are read, and as many of another ending
MOST_TEXTS = 20  # that are read for one of them
ENOUGH_TEXTS = 3  # where a near word was in one of them
_LONGEST_ENDING = 5  # letters that a stem leaves out: "deleg" of "delegation"
_WORD = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """``terms_from``: the index terms that begin so. ``terms``: those of a text, in its order.

    ``frequency``: how many passages hold a term. ``texts``: some of these, the best first.
    """

    terms_from: Callable[[str], Iterable[str]]
    terms: Callable[[str], Sequence[str]]
    frequency: Callable[[str], int]
    texts: Callable[[str], Iterator[str]]

    def near(self, word: str) -> list[Known]:
        """Words within reach of a slip or two, as the documents write them."""
        written = plain(word)
        stems = self.terms(word)
        if len(stems) != 1:
            return []
        terms = self._near_terms(written, stems[0])
        return [one for term in terms for one in self._words_of(term, written)]

    def _near_terms(self, written: str, stem: str) -> list[str]:
        """Nearest first, of equally near ones the most frequent; as many as are worth reading."""
        near: dict[str, tuple[int, int]] = dict.fromkeys(self._begin_otherwise(written), (1, 0))
        ending: dict[str, tuple[int, int]] = {}
        most = most_slips(written)
        letters = set(written)
        for term in self.terms_from(written[0]):
            if len(set(term) - letters) > most:
                continue
            if (slips := distance(stem, term, most)) <= most:
                near[term] = slips, 0
            elif rank := _with_other_ending(written, term, most):
                ending[term] = rank
        least = sorted(ending, key=lambda term: (ending[term], term))[:MOST_TERMS]
        return self._first(near) + self._first({term: ending[term] for term in least})

    def _first(self, ranks: Mapping[str, tuple[int, int]]) -> list[str]:
        frequency = {term: self.frequency(term) for term in ranks}
        there = [term for term in ranks if frequency[term]]
        return sorted(there, key=lambda t: (ranks[t], -frequency[t], t))[:MOST_TERMS]

    def _begin_otherwise(self, written: str) -> Iterator[str]:
        """Terms of words that are one slip away and begin with another letter."""
        rest = written[1:]
        forms = [rest, rest[:1] + written[:1] + rest[1:]]
        forms += [letter + end for letter in string.ascii_lowercase for end in (rest, written)]
        for form in forms:
            yield from self.terms(form)[:1]

    def _words_of(self, term: str, written: str) -> list[Known]:
        forms: dict[str, Counter[str]] = {}
        most = most_slips(written)
        for number, text in enumerate(islice(self.texts(term), MOST_TEXTS), start=1):
            for form in _WORD.findall(text):
                near = distance(written, plain(form), most) <= most
                if near and list(self.terms(form)) == [term]:
                    forms.setdefault(fold(form), Counter())[form] += 1
            if forms and number >= ENOUGH_TEXTS:
                break
        passages = self.frequency(term)
        return [Known(_usual(counts), term, passages) for counts in forms.values()]


def _with_other_ending(written: str, term: str, most: int) -> tuple[int, int] | None:
    """How near a term is to a beginning of what was written, smaller is nearer.

    A slip in its ending keeps a word from being stemmed as it should be ("delegatoin").
    None where the term is too far or too short.
    """
    # "country" has the stem "countri": the last letter of a stem may not be its word's
    root = term[:-1] if term[-1:] in {"i", "e"} else term
    shortest = max(3, len(written) - most - _LONGEST_ENDING)
    if not shortest <= len(root) <= len(written) + most:
        return None
    slips = prefix_distance(written, root)
    return (slips, -len(root)) if slips <= most else None


def _usual(forms: Counter[str]) -> str:
    """A word as it is usually written: in small letters if it ever is, else as most often."""
    small = [form for form in forms if form.islower()]
    mixed = [form for form in forms if not form.isupper()]
    return max(small or mixed or list(forms), key=lambda form: (forms[form], form))
