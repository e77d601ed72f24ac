"""Where a question leans on earlier turns: words whose meaning stands outside it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.text.phrases import Phrase, noun_phrases
from rag.text.words import AUX, PREPOSITIONS, fold, is_content, names, word_set, words

_PRONOUN = re.compile(
    r"\b(?:he|him|his|himself|she|her|hers|it|its|they|them|their|theirs|this|that|these|those|"
    r"there)\b(?!['’](?!s\b))",
    re.I,
)
_PERSON = word_set("he him his himself she her hers")
_PLURAL = word_set("they them their theirs these those")
_BEFORE_THAT = PREPOSITIONS - word_set("so than like as")
_POSSESSIVE = word_set("his her its their hers theirs")
_EXPLETIVE_ADJECTIVE = (
    r"(?:true|possible|impossible|necessary|legal|illegal|lawful|important|better|best|worse|worst|"
    r"safer?|ok|okay|good|bad|advisable|hard|harder|easy|easier|difficult|likely|worth|wise|common|"
    r"normal|correct|right|wrong|fair|acceptable|allowed|expensive|cheaper|harmful|required|"
    r"recommended|mandatory|smart|dangerous|known|clear|time|late|early|raining|snowing|cold|hot|"
    r"warm|dark|sunny|cloudy|windy|free)"
)
_EXPLETIVE_IT = re.compile(
    rf"\b(?:(?:is|was|be|will|would|does|makes?|isn't|wasn't|as) (?P<a>it)"
    rf"|(?P<b>it) (?:is|was|will be|would be))"
    rf"(?: (?:not|still|really|also|more|very|so|considered|usually|generally)){{0,2}} "
    rf"{_EXPLETIVE_ADJECTIVE}\b"
    r"|\b(?:does|did|would|will|can) (?P<c>it) (?:usually |really )?"
    r"(?:take(?! (?:place|part|over|effect|off)\b)|cost)\b"
    r"|\bwhat (?:time|day|date|year) (?:is|was) (?P<d>it)\b"
    r"|\b(?P<e>it) (?:rains?|snows?|takes?(?! place)|took(?! place)|seems|turns out"
    r"|is (?:said|known|believed|thought))\b",
    re.I,
)
_EXISTENTIAL_THERE = re.compile(
    r"\b(?:is|are|was|were|be|been|will|would|isn't|aren't|wasn't|weren't|can|could|has|have|does|"
    r"do|did|should|must|may|might) (?P<a>there)\b"
    r"|\b(?P<b>there)(?:'s| (?:\w+ly )?(?:is|are|was|were|"
    r"will|would|has|have|had|exists?|existed|be|been|seems?|isn't|aren't|may|might|must|can|could))\b",
    re.I,
)
_SAID_OF_NOW = (
    r"(?:year|week|month|day|morning|evening|century|decade|time|season|summer|winter|case|reason|way|"
    r"sense|regard)s?"
)
_SIDE = r"(?=[ ?.!]*$|,)"
_ELSEWHERE = re.compile(
    r"\b(?:former|latter)\b"
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
_COMMENT = re.compile(  # "That is too bad. Did …": said of the answer, asks nothing
    r"(?:^|(?<=[.?!] ))(?:(?:that|this|it)(?:'s| (?:is|was|sounds|seems|means|makes|must))\b[^.?!]*"
    r"(?:[.!](?=\s)|[.!]?$)|(?:i see|no)\b[^.?!,]*[.!,])",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Pronoun:
    """A word that leans. ``number``: "person", "plural", "place" or "thing"."""

    start: int
    end: int
    word: str
    number: str
    possessive: bool


def leaning_pronouns(question: str) -> tuple[Pronoun, ...]:
    """Pronouns for which nothing earlier in the question can stand."""
    question = _COMMENT.sub(lambda match: " " * len(match.group()), question)
    free = {
        match.start(group)
        for rule in (_EXPLETIVE_IT, _EXISTENTIAL_THERE)
        for match in rule.finditer(question)
        for group, value in match.groupdict().items()
        if value
    }
    phrases = [phrase for phrase in noun_phrases(question) if not phrase.is_generic]
    found = []
    for match in _PRONOUN.finditer(question):
        word = fold(match.group())
        if match.start() in free or not _is_pronoun(question, match, word):
            continue
        number = _number(word)
        before = [phrase for phrase in phrases if phrase.start < match.start()]
        if not _has_antecedent(question[: match.start()], before, number):
            after = words(question[match.end() :])[:1]
            possessive = word in _POSSESSIVE and (word != "her" or _can_be_owned(after))
            found.append(Pronoun(match.start(), match.end(), word, number, possessive))
    return tuple(found)


def leans_otherwise(question: str) -> bool:
    """ "The latter", "which is better", "who else", or nothing said at all."""
    said = sum(is_content(word) for word in words(question))
    short = said <= 2 and not names(question)
    return bool(
        said == 0 or _ELSEWHERE.search(question) or (short and _ELSEWHERE_IF_SHORT.search(question))
    )


def _number(word: str) -> str:
    if word in _PERSON:
        return "person"
    if word == "there":
        return "place"
    return "plural" if word in _PLURAL else "thing"


def _can_be_owned(after: list[str]) -> bool:
    return bool(after) and fold(after[0]) not in PREPOSITIONS | AUX and fold(after[0]) != "and"


def _is_pronoun(question: str, match: re.Match[str], word: str) -> bool:
    """Tells "how is that calculated" from "the man that came" and "is it true that"."""
    before = [fold(w) for w in words(question[: match.start()])]
    rest = question[match.end() :]
    ends = not re.match(r" *[^\W_]", rest)
    last = before[-1] if before else ""
    if word in {"this", "these", "those", "that"} and re.match(
        rf" {_SAID_OF_NOW}\b| who\b", rest, re.I
    ):
        return False
    if word == "those" and re.match(r" [^\W\d_]+ (?:who|that|which|to|of|in|on)\b", rest):
        return False  # "those missions to space" says which
    if word == "that":
        inverted = last in AUX and len(before) <= 3
        return ends or rest.startswith("'s") or not before or inverted or last in _BEFORE_THAT
    if word == "there":
        return ends or last not in AUX
    return True


def _has_antecedent(before: str, phrases: Sequence[Phrase], number: str) -> bool:
    """Whether the words before a pronoun, which hold these phrases, have one it can stand for."""
    if number == "person":
        return any(phrase.is_person for phrase in phrases)
    if number == "place":
        return bool(names(before))
    if number == "plural":  # also "What is a drain and how are they built?"
        return bool(phrases)
    return any(p.is_name or not (p.is_person or p.is_plural) for p in phrases)
