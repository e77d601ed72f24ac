"""Which documents a conversation is about: those that the last answer was quoted from. Pure.

"For how long?" after a sentence of the lease is asked of the lease. No rule that makes a question
stand alone sees all that lean on the turns before, and other documents hold the words as well.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.passages.sentences import split_sentences
from index.types import Document, Span
from rag.question.followup.leaning import known_nouns
from rag.question.followup.past import singular
from rag.text.words import fold

# In units of a sentence's score, whose exponential is a belief. Chosen on half of the conversations
# of evals/sets/talks.jsonl (docs/figures.md): at 6 the answers to a change of topic get worse.
# Where the question takes something as known they do not at 9; at 6 others are still read first.
TALKED_OF = 3.0
KNOWN = 9.0
_LEAST = 20  # code points of a sentence by which a document is known again
_NUMBER = re.compile(r"\s*\[\d+\]")  # of a citation


def nearness(question: str, answers: Sequence[str], documents: Sequence[Document]) -> list[float]:
    """What is added to the scores of each document's sentences; ``answers``: the last one first.

    The documents of the last answer that was quoted from any of them are talked of. More is added
    where they hold what the question takes as known: "What does the licence cost?" must not be
    answered with another's price.
    """
    for answer in answers:
        text = _NUMBER.sub("", answer)
        quotes = [one.of(text) for one in split_sentences(text, Span(0, len(text)))]
        long = [one for one in quotes if len(one) >= _LEAST]
        found = [any(quote in document.text for quote in long) for document in documents]
        if any(found):
            nouns = known_nouns(question)
            return [
                (KNOWN if _holds(document, nouns) else TALKED_OF) if one else 0.0
                for one, document in zip(found, documents, strict=True)
            ]
    return [0.0] * len(documents)


def _holds(document: Document, nouns: Sequence[str]) -> bool:
    """Whether it has all of them, in the singular or the plural; not where there are none."""
    text = fold(document.text) if nouns else ""
    said = (re.search(rf"\b{re.escape(singular(noun))}(?:e?s)?\b", text) for noun in nouns)
    return bool(nouns) and all(said)
