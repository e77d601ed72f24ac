"""Questions that ask for more than a sentence says: to count, to reckon, to compare sources.

``asks_to_compute`` only words a refusal. Most questions for a number ask for a fact ("how many
soldiers took part"), and so do many that look like sums ("what is the average temperature"):
those are none of these. Pure.
"""

from __future__ import annotations

import re

from rag.question.analyse import unwrap
from rag.text.words import fold

REFUSAL = "Citewell quotes what a sentence says; it does not count, add or compare."

_TEXTS = (
    r"(?:documents?|files?|texts?|passages?|sentences?|articles?|sources?|interviews?|transcripts?|"
    r"reports?|paragraphs?|pages?|chapters?|speakers?|witnesses|letters?|emails?)"
)
_HERE = (
    r"(?:in|across|throughout|within) (?:all (?:of )?)?(?:the|this|these|those|my|our|your) "
    r"(?:\w+ )?(?:documents?|files?|texts?|transcripts?|interviews?|reports?|folder|collection|"
    r"corpus|index|sources?|archive|data ?set)"
)
_SPOKEN_OF = r"(?:mentioned|brought up|referred to|spoken of|alluded to)(?! in dispatches)"
_BE = r"(?:is|are|was|were|has|have|been|be|do|does|did)"
_SPEAK = (
    r"(?:mention|mentions|mentioned|refer to|refers to|discuss|discusses|talk about|"
    r"talks about|speak of|speaks of|say|says|contain the|contains the|deal with|are about)"
)
_N = r"[$€£]?\d[\d.,]*%?"
_SPAN = r"(?:seconds|minutes|hours|days|weeks|months|years|decades|centuries|time)"
_MORE = (
    r"(?:more|less|fewer|older|younger|bigger|larger|smaller|longer|shorter|higher|lower|taller|"
    r"heavier|lighter|faster|slower|cheaper|wider|deeper|earlier|later|farther|further|warmer|"
    r"colder|hotter)"
)
_AMOUNTS = (
    r"(?:numbers?|amounts?|prices?|costs?|populations?|ages?|heights?|lengths?|budgets?|salar(?:y|"
    r"ies)|totals?|figures?|sizes?|weights?|distances?|temperatures?|values?|revenues?|sales|years)"
)

