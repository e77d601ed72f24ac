"""What the similarity reader looks at: one row of numbers for each sentence it may quote.

Late interaction is that of ColBERT (Khattab and Zaharia 2020) on the embedder's own token
vectors: for each token of the question its best cosine among the tokens of the sentence.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from index.passages.lists import stands_behind
from index.types import Span, TokenVectors, Vectors
from rag.question.analyse import Question
from rag.text.answer_types import has_type
from rag.text.words import fold, is_content, is_negation, word_set, words
from rag.types import PassageText

Idf = Callable[[str], float]  # of an analysed term, 0 … 1
Analyse = Callable[[str], list[str]]  # text to terms
Matrix = NDArray[np.float64]
T = TypeVar("T")

# Features of one sentence by itself, then of its passage; _RELATIVE repeats some of them
# relative to the best sentence among all that were read.
SENTENCE = (
    "late", "late_idf", "late_context", "late_context_idf", "late_weakest", "late_weak_pair",
    "late_weak_name", "cosine",
    "coverage", "coverage_context", "bigrams", "names", "numbers", "headings",
    "type_found", "type_wanted", "negation_differs", "pronoun_first", "length", "first", "echo",
)  # fmt: skip
PASSAGE = ("passage_late", "passage_late_idf", "passage_cosine", "passage_coverage",
           "passage_names", "passage_numbers", "passage_weakest", "passage_weak_pair",
           "passage_weak_name", "unseen")  # fmt: skip
_RELATIVE = ("late", "late_idf", "late_context", "late_context_idf", "cosine", "coverage",
             "coverage_context", "passage_late_idf", "passage_cosine")  # fmt: skip
NAMES = (*SENTENCE, *PASSAGE, *(f"{name}_behind_best" for name in _RELATIVE))
PRONOUNS = word_set("he she it they this that these those his her its their such")


@dataclass(frozen=True, slots=True)
class Asked:
    """A question as the features need it."""

    question: Question
    vectors: Vectors  # (n tokens, d)
    token_idf: NDArray[np.float64]  # (n tokens,), 0 for tokens of stop words
    content: tuple[NDArray[np.int64], ...]  # the tokens of each content word
    is_name: NDArray[np.bool_]  # (n content words,): of a name or a number
    pooled: Vectors  # (d,)
    terms: dict[str, float]  # analysed content term -> idf
    bigrams: frozenset[tuple[str, str]]
    names: tuple[frozenset[str], ...]  # terms of each name
    numbers: frozenset[str]
    words: frozenset[str]  # folded


def prepare(question: Question, tokens: TokenVectors, analyse: Analyse, idf: Idf) -> Asked:
    """Everything about a question that does not depend on a passage."""
    terms = {term: idf(term) for word in question.terms for term in analyse(word)}
    content = _content_words(question, tokens, analyse, idf)
    token_idf = np.zeros(len(tokens.offsets))
    for word in content:
        token_idf[word.tokens] = word.idf
    return Asked(
        question=question,
        vectors=tokens.vectors,
        token_idf=token_idf,
        content=tuple(word.tokens for word in content),
        is_name=np.array([word.is_name for word in content], dtype=bool),
        pooled=_pool(tokens.vectors),
        terms=terms,
        bigrams=_bigrams(analyse(question.text)),
        names=tuple(frozenset(analyse(name)) for name in question.names),
        numbers=frozenset(n for number in question.numbers for n in analyse(number)),
        words=frozenset(fold(word) for word in words(question.text)),
    )


def sentence_features(
    asked: Asked,
    passages: Sequence[PassageText],
    tokens: Sequence[TokenVectors],
    analyse: Analyse,
) -> Matrix:
    """(sentences of all passages, len(NAMES)); ``tokens`` are of headings and text together."""
    blocks = [
        _passage_rows(asked, passage, vectors, analyse)
        for passage, vectors in zip(passages, tokens, strict=True)
    ]
    rows = np.concatenate(blocks) if blocks else np.zeros((0, len(SENTENCE) + len(PASSAGE)))
    columns = [NAMES.index(name) for name in _RELATIVE]
    best = rows[:, columns].max(axis=0) if len(rows) else np.zeros(len(columns))
    return np.hstack([rows, rows[:, columns] - best])


def _passage_rows(
    asked: Asked, passage: PassageText, tokens: TokenVectors, analyse: Analyse
) -> Matrix:
    before = sum(len(heading) + 1 for heading in passage.headings)
    starts = tokens.offsets[:, 0] - before if len(tokens.offsets) else np.zeros(0)
    similar = asked.vectors @ tokens.vectors.T if len(tokens.vectors) else _empty(asked)
    in_headings = slice(0, int(np.searchsorted(starts, 0)))
    heading_best = _best(similar[:, in_headings])
    question_best = _question_best(passage, tokens, similar)
    heading_terms = frozenset(t for heading in passage.headings for t in analyse(heading))
    texts = [span.of(passage.text) for span in passage.sentence_spans]
    terms = [analyse(text) for text in texts]
    all_terms = heading_terms.union(*terms)
    whole = np.array(
        [
            *_late(asked, _best(similar)),
            float(_pool(tokens.vectors) @ asked.pooled),
            _covered(asked.terms, all_terms),
            _names_found(asked, all_terms),
            _share(asked.numbers, all_terms),
            *_weakest(asked, _best(similar)),
            _unseen(asked),
        ]
    )
    heres = [
        slice(*np.searchsorted(starts, (span.start, span.end)).tolist())
        for span in passage.sentence_spans
    ]
    bests = [_best(similar[:, here]) for here in heres]
    rows = []
    for at, behind in enumerate(stands_behind(passage.text, passage.sentence_spans)):
        here, best, own = heres[at], bests[at], frozenset(terms[at])
        context, around = np.maximum(best, heading_best), own | heading_terms
        if behind is not None:
            context, around = np.maximum(context, bests[behind]), around.union(terms[behind])
        rows.append(
            [
                *_late(asked, np.maximum(best, question_best)),
                *_late(asked, context),
                *_weakest(asked, context),
                float(_pool(tokens.vectors[here]) @ asked.pooled),
                _covered(asked.terms, own),
                _covered(asked.terms, around),
                _share(asked.bigrams, _bigrams(terms[at])),
                _names_found(asked, around),
                _share(asked.numbers, around),
                _covered(asked.terms, heading_terms),
                *_kind_features(asked, texts[at], own),
                float(at == 0),
                _echo(asked, own),
                *whole,
            ]
        )
    return np.array(rows, dtype=np.float64).reshape(-1, len(SENTENCE) + len(PASSAGE))


def _question_best(
    passage: PassageText, tokens: TokenVectors, similar: Vectors
) -> NDArray[np.float64]:
    """The similarities to the question that the passage answers: "Who leads it? — My brother."

    An answer says only what the question left open, so the two are read as one.
    """
    if not passage.headings or "?" not in passage.headings[-1]:
        return np.zeros(len(similar))
    start = sum(len(heading) + 1 for heading in passage.headings[:-1])
    end = start + len(passage.headings[-1])
    return _best(similar[:, slice(*np.searchsorted(tokens.offsets[:, 0], (start, end)).tolist())])


def _kind_features(asked: Asked, sentence: str, terms: frozenset[str]) -> list[float]:
    """Type of answer, negation, pronoun at the start, length."""
    wanted = asked.question.answer_type not in {"thing", "none"}
    found = wanted and has_type(asked.question.answer_type, sentence, asked.words)
    said = words(sentence)
    negated = any(is_negation(word) for word in said)
    return [
        float(found),
        float(wanted and not found),
        float(negated != asked.question.negated),
        float(bool(said) and fold(said[0]) in PRONOUNS),
        math.log1p(len(terms)),
    ]


def _late(asked: Asked, best: NDArray[np.float64]) -> tuple[float, float]:
    """Mean over the question's tokens, plain and weighted by idf."""
    if not len(best):
        return 0.0, 0.0
    weight = asked.token_idf.sum()
    plain = float(best.mean())
    return plain, float(best @ asked.token_idf / weight) if weight else plain


