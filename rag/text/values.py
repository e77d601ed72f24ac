"""The numbers and dates that a sentence states, each with what it is a number of. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from decimal import Decimal

from index.types import Span
from rag.text.answer_types import NUMBER, UNIT, names_by_number
from rag.text.dates import Period, mentions
from rag.text.figures import figures
from rag.text.words import STOP, WORD, bare, fold, is_content

_MOST_WORDS = 3  # after a number that may say of what it is one
_NEAR = re.compile(
    r"\b(?:about|around|approximately|roughly|some|circa|c\.|nearly|almost|close to|estimated)\s+$|"
    r"~\s?$",
    re.I,
)
_AT_LEAST = re.compile(r"\b(?:more than|over|at least|above|exceed\w*|no (?:less|fewer) than)\s+$")
_AT_MOST = re.compile(r"\b(?:less than|fewer than|under|at most|below|up to|no more than)\s+$")
_SCALED = re.compile(r"(?:hundred|thousand|million|billion|trillion)s?\b", re.I)
_AFTER_NAME = re.compile(r"(?P<it>\b[A-Z][\w’'-]*[^\W_])\s+$")
_GLUED = re.compile(r"[\w:/+@#_^–-]$|\d[.,]$")
_GLUED_AFTER = re.compile(
    r"[:/_^]\d|[-–]\w|(?:st|nd|rd|th)\b|(?!(?:km|m|kg|g|cm|mm|t|ft)\b)[^\W\d]"
)
_TOLERANCE = Decimal("0.05")


@dataclass(frozen=True, slots=True)
class Value:
    """A number or a date where it stands.

    ``kind``: "number", "date", or "label" for a number that only names ("Article 5").
    ``of``: the words right after it, folded; ``before``: the last content word before it.
    ``bound``: "least", "most" or ""; ``loose``: said to be about so, or rounded.
    """

    kind: str
    text: str
    span: Span
    number: Decimal = Decimal(0)
    unit: str = ""
    of: tuple[str, ...] = ()
    before: str = ""
    bound: str = ""
    loose: bool = False
    period: Period | None = None


def values(sentence: str) -> list[Value]:
    """The dates and numbers of a sentence, in order; "one of them" and "no doubt" count nothing."""
    dates = [Value("date", span.of(sentence), span, period=one) for span, one in mentions(sentence)]
    found = list(dates)
    for match in NUMBER.finditer(sentence):
        span = _without_joint(Span(*match.span()), sentence)
        if any(span.overlaps(date.span) for date in dates):
            continue
        if value := _number(span, sentence):
            found.append(value)
    return sorted(found, key=lambda value: value.span)


def agree(one: Value, other: Value) -> bool:
    """Whether two values of a kind may both be true of the same thing."""
    if one.period and other.period:
        return one.period.overlaps(other.period)
    if one.kind == "label" or other.kind == "label":
        return fold(one.text) == fold(other.text)
    if one.number == other.number:
        return True
    if _allows(one, other.number) or _allows(other, one.number):
        return True
    largest = max(abs(one.number), abs(other.number))
    is_near = abs(one.number - other.number) <= _TOLERANCE * largest
    return is_near and (one.loose or other.loose)


def same_measure(one: Value, other: Value) -> bool:
    """Whether two numbers count the same: the same unit, or the same word after or before."""
    if one.unit != other.unit:
        return False
    if one.unit:
        return True
    if one.of and other.of:
        return one.of[0] in other.of or other.of[0] in one.of
    return bool(one.before) and one.before == other.before


def root(word: str) -> str:
    """A word without a common ending, to compare forms of one word."""
    folded = bare(word)
    return re.sub(r"(?<=\w{3})(?:ies|es|ed|ing|s|y|e)$", "", folded)


def _allows(one: Value, number: Decimal) -> bool:
    return (one.bound == "least" and number >= one.number) or (
        one.bound == "most" and number <= one.number
    )


def _without_joint(span: Span, sentence: str) -> Span:
    """Without an "of" or "and" that the pattern took along at the end."""
    text = re.sub(r"(?:[\s-]+(?:of|and))+$", "", span.of(sentence), flags=re.I)
    return Span(span.start, span.start + len(text.rstrip()))


def _number(span: Span, sentence: str) -> Value | None:
    text = span.of(sentence)
    known = figures(text).numbers
    if len(known) != 1 or text[0] == "0" or fold(text) in {"one", "once", "twice"}:
        return None
    ((number, unit),) = known
    before, after = sentence[: span.start], sentence[span.end :]
    if number < 0 or _GLUED.search(before) or _GLUED_AFTER.match(after) or _names(before):
        return Value("label", text, span)
    bound = "least" if _AT_LEAST.search(before) else "most" if _AT_MOST.search(before) else ""
    return Value(
        "number",
        text,
        span,
        number,
        unit or _unit_after(text, after),
        _words_after(after),
        _word_before(before),
        bound,
        bool(_NEAR.search(before) or _SCALED.search(text)),
    )


def _names(before: str) -> bool:
    """Whether a number after this only names: "page 12", "Boeing 747", but not "About 300"."""
    name = _AFTER_NAME.search(before)
    return names_by_number(before) or (name is not None and is_content(name["it"]))


def _unit_after(text: str, after: str) -> str:
    following = re.match(rf"[\s-]?(?:{UNIT}\b|per cent|[^\W\d]+|[%°$€£])", after)
    known = figures(text + following.group()).numbers if following else ()
    return next(iter(known))[1] if len(known) == 1 else ""


def _words_after(after: str) -> tuple[str, ...]:
    """Of "300 paid workers in the mill": paid, workers; nothing where a function word follows."""
    found: list[str] = []
    at = 0
    for match in WORD.finditer(after):
        touching = after[at : match.start()].strip() == ""
        if not touching or len(found) == _MOST_WORDS or not is_content(match.group()):
            break
        found.append(root(match.group()))
        at = match.end()
    return tuple(found)


def _word_before(before: str) -> str:
    for word in reversed([match.group() for match in WORD.finditer(before)][-_MOST_WORDS:]):
        if fold(word) not in STOP and not re.match(r"(?:about|around|some|nearly)$", word):
            return root(word)
    return ""
