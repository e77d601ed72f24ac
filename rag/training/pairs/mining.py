"""The wrong sentences that look most like an answer."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

from index.passages.quotable import is_declarative
from rag.training.pairs.overlap import Overlap
from rag.training.pairs.texts import holds
from rag.training.pairs.types import Labelled, Pair, Place

# Scores of the sentences for a question, the higher the nearer: an embedder's, say.
Scorer = Callable[[str, Sequence[str]], Sequence[float]]
UNLABELLED = "unlabelled"  # the kind of a pair of which nobody says whether it is right
MIN_WORDS = 4  # shorter sentences are told apart without training


class Miner:
    """Sentences to mine from: those of one group, or of a whole data set.

    Without ``scorer`` the nearest are those that share the rarest words with the question.
    """

    def __init__(self, places: Sequence[Place], scorer: Scorer | None = None) -> None:
        self._places = places
        self._sentences = [text.sentences[at] for text, at in places]
        self._overlap = Overlap(self._sentences)
        self._scorer = scorer

    def mine(self, labelled: Labelled, n: int, kind: str = "mined") -> Iterator[Pair]:
        """Up to ``n`` of the nearest sentences that do not answer, best first.

        Left out are the question's right and unsure sentences, wherever they stand again,
        those that hold an answer's words, and what may never be quoted.
        """
        own = {labelled.text.sentences[at] for at in (*labelled.right, *labelled.unsure)}
        seen = set(own)
        for number in self._ranked(labelled.question):
            if n <= 0:
                return
            text, at = self._places[number]
            sentence = text.sentences[at]
            if sentence in seen or not is_wrong(sentence, labelled.answers):
                continue
            seen.add(sentence)
            n -= 1
            yield replace(labelled, text=text).pair(at, 0, kind)

    def nearest(self, labelled: Labelled, n: int) -> Iterator[Pair]:
        """The ``n`` nearest sentences but the right ones in their places, of which nothing is
        said: as pairs of the kind "unlabelled"."""
        ranked = itertools.islice(self._ranked(labelled.question), n)
        for text, at in (self._places[number] for number in ranked):
            if not (text == labelled.text and at in labelled.right):
                yield replace(labelled, text=text).pair(at, 0, UNLABELLED)

    def best_of(self, labelled: Labelled, n: int) -> list[int]:
        """The sentences of the question's own text that share most with it."""
        text = labelled.text
        scores = [self._overlap.score(labelled.question, one) for one in text.sentences]
        ranked = sorted(range(len(scores)), key=lambda at: (-scores[at], at))
        return [at for at in ranked if is_declarative(text.sentences[at])][:n]

    def _ranked(self, question: str) -> Iterator[int]:
        if self._scorer is None:
            yield from (number for number, _ in self._overlap.nearest(question))
            return
        scores = self._scorer(question, self._sentences)
        yield from sorted(range(len(scores)), key=lambda number: (-scores[number], number))


def is_wrong(sentence: str, answers: Sequence[str]) -> bool:
    """Whether a sentence of another place can stand as one that does not answer."""
    return (
        len(sentence.split()) >= MIN_WORDS
        and is_declarative(sentence)
        and not holds(sentence, answers)
    )
