"""What kind of sentence this is: only declarative ones may be quoted as an answer."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.passages.lists import entries
from index.structure import dates, partings, shapes
from index.types import Span

# The last of the question marks is the Greek one.
_QUESTION = re.compile(
    r"""[?？؟⁇⁈⁉\u037e][?？؟!！⁇⁈⁉.…。]*(?:['"”’»›“)\]}」』】）〉》*_\s]|\[\d{1,3}\])*\Z"""
)
_TAIL = 64  # code points at the end that are looked at


def is_question(sentence: str) -> bool:
    """Whether it ends with a question mark, alone or among other marks ("?!", "?..").

    Closing quotes, brackets, reference marks and white space behind it do not count.
    """
    return _QUESTION.search(sentence.rstrip()[-_TAIL:]) is not None


def is_declarative(sentence: str) -> bool:
    """Whether it may be quoted as an answer: it holds a letter or digit and is no question."""
    return any(map(str.isalnum, sentence)) and not is_question(sentence)


def may_be_quoted(text: str, sentences: Sequence[Span], at: int) -> bool:
    """Whether the sentence ``at`` of a passage may be quoted: a declarative one, no "Dear Ann,",
    no "Best, Ann" and no date that stands alone on its line among other sentences. An item of a
    list may be a date or begin like a closing ("Best, George"), and all that a passage says may be
    a date ("Deadline" and a date)."""
    sentence = sentences[at].of(text)
    if not is_declarative(sentence) or partings.is_greeting(sentence):
        return False
    is_dateline = dates.is_date(sentence) and not shapes.ends_sentence(sentence)
    if (is_dateline and len(sentences) > 1) or partings.is_sign_off(sentence):
        return entries(text, sentences)[at] is not None
    return True
