"""Noun phrases of an English question, found by word classes alone. Pure.

No tagger: a phrase is a run of content words between function words, without the verbs
that stand in the places where questions put them. Good enough to say what a question is
about; not a parse.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from rag.text.words import (
    AUX,
    DETERMINERS,
    IMPERATIVES,
    JOINERS,
    PREPOSITIONS,
    WH,
    WORD,
    fold,
    is_adjacent,
    is_content,
    word_set,
)

_BE_HAVE = word_set("is are was were be been being has have had isn't aren't wasn't weren't")
_DO = word_set("do does did don't doesn't didn't")
_MODALS = word_set("will would can could shall should may might must")
_OBJECTS = word_set("it them him her us me you")
_VERBS = word_set(
    "attend become became begin began begun born bring brought built buy call came cause change "
    "choose chosen come contain cost count cure describe differ done drawn driven exist explain "
    "fall fell fight find fought found gave get gets give given go got gone grew grow grown "
    "happen happens hear heard held help include includes increase join keep kept kill knew know "
    "known last lead learn leave led left like live lose lost made make makes mean means meet met "
    "move need occur originate own pay paid play prevent produce pronounce put reach read receive "
    "recommend resign ran run said sang sat saw say says seen sell send sent shown sign sold "
    "speak spent spoke spoken stand stood start stop sung take taken taught teach think thought "
    "threw thrown told took travel treat try understand use want went win won work worn write "
    "written wrote"
)
_GENERIC = word_set(  # heads that say nothing of the topic
    "thing things way ways kind kinds type types sort sorts number amount name names time times "
    "difference differences reason reasons lot part parts case example examples question details "
    "information more idea word words term impact effect effects benefit benefits use uses main "
    "best better good bad important popular place meaning role history basis importance purpose "
    "category categories list level week year day month today"
)
_PEOPLE_HEADS = re.compile(
    r"(?:king|queen|man|woman|boy|girl|person|chief|head|wife|husband|son|guy|lady|pope|judge|"
    r"coach|viceroy|general|prince|princess|duke|saint|sultan|tsar|priest|monk|poet|pilot|chef|"
    r"hero|heir|child|\w+(?:er|or|ist|cian|man|woman|person)|"
    r"(?:presid|stud|ag|pati|cli|resid|correspond|par|recipi|oppon|adolesc|superintend|reg|incumb|"
    r"respond|depend|insurg|dissid)ent|(?:ten|account|assist|defend|applic|particip|immigr|migr|serv|"
    r"lieuten|merch|consult|inform|attend|command|occup)ant)$"
)
_NOT_PEOPLE = word_set(
    "war order number river water power computer center centre paper letter tower chapter matter "
    "sector factor motor color colour door floor career server cluster container summer winter "
    "weather disorder cancer newspaper answer list"
)
_PLURAL_WORD = re.compile(r"(?:[a-z’'-]{2,}[^s’'iu]s|people|men|women|children)$")
_SUBJECTS = word_set("i you we he she it they who that")
TITLES = word_set(
    "doctor dr mr mrs ms president king queen prince princess sir lady lord pope saint captain "
    "secretary general minister prime foreign defence defense deputy vice chancellor governor "
    "senator colonel major professor prof chairman director ambassador emperor tsar"
)
BODIES = word_set(  # a name that ends so is no person
    "forces council committee republic union organization organisation states state nations "
    "ministry university company agency court party house office church school college museum "
    "group bank press institute center centre commission parliament assembly league association "
    "war treaty act river sea lake mountain mountains street city island islands news times"
)
_DEGREES = word_set("most more very so too less least as how")


@dataclass(frozen=True, slots=True)
class Phrase:
    """A noun phrase and where it starts in its text; ``after`` is the word before it, folded."""

    text: str
    start: int
    after: str

    @property
    def head(self) -> str:
        """The last word before an "of", folded."""
        return fold(re.split(r" of | in ", self.text)[0].split(" ")[-1])

    @property
    def is_name(self) -> bool:
        return any(word[0].isupper() for word in self.text.split(" ")[-1:] if word)

    @property
    def is_plural(self) -> bool:
        return " and " in self.text or bool(_PLURAL_WORD.match(self.head))

    @property
    def is_generic(self) -> bool:
        return self.head in _GENERIC

    @property
    def is_person(self) -> bool:
        if self.is_name:
            return self.after not in {"in", "at", "of", "to", "from", "for"}
        first = fold(without_article(self.text).split(" ")[0])
        person = bool(_PEOPLE_HEADS.match(self.head)) and self.head not in _NOT_PEOPLE
        return person or first in TITLES


def without_article(phrase: str) -> str:
    return re.sub(r"^(?:the|an?) ", "", phrase, flags=re.I)


def noun_phrases(text: str) -> tuple[Phrase, ...]:
    """The phrases in their order, with their article, "X of Y" as one."""
    found: list[Phrase] = []
    run: list[re.Match[str]] = []
    before = ""  # the last word that stands in no phrase
    for match in [*WORD.finditer(text), None]:
        word = fold(match.group()) if match else ""
        touching = bool(run) and match is not None and is_adjacent(text, run[-1], match)
        if match and touching and _continues(match.group(), run, before):
            run.append(match)
            continue
        rest = text[match.start() :] if match else ""
        verb_follows = touching and (_is_verb(word, [], "") or word in AUX or " be " in rest)
        if not (touching and _is_verb_with_object(run, before, word)):
            found += _phrase(text, run, before, verb_follows)
        before = "" if run else before
        run = [match] if match and _starts(word, before) else []
        if not run:  # "who will appoint": the one asked for is the subject, a verb follows
            before = "who" if before == "who" and word in AUX - _BE_HAVE - _DO else word
    return tuple(found)


def _starts(folded: str, before: str) -> bool:
    if folded in DETERMINERS - {"that"}:
        return True
    opens_request = not before and folded in IMPERATIVES
    return (
        is_content(folded)
        and not folded[0].isdigit()
        and not opens_request
        and not _is_verb(folded, [], before)
    )


def _continues(word: str, run: list[re.Match[str]], before: str) -> bool:
    if not run:
        return False
    folded = fold(word)
    if _is_verb(folded, run, before) and not word[0].isupper():
        return False
    last = fold(run[-1].group())
    if folded == "from" and last in {"people", "men", "women"}:
        return True
    if folded == "of" or (folded in JOINERS and word.islower() and run[-1].group()[0].isupper()):
        return last not in DETERMINERS
    if folded in DETERMINERS:
        return last in {"of", "from"}
    return is_content(word)


def _is_verb(folded: str, run: list[re.Match[str]], before: str) -> bool:
    only_article = all(fold(match.group()) in DETERMINERS for match in run)
    if run and only_article:
        return False  # "the held meeting", "the work"
    if not run and before in _SUBJECTS:
        return True
    if not run and not before and folded.endswith("ing"):
        return True  # "Talking about soccer, …"
    return folded in _VERBS or (len(folded) > 4 and folded.endswith("ed"))


def _is_verb_with_object(run: list[re.Match[str]], before: str, after: str) -> bool:
    """ "What will replace it?", "to close the bridge": a word alone before an object is a verb."""
    pointed = before in _MODALS and after in DETERMINERS
    is_object = pointed or after in _OBJECTS or after in {"the", "a", "an"}
    is_alone = len(run) == 1 and run[0].group().islower()
    return is_alone and is_object and (before in _MODALS or before == "to")


def is_verb(folded: str) -> bool:
    return folded in AUX or _is_verb(folded, [], "")


def _phrase(text: str, run: list[re.Match[str]], before: str, verb_follows: bool) -> list[Phrase]:
    run = list(run)
    asks_for_verb = before in AUX - _BE_HAVE and not verb_follows
    if asks_for_verb and len(run) > 1 and run[-1].group().islower():
        run.pop()  # "does pre-market trading work": the verb ends the run of its subject
    while run and fold(run[-1].group()) in DETERMINERS | PREPOSITIONS | WH:
        run.pop()
    if len(run) == 1 and before in _DEGREES:
        return []  # "the most popular"
    if not run or all(match.group()[0].isdigit() for match in run):
        return []
    phrase = Phrase(text[run[0].start() : run[-1].end()], run[0].start(), before)
    if phrase.is_generic and " of " in phrase.text:  # "the meaning of the song": the song
        lead, _, rest = phrase.text.partition(" of ")
        return [Phrase(rest, phrase.start + len(lead) + 4, "of")]
    return [phrase]
