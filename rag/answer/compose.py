"""Readings to an answer's sentences: which, how many, in which order. Pure.

A quote is a whole sentence of a document; ``index.passages.quotable`` says what may be quoted.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from index.passages.outline import place
from index.passages.quotable import is_declarative
from index.types import Document, Passage, Span
from rag.answer.conflicts import Conflict, conflicts, rivals
from rag.question.analyse import Question
from rag.question.timing import Dated, ordered, when
from rag.text.words import fold, words
from rag.types import NONE, AnswerSentence, Citation, PassageText, Reading, SentenceReading

# A sentence that opens with one of these points back at the one before it.
_LEANS = re.compile(
    r"(?:(?:and|but|so|or|yet|then|thus|therefore|hence|however|moreover|furthermore|besides|also|"
    r"instead|otherwise|consequently|accordingly|nevertheless|nonetheless|meanwhile|similarly|"
    r"likewise|in addition|as a result|for this reason|that is why|because of (?:this|that))\b"
    r"[,\s]*)?"
    r"(?:he|she|it|they|this|that|these|those|his|her|its|their|such|both|neither|the (?:former|"
    r"latter)|the (?:first|second|third|last)(?: one)?(?= (?:is|was|are|were|will)))\b",
    re.IGNORECASE,
)
_EXPLETIVE = re.compile(
    r"it(?:'s| is| was| has been| will be)? (?:\w+ ){0,3}(?:that|to|whether|who)\b", re.IGNORECASE
)
_ENTRY = re.compile(r"[^\s:][^:]{0,40}:\s+\S")  # "Tenant: Mara Lindqvist" says what it is about
# A sentence that opens with one of these goes on with the list or reasoning before it.
_GOES_ON = re.compile(
    r"(?:and |but )?(?:the )?(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|fourth|another|other|also|"
    r"in addition|additionally|moreover|furthermore|finally|lastly|besides|next|then|therefore|"
    r"thus|as a result|consequently|this|these|they|such)\b",
    re.IGNORECASE,
)
# In units of a candidate's score, whose exponential is a belief. Set by hand: the training sets
# ask for no latest of several dates, and hold few sources that disagree.
NEAR = 1.5  # so much behind the best a later date goes first where the latest is asked for
OUT_OF_TIME = 2.0  # points lost by what is dated outside of the time that is asked for
RIVAL = 0.2  # of the best one's belief, from which a sentence that says otherwise is shown too
SHORT = 4  # words; a sentence of fewer says little without the one before it


@dataclass(frozen=True, slots=True)
class Candidate:
    """A sentence that was read, with all that is needed to quote it."""

    document: Document
    passage: Passage
    span: Span
    score: float
    share: float  # of the belief among all sentences that were read; they sum to 1
    highlight: Span | None = None

    @property
    def text(self) -> str:
        return self.document[self.span]

    @property
    def place(self) -> tuple[str, int]:
        return self.document.id, self.span.start


def passage_text(document: Document, passage: Passage) -> PassageText:
    """What a reader sees; of a sentence that was cut for embedding, the part in the passage."""
    start, end = passage.span.start, passage.span.end
    spans = tuple(
        Span(max(start, one.start) - start, min(end, one.end) - start) for one in passage.sentences
    )
    return PassageText(document[passage.span], passage.headings, spans)


def candidates(
    read: Sequence[tuple[Document, Passage]], readings: Sequence[Reading]
) -> list[Candidate]:
    """All sentences that may be quoted, best first, each once."""
    found: dict[tuple[str, str], Candidate] = {}
    for (document, passage), reading in zip(read, readings, strict=True):
        for span, sentence in zip(passage.sentences, reading.sentences, strict=True):
            text = document[span]
            if not is_declarative(text):
                continue
            one = Candidate(
                document, passage, span, sentence.score, 0.0, _in_whole(sentence, passage, span)
            )
            key = (document.id, fold(" ".join(text.split())))
            if key not in found or found[key].score < one.score:
                found[key] = one
    ranked = sorted(found.values(), key=lambda one: (-one.score, one.place))
    if not ranked:
        return []
    belief = np.exp(np.array([one.score for one in ranked]) - ranked[0].score)
    belief /= belief.sum()
    return [replace(one, share=float(b)) for one, b in zip(ranked, belief, strict=True)]


def _in_whole(sentence: SentenceReading, passage: Passage, span: Span) -> Span | None:
    """The highlight within the whole sentence, of which the passage may hold a later part."""
    mark = sentence.highlight
    return mark and mark.shift(max(0, passage.span.start - span.start))


def in_time(question: str, ranked: Sequence[Candidate]) -> list[Candidate]:
    """In the order that the question's words about time ask for, by dates that are stated."""
    asked = when(question)
    if asked.says_nothing:
        return list(ranked)
    dated = [Dated(one.score, one.text, place(one.document, one.span).date) for one in ranked]
    return [ranked[at] for at in ordered(asked, dated, NEAR, OUT_OF_TIME)]


def choose(
    question: Question,
    ranked: Sequence[Candidate],
    choice: Mapping[str, Mapping[str, float]],
    max_sentences: int,
) -> list[Candidate]:
    """The sentences of the answer, in the order of the text.

    ``choice`` gives for each kind of question (or "other") how many sentences it has at
    most and what share of the best one's belief a further one needs.
    """
    if not ranked:
        return []
    rule = choice.get(question.kind, choice["other"])
    limit = min(int(rule["most"]), max_sentences)
    chosen = strongest(ranked, rule, limit)
    if rule.get("goes_on"):
        chosen = _follow(chosen, ranked, limit)
    if len(chosen) < max_sentences:
        chosen += _rival(question, chosen, ranked)
    return _in_order(_with_neighbours(chosen, max_sentences))


