"""Near misses that speak of what is asked for and do not say it.

"Two ships were diverted" for a question after their names: people write such questions, and
folders are full of such sentences. Here they are made of the sentence that answers, by leaving the
answer out ("It was founded in 1843 by her" becomes "It was founded by her") or by putting
something vague in its place ("It was founded later by her"). Where a rule does not fit it gives
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from random import Random

from rag.text.words import capitalise
from rag.training.pairs.texts import holds
from rag.training.pairs.types import Pair

FEWEST = 5  # words of what is left

_PHRASE = re.compile(  # what stands before an answer that can be left out with it
    r"(?:^|,? )(?P<lead>in|on|at|near|since|until|from|around|about|during|by)(?: the| a| an)? $",
    re.I,
)
_CLOSED = re.compile(  # what follows where the answer is all of its phrase
    r"$|[.,;:)]|(?: (?:and|but|when|while|after|before|for|to|by|with|as|in|at|on|from|because|"
    r"until|under|through)\b)"
)
_WHEN = re.compile(
    r"^(?:(?:in|on|since|until|by) )?(?:when|(?:what|which) (?:year|date|day|month))\b", re.I
)
_WHERE = re.compile(
    r"^(?:(?:in|at|from|near) )?"
    r"(?:where|(?:what|which) (?:city|country|town|place|state|region))\b",
    re.I,
)
_WHO = re.compile(r"^(?:by )?(?:who|whom)\b", re.I)
_HOW_MANY = re.compile(r"^how many\b", re.I)
_WHICH = re.compile(
    r"^(?:in |at |by |for |of )?(?:what|which) (?P<kind>[a-z]{3,}(?<!s)) "
    r"(?:is|was|are|were|did|does|do|has|had|can|could|will|would|\w+ed|\w+s)\b"
)
_NO_KIND = {"kind", "type", "sort", "percentage", "percent", "other", "happened", "year", "date"}
_STANDS_ALONE = re.compile(  # before a name that is no part of "coordinator Wade Phillips"
    r"(?:^|[^\w\s]|\b(?:by|with|to|of|for|from|and|or|is|was|were|are|that|when|while|as|than|after|"
    r"before|at|in|where|who))\s?$",
    re.I,
)
_MORE = re.compile(r",? (?:of|to|and|or) \d|, [A-Z]")  # "Paris, France", "12 of 40", "5 to 7"
_ADDED = re.compile(r"^,(?= (?:at|in|on|by|with|for|from|to|as)\b)")  # set off what is left out
_ARTICLE = re.compile(r"\b(?:the|an?) $", re.I)

_TIMES = ("later", "at that time", "some years later", "before long", "again")
_PLACES = ("elsewhere", "in another place", "not far away", "in the area")
_PEOPLE = ("someone", "somebody else", "one of them", "a man", "a colleague")
_GROUPS = ("some people", "others", "several of them")
_AMOUNTS = ("many", "several", "some", "a number of", "more")


def left_out(pair: Pair, answers: Sequence[str]) -> Iterator[Pair]:
    """The sentence without the phrase that answers when, where or by whom."""
    if pair.span is None or (lead := _lead(pair)) is None:
        return
    by_whom = lead["lead"].lower() == "by" and _WHO.match(pair.question)
    if by_whom or _adverbs(pair.question):
        before, after = pair.sentence[: lead.start()], pair.sentence[pair.span[1] :]
        yield from _as_miss(pair, before, after, answers, "withheld")


def kept_vague(pair: Pair, answers: Sequence[str], rng: Random) -> Iterator[Pair]:
    """The sentence with something vague where the answer stood."""
    if pair.span is None:
        return
    start, end = pair.span
    before, after = pair.sentence[:start], pair.sentence[end:]
    choices = _adverbs(pair.question) if (lead := _lead(pair)) else ()
    if lead and choices:
        before = before[: lead.start()] + (" " if lead.start() else "")
    else:
        before = _ARTICLE.sub("", before)
        choices = _instead(pair) if _STANDS_ALONE.search(before) else ()
    if choices:
        yield from _as_miss(pair, before + rng.choice(choices), after, answers, "vague")


def _lead(pair: Pair) -> re.Match[str] | None:
    """The preposition before the answer, where the two are a phrase."""
    assert pair.span is not None
    start, end = pair.span
    closed = _CLOSED.match(pair.sentence[end:])
    return _PHRASE.search(pair.sentence[:start]) if closed else None


def _adverbs(question: str) -> Sequence[str]:
    """What can stand for a phrase that says when or where."""
    if _WHEN.match(question):
        return _TIMES
    return _PLACES if _WHERE.match(question) else ()


def _instead(pair: Pair) -> Sequence[str]:
    assert pair.span is not None
    answer, question = pair.sentence[slice(*pair.span)], pair.question
    if _WHO.match(question) and answer[:1].isupper():
        return _GROUPS if " and " in answer else _PEOPLE
    if _HOW_MANY.match(question) and re.fullmatch(r"[\d,.]+", answer):
        return _AMOUNTS
    which = _WHICH.match(question[:1].lower() + question[1:])
    if which and answer[:1].isupper() and which["kind"] not in _NO_KIND:
        return (f"another {which['kind']}", f"one {which['kind']}", f"that {which['kind']}")
    return ()


def _as_miss(
    pair: Pair, before: str, after: str, answers: Sequence[str], kind: str
) -> Iterator[Pair]:
    """Where enough is left, and neither it nor what stands beside it says the answer."""
    if _MORE.match(after):
        return
    sentence = re.sub(r"^[\s,;]+|\(\s*\)", "", before + _ADDED.sub("", after))
    miss = replace(pair, sentence=capitalise(sentence), label=0, span=None, kind=kind)
    if len(sentence.split()) >= FEWEST and not holds(miss.seen, answers):
        yield miss
