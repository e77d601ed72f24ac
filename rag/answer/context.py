"""What a chosen sentence brings with it: the one that it leans on, those that go on with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import takewhile

from index.passages.lists import Entry, entries, stands_behind
from index.passages.quotable import may_be_quoted
from index.structure import shapes
from index.structure.dates import label_of
from index.types import Span
from rag.answer.candidates import Candidate
from rag.question.analyse import Question
from rag.text.answer_types import CAUSE
from rag.text.verbs import THIRD_PERSON, VERBS
from rag.text.words import AUX, PREPOSITIONS, fold, is_content, words

# A sentence that opens with one of these points back at the one before it.
_JOINS = (
    r"(?:(?:and|but|so|or|yet|then|thus|therefore|hence|however|moreover|furthermore|besides|also|"
    r"instead|otherwise|consequently|accordingly|nevertheless|nonetheless|meanwhile|similarly|"
    r"likewise|in addition|as a result|for this reason|that is why|because of (?:this|that))\b"
    r"[,\s]*)?"
)
_LEANS = re.compile(
    rf"{_JOINS}"
    r"(?:he|she|it|they|this|that|these|those|his|her|its|their|such|both|neither|the (?:former|"
    r"latter)|the (?:first|second|third|last)(?: one)?(?= (?:is|was|are|were|will)))\b",
    re.IGNORECASE,
)
# An "it" that stands for what follows: "It was resolved, by four votes to none, to award …".
_WEIGHED = (
    r"(?:agreed|decided|resolved|voted|proposed|suggested|recommended|possible|impossible|"
    r"necessary|important|better|best|advisable|forbidden|prohibited)"
)
_KNOWN = r"(?:agreed|decided|resolved|clear|unclear|known|unknown|open|certain|uncertain)"
_IMPERSONAL = re.compile(
    rf"{_JOINS}it(?:['’]s| is| was| (?:has|had|will|would) (?:not )?be(?:en)?)?"
    r"(?:(?: \w+){0,3}(?:,[^,]{1,80},)? (?:that|whether|who)\b"
    r"| (?:takes|took|costs?)(?: [\w.,]+){1,3} to\b"
    rf"|(?: not| \w+ly| also| further| then){{0,3}}(?: {_WEIGHED}(?:,[^,]{{1,80}},)? to\b"
    rf"| {_KNOWN} (?:how|what|when|where|which|why|from [^,]{{1,60}} that)\b))",
    re.IGNORECASE,
)
_NAMES_ITS_THING = re.compile(rf"{_JOINS}th(?:is|ese) (?P<thing>\w+(?: \w+)?)", re.IGNORECASE)
# What nothing can be pointed to in: who wrote a text, or the short answer to a question.
_BYLINE = re.compile(r"(?i:(?:\w+ )?by) (?=[A-ZÀ-ÖØ-Þ])")
_REPLY = re.compile(
    rf"(?:(?:yes|no|never|neither)\b\W*(?:[,.;:!–—]|$)|not (?:{'|'.join(sorted(PREPOSITIONS))}|yet|"
    r"really|exactly|always|now|at all)\b)",
    re.IGNORECASE,
)
_ENTRY = re.compile(r"[^\s:][^:]{0,40}:\s+\S")  # "Tenant: Mara Lindqvist" says what it is about
# A sentence that opens with one of these goes on with the list or reasoning before it.
_GOES_ON = re.compile(
    r"(?:and |but )?(?:the )?(?:first(?:ly)?|second(?:ly)?|third(?:ly)?|fourth|another|other|also|"
    r"in addition|additionally|moreover|furthermore|finally|lastly|besides|next|then|therefore|"
    r"thus|as a result|consequently|this|these|they|such)\b",
    re.IGNORECASE,
)
_OPENERS = "\"'“‘«(*_ "
_VERBS = AUX | VERBS | THIRD_PERSON
SHORT = 4  # words; a sentence of fewer says little without the one before it


def followed(
    question: Question, chosen: list[Candidate], ranked: Sequence[Candidate], limit: int
) -> list[Candidate]:
    """With the sentences right after the best that go on with its list or reasoning, or name the
    reason that is asked for and that it does not name."""
    found = list(chosen)
    last = chosen[0]
    wants_cause = question.answer_type == "reason"
    while len(found) < limit:
        after = _next_sentence(last)
        if after is None:
            break
        wants_cause = wants_cause and not CAUSE.search(last.text)
        names_it = wants_cause and CAUSE.search(last.document[after])
        if not names_it and not _GOES_ON.match(last.document[after]):
            break
        last = _read(last, after, ranked)
        if not repeats(last, found):
            found.append(last)
    return found


def with_neighbours(
    chosen: list[Candidate], ranked: Sequence[Candidate], max_sentences: int
) -> list[Candidate]:
    """Brings the sentence before each one that cannot stand alone, as far as there is room."""
    found = list(chosen)
    for one in chosen:
        brought = _brought(one, ranked)
        if brought and len(found) < max_sentences and not repeats(brought, found):
            found.append(brought)
    return found


def _brought(one: Candidate, ranked: Sequence[Candidate]) -> Candidate | None:
    """The sentence before, where one needs it: as sure as an item that it leads in to, else only
    as sure as it is by itself."""
    before, entry = sentence_before(one), entry_of(one)
    if before is None or (entry and entry.lead is None):  # what stands before is another item
        return None
    if is_part(one, before):
        return replace(one, span=before, highlight=None)
    if not cannot_stand_alone(one.text) or _is_named_above(one):
        return None
    if not _can_be_meant(one.document[before]):
        return None
    return replace(_read(one, before, ranked), highlight=None)


def _read(one: Candidate, span: Span, ranked: Sequence[Candidate]) -> Candidate:
    """Another sentence of its passage, as sure as it was read to be; not at all if it was not."""
    known = (other for other in ranked if other.document is one.document and other.span == span)
    return next(known, replace(one, span=span, share=0.0, highlight=None))


def _is_named_above(one: Candidate) -> bool:
    """Whether it is of "this stew" under a heading that names the stew."""
    if not (this := _NAMES_ITS_THING.match(one.text.lstrip(_OPENERS))):
        return False
    titles = [one.document.title or "", *one.passage.headings]
    above = {fold(word) for title in titles for word in words(title)}
    return any(fold(word) in above for word in takewhile(is_content, words(this["thing"])))


def _can_be_meant(before: str) -> bool:
    """Whether a sentence can hold what the next one points to: no byline, no bare reply."""
    if byline := _BYLINE.match(before):
        rest = [word for word in words(before[byline.end() :]) if is_content(word)]
        return shapes.ends_sentence(before) and any(word[0].islower() for word in rest)
    return not _REPLY.match(before) or _has_verb(before)


def _has_verb(text: str) -> bool:
    return any(fold(word) in _VERBS or fold(word).endswith("ed") for word in words(text))


def cannot_stand_alone(sentence: str) -> bool:
    """Whether it points back at what was said before, or is too short to say what it is about."""
    text = sentence.lstrip(_OPENERS)
    if _IMPERSONAL.match(text):
        return False
    says_what = _ENTRY.match(text) or shapes.leads_in(text)
    short = len(words(text)) < SHORT and not says_what
    return short or _LEANS.match(text) is not None


def sentence_before(one: Candidate) -> Span | None:
    """The declarative sentence that it is read behind, in the same passage; on a line that only
    dates what is written nothing leans."""
    at = stands_behind(one.document.text, one.passage.sentences)[place_in_passage(one)]
    if at is None or not may_be_quoted(one.document.text, one.passage.sentences, at):
        return None
    before = one.passage.sentences[at]
    return None if label_of(one.document[before]) else before


def is_part(one: Candidate, before: Span) -> bool:
    """Whether it is an item that only makes a sentence with the one that leads in to it."""
    is_whole = shapes.ends_sentence(one.text) and one.text[:1].isupper()
    return not is_whole and (shapes.leads_in(one.document[before]) or _leads_to(one, before))


def _leads_to(one: Candidate, before: Span) -> bool:
    """Whether the sentence before leads in to the list that this one is an item of."""
    sentences = one.passage.sentences
    entry = entry_of(one)
    return entry is not None and entry.lead is not None and sentences[entry.lead] == before


def entry_of(one: Candidate) -> Entry | None:
    """Of the sentence that begins a list's item; None for any other."""
    return entries(one.document.text, one.passage.sentences)[place_in_passage(one)]


def place_in_passage(one: Candidate) -> int:
    """Which sentence of its passage it is."""
    return one.passage.sentences.index(one.span) if one.span in one.passage.sentences else 0


def _next_sentence(one: Candidate) -> Span | None:
    at = place_in_passage(one) + 1
    if at >= len(one.passage.sentences):
        return None
    is_quotable = may_be_quoted(one.document.text, one.passage.sentences, at)
    return one.passage.sentences[at] if is_quotable else None


def repeats(one: Candidate, others: Sequence[Candidate]) -> bool:
    """Whether a sentence is among others, or says the same words wherever it stands."""
    return any(one.place == other.place or _same_words(one, other) for other in others)


def _same_words(one: Candidate, other: Candidate) -> bool:
    left, right = (frozenset(fold(w) for w in words(c.text)) for c in (one, other))
    if any(word[0].isdigit() for word in left ^ right):
        return False  # another year or number says something else
    return len(left & right) >= 0.9 * max(len(left), len(right), 1)