def _weakest(asked: Asked, best: NDArray[np.float64]) -> tuple[float, float, float]:
    """How well the worst matched content word is matched, the worst two, the worst name or number.

    A near miss often differs from its text in one word; a mean hides it.
    """
    matched = np.array([best[tokens].mean() for tokens in asked.content])
    if not len(matched):
        return 0.0, 0.0, 1.0
    names = matched[asked.is_name]
    pair = float(np.sort(matched)[:2].mean())
    return float(matched.min()), pair, float(names.min()) if len(names) else 1.0


def _unseen(asked: Asked) -> float:
    """Share of the question's terms that no passage of the collection holds."""
    return sum(w > 0.999 for w in asked.terms.values()) / max(1, len(asked.terms))


def _best(similar: Vectors) -> NDArray[np.float64]:
    if similar.shape[1] == 0:
        return np.zeros(similar.shape[0])
    best: NDArray[np.float64] = similar.max(axis=1).astype(np.float64)
    return best


def _empty(asked: Asked) -> Vectors:
    return np.zeros((len(asked.vectors), 0), np.float32)


def _pool(vectors: Vectors) -> Vectors:
    """Mean of token vectors, of length 1 (zeros for no tokens)."""
    if not len(vectors):
        return np.zeros(vectors.shape[1], np.float32)
    mean = vectors.mean(axis=0)
    unit: Vectors = mean / max(float(np.linalg.norm(mean)), 1e-9)
    return unit


