"""The turns before a question, each made to stand alone, and the phrases in them. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from rag.question.followup.places import TIME_NAME
from rag.text.phrase import Phrase
from rag.text.phrases import noun_phrases
from rag.text.words import STOP, bare, fold, is_content, names, words

BRACKET = re.compile(r" \(([^()]*)\)\?$")  # the topic that was put there for an earlier turn
LABEL = re.compile(r"(?<![^\s\"“])[A-Z][\w’'-]*(?: [a-z][\w’'-]*){0,3}:\s")  # "Monthly rent: "
_REFUSAL = re.compile(  # what Citewell says itself
    r"\s*(?:No sentence in the documents|Nothing in the documents|The documents do not say|"
    r"A target error of)",
    re.I,
)
_OWNED = re.compile(r"(?:his|her|its|their|this|that|these|those) ", re.I)
_PREDICATED = frozenset(["is", "are", "was", "were", "be", "been"])
CHARS = 4_000  # code points of a turn that are kept
REACH = 600  # and looked at for what is spoken of


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier turn: its question made to stand alone, and what its pronouns stood for."""

    question: str
    answer: str = ""
    referents: tuple[tuple[str, str], ...] = ()  # (kind of pronoun, phrase)
    refused: bool = False
    is_new: bool = False  # it says that it is about something else

    @property
    def asked(self) -> str:
        """The question without the topic in brackets behind it."""
        return BRACKET.sub("?", self.question)


def is_refusal(answer: str) -> bool:
    return bool(_REFUSAL.match(answer))


def asked_phrases(turn: Past, said: frozenset[str] = frozenset()) -> list[Phrase]:
    """Those of the question that say what they are, without those whose head is ``said``."""
    return [p for p in _phrases(turn.asked) if not heads(p) & said]


def answered_phrases(turn: Past, said: frozenset[str] = frozenset()) -> list[Phrase]:
    """Those of the answer that something may be asked of again."""
    answer = LABEL.sub(" . ", turn.answer[:REACH])
    called = {word for name in names(answer) for word in name.split()}
    return [
        p if p.text.split()[0] in called or _is_one_word(p) else _in_a_sentence(p)
        for p in _phrases(answer)
        if not heads(p) & said and not _OWNED.match(p.text) and not _is_predicate(p)
    ]


def said_words(text: str) -> frozenset[str]:
    """The words of a question, so that they are looked for in no other: see ``heads``."""
    return frozenset(singular(bare(word)) for word in words(text) if is_content(word))


def heads(phrase: Phrase) -> set[str]:
    """The word that says what a phrase is, in the singular."""
    return {singular(bare(phrase.head))}


def is_part(phrase: str, whole: str) -> bool:
    """Whether a phrase says nothing more than another: "the tour" beside "the guided tours"."""
    return said_words(phrase) <= said_words(whole)


def is_same(phrase: str, first: str) -> bool:
    """Whether two phrases mean the same thing: "the tour" and "the guided tours"."""
    outer, _, inner = first.partition(" of ")
    return is_part(phrase, first) and not (inner and is_part(phrase, inner) and phrase != outer)


def singular(word: str) -> str:
    return re.sub(r"(?<=[^s])s$", "", word)


def _phrases(text: str) -> list[Phrase]:
    found: Iterable[Phrase] = noun_phrases(text[:REACH])
    return [p for p in found if not p.is_generic and len(p.text) < 80 and _says_what(p)]


def _says_what(phrase: Phrase) -> bool:
    """A name of a day, or a "The" that was left over, stands for nothing."""
    plain = re.sub(r"^the ", "", phrase.text, flags=re.I)
    return not TIME_NAME.fullmatch(plain) and any(fold(w) not in STOP for w in words(phrase.text))


def _is_predicate(phrase: Phrase) -> bool:
    """ "ill" of "the singer was ill" """
    return phrase.after in _PREDICATED and phrase.text.islower() and " " not in phrase.text


def _is_one_word(phrase: Phrase) -> bool:
    """ "Solberg", which may be a name; not "Tenants" """
    return " " not in phrase.text and not phrase.is_plural


def _in_a_sentence(phrase: Phrase) -> Phrase:
    """Without the capital of a sentence's first word."""
    return Phrase(
        phrase.text[:1].lower() + phrase.text[1:], phrase.start, phrase.after, phrase.lead
    )
