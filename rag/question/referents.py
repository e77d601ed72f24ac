"""What a pronoun of a follow-up question stands for, looked up in the turns before it. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rag.question.leaning import Pronoun
from rag.text.phrases import BODIES, TITLES, Phrase, noun_phrases
from rag.text.words import JOINERS, STOP, fold, names, words

_THOSE_WHO = re.compile(
    r"^who (?P<be>is|was|are|were)? ?(?P<rest>(?(be)(?:(?:a )?part of|members? of|in|on|among|at)|"
    r"(?!did|does|do|has|have|had|can|will|would|could)) ?[^?]{1,120}?)[ ?.!]*$",
    re.I,
)
BRACKET = re.compile(r" \([^()]*\)\?$")  # the topic that was put there for an earlier turn
_LABEL = re.compile(r"(?<![^\s\"“])[A-Z][\w’'-]*(?: [a-z][\w’'-]*){0,3}:\s")  # "Monthly rent: "
_TIME = re.compile(  # names that nothing is said of by a pronoun
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|january|february|march|april|may|june|july|"
    r"august|september|october|november|december)(?: \d+)*",
    re.I,
)
_REFUSAL = re.compile(  # what Citewell says itself
    r"\s*(?:No sentence in the documents|Nothing in the documents|The documents do not say)", re.I
)
_REACH = 600  # code points of a turn that are looked at
PLACE_BEFORE = re.compile(r"\b(?:in|at|to|from|near|of|for|inside|around)\s+(?:the\s+)?$", re.I)


@dataclass(frozen=True, slots=True)
class Past:
    """An earlier turn: its question made to stand alone, and what its pronouns stood for."""

    question: str
    answer: str = ""
    referents: tuple[tuple[str, str], ...] = ()  # (kind of pronoun, phrase)


def antecedent(pronoun: Pronoun, past: Sequence[Past]) -> str | None:
    """What it stood for before, else a phrase of its kind; the last turn first."""
    for turn in reversed(past):
        meant = dict(turn.referents)
        phrases = _phrases(turn.question)
        if pronoun.number in meant:
            return meant[pronoun.number]
        if pronoun.number == "person":
            found = _person(turn, phrases)
        elif pronoun.number == "place":
            found = _place(turn)
        elif pronoun.number == "plural":
            found = _several(turn, phrases, meant)
        else:
            found = _thing(phrases) or meant.get("plural")
            if phrases and not found:
                return None
        if found:
            return _as_known(found)
    return None


def antecedents(pronoun: Pronoun, past: Sequence[Past]) -> list[str]:
    """What else it may stand for, the last turn first: phrases of its kind in its answer, then in
    its question."""
    found = [phrase for turn in reversed(past) for phrase in _of_kind(pronoun.number, turn)]
    return list(dict.fromkeys(map(_as_known, found)))


def _of_kind(number: str, turn: Past) -> list[str]:
    answer = "" if _REFUSAL.match(turn.answer) else _LABEL.sub(" . ", turn.answer)
    said = [*_phrases(answer), *_phrases(turn.question)]
    if number == "person":
        people = [p for p in said if p.is_person]
        named = [person for p in people if p.is_name and (person := _person_in(p.text))]
        return [*named, *(p.text for p in people if not p.is_name)]
    if number == "place":
        return [place] if (place := _place(turn)) else []
    if number == "plural":
        return [p.text for p in said if p.is_plural]
    things = [p for p in said if not p.is_plural]
    return [p.text for p in things if not (_two_names(p.text) if p.is_name else p.is_person)]


def _phrases(text: str) -> list[Phrase]:
    found = noun_phrases(BRACKET.sub("", text[:_REACH]))
    return [p for p in found if not p.is_generic and len(p.text) < 80 and _says_what(p)]


def _says_what(phrase: Phrase) -> bool:
    """A name of a day, or a "The" that was left over, stands for nothing."""
    return not _TIME.fullmatch(phrase.text) and any(fold(w) not in STOP for w in words(phrase.text))


def _thing(phrases: Sequence[Phrase]) -> str | None:
    things = [p for p in phrases if p.is_name or not (p.is_person or p.is_plural)]
    inner = [p.text.partition(" of ")[2] for p in phrases if p.is_plural and " of " in p.text]
    sure = [p.text for p in things if not p.is_name or (p.is_person and not _two_names(p.text))]
    return next(iter([*sure, *inner, *(p.text for p in things)]), None)


def _two_names(phrase: str) -> bool:
    """ "Markus Ritter" is rather a person than a thing."""
    return " of " not in phrase and len(phrase.split()) == 2 and phrase.istitle()


def _several(turn: Past, phrases: Sequence[Phrase], meant: dict[str, str]) -> str | None:
    """ "they" after "Who attended?" are those who attended."""
    plural = next((_asked_for(p) for p in phrases if p.is_plural), None)
    if (asked := _THOSE_WHO.match(turn.question)) and (not plural or not asked["be"]):
        be = {"is": "are ", "was": "were "}.get((asked["be"] or "").lower(), "")
        return f"those who {be}{asked['rest'].strip()}"
    return plural or meant.get("thing") or next((p.text for p in phrases), None)


def _asked_for(phrase: Phrase) -> str:
    """ "which divisions" are "the divisions" when spoken of again."""
    return f"the {phrase.text}" if phrase.after in {"which", "many", "what"} else phrase.text


def _place(turn: Past) -> str | None:
    for text in (turn.question, turn.answer):
        spans = [innermost(name, text) for name in names(text)]
        placed = [text[a:b] for a, b in spans if PLACE_BEFORE.search(text[:a])]
        if placed:
            return placed[-1]
    return None


def _person(turn: Past, phrases: Sequence[Phrase]) -> str | None:
    called = [p.text for p in phrases if p.is_name and p.is_person]
    named = [person for name in called if (person := _person_in(name))]
    said = _LABEL.sub(" . ", turn.answer)
    somebody = [n for n in names(said) if not PLACE_BEFORE.search(said[: said.find(n)])]
    answered = [person for name in somebody if (person := _person_in(name))]
    role = [p.text for p in phrases if p.is_person and not p.is_name]
    if re.match(r"who (?!is [A-Z]|was [A-Z])", turn.question, re.I):
        return _first_text(answered, named, role)
    return _first_text(named, answered, role)


def _first_text(*choices: Sequence[str]) -> str | None:
    return next((text for choice in choices for text in choice), None)


def _person_in(name: str) -> str | None:
    """ "Stanislav Zas" of "CSTO Secretary General Stanislav Zas"; None for "Security Council"."""
    parts = name.split()
    titled = False
    while parts and (parts[0].isupper() or fold(parts[0].rstrip(".")) in TITLES):
        titled = titled or not parts[0].isupper()
        parts = parts[1:]
    core = " ".join(parts)
    if all(fold(part) in STOP for part in parts):
        return None
    kept = [part for part in parts if part.islower()]
    one_word = len(parts) == 1 and (titled or name == core)
    if not parts or len(parts) > 4 or set(kept) - JOINERS or {"of", "the"} & set(kept):
        return None
    if not (one_word or len(parts) >= 2) or fold(parts[-1]) in BODIES or parts[-1].endswith("ies"):
        return None
    return core


def _as_known(phrase: str) -> str:
    """ "a lethal disease" is "the lethal disease" when spoken of again."""
    return re.sub(r"^(?:an?|the|my|your|our) ", "the ", phrase, flags=re.I)


def innermost(name: str, frame: str) -> tuple[int, int]:
    """ "Kazakhstan" of "GDP of Kazakhstan"; all of "Romeo and Juliet"."""
    start = frame.find(name)
    end = start + len(name)
    start += name.rfind(" of ") + 4 if " of " in name else 0
    pair = re.search(r"[^\W\d_]+(?: [^\W\d_]+)? and $", frame[:start])
    return (pair.start() if pair and pair[0][0].isupper() else start), end
