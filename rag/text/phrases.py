"""Noun phrases of an English question, found by word classes alone. Pure.

No tagger: a phrase is a run of content words between function words, without the verbs
that stand in the places where questions put them. Good enough to say what a question is
about; not a parse.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.text.phrase import NUMBERS, OWNS, PREDICATES, Phrase
from rag.text.verbs import ALSO_NOUNS, BASE, THIRD_OR_NOUNS, THIRD_PERSON, VERBS
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
_SUBJECTS = word_set("i you we he she it they who that")
_DEGREES = word_set("most more very so too less least as how")
_ADVERB = re.compile(
    r"(?:once|twice|often|always|usually|sometimes|already|together|away|back|later|afterwards|soon|"
    r"instead|overnight|online|abroad|above|ahead|along|below|beyond|minus|plus|including|today|"
    r"tomorrow|yesterday|anymore|anyway|"
    r"(?!family|reply|supply|italy|assembly|butterfly|monopoly|ally|jelly|belly|lily|fly|july|rally|"
    r"anomaly|bully|holy|ugly|silly|daily|weekly|monthly|yearly|early|elderly|friendly|homily)"
    r"[a-z]+ly)$"
)
_CONTRACTED = re.compile(r"'(?:ve|ll|d|m|re)$")  # "I've"
_IDLE = word_set("addition advance case fact general order particular person turn")  # after "in"
_REACH = 12  # words of a clause that are looked at
_BEFORE_REQUESTS = word_set("and or to not please then")
_CLAUSE_ENDS = WH | word_set("to and or but if because that than unless while")


def noun_phrases(text: str) -> tuple[Phrase, ...]:
    """The phrases in their order, with their article, "X of Y" as one."""
    found: list[Phrase] = []
    run: list[re.Match[str]] = []
    before = ""  # the last word that stands in no phrase
    tokens = list(WORD.finditer(text))
    for at, match in enumerate([*tokens, None]):
        word = fold(match.group()) if match else ""
        touching = bool(run) and match is not None and _touch(text, run[-1], match)
        following = _clause(text, tokens[at:])
        if match and touching and _continues(match.group(), run, before, following[1:]):
            run.append(match)
            continue
        ends = touching and (
            _is_asked_verb(word, run, before, following[1:]) or _is_third_person(following)
        )
        verb_follows = ends or (touching and (_has_verb(following) or "be" in following))
        if not (touching and _is_verb_with_object(run, before, word)):
            found += _phrase(text, run, before, verb_follows)
        before = "" if run else before
        run = [match] if match and _starts(match, text, before, following[1:]) and not ends else []
        if not run:  # "who will appoint": the one asked for is the subject, a verb follows
            before = "who" if before == "who" and word in AUX - _BE_HAVE - _DO else word
    return tuple(found)


def _touch(text: str, left: re.Match[str], right: re.Match[str]) -> bool:
    """Also "women's marathon"; the owner's name is a phrase of its own."""
    owned = left.group().islower() and left.group().endswith(OWNS)
    return is_adjacent(text, left, right) or (owned and text[left.end() : right.start()] == " ")


def _clause(text: str, tokens: Sequence[re.Match[str]]) -> list[str]:
    """The words to the end of the clause, folded: to a mark or a word that opens another."""
    found: list[str] = []
    for at, match in enumerate(tokens[:_REACH]):
        word = fold(match.group())
        if at and (word in _CLAUSE_ENDS or not is_adjacent(text, tokens[at - 1], match)):
            break
        found.append(word)
    return found


def _has_verb(following: Sequence[str]) -> bool:
    return any(word in AUX or word in VERBS or word in BASE - ALSO_NOUNS for word in following)


def _starts(match: re.Match[str], text: str, before: str, following: Sequence[str]) -> bool:
    folded = fold(match.group())
    if folded in DETERMINERS - {"that"}:
        return True
    opens_request = not before and folded in IMPERATIVES
    if folded in BASE and following and following[0] in DETERMINERS | _OBJECTS:
        begins = (
            before in _BEFORE_REQUESTS
            or not text[: match.start()].rstrip()
            or text[: match.start()].rstrip()[-1] in ".!?:"
        )
        opens_request = opens_request or begins  # "Fill the tank."
    if before == "to" and folded in BASE and match.group().islower():
        ends = not following or following[0] in PREPOSITIONS | DETERMINERS | _OBJECTS
        opens_request = folded not in ALSO_NOUNS or ends  # "a reason to end?"
    return (
        is_content(folded)
        and not _CONTRACTED.search(folded)
        and not folded[0].isdigit()
        and not opens_request
        and not _ADVERB.match(folded)
        and not _is_verb(folded, [], before)
    )


