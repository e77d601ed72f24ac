"""What a chosen sentence brings with it: the one that it leans on, those that go on with it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.passages.lists import Entry, entries, stands_behind
from index.passages.quotable import may_be_quoted
from index.structure import shapes
from index.structure.dates import label_of
from index.types import Span
from rag.answer.candidates import Candidate
from rag.question.analyse import Question
from rag.text.answer_types import CAUSE
from rag.text.words import fold, words

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
        known = (one for one in ranked if one.document is last.document and one.span == after)
        last = next(known, replace(last, span=after, share=0.0, highlight=None))
        if not repeats(last, found):
            found.append(last)
    return found


def with_neighbours(chosen: list[Candidate], max_sentences: int) -> list[Candidate]:
    """Brings the sentence before each one that cannot stand alone, as far as there is room."""
    found = list(chosen)
    for one in chosen:
        before = sentence_before(one)
        entry = entry_of(one)
        if entry and entry.lead is None:
            continue  # what stands before is another item
        if before is None or not (cannot_stand_alone(one.text) or is_part(one, before)):
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