_COUNTING = (
    rf"how (?:many times|often) .*\b{_SPOKEN_OF}\b",
    rf"how (?:many times|often) .*\b(?:named|cited|quoted|used|said|appear|occur|come up|"
    rf"appears|occurs) {_HERE}",
    rf"how many (?:\w+ )?{_TEXTS} {_SPEAK}\b",
    rf"in how many (?:\w+ )?{_TEXTS}\b.*\b(?:{_SPOKEN_OF}|named|appear|appears|occur|occurs|spoken|"
    r"discussed)\b",
    rf"how many (?:different |distinct |other )?\w+ {_BE} (?:there )?{_SPOKEN_OF}(?= {_HERE}|$)",
    r"how many (?:words|letters|characters|sentences|lines|paragraphs) (?:are|does|do|has|have)\b"
    r".*\b(?:this|these|the) (?:documents?|files?|texts?|transcripts?|passages?)\b",
    r"count (?:the|all|how|every|up)\b",
    rf"(?:what is )?the (?:total )?number of (?:times\b.*\b{_SPOKEN_OF}|mentions|occurrences)\b",
    rf"(?:who|what|which)\b.*\b{_SPOKEN_OF} (?:the )?(?:most|least|more|less)(?: often|"
    r" frequently)?$",
    rf"(?:who|what|which)\b.*\b(?:most|least) (?:often|frequently) {_SPOKEN_OF}\b",
)
_ARITHMETIC = (
    rf"(?:what is|how much is|calculate|compute) {_N} ?(?:[-+−*×÷/x]|plus|minus|times|divided by|"
    rf"multiplied by|percent of|of) ?{_N}",
    rf"what (?:is|was|are|were) the (?:sum|product|mean|median) of (?:(?:all|both|these|those)\b"
    rf"|(?:the )?{_N} and\b|.*\b{_AMOUNTS}\b.* and\b)",
    rf"what (?:is|was|are|were) the average of (?:all|both|these|those|{_N}|the \w+ {_AMOUNTS})\b",
    rf"what (?:is|was) the difference (?:in {_AMOUNTS} between|between (?:{_N} and|the (?:\w+ )?"
    rf"{_AMOUNTS} (?:of|in|for)\b.* and))\b",
    r"(?:calculate|compute|subtract|multiply|add up|add together|add \S+ (?:and|to))\b",
    rf"(?:by )?how (?:much|many) {_MORE}\b.* than\b",
    rf"how (?:much|many {_SPAN}) (?:older|younger|taller|heavier|longer|larger|bigger|earlier|"
    r"later) (?:is|are|was|were|did|does|do)\b",
    rf"how (?:many|much) {_SPAN} (?:(?:are|were|is|was) there |(?:have |has |had )?(?:passed|"
    r"elapsed|went by|gone by|lie|lay|lies) )?between\b.* and\b",
    r"how long (?:is it |was it )?between\b.* and\b",
    r"how (?:many|much)\b.* and .*\b(?:combined|taken together|put together|added together)$",
)
_COMPARISON = (
    r"compare\b.*\b(?:and|with|to|the (?:two|three|four)|both|all|these|those)\b",
    rf"(?:do|does|did) (?:the|these|those|all|both|any)(?: of the)? (?:two |three |other )?{_TEXTS}"
    r" (?:agree|disagree|differ|contradict|say the same)\b",
    rf"(?:how|where|in what) (?:do|does|did) (?:the|these|those|both) (?:two |three )?{_TEXTS} "
    r"(?:differ|disagree|contradict)\b",
    rf"what (?:is|are|were) the differences? between (?:the|these|those|both) (?:two |three )?"
    rf"{_TEXTS}(?: say\b.*)?$",
    rf"which (?:of the )?{_TEXTS} (?:gives?|names?|states?|reports?|mentions?|says?) (?:the )?"
    r"(?:most|least|largest|highest|lowest|smallest|biggest|earliest|latest)\b",
)
_RULES = tuple(
    (kind, re.compile("|".join(f"(?:{rule})" for rule in rules)))
    for kind, rules in (
        ("counting", _COUNTING),
        ("arithmetic", _ARITHMETIC),
        ("comparison", _COMPARISON),
    )
)
# "Latest" and "earliest" are for the dates that are stated, see ``rag.question.timing``.
_EXTREME = re.compile(
    r"\b(?:(?<=\bthe )(?:most|least|fewest|best|worst)(?! (?:of|recent|recently|likely|known)\b)"
    r"|(?<=\bhas )(?:most|least|fewest)|(?<=\bhad )(?:most|least|fewest)"
    r"|(?:larg|bigg|small|high|low|old|young|long|short|heavi|light|fast|slow|cheap|deep|wid|tall|"
    r"near|farth|rich|poor|hott|warm|cold|strong|weak|great|busi|hard|easi)est)\b"
)
_IN_FRONT = re.compile(r"^(?:and|but|so|then|also|please|in (?:total|all)|overall),? ")
_ASKED_TO = re.compile(
    r"^(?:(?:can|could|would|will) you (?:please )?|please )?"
    r"(?=(?:count|calculate|compute|subtract|multiply|add)\b)"
)
_FRONTED = re.compile(r"^(?:in|across|according to|of|from|on|for|by) [^,?]{2,80}, (?=how|wh)")


def asks_to_compute(question: str) -> str | None:
    """ "counting", "arithmetic" or "comparison"; None for a question that a sentence may answer."""
    text = fold(unwrap(question)).strip(' ?.!"“”')
    for front in (_IN_FRONT, _ASKED_TO, _FRONTED):
        text = front.sub("", text, count=1)
    return next((kind for kind, rule in _RULES if rule.match(text)), None)


def extremes(question: str) -> frozenset[str]:
    """The question's words that compare all of a kind: "largest", "most"."""
    return frozenset(_EXTREME.findall(fold(question)))
