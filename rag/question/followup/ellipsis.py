"""Follow-ups that leave out what the last question says: "And in 1990?". Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from rag.question.followup.alike import MEASURES, name_in_place
from rag.question.followup.frame import kind_of
from rag.question.followup.in_place import ORDINAL, ORDINAL_ALONE, in_place, places_for
from rag.question.followup.leaning import leaning_pronouns
from rag.question.followup.past import BRACKET, Past
from rag.question.followup.topic import with_topic
from rag.text.phrases import is_verb
from rag.text.verbs import ALSO_NOUNS, BASE
from rag.text.words import AUX, IMPERATIVES, WH, bare, content_words, fold, words

_ABOUT = re.compile(r"^(?:what|how) about (?P<what>[^?.!]+)[?.!\s]*$", re.I)
_FRAGMENT = re.compile(r"^(?P<what>[^?.!,]+)(?P<end>\?*)$")
_TOO = re.compile(r",? (?:too|as well|also|then|though|instead)(?=[ ?.!]*$)", re.I)
_SHORT = re.compile(  # what is no question of its own
    r"^(?:the|an?|of|in|on|at|for|by|from|with|without|during|after|before|since|until|to|about|"
    r"between|as|under|over|above|below|inside|outside|against|per|via) ",
    re.I,
)
_SUBORDINATE = frozenset(["although", "because", "if", "unless", "while"])
_AND_IF = re.compile(r"^(?:and|but) (?P<clause>(?:if|unless) [^,?.!]+)[ ?.!]*$", re.I)
_ANY_IF = re.compile(r"[,.?!]|\b(?:if|unless|when|because|while|although)\b", re.I)
_ITS = re.compile(r"^(?:what|how) about its (?P<what>[a-z-]+(?: [a-z-]+)?)[ ?.!]*$", re.I)
_MEASURED = re.compile(
    r"^what (?:is|are|(?P<past>was|were)) the (?:[a-z-]+ )?(?P<measure>[a-z]+) of "
    r"(?P<owner>(?-i:(?:(?:the|my|your|our) [\w-]+|[A-Z][\w-]*)"
    r"(?: [A-Z][\w-]*| [a-z]{4,}){0,2}))[ ?.!]*$",
    re.I,
)
_MAY = re.compile(  # the month
    r"\b(\d+|(?i:in|since|until|till|by|during|before|after|from|for)) May\b"
    r"|^()May(?=[ ?]*$)"
)
_OWN_ORDINAL = re.compile(rf"^(?:his|her|its|their) (?={ORDINAL}(?: ones?)?$)", re.I)


def what_about(core: str, past: Sequence[Past]) -> Past | None:
    """ "What about Georgia?" takes the last question with Georgia in place of its like.

    Where no place is clear, the topic is put in brackets behind it.
    """
    left = _left_out(core)
    if left is None:
        return None
    given, rest, is_about = left
    frame = past[-1].asked
    new = {bare(word) for word in content_words(given)}
    said = {bare(word) for word in content_words(frame)}
    put = None
    if not is_fragment(frame) and (new or ORDINAL_ALONE.match(given) or _MAY.search(given)):
        is_clear = is_about or _SHORT.match(given) or kind_of(given).what == "time"
        put = in_place(given, frame) if is_clear else name_in_place(given, frame)
    if put:
        carried = BRACKET.search(past[-1].question)  # "What does that cost (bike)?"
        return Past(f"{put.rstrip(' ?.!')}{rest}{carried[0].rstrip('?') if carried else ''}?")
    return with_topic(core, past) if is_about or not new & said else None


def measured(core: str, past: Sequence[Past]) -> Past | None:
    """ "And its weight?" after "What is the price of the pump?" is the weight of the pump."""
    given, frame = _ITS.match(core), _MEASURED.match(past[-1].asked)
    if not given or not frame or fold(frame["measure"]) not in MEASURES:
        return None
    plural = kind_of(given["what"]).plural
    be = ("were" if plural else "was") if frame["past"] else ("are" if plural else "is")
    owner = frame["owner"]
    return Past(f"What {be} the {given['what']} of {owner}?", referents=(("thing", owner),))


def on_condition(question: str, past: Sequence[Past]) -> Past | None:
    """ "And if it has been shipped?" goes on with the main clause of "Can I cancel my order?"."""
    given, frame = _AND_IF.match(question), past[-1].asked.rstrip(" ?.!")
    asks = [fold(word) for word in words(frame)[:1]]
    if not given or not set(asks) & AUX or _ANY_IF.search(frame):
        return None
    carried = BRACKET.search(past[-1].question)
    return Past(f"{frame} {given['clause']}{carried[0].rstrip('?') if carried else ''}?")


def other_places(core: str, past: Sequence[Past]) -> Iterator[Past]:
    """Where several places may be meant, the question with each of them taken."""
    left = _left_out(core)
    if left is not None and left[2]:
        for put in places_for(left[0], past[-1].asked):
            yield Past(f"{put.rstrip(' ?.!')}{left[1]}?")


def _left_out(core: str) -> tuple[str, str, bool] | None:
    """What is asked about, what follows it after a comma, and whether it says "what about"."""
    core = _TOO.sub("", core)
    about = _ABOUT.match(core)
    match = about or _FRAGMENT.match(core)
    if not match:
        return None
    given, comma, rest = match["what"].strip().partition(",")
    given = _OWN_ORDINAL.sub("the ", given)
    if not words(given) or leaning_pronouns(re.sub(r"^(?:that|those) (?=of )", "", given)):
        return None
    if not about and not _leans(match, given):
        return None
    return given, comma + rest, bool(about)


def _leans(fragment: re.Match[str], given: str) -> bool:
    """A verbless piece leans unless it reads as a query of its own ("Almaty airport")."""
    several = len(content_words(given)) > 1 and not _SHORT.match(given)
    named = bool(fragment["end"]) and all(word[0].isupper() for word in words(given))
    return is_fragment(given) and (named or not several)


def is_fragment(text: str) -> bool:
    text = _MAY.sub(r"\1 x", text)
    text = re.sub(r"\b(the|an?) [a-z]+", r"\1 x", text, flags=re.I)  # "the last one"
    tokens = [fold(word) for word in words(text.rstrip(" ?"))]
    if tokens[:2] in (["how", "many"], ["how", "much"]):
        tokens = tokens[2:]
    if not tokens or tokens[0] in IMPERATIVES | _SUBORDINATE:
        return False
    verbs = AUX | WH | (BASE - ALSO_NOUNS if tokens[0] not in {"the", "a", "an"} else AUX)
    verbless = not any(token in AUX | WH for token in tokens[:1]) and not any(
        token in verbs or is_verb(token) for token in tokens[1:]
    )
    return verbless and len(tokens) <= 5