def strongest(
    ranked: Sequence[Candidate], rule: Mapping[str, float], limit: int
) -> list[Candidate]:
    """The best and those that are not far behind it, best first, without repetition."""
    chosen = list(ranked[:1])
    for one in ranked[1:]:
        if len(chosen) >= limit or one.share < rule["share"] * ranked[0].share:
            break
        if not repeats(one, chosen):
            chosen.append(one)
    return chosen


def _rival(
    question: Question, chosen: Sequence[Candidate], ranked: Sequence[Candidate]
) -> list[Candidate]:
    """The first well supported sentence that says otherwise than the best one, if any does."""
    best = chosen[0]
    others = [
        one for one in ranked[1:] if one.share >= RIVAL * best.share and not repeats(one, chosen)
    ]
    return [one for one in others if disagreements(question, [best.text, one.text])][:1]


def disagreements(question: Question, sentences: Sequence[str]) -> list[Conflict]:
    """Which sentences of an answer give different values for the same thing."""
    found = conflicts(sentences)
    if question.kind == "fact":
        pairs = {(one.first, one.second) for one in found}
        more = rivals(question.answer_type, sentences)
        found += [one for one in more if (one.first, one.second) not in pairs]
    return found


def _follow(chosen: list[Candidate], ranked: Sequence[Candidate], limit: int) -> list[Candidate]:
    """With the sentences right after the best that go on with its list or reasoning."""
    found = list(chosen)
    last = chosen[0]
    while len(found) < limit:
        after = _next_sentence(last)
        if after is None or not _GOES_ON.match(last.document[after]):
            break
        known = (one for one in ranked if one.document is last.document and one.span == after)
        last = next(known, replace(last, span=after, share=0.0, highlight=None))
        if not repeats(last, found):
            found.append(last)
    return found


def _with_neighbours(chosen: list[Candidate], max_sentences: int) -> list[Candidate]:
    """Brings the sentence before each one that cannot stand alone, as far as there is room."""
    found = list(chosen)
    for one in chosen:
        before = _sentence_before(one)
        if before is None or not cannot_stand_alone(one.text):
            continue
        brought = replace(one, span=before, highlight=None)
        if len(found) < max_sentences and not repeats(brought, found):
            found.append(brought)
    return found


def cannot_stand_alone(sentence: str) -> bool:
    """Whether it points back at what was said before, or is too short to say what it is about."""
    text = sentence.lstrip("\"'“‘«(*_ ")
    if _EXPLETIVE.match(text):
        return False
    short = len(words(text)) < SHORT and not _ENTRY.match(text)
    return short or _LEANS.match(text) is not None


def _sentence_before(one: Candidate) -> Span | None:
    """The declarative sentence right before, in the same passage."""
    at = one.passage.sentences.index(one.span) if one.span in one.passage.sentences else 0
    if at == 0:
        return None
    before = one.passage.sentences[at - 1]
    return before if is_declarative(one.document[before]) else None


def _next_sentence(one: Candidate) -> Span | None:
    at = one.passage.sentences.index(one.span) + 1
    if at >= len(one.passage.sentences):
        return None
    after = one.passage.sentences[at]
    return after if is_declarative(one.document[after]) else None


def repeats(one: Candidate, others: Sequence[Candidate]) -> bool:
    """Whether a sentence is among others, or says the same words wherever it stands."""
    return any(one.place == other.place or _same_words(one, other) for other in others)


def _same_words(one: Candidate, other: Candidate) -> bool:
    left, right = (frozenset(fold(w) for w in words(c.text)) for c in (one, other))
    if any(word[0].isdigit() for word in left ^ right):
        return False  # another year or number says something else
    return len(left & right) >= 0.9 * max(len(left), len(right), 1)


def _in_order(chosen: Sequence[Candidate]) -> list[Candidate]:
    """By document, the one with the best sentence first, then by place."""
    first = {one.document.id: at for at, one in reversed(list(enumerate(chosen)))}
    return sorted(chosen, key=lambda one: (first[one.document.id], one.span.start))


def cite(one: Candidate, number: int) -> Citation:
    """The citation of a sentence; its quote is the document's text, unchanged."""
    where = place(one.document, one.span)
    return Citation(
        number=number,
        document_id=one.document.id,
        document_title=one.document.title,
        path=one.document.path,
        span=one.span,
        quote=one.text,
        text_sha256=one.document.text_sha256,
        page=where.page,
        unit=where.unit,
        section=where.section,
        speaker=where.speaker,
        date=where.date,
    )


def to_sentences(
    chosen: Sequence[Candidate], answer_chance: float, first_number: int = 1
) -> tuple[list[AnswerSentence], list[Citation]]:
    """Sentences and citations of an answer; the best sentence has the answer's own chance."""
    best = max((one.share for one in chosen), default=1.0)
    citations = [cite(one, number) for number, one in enumerate(chosen, start=first_number)]
    sentences = [
        AnswerSentence(
            text=citation.quote,
            citations=(citation.number,),
            confidence=answer_chance * one.share / best if best else answer_chance,
            highlight=_inside(one.highlight, citation.quote),
        )
        for one, citation in zip(chosen, citations, strict=True)
    ]
    return sentences, citations


def _inside(highlight: Span | None, quote: str) -> Span | None:
    return highlight if highlight and 0 <= highlight.start < highlight.end <= len(quote) else None


def answer_score(readings: Sequence[Reading]) -> float:
    """Raw score that the best sentence of all answers; far below 0 without any."""
    return max((reading.answerable for reading in readings), default=NONE)
