"""Words that say that something new is asked: "Another question: …". Pure."""

from __future__ import annotations

import re

_THING = r"(?:question|topic|subject|thing|matter|point|issue|one)"
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
    return bool(_NEW.match(" ".join(question.split())))


def without_opening(question: str) -> str:
    """The question without the words that only say that it is a further one."""
    text = " ".join(question.split())
    for pattern in (_NEW, _ASIDE):
        if match := pattern.match(text):
            return text[match.end() :]
    return question
