"""Words of an English question: tokens, word lists, names. Shared by the rules of this layer."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Set

WORD = re.compile(r"\d[\d.,]*\d%?|\d%?|[^\W\d_][\w]*(?:[-'’.&/](?=\w)[\w]+)*", re.UNICODE)
QUOTED = re.compile(r"\"([^\"]{2,200})\"|“([^”]{2,200})”|«([^»]{2,200})»|„([^“”]{2,200})[“”]")


def word_set(text: str) -> frozenset[str]:
    return frozenset(text.split())


AUX = word_set(
    "is are was were am be been being do does did has have had can could will would shall should "
    "may might must isn't aren't wasn't weren't don't doesn't didn't hasn't haven't hadn't can't "
    "cannot couldn't won't wouldn't shouldn't"
)
WH = word_set("who whom whose what which when where why how")
NEGATIONS = word_set("not no never none nobody nothing nowhere neither nor without cannot")
PERSON_PRONOUNS = word_set("he him his himself she her hers herself")
PRONOUNS = PERSON_PRONOUNS | word_set(
    "it its itself they them their theirs themselves this that these those"
)
IMPERATIVES = word_set(
    "name list enumerate explain describe summarise summarize give tell show define compare "
    "state identify mention outline discuss find"
)
PREPOSITIONS = word_set(
    "of in on at to for from by with about into onto over under between among during after before "
    "since until till up down out off through per via against within across towards toward around "
    "behind near outside inside besides despite without than versus vs like as"
)
DETERMINERS = word_set("the a an my our your his her its their this these that those")
STOP = (
    AUX
    | WH
    | NEGATIONS
    | PRONOUNS
    | PREPOSITIONS
    | word_set(
        "a an the and or but if then so i me my mine we us our ours you your yours one ones there "
        "here also too very just only even such same other another any some all each every both "
        "either much many more most few less least own how's what's who's where's when's that's "
        "it's there's let's i'm he's she's they're we're you're please ok okay yes hello hi thanks "
        "etc again still yet ever now while because though although whether exactly actually "
        "really got get gets let tell"
    )
)
JOINERS = word_set("of de la le du del della der den von van bin ibn al el da dos di the")


def fold(text: str) -> str:
    """For comparing words: compatibility forms joined, case and typographic apostrophes folded."""
    return unicodedata.normalize("NFKC", text).replace("’", "'").casefold()


def words(text: str) -> list[str]:
    return [match.group() for match in WORD.finditer(text)]


def bare(word: str) -> str:
    """A word folded and without a possessive ending."""
    return re.sub(r"'s?$", "", fold(word))


def is_negation(word: str) -> bool:
    folded = fold(word)
    return folded in NEGATIONS or folded.endswith("n't")


def all_said(text: str, among: Set[str], form: Callable[[str], str] = fold) -> bool:
    """Whether a text has words, and all of them in their ``form`` are among those."""
    said = {form(word) for word in words(text)}
    return bool(said) and said <= among


def is_content(word: str) -> bool:
    """Words that say what a text is about: no stop word, no lone small letter."""
    folded = fold(word)
    if folded in STOP or bare(word) in STOP or folded.endswith("n't"):
        return False
    return len(word) > 1 or word.isdigit() or word.isupper()


def capitalise(text: str) -> str:
    return text[:1].upper() + text[1:]


def unique(items: Iterable[str]) -> tuple[str, ...]:
    """The items in order, the first of each folded form."""
    seen: dict[str, str] = {}
    for item in items:
        seen.setdefault(fold(item), item)
    return tuple(seen.values())


def content_words(text: str) -> tuple[str, ...]:
    return unique(_no_possessive(word) for word in words(text) if is_content(word))


def numbers(text: str) -> tuple[str, ...]:
    return unique(word for word in words(text) if word[0].isdigit())


def quoted(text: str) -> tuple[str, ...]:
    return unique(next(filter(None, match.groups())) for match in QUOTED.finditer(text))


def names(text: str) -> tuple[str, ...]:
    """Capitalised words and phrases, in order, without those that only begin a sentence.

    "Bank of England" is one name; "Armenia and Georgia" are two. Where every word is
    in capitals, capitals say nothing and no name is found.
    """
    if text.isupper() and len(words(text)) > 3:
        return ()
    found: list[str] = []
    run: list[re.Match[str]] = []
    for match in [*WORD.finditer(text), None]:
        touching = match is not None and (not run or is_adjacent(text, run[-1], match))
        if match and touching and _may_belong(match, bool(run)):
            run.append(match)
            continue
        found += _close(text, run)
        run = [match] if match and _may_belong(match, False) else []
    return unique(found)


def is_adjacent(text: str, left: re.Match[str], right: re.Match[str]) -> bool:
    """Whether only space stands between two words, or the full stop of an initial."""
    gap = text[left.end() : right.start()]
    ended = left.group().endswith(("'s", "’s"))
    return not ended and (gap.isspace() or (gap == ". " and len(left.group()) <= 2))


def _may_belong(match: re.Match[str], inside: bool) -> bool:
    word = match.group()
    if inside and (word in JOINERS or word[0].isdigit()):
        return True
    return any(c.isupper() for c in word) and word != "I" and not is_negation(word)


def _close(text: str, run: list[re.Match[str]]) -> list[str]:
    """The name that a run of words makes: no function word at its ends, no sentence start alone."""
    while run and (run[-1].group() in JOINERS or run[-1].group()[0].isdigit()):
        # a number belongs to a name only inside it or right after one capitalised word: "Apollo 11"
        if run[-1].group()[0].isdigit() and len(run) > 1 and run[-2].group() not in JOINERS:
            break
        run = run[:-1]
    begins = bool(run) and _begins_sentence(text, run[0].start())
    if begins and fold(run[0].group()) in STOP | IMPERATIVES:
        run, begins = run[1:], False
    while run and (run[0].group() in JOINERS or run[0].group()[0].isdigit()):
        run = run[1:]
    if not run or (begins and len(run) == 1 and not _always_capital(run[0].group())):
        return []
    return [_no_possessive(text[run[0].start() : run[-1].end()])]


def _begins_sentence(text: str, start: int) -> bool:
    before = text[:start].rstrip(" \t\n\"'“”‘«(—–-")
    return not before or before[-1] in ".?!:…"


def _always_capital(word: str) -> bool:
    """Capitals after the first ("NATO", "McKay") and possessives come from no sentence start."""
    return any(c.isupper() for c in word[1:]) or word.endswith(("'s", "’s"))


def _no_possessive(word: str) -> str:
    return re.sub(r"['’]s?$", "", word)