def _covered(wanted: dict[str, float], terms: frozenset[str]) -> float:
    """Share of the wanted terms, by idf, that are there."""
    total = sum(wanted.values())
    return sum(w for term, w in wanted.items() if term in terms) / total if total else 0.0


def _share(wanted: frozenset[T], there: frozenset[T]) -> float:
    return len(wanted & there) / len(wanted) if wanted else 1.0


def _names_found(asked: Asked, terms: frozenset[str]) -> float:
    if not asked.names:
        return 1.0
    return sum(len(name & terms) / max(1, len(name)) for name in asked.names) / len(asked.names)


def _echo(asked: Asked, terms: frozenset[str]) -> float:
    """Share of the sentence's terms that are the question's own: all echo, no answer."""
    return len(terms & asked.terms.keys()) / max(1, len(terms))


def _bigrams(terms: Sequence[str]) -> frozenset[tuple[str, str]]:
    return frozenset(pairwise(terms))


@dataclass(frozen=True, slots=True)
class _Word:
    tokens: NDArray[np.int64]
    idf: float
    is_name: bool


def _content_words(
    question: Question, tokens: TokenVectors, analyse: Analyse, idf: Idf
) -> list[_Word]:
    """The content words of a question with the tokens that each is made of."""
    named = {fold(w) for name in (*question.names, *question.numbers) for w in words(name)}
    found = []
    for span in _word_spans(question.text):
        word = span.of(question.text)
        starts, ends = tokens.offsets[:, 0], tokens.offsets[:, 1]
        inside = np.flatnonzero((starts >= span.start) & (ends <= span.end))
        if is_content(word) and len(inside):
            weight = max((idf(term) for term in analyse(word)), default=0.0)
            found.append(_Word(inside, weight, fold(word) in named))
    return found


def _word_spans(text: str) -> list[Span]:
    spans, at = [], 0
    for word in words(text):
        at = text.index(word, at)
        spans.append(Span(at, at + len(word)))
        at += len(word)
    return spans