def _continues(word: str, run: list[re.Match[str]], before: str, following: Sequence[str]) -> bool:
    folded = fold(word)
    if not word[0].isupper() and (
        _is_verb(folded, run, before) or _is_asked_verb(folded, run, before, following)
    ):
        return False
    if _is_third_person([folded, *following]):
        return False
    last = fold(run[-1].group())
    if folded == "from" and last in {"people", "men", "women"}:
        return True
    if folded == "of":
        return last not in DETERMINERS
    if folded in JOINERS and word.islower() and run[-1].group()[0].isupper():
        return folded != "the" or bool(following)
    if folded in DETERMINERS:
        return last in {"of", "from"}
    if folded == "mine":
        return True  # "the Brandis mine"
    return is_content(word) and not _CONTRACTED.search(folded) and not _ADVERB.match(folded)


def _is_third_person(words: Sequence[str]) -> bool:
    """ "costs" of "a ticket costs 24 francs", not of "the costs of a ticket" """
    if len(words) < 2 or words[0] not in THIRD_OR_NOUNS:
        return False
    after = DETERMINERS | {"at", "down", "from", "how", "no", "on", "only", "up", "with", "without"}
    return words[1] in after or any(char.isdigit() for char in words[1])


def _is_verb(folded: str, run: list[re.Match[str]], before: str) -> bool:
    only_article = all(fold(match.group()) in DETERMINERS | NUMBERS for match in run)
    if run and (only_article or fold(run[-1].group()) in DETERMINERS | {"of"}):
        return False  # "the held meeting", "days of leave"
    if not run and before in _SUBJECTS:
        return True
    if not run and not before and folded.endswith("ing"):
        return True  # "Talking about soccer, …"
    if folded in THIRD_PERSON and folded not in VERBS:
        return True
    participle = len(folded) > 4 and folded.endswith("ed") and not folded.startswith("un")
    return folded in VERBS or participle


def _is_asked_verb(
    folded: str, run: list[re.Match[str]], before: str, following: Sequence[str]
) -> bool:
    """ "cover" of "Does the warranty cover scratches?": after "does" and a noun stands a verb."""
    only_article = all(fold(match.group()) in DETERMINERS for match in run)
    if before not in _DO | _MODALS or only_article or folded not in BASE:
        return False
    if following and following[0] in BASE:
        return False  # "Does a home visit cost more?"
    return folded not in ALSO_NOUNS or not _has_verb(following)


def _is_verb_with_object(run: list[re.Match[str]], before: str, after: str) -> bool:
    """ "What will replace it?", "to close the bridge": a word alone before an object is a verb."""
    pointed = before in _MODALS and after in DETERMINERS
    is_object = pointed or after in _OBJECTS or after in {"the", "a", "an"}
    is_alone = len(run) == 1 and run[0].group().islower()
    return is_alone and is_object and (before in _MODALS or before == "to")


def is_adverb(word: str) -> bool:
    return bool(_ADVERB.match(fold(word)))


def is_verb(folded: str) -> bool:
    return folded in AUX or (_is_verb(folded, [], "") and not folded.endswith("ing"))


def _phrase(text: str, run: list[re.Match[str]], before: str, verb_follows: bool) -> list[Phrase]:
    run = list(run)
    asks_for_verb = before in AUX - _BE_HAVE and not verb_follows
    if asks_for_verb and len(run) > 1 and run[-1].group().islower():
        run.pop()  # "does pre-market trading work": the verb ends the run of its subject
    if before in _BE_HAVE and run and run[-1].group() in PREDICATES:
        run.pop()  # "is the museum open"
    while run and fold(run[-1].group()) in DETERMINERS | PREPOSITIONS | WH:
        run.pop()
    if len(run) == 1 and (before in _DEGREES or (before == "in" and run[0].group() in _IDLE)):
        return []  # "the most popular", "in order to"
    if not run or all(match.group()[0].isdigit() for match in run):
        return []
    phrase = Phrase(text[run[0].start() : run[-1].end()], run[0].start(), before)
    if phrase.is_generic and " of " in phrase.text:  # "the meaning of the song": the song
        lead, _, rest = phrase.text.partition(" of ")
        return [Phrase(rest, phrase.start + len(lead) + 4, "of", lead)]
    return [phrase]
