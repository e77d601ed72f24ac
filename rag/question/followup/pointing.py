"""Words of a question that stand for something said elsewhere: "it" of "is it open", not of "is it
true that". Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.text.verbs import BASE, VERBS
from rag.text.words import (
    AUX,
    DETERMINERS,
    PERSON_PRONOUNS,
    PREPOSITIONS,
    fold,
    is_content,
    word_set,
    words,
)

_PRONOUN = re.compile(
    r"\b(?:he|him|his|himself|she|her|hers|it|its|they|them|their|theirs|this|that|these|those|"
    r"there)\b(?!['’](?!s\b))",
    re.I,
)
_HE = word_set("he him his himself")
_SHE = word_set("she her hers")
PERSONS = frozenset({"he", "she"})
_PLURAL = word_set("they them their theirs these those")
_BEFORE_THAT = PREPOSITIONS - word_set("so than like as")
_POSSESSIVE = word_set("his her its their hers theirs")
_OWNED = word_set("other many much more most few last own")
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
    rf"{_EXPLETIVE_ADJECTIVE}\b(?! *[?.!]*$)"
    r"|\b(?:does|did|would|will|can) (?P<c>it) (?:usually |really )?"
    r"(?:take(?! (?:place|part|over|effect|off)\b)(?= *[^\W\d_])|cost(?=[^?]* to [a-z])"
    r"|mean (?:when|if|to|that))\b"
    r"|\bhow (?:hot|cold|warm|dark|far|long|safe|easy|hard|difficult|expensive|common|likely) "
    r"(?:is|was) (?P<f>it) (?:in|at|there|here|outside|from|to|for|on|that|if)\b"
    r"|\bwhat (?:time|day|date|year) (?:is|was) (?P<d>it)\b"
    r"|\b(?P<e>it) (?:rains?|snows?|takes(?! place)|took(?! place)|seems|turns out"
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
_COMMENT = re.compile(  # "That is too bad. Did …": said of the answer, asks nothing
    r"(?:^|(?<=[.?!] ))(?:(?:that|this|it)(?:'s| (?:is|was|sounds|seems|means|makes|must))\b[^.?!]*"
    r"(?:[.!](?=\s)|[.!]?$)|(?:i see|no)\b[^.?!,]*[.!,])",
    re.I,
)
_NO_NOUN = "|".join(sorted(DETERMINERS | AUX | PREPOSITIONS | PERSON_PRONOUNS | {"and", "or"}))
_COMPARED = (
    "shorter|longer|bigger|smaller|larger|lower|higher|faster|slower|quicker|easier|cheaper|later|"
    "earlier|safer|stronger|better|worse|more|less|again"
)
EVENT = re.compile(  # "after that": something happened then
    rf"\b(?:after|before|since|until|till|by) (?:that|this)\b(?= *(?:[^\w ]|$)| (?:{_NO_NOUN})\b)",
    re.I,
)
_MATTER = re.compile(  # "Is that so?", "Can I change that?": all that was said, and no single thing
    r"\b(?:do|does|did|will|would|can|could|should|say|said|mean|think|know) (?P<a>this|that)\b"
    r"(?! [^\W\d_]+(?:s|er|or|ion|ment|ing)\b)"
    r"|\b(?:is|was|isn't|wasn't) (?P<b>this|that)(?: (?:really|always|still|also|not|only))*"
    r"(?: (?:all|so|true|right|correct|enough|possible|allowed|legal|normal|common|it|the case|why|"
    r"how|what|because|ok|okay|fair|a problem|for|if|when|too|everything)\b| *[?.!]*$)"
    r"|\bhow [a-z]+ (?:is|was|are|were) (?P<c>this|that)"
    r"(?= *[?.!]*$| (?:in|on|at|for|with|per|from|to|by|a|an|the)\b)"
    rf"|\b(?P<d>that) (?:{_COMPARED}|[a-z]+(?:self|ly)|in|on|at|for|with|from|to|by|if|when)\b"
    r"|\b(?P<e>this|that)[ ?.!]*$"
    r"|\b(?:i|we|you|to|not|they|he|she) do (?P<f>it)\b"
    rf"|\b(?:is|was|be|isn't|wasn't) (?P<g>it)(?: (?:really|still|also|very|so|not))* "
    rf"{_EXPLETIVE_ADJECTIVE}[ ?.!]*$"
    r"|\b(?:does|did|will|would|can) (?P<h>it) (?:usually |really )?take[ ?.!]*$",
    re.I,
)
_SPECIFIED = re.compile(
    r"(?: (?!(?:is|are|was|were|do|does|did|have|has|had|can|will|of)\b)[a-z-]+){1,3}? "
    r"(?:in|at|on|near|next to|behind|from|by|between|of) (?:the )?[A-Z]"
)
_SAYING = word_set(  # what may be followed by a clause with "that"
    "admit agree announce argue answer ask assume believe claim complain confirm conclude "
    "consider decide declare demand deny discover doubt ensure expect explain fear feel find "
    "found guarantee guess hear heard hope imply insist know knew known learn mean means mention "
    "note notice promise propose prove provide read realise realize recommend remember reply "
    "report require reveal said say says saw see seem show state stated suggest suppose think "
    "thought tell told understand want wish wonder worry write wrote"
)
_OBJECT_ENDS = re.compile(
    rf" (?:{_COMPARED}|[a-z]+(?:self|ly)|too|either|now|in|on|at|for|with|from|to|by|off|out|"
    r"up|down|back|without|if|when|and|or)\b| (?:[a-z]+ )?[a-z]+[ ?.!]*$"
)


@dataclass(frozen=True, slots=True)
class Pronoun:
    """A word that leans. ``number``: "he", "she", "plural", "place" or "thing".

    ``is_matter``: it stands for all that was said, and no phrase can be put in its place.
    """

    start: int
    end: int
    word: str
    number: str
    possessive: bool
    is_matter: bool = False


def pronouns(question: str) -> tuple[Pronoun, ...]:
    """Those that stand for something, in their order."""
    question = _COMMENT.sub(lambda match: " " * len(match.group()), question)
    free = _marked(_EXPLETIVE_IT, question) | _marked(_EXISTENTIAL_THERE, question)
    matters = _marked(_MATTER, question)
    found = []
    for match in _PRONOUN.finditer(question):
        word = fold(match.group())
        if match.start() in free or not _is_pronoun(question, match, word):
            continue
        after = words(question[match.end() :])[:1]
        possessive = word in _POSSESSIVE and (word != "her" or _can_be_owned(after))
        is_matter = match.start() in matters
        found.append(Pronoun(*match.span(), word, _number(word), possessive, is_matter))
    return tuple(found)


def _marked(rule: re.Pattern[str], question: str) -> set[int]:
    """Where the words stand that a pattern marks with a group."""
    return {
        match.start(group)
        for match in rule.finditer(question)
        for group, value in match.groupdict().items()
        if value
    }


def _number(word: str) -> str:
    if word in _HE | _SHE:
        return "he" if word in _HE else "she"
    if word == "there":
        return "place"
    return "plural" if word in _PLURAL else "thing"


def _can_be_owned(after: list[str]) -> bool:
    return bool(after) and (is_content(after[0]) or fold(after[0]) in _OWNED)


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
    if re.match(r" ones?\b", rest):
        return False
    if word in {"this", "that"} and any(
        event.start() < match.start() < event.end() for event in EVENT.finditer(question)
    ):
        return False
    if word in {"this", "that", "these", "those"} and _SPECIFIED.match(rest):
        return False  # "that tower next to the Opera House" says which
    if word == "those" and re.match(
        r" [^\W\d_]+ (?:who|that|which|to|of|in|on|for|with|by|from|at)\b", rest
    ):
        return False  # "those missions to space" says which
    if word == "that" and last in BASE | VERBS - _SAYING and _OBJECT_ENDS.match(rest):
        return True  # "Can I make that shorter?", "Can I change that percentage?"
    if word == "that":
        inverted = last in AUX and len(before) <= 3
        return ends or rest.startswith("'s") or not before or inverted or last in _BEFORE_THAT
    if word == "there":
        return ends or last not in AUX
    return True
