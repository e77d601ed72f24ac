"""Where a question leans on earlier turns: words whose meaning stands outside it. Pure."""

from __future__ import annotations

import re

from rag.question.followup.bound import is_bound, phrases_in
from rag.question.followup.past import REACH
from rag.question.followup.pointing import EVENT, Pronoun, pronouns
from rag.text.phrases import noun_phrases
from rag.text.verbs import BASE, THIRD_PERSON
from rag.text.words import AUX, PREPOSITIONS, content_words, fold, is_content, names, words

_SIDE = r"(?=[ ?.!]*$|,)"
_NO_NOUN = "|".join(sorted(AUX | BASE | THIRD_PERSON | PREPOSITIONS | {"or"}))
FORMER_LATTER = (  # and no "former king"
    rf"\bthe (?P<which>former|latter)(?=[ ?.!]*$|,|['’]s\b| (?:{_NO_NOUN})\b)"
)
_ELSEWHERE = re.compile(
    rf"{FORMER_LATTER}|^which ones?\b(?! of)"
    rf"|\b(?:do|does|did|is|are|was|were|ca|could|wo|would|has|have|had)n['’]t[ ?.!]*$"
    rf"|\b(?:others|(?:some|any|every)(?:one|body|thing) else|(?:which|the|this|that|another|other|"
    rf"first|last|second|next|each|every) ones?|instead|any more|back then|at that time|"
    rf"the other(?: two| three| one| side)?){_SIDE}",
    re.I,
)
_ELSEWHERE_IF_SHORT = re.compile(
    r"^which (?:is|are|was|were|of (?:them|these|those|the two))\b"
    r"|\b(?:who|what|where|when|how) else\b"
    rf"|\bthe (?:\w+est|best|worst|most \w+|next|last|main|other) (?:\w+ ?)?{_SIDE}"
    rf"|\bthe same(?:{_SIDE}| (?:for|in|with|about|true)\b)",
    re.I,
)
_KNOWN = re.compile(r"the (?P<noun>[^\W\d_]{3,})", re.I)
_WITHOUT_MAIN = re.compile(  # "What if nobody comes?", "And when it rains?"
    rf"(?:what if|if|unless|(?:when|while) (?!(?:{'|'.join(sorted(AUX))})\b))\b[^,]*$", re.I
)
_ONE = re.compile(  # "Where do I buy one?"
    r"\b(?:apply for|buy|choose|find|get|have|make|need|order|rent|see|take|there|use|want|with) "
    rf"(?:one|some|any)(?:{_SIDE}| (?:at|for|from|in|on)\b)",
    re.I,
)


def leaning_pronouns(question: str) -> tuple[Pronoun, ...]:
    """Pronouns for which nothing else in the question can stand.

    Only the beginning of a long text is looked at: what comes later leans on what it says itself.
    """
    if len(question) > REACH:
        question = question[:REACH].rpartition(" ")[0]
    phrases = phrases_in(question)
    return tuple(one for one in pronouns(question) if not is_bound(question, one, phrases))


def known_nouns(question: str) -> tuple[str, ...]:
    """ "licence" of "What does the licence cost?": which one must be known from what was said.

    None in a question that names something itself.
    """
    if names(question):
        return ()
    found = (_KNOWN.fullmatch(phrase.text) for phrase in noun_phrases(question))
    return tuple(fold(match["noun"]) for match in found if match)


def leans_otherwise(question: str) -> bool:
    """ "The latter", "which is better", "who else", or nothing said at all."""
    if (one := _ONE.search(question)) and not noun_phrases(question[: one.start()]):
        return True
    if _WITHOUT_MAIN.match(question) and len(content_words(question)) <= 3 and not names(question):
        return True
    said = sum(is_content(word) for word in words(question))
    short = said <= 2 and not names(question)
    return bool(
        said == 0
        or _ELSEWHERE.search(question)
        or EVENT.search(question)
        or (short and _ELSEWHERE_IF_SHORT.search(question))
    )
