"""Whether a pronoun stands for a phrase of its own question. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question.followup.places import PLACE_BEFORE
from rag.question.followup.pointing import PERSONS, Pronoun
from rag.text.people import is_people
from rag.text.phrase import Phrase
from rag.text.phrases import is_verb, noun_phrases
from rag.text.verbs import BASE, VERBS
from rag.text.words import AUX, PREPOSITIONS, fold, word_set, words

_FRONTED = re.compile(
    r"(?:when|if|as|while|although|though|since|because|until|unless|once|[a-z]+ (?:than|from)|"
    r"in|on|at|by|for|with|without|after|before|besides|despite|during|like|unlike|given)\b",
    re.I,
)
_NEVER_OBJECTS = word_set("he she they himself hers theirs")
_BOUNDARY = re.compile(  # where another clause begins; in it a pronoun may stand for a word before
    rf"[,;:.?!]|\b(?:and|or|but|if|when|while|because|who|which|that|what|where|why|how|than|so|as|"
    rf"unless|although|until|till)\b|\bto (?=(?:{'|'.join(sorted(BASE))})\b)"
    r"|\b(?:after|before|without|by|for|in|of|from|on|about|with) (?=\w+ing\b)",
    re.I,
)
_HOLDS = re.compile(  # "Which drinks have sugar in them?"
    r"\b(?:have|has|had|carry|need|with)\b.* (?:in|inside|on|with|around|between|of)$", re.I
)


def phrases_in(question: str) -> list[Phrase]:
    """What pronouns can stand for."""
    found = [part for phrase in noun_phrases(question) for part in _owners(phrase)]
    return [phrase for phrase in found if not phrase.is_generic]


def is_bound(question: str, pronoun: Pronoun, phrases: Sequence[Phrase]) -> bool:
    """Whether the pronoun can stand for one of the question's own phrases."""
    return _has_antecedent(question, pronoun, phrases) or _comes_later(question, pronoun, phrases)


def _owners(phrase: Phrase) -> list[Phrase]:
    """Of "a company's debts" the company too."""
    owner = re.match(r"(.*\w)['’]s ", phrase.text)
    return [Phrase(owner[1], phrase.start, phrase.after), phrase] if owner else [phrase]


def _has_antecedent(question: str, pronoun: Pronoun, phrases: Sequence[Phrase]) -> bool:
    """Whether the words before a pronoun have one that it can stand for."""
    before = question[: pronoun.start]
    earlier = [phrase for phrase in phrases if phrase.start < pronoun.start]
    if _is_object(question, pronoun) and not _HOLDS.search(before.rstrip()):
        # "Who has the key for it?": what stands in the same clause is something else
        clause = max((match.end() for match in _BOUNDARY.finditer(before)), default=0)
        earlier = [phrase for phrase in earlier if phrase.start < clause]
    if pronoun.number in PERSONS:
        return any(_may_be_person(phrase, before) for phrase in earlier)
    if pronoun.number == "place":
        return any(_may_be_place(phrase, before) for phrase in earlier)
    if pronoun.number == "plural":
        return any(_may_be_several(phrase, before) for phrase in earlier)
    return any(p.is_name or not (p.is_person or p.is_plural) for p in earlier)


def _may_be_place(phrase: Phrase, before: str) -> bool:
    later = bool(_BOUNDARY.search(before[phrase.start + len(phrase.text) :]))
    return phrase.is_name and (later or bool(PLACE_BEFORE.search(before[: phrase.start])))


def _may_be_several(phrase: Phrase, before: str) -> bool:
    """Also "a drain" of "What is a drain and how are they built?", but not "the fine"."""
    if re.match(r"(?:the|my|your|our|this|that) ", phrase.text, re.I):
        several = re.search(r"[^s'’iu]s\b", phrase.text) or is_people(phrase.head)
        relative = not before[phrase.start + len(phrase.text) :].strip()  # "the way they work"
        return phrase.is_plural or bool(several) or relative
    return True


def _is_object(question: str, pronoun: Pronoun) -> bool:
    """ "it" of "against it" and "opened it", not of "when it opened"."""
    if pronoun.possessive or pronoun.number == "place" or pronoun.word in _NEVER_OBJECTS:
        return False
    before, after = words(question[: pronoun.start])[-1:], words(question[pronoun.end :])[:1]
    governed = bool(before) and fold(before[0]) in PREPOSITIONS | BASE | VERBS - AUX
    goes_on = bool(after) and (is_verb(fold(after[0])) or fold(after[0]) in BASE)
    return governed and not goes_on


def _may_be_person(phrase: Phrase, before: str) -> bool:
    """Any name, and also "a Dutch national": who is spoken of for the first time."""
    later = bool(_BOUNDARY.search(before[phrase.start + len(phrase.text) :]))
    new = phrase.text.lower().startswith(("a ", "an ", "one of ")) and not phrase.is_plural
    return phrase.is_person or is_people(phrase.head) or (later and (phrase.is_name or new))


def _comes_later(question: str, pronoun: Pronoun, phrases: Sequence[Phrase]) -> bool:
    """ "Besides its beaches, what is Peru famous for?": the subject after the comma is meant."""
    comma = question.find(", ", pronoun.end)
    if not _FRONTED.match(question) or comma < 0:
        return False
    subjects = [p for p in phrases if p.start > comma and p.after in AUX]
    if pronoun.number in PERSONS:
        return any(p.is_person for p in subjects)
    fitting = [p for p in subjects if p.is_plural == (pronoun.number == "plural")]
    return any(pronoun.possessive or p.is_name for p in fitting)
