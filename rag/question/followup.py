"""A question that leans on earlier turns, made to stand alone without an LLM. Pure.

First it is found out whether the question leans on the others at all; one that stands
alone comes back as it is, because topic words that do not belong to a question make
retrieval worse. Earlier turns are made to stand alone first, in their order, so that a
topic is carried on through turns that only point at it. What was said before has a small
weight in the search all the same: not every question that leans can be seen to.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from rag.question.ellipsis import is_fragment, what_about
from rag.question.leaning import Pronoun, leaning_pronouns, leans_otherwise
from rag.question.patterns import is_small_talk
from rag.question.referents import BRACKET, Past, antecedent, antecedents
from rag.question.topic import with_topic
from rag.text.phrases import is_verb, noun_phrases, without_article
from rag.text.words import (
    AUX,
    STOP,
    capitalise,
    content_words,
    fold,
    is_content,
    words,
)
from rag.types import Turn

_TURNS = 12  # earlier user turns that are looked at
_CHARS = 4000  # of each turn
_OTHERS = 3  # readings beside the likeliest
_SAID = 300  # of the last question, and of its answer
_LEAD = re.compile(r"^(?:(?:and|but|or|so|also|then|ok|okay|well)\b[, ]*)+", re.I)
_PAIR = re.compile(
    r"(?P<a>(?:[^\W\d_]+[ -]){0,2}?[^\W_]+) (?:or|and) "
    r"(?P<b>(?:the |an? )?[^\W_]+(?: [^\W_]+)?)[ ?.!]*$"
)
_WHOLE_MATTER = re.compile(  # "does that depend on", "say that": more than a thing
    r"\b(?:do|does|did|will|would|can|could|should|say|said|mean|think|know) (?:this|that)$", re.I
)
_BARE_WH = re.compile(
    r"^(?P<wh>why|when|where|how|how so|how come|by whom|with whom|to whom|since when|until when|"
    r"how (?:long|often|many|much)|who|what|which)(?: (?:exactly|then|is that|was that))*"
    r"[?.!\s]*$",
    re.I,
)
_ADVERBIAL_START = re.compile(
    rf"^(?:(?:when|where|why|how|how long|how often) )?(?=(?:{'|'.join(sorted(AUX))}) )", re.I
)


def standalone(question: str, history: Sequence[Turn]) -> str:
    """The question with what it takes from ``history`` written into it.

    The identical string comes back where the question stands alone or nothing fits.
    """
    return _capitalised(_resolve(question, _past(history)).question, question)


def readings(question: str, history: Sequence[Turn]) -> tuple[str, ...]:
    """Ways to read it, first that of ``standalone``, then up to three more.

    There are others where a pronoun may stand for several things that were spoken of: those of
    the last turns first.
    """
    past = _past(history)
    first = _capitalised(_resolve(question, past).question, question)
    core = _LEAD.sub("", " ".join(question.split()))
    leaning = leaning_pronouns(core) if first != question else ()
    found = {first: None}
    for phrase in antecedents(leaning[0], _telling(past)) if leaning else ():
        read = _filled(core, past, leaning, {leaning[0].number: phrase})
        found[_capitalised(read.question, question)] = None
        if len(found) > _OTHERS:
            break
    return tuple(found)


def _capitalised(read: str, question: str) -> str:
    return read if read == question else capitalise(read)


def _past(history: Sequence[Turn]) -> list[Past]:
    """The turns of the user, each made to stand alone, with their answers."""
    past: list[Past] = []
    users = [i for i, turn in enumerate(history) if turn.role == "user"]
    start = users[-_TURNS] if len(users) > _TURNS else 0
    for turn in history[start:]:
        content = turn.content[:_CHARS]
        if turn.role == "user":
            past.append(_resolve(content, past))
        elif past:
            past[-1] = replace(past[-1], answer=content)
    return past


def said_before(history: Sequence[Turn]) -> str:
    """The last question that is no small talk, and its answer: the beginning of each.

    Of a question such as "Why?" only the answer is left.
    """
    answer = ""
    for turn in reversed(history):
        said = turn.content[:_SAID]
        if turn.role != "user":
            answer = said
        elif is_small_talk(said):
            answer = ""
        else:
            return " ".join(f"{said if content_words(said) else ''} {answer}".split())
    return ""


def _resolve(question: str, past: Sequence[Past]) -> Past:
    past = _telling(past)
    if not past or len(question) > _CHARS or is_small_talk(question):
        return Past(question)
    core, led = _LEAD.subn("", " ".join(question.split()))
    if led and is_fragment(core):
        core = f"What about {core}"  # "And Georgia?"
    for rule in (_bare_question_word, what_about, _pronouns, _echo, _remainder):
        if (filled := rule(core, past)) is not None:
            return filled
    return Past(question)


def _telling(past: Sequence[Past]) -> list[Past]:
    return [turn for turn in past if not _says_nothing(turn.question)]


def _says_nothing(question: str) -> bool:
    return not content_words(question) or is_small_talk(question)


def _bare_question_word(core: str, past: Sequence[Past]) -> Past | None:
    """ "Where exactly?" after "When was it held?" asks "Where was it held?"."""
    match = _BARE_WH.match(core)
    if not match:
        return None
    frame = BRACKET.sub("", past[-1].question).rstrip(" ?.!")
    start = _ADVERBIAL_START.match(frame)
    if start and match["wh"].casefold() not in {"who", "what", "which"}:
        return Past(f"{match['wh']} {_lower_start(frame[start.end() :])}?")
    return with_topic(core, past)


def _pronouns(core: str, past: Sequence[Past]) -> Past | None:
    """The first leaning pronoun of each kind replaced; the topic in brackets where none fits."""
    leaning = leaning_pronouns(core)
    return _filled(core, past, leaning, {}) if leaning else None


def _filled(
    core: str, past: Sequence[Past], leaning: Sequence[Pronoun], given: Mapping[str, str]
) -> Past:
    """``given`` says for some kinds of pronoun what to put there."""
    first = {p.number: p for p in reversed(leaning)}
    meant: dict[str, str] = {}
    for number, pronoun in sorted(first.items(), key=lambda item: item[1].start):
        whole = _WHOLE_MATTER.search(core[: pronoun.end])
        phrase = None if whole else given.get(number) or antecedent(pronoun, past)
        if phrase and not (pronoun.possessive and phrase.startswith("those who ")):
            meant |= {number: phrase} if phrase not in meant.values() else {}
    filled = core
    for pronoun in sorted(first.values(), key=lambda p: p.start, reverse=True):
        if pronoun.number in meant:
            filled = _put(filled, pronoun, meant[pronoun.number])
    done = Past(filled, referents=tuple(meant.items()))
    if len(meant) == len(first):
        return done
    topic = with_topic(filled, past)
    return replace(topic, referents=done.referents) if topic else done


def _put(text: str, pronoun: Pronoun, phrase: str) -> str:
    if pronoun.possessive:
        phrase += "'" if phrase.endswith("s") else "'s"
    if pronoun.word == "there":
        phrase = f"in {phrase}"
    rest = text[pronoun.end :]
    if pronoun.word in {"this", "that", "these", "those"} and (
        owned := re.match(r" ([^\W\d_]+)", rest)
    ):
        word = owned[1]
        if is_content(word) and not fold(word).endswith("ed"):
            if fold(word) in fold(phrase):  # "that movement" is the movement named before
                return text[: pronoun.start] + phrase + rest[owned.end() :]
            return f"{text.rstrip(' ?.!')} ({without_article(phrase)})?"
    return text[: pronoun.start] + phrase + rest


def _echo(core: str, past: Sequence[Past]) -> Past | None:
    """ "How long is the wall?" after "the Great Wall of China" means that wall."""
    for match in re.finditer(r"\bthe ([^\W\d_]{3,})\b(?!['’-])", core, re.I):
        following = words(core[match.end() :])[:1]
        if following and not is_verb(fold(following[0])):
            continue  # "the election in Georgia" says itself which one
        for phrase in (p for turn in reversed(past) for p in noun_phrases(turn.question)):
            said = [word for word in words(phrase.text) if fold(word) not in STOP]
            if phrase.head == fold(match[1]) and 1 < len(said) <= 6:
                full = f"the {without_article(phrase.text)}"
                return Past(core[: match.start()] + full + core[match.end() :])
    return None


def _remainder(core: str, past: Sequence[Past]) -> Past | None:
    if not leans_otherwise(core):
        return None
    which = re.search(r"\b(?:the )?(former|latter)\b", core, re.I)
    pair = _PAIR.search(past[-1].question) if which else None
    if which and pair:
        chosen = pair["a"] if which[1].lower() == "former" else pair["b"]
        return Past(core[: which.start()] + chosen + core[which.end() :])
    return with_topic(core, past)


def _lower_start(text: str) -> str:
    first = next(iter(words(text)), "")
    return text[:1].lower() + text[1:] if fold(first) in AUX else text
