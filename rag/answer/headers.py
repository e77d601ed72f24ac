"""The header of a mail: its lines answer what is asked of the mail itself, and nothing else.

"To | Ann" has the words of any question about Ann, and says no more than that a mail went to her.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace

from index.passages.outline import section_of
from index.types import Document, Passage, Span
from rag.question.analyse import Question
from rag.text.words import fold, words

_TITLE = re.compile(
    r"(?:^|, )header (?P<name>[A-Z][A-Za-z-]+)\Z"
)  # as the reader of mails names it
_WROTE = r"(?:wrote|writes?|written|sent|sends?|e-?mail(?:s|ed)|mailed|forwarded|answered|replied)"
_MAIL = r"(?:e-?mails?|mails?|letters?|messages?|notes?|repl(?:y|ies))"
_OF_SENDER = re.compile(
    rf"\b(?:from whom|who(?:se)? .*\bfrom\W*$|who (?:has |had )?{_WROTE}\b|sender|by whom|"
    rf"(?:written|sent) by\W*$|author of (?:the|this|that) {_MAIL}|whose {_MAIL}|heard? from)",
    re.I,
)
_OF_RECEIVER = re.compile(
    r"\b(?:to whom|whom? (?:did|does|has|was|is|were|are)\b.*\b(?:write|written|mail|e-?mail|"
    r"addressed)\W*$|whom? .*\bto\W*$|recipients?|addressees?|addressed to|copied|in copy|cc|"
    r"who (?:received|got|gets|was sent|were sent)\b)",
    re.I,
)
_OF_DAY = re.compile(rf"\b(?:{_WROTE}|write|send|dated?|{_MAIL})\b", re.I)
_OF_ADDRESS = re.compile(r"@|\baddress(?:es)?\b|\be-?mail of\b|\breach(?:ed)?\b", re.I)
_SENDER = {"From", "Sender", "Reply-To", "Organization"}


def without_headers(
    question: Question, read: Sequence[tuple[Document, Passage]]
) -> list[tuple[Document, Passage]]:
    """The passages without the lines of mails' headers that the question does not ask for."""
    found = []
    for document, passage in read:
        kept = tuple(one for one in passage.sentences if _answers(question, document, one))
        if kept:
            whole = len(kept) == len(passage.sentences)
            found.append((document, passage if whole else replace(passage, sentences=kept)))
    return found


def _answers(question: Question, document: Document, sentence: Span) -> bool:
    section = section_of(document, sentence)
    title = _TITLE.search(section.title) if section and section.kind == "row" else None
    if title is None:
        return True
    if question.kind == "keywords":  # where is it spoken of: a name, an address
        said = {fold(word) for word in words(document[sentence])}
        return any(fold(word) in said for word in question.terms)
    return _is_asked_for(title["name"], question)


def _is_asked_for(name: str, question: Question) -> bool:
    text = question.text.strip()
    if name == "Date":
        return question.answer_type == "date" and bool(_OF_DAY.search(text))
    if _OF_ADDRESS.search(text):
        return True
    return bool((_OF_SENDER if name in _SENDER else _OF_RECEIVER).search(text))
