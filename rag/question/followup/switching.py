"""Words that say that something new is asked: "Another question: …". Pure."""

from __future__ import annotations

import re

from rag.text.words import words

_THING = r"(?:question|topic|subject|thing|matter|point|issue|one)"
_OWN_WORD = re.compile(r"\b(?:matter|point|issue|one)(?: now)?(?P<mark>\W*)$", re.I)
_FEWEST = 3  # words that are left of a question
_NEW = re.compile(  # what comes after it leans on nothing that was said
    r"^(?:(?:and|but|ok|okay|well|so|now|right|thanks|thank you|great|good)[,.!]? )*"
    r"(?:(?:now |and )?(?:for |on to |to )?(?:something|anything) (?:\w+ly |quite )?"
    r"(?:else|different|new|other)(?: now)?"
    rf"|(?:on |to )?(?:a |an |the |my )?(?:(?:completely|totally|entirely|quite) )?"
    rf"(?:different|new|unrelated|next|separate) (?:{_THING}|note)(?: now)?"
    rf"|(?:on |i have |i've got )?(?:an)?other (?:{_THING}|note)(?: now)?"
    r"|(?:let's |let me |to )?(?:change|changing|switch|switching)(?: of| the| my)* "
    r"(?:subject|topic|topics|subjects|gears)"
    r"|moving on(?: to (?:something|another)[^,:.]{0,20})?)"
    r"(?: *[:;,.!–—]+ *| - )(?=\S)",
    re.I,
)
_ASIDE = re.compile(  # what comes after it may lean
    r"^(?:(?:and|but|ok|okay|well|so|now|oh)[,.!]? )*"
    r"(?:(?:by the way|btw|incidentally|before i forget|while (?:we|i)(?:'re| are|'m| am) at it)"
    r"(?: *[:;,.!–—]+ *| - | )"
    rf"|(?:and |just )?(?:(?:one|a) )?(?:more|last|final|further|quick|other|follow-?up) {_THING}"
    r"(?: *[:;,.!–—]+ *| - ))(?=\S)",
    re.I,
)


def opens_topic(question: str) -> bool:
    """Whether a question says itself that it is about something else."""
    return _opening(_NEW, " ".join(question.split())) > 0


def without_opening(question: str) -> str:
    """The question without the words that only say that it is a further one."""
    text = " ".join(question.split())
    for pattern in (_NEW, _ASIDE):
        if end := _opening(pattern, text):
            return text[end:]
    return question


def _opening(pattern: re.Pattern[str], text: str) -> int:
    """Where the words end that only open a question, 0 where they belong to it.

    "Next issue, release date" asks of an issue.
    """
    match = pattern.match(text)
    if not match:
        return 0
    own = _OWN_WORD.search(match[0])
    marked = bool(re.search(r"[:–—]| - ", own["mark"] if own else match[0]))
    enough = len(words(text[match.end() :])) >= _FEWEST
    return match.end() if (marked and enough if own else marked or enough) else 0
