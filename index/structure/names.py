"""Who speaks in an interview, where the text before it says so in a common phrase."""

from __future__ import annotations

import re
from dataclasses import dataclass

from index.structure import shapes

_CAP = (
    r"[A-ZÀ-ÖØ-Þ\u0100\u0106\u010c\u0110\u0141\u015a\u0160\u0179\u017b\u017d\u0400-\u042f]"
    r"(?:[\w’'-]{0,30}|\.)"
)
_RUN = rf"{_CAP}(?:\s(?:(?:de|da|di|van|von|der|al|bin|el|la)\s){{0,2}}{_CAP}){{0,9}}"
_PRESS = r"(?:correspondent|reporter|journalist|editor|columnist|observer|presenter|host)"
_SPEAK = r"(?:spoke|speaks|talked|talks|chatted|sat down|met)"
_LOWER = r"(?:(?:[a-z][\w-]{0,20}),?\s){0,8}?"  # "harbour master", "the director of the museum,"
_OF = r",?\s(?:of|from)\s[^.\n]{2,60}?,?"

# In each, "e" is the one who is asked and "i" the one who asks. The first that fits counts.
_PHRASES = [
    re.compile(form)
    for form in (
        rf"(?P<e>{_RUN})(?:,[^.,\n]{{1,80}},)?\s(?:in|gave|has given)\s(?:an?|his|her|their|this)\s"
        rf"(?:\w+\s)?interview\s(?:with|to|for)\s[^.\n]{{0,80}}?\b{_PRESS}\s(?P<i>{_RUN})",
        rf"(?P<e>{_RUN})(?:,[^.,\n]{{1,80}},)?\s(?:in|gave|has given)\s(?:an?|his|her|their|this)\s"
        rf"(?:\w+\s)?interview\s(?:with|to|for)\b",
        rf"(?P<e>{_RUN})(?:,[^.,\n]{{1,80}},)?\s(?:told|{_SPEAK}\s(?:to|with))\s"
        rf"[^.\n]{{0,60}}?\b{_PRESS}\s(?P<i>{_RUN})",
        rf"\b{_PRESS}\s(?P<i>{_RUN})\s(?:{_SPEAK}\s(?:to|with)|interviewed|asked)\s{_LOWER}(?P<e>{_RUN})",
        rf"(?P<i>{_RUN}){_OF}\s(?:{_SPEAK}\s(?:to|with)|interviewed)\s{_LOWER}(?P<e>{_RUN})",
        rf"(?P<e>{_RUN})(?:,[^.,\n]{{1,80}},)?\s(?:told|{_SPEAK}\s(?:to|with))\s(?P<i>{_RUN}){_OF}",
        rf"(?P<e>{_RUN})(?:,[^.,\n]{{1,80}},)?\s(?:was\s)?interviewed\sby\s{_LOWER}(?P<i>{_RUN})",
        rf"(?P<i>{_RUN})(?:,[^.,\n]{{1,80}},)?\sinterview(?:ed|s)\s{_LOWER}(?P<e>{_RUN})",
        rf"\b(?:[Ii]nterview|[Cc]onversation|Q&A)\swith\s{_LOWER}(?P<e>{_RUN})",
        rf"\b[Ww]e\s{_SPEAK}\s(?:to|with)\s{_LOWER}(?P<e>{_RUN})",
        rf"(?P<e>{_RUN})(?:,[^.,\n]{{1,80}},)?\sanswer(?:s|ed)\s(?:\w+\s){{0,2}}questions",
        rf"\b[Ii]nterview(?:ed)?\sby:?\s{_LOWER}(?P<i>{_RUN})",
    )
]
_CUE = re.compile(
    rf"\binterview|\b{_PRESS}\b|\bconversation with\b"
    rf"|\bинтервью|\bкорреспондент|\bentretien|\b[ei]ntr?evista|\bgespräch"
    rf"|\banswer(?:s|ed) (?:\w+ ){{0,2}}questions\b|\b{_SPEAK} (?:to|with)\b",
    re.IGNORECASE,
)
# A list of frequent questions calls itself so too.
_LISTED = re.compile(r"\bquestions?(?: and |-and-| & )answers?\b|\bq ?& ?a\b", re.IGNORECASE)
_OFFICES = shapes.word_set(
    "general president minister director secretary chairman chairwoman chair chief ceo cto cfo "
    "head dr professor prof mayor governor senator ambassador commander colonel captain admiral "
    "sir lady lord mr mrs ms miss founder manager officer spokesman spokeswoman "
    "major spokesperson deputy coach author writer director-general"
    " king queen prince princess judge doctor engineer"
)
_BODIES = shapes.word_set(
    "news agency times radio tv television magazine gazette post herald press journal tribune "
    "today weekly daily review guardian channel"
    " organization organisation university institute company "
    "ministry department council committee office bank union association group"
)


@dataclass(frozen=True, slots=True)
class Cast:
    """Names as the text states them; ``announced`` where it speaks of an interview, or of questions
    and answers, ``interview`` where of people in it."""

    interviewer: str | None
    interviewee: str | None
    announced: bool
    interview: bool


def cast(intro: str) -> Cast:
    """Who asks and who is asked, from the text before the first turn."""
    intro = " ".join(intro[-4000:].split())
    found: dict[str, str] = {}
    for phrase in _PHRASES:
        for match in phrase.finditer(intro):
            for role, run in match.groupdict().items():
                name = _person(run)
                if name and role not in found and name not in found.values():
                    found[role] = name
    cued = bool(_CUE.search(intro))
    announced = cued or bool(_LISTED.search(intro))
    return Cast(found.get("i"), found.get("e"), announced, cued or bool(found))


def _person(run: str) -> str | None:
    """The person's name at the end of "The Harbour Board Director Ana Reis"; None for a body."""
    parts = run.split()
    for at in reversed(range(len(parts))):
        if parts[at].casefold().strip(".,") in _OFFICES:
            parts = parts[at + 1 :]
            break
    else:
        parts = parts if len(parts) <= 3 else parts[-2:]
    parts = parts if len(parts) <= 4 else parts[-2:]
    if len(parts) < 2 or parts[0] in {"The", "A", "An", "In", "On", "Our"}:
        return None
    if any(len(part) > 1 and part.isupper() and part.isalpha() for part in parts):
        return None  # an abbreviation: an agency, not a person
    return None if parts[-1].casefold() in _BODIES else " ".join(parts).rstrip(".,")
