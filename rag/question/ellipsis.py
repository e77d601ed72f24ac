"""Follow-ups that leave out what the last question says: "And in 1990?". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question.leaning import leaning_pronouns
from rag.question.referents import BRACKET, PLACE_BEFORE, Past, innermost
from rag.question.topic import with_topic
from rag.text.phrases import is_verb, noun_phrases
from rag.text.words import (
    AUX,
    IMPERATIVES,
    PREPOSITIONS,
    STOP,
    WH,
    bare,
    content_words,
    fold,
    names,
    words,
)

_ABOUT = re.compile(r"^(?:what|how) about (?P<what>[^?.!]+)[?.!\s]*$", re.I)
_FRAGMENT = re.compile(
    r"^(?P<what>(?:(?:in|on|at|for|by|from|with|during|after|before|to) )?[^?.!,]+)(?P<end>\?*)$",
    re.I,
)
_PREPOSITION = re.compile(r"^(?:in|on|at|for|by|from|with|during|after|before|to) ", re.I)
_ARTICLE = re.compile(r"(?:the|an?) ", re.I)
_ANY_TIME = re.compile(r"\b(?:1\d{3}|20\d{2}|19\d0s)\b")


def what_about(core: str, past: Sequence[Past]) -> Past | None:
    """ "What about Georgia?" takes the last question with Georgia in place of its like."""
    about = _ABOUT.match(core)
    fragment = None if about else _FRAGMENT.match(core)
    match = about or fragment
    if not match:
        return None
    given, frame = match["what"].strip(), BRACKET.sub("?", past[-1].question)
    new = {bare(word) for word in content_words(given)}
    if not new or leaning_pronouns(given) or (fragment and not _leans(fragment, given)):
        return None
    if new & {bare(word) for word in content_words(frame)}:
        return with_topic(core, past) if about else None
    target = _same_kind(given, frame) if about or _is_name(given) else None
    if target is None:
        if _PREPOSITION.match(given) and not is_fragment(frame):
            return Past(f"{frame.rstrip(' ?.!')} {given}?")
        return with_topic(core, past)
    phrase = _PREPOSITION.sub("", given)
    return Past(frame[: target[0]] + phrase + frame[target[1] :])


def _leans(fragment: re.Match[str], given: str) -> bool:
    """A verbless piece leans unless it reads as a query of its own ("Almaty airport")."""
    alone = len(content_words(given)) > 1 and bool(names(f"x {given}")) and not fragment["end"]
    return is_fragment(given) and not alone


def is_fragment(text: str) -> bool:
    tokens = [fold(word) for word in words(text.rstrip(" ?"))]
    if tokens[:2] in (["how", "many"], ["how", "much"]):
        tokens = tokens[2:]
    if not tokens or tokens[0] in IMPERATIVES:
        return False
    verbless = not any(token in AUX | WH for token in tokens) and not any(map(is_verb, tokens[1:]))
    return verbless and len(tokens) <= 5


def _same_kind(given: str, frame: str) -> tuple[int, int] | None:
    """Where in the frame a phrase of the kind of ``given`` stands: year for year, name for name."""
    if _ANY_TIME.search(given):
        years = list(_ANY_TIME.finditer(frame))
        return years[-1].span() if years else None
    if _is_name(given):
        spans = [innermost(name, frame) for name in names(frame)]
        spans = [(_with_article(frame, a) if _ARTICLE.match(given) else a, b) for a, b in spans]
    else:
        last = [p for p in noun_phrases(frame) if p.start > 0][-1:]
        spans = [(p.start, p.start + len(p.text)) for p in last if not p.is_name]
        spans = [s for s in spans if not words(frame[s[1] :]) and last[0].after in PREPOSITIONS]
        spans = spans or (_subjects(frame) if _ARTICLE.match(given) else [])

    def likeness(span: tuple[int, int]) -> tuple[bool, bool, bool, int]:
        phrase = frame[slice(*span)]
        same_article = bool(_ARTICLE.match(phrase)) == bool(_ARTICLE.match(given))
        same_number = phrase.endswith("s") == given.endswith("s")
        return same_article, same_number, bool(PLACE_BEFORE.search(frame[: span[0]])), span[0]

    return max(spans, key=likeness, default=None)


def _subjects(frame: str) -> list[tuple[int, int]]:
    """ "the pump" of "How much does the pump cost?", and of "What is the price of the pump?"."""
    found = []
    for phrase in noun_phrases(frame):
        start = phrase.start + (phrase.text.rfind(" of ") + 4 if " of " in phrase.text else 0)
        end = phrase.start + len(phrase.text)
        if phrase.after in AUX and not phrase.is_generic and _ARTICLE.match(frame[start:end]):
            found.append((start, end))
    return found


def _with_article(text: str, start: int) -> int:
    return start - 4 if text[max(0, start - 4) : start].lower() == "the " else start


def _is_name(given: str) -> bool:
    first = words(given)[0]
    return bool(names(f"x {fold(first) if fold(first) in STOP else first}{given[len(first) :]}"))
