"""Phrases that name only in part what was spoken of: "the wall", "that one", "the latter". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question.followup.in_place import ORDINAL
from rag.question.followup.leaning import FORMER_LATTER, leans_otherwise
from rag.question.followup.past import REACH, Past
from rag.question.followup.topic import with_topic
from rag.text.phrase import without_article
from rag.text.phrases import is_verb, noun_phrases
from rag.text.words import STOP, WORD, fold, words

_ONE = re.compile(  # no "the one who came"
    rf"\b(?:the|an?|this|that) (?P<which>(?!{ORDINAL}\b)[a-z-]+) ones?\b"
    r"(?! (?:of|who|that|which)\b)"
)
_TOLD_APART = re.compile(  # "the new lamp"
    r"(?:the|an?|my|your|our) [a-z-]+ (?!of\b)[a-z-]+\b", re.I
)
_PAIR = re.compile(
    r"(?P<a>(?:[^\W\d_]+[ -]){0,2}?[^\W_]+) (?:or|and) "
    r"(?P<b>(?:the |an? )?[^\W_]+(?: [^\W_]+)?"
    r"(?: (?:at|from|in|of|on) (?:the )?[^\W_]+)?)[ ?.!]*$"
)


def echo(core: str, past: Sequence[Past]) -> Past | None:
    """ "How long is the wall?" after "the Great Wall of China" means that wall."""
    full: dict[str, str] | None = None
    for match in re.finditer(r"\bthe ([^\W\d_]{3,})\b(?!['’-])", core, re.I):
        following = WORD.search(core, match.end())
        if following and not is_verb(fold(following.group())):
            continue  # "the election in Georgia" says itself which one
        full = _called_in_full(past) if full is None else full
        if name := full.get(fold(match[1])):
            return Past(core[: match.start()] + name + core[match.end() :])
    return None


def _called_in_full(past: Sequence[Past]) -> dict[str, str]:
    """What was last said in more than a word, by its head."""
    found: dict[str, str] = {}
    for phrase in (p for turn in reversed(past) for p in noun_phrases(turn.question[:REACH])):
        if 1 < sum(fold(word) not in STOP for word in words(phrase.text)) <= 6:
            found.setdefault(phrase.head, f"the {without_article(phrase.text)}")
    return found


def with_one(core: str, past: Sequence[Past]) -> Past | None:
    """ "Why did the old one stop?" after "the new treasurer of the club": the old treasurer."""
    one = _ONE.search(core)
    phrases = [p for p in noun_phrases(past[-1].asked) if not (p.is_name or p.is_generic)]
    told = [p for p in phrases if _TOLD_APART.match(p.text)]
    if not one or len(told or phrases) != 1:
        return None
    noun, of, rest = (told or phrases)[0].text.partition(" of ")
    put = f"{one['which']} {words(noun)[-1]}{of}{rest}"
    return Past(core[: one.start("which")] + put + core[one.end() :])


def remainder(core: str, past: Sequence[Past]) -> Past | None:
    if not leans_otherwise(core):
        return None
    if one := _that_one(core, past[-1].asked):
        return Past(one)
    which = re.search(FORMER_LATTER, core, re.I)
    texts = [past[-1].question, *re.split(r"(?<=[.!?]) ", past[-1].answer)[:1]] if which else []
    pair = next(filter(None, map(_PAIR.search, texts)), None)
    if which and pair:
        chosen = pair["a"] if which["which"].lower() == "former" else pair["b"]
        return Past(core[: which.start()] + chosen + core[which.end() :])
    return with_topic(core, past)


def _that_one(core: str, frame: str) -> str | None:
    """ "That one" after "Berg's second expedition" is that expedition."""
    said = re.search(r"\b(?:this|that) one(?=[ ?.!]*$|,)", core, re.I)
    ordered = [p for p in noun_phrases(frame) if re.search(rf"\b{ORDINAL}\b", p.text, re.I)]
    if not said or not ordered:
        return None
    phrase = ordered[-1]
    owner = re.search(r"(?:[A-Z][\w-]+ )*[A-Z][\w-]+['’]s $", frame[: phrase.start])
    full = f"{owner[0]}{phrase.text}" if owner else f"the {without_article(phrase.text)}"
    return core[: said.start()] + full + core[said.end() :]
