"""What kind of sentence this is: only declarative ones may be quoted as an answer."""

from __future__ import annotations

import re

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
