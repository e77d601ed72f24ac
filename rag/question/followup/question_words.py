"""Follow-ups that are a question word alone: "Where exactly?", "In which year?". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question.followup.past import Past
from rag.question.followup.topic import with_topic
from rag.text.phrase import PREDICATES
from rag.text.phrases import is_verb
from rag.text.verbs import ALSO_NOUNS, BASE
from rag.text.words import AUX, STOP, WORD, fold, word_set, words

_BARE_WH = re.compile(
    r"^(?P<wh>why|when|where|how|how so|how come|by whom|with whom|to whom|since when|until when|"
    r"(?:(?:after|at|by|for|from|in|of|over|to|with|within) )?"
    r"how (?:long|often|many|much|far|soon)|"
    r"who|what|which|"
    r"(?:(?:in|on|at|for|by|from|with|to|until|since|under|of) )?(?:what|which)"
    r"(?P<noun>(?: [a-z]+){1,2}))"
    r"(?: (?:exactly|then|(?<!much )(?<!many )(?<!long )(?:is|was) that))*[?.!\s]*$",
    re.I,
)
_WHEN_IS_IT = re.compile(r"^when (?:is|was) it[?.!\s]*$", re.I)
_WHEN_AND_WHERE = word_set(
    "time year day date month week season hour age city country town place street building room"
)
_ADVERBIAL_START = re.compile(
    rf"^(?:(?:when|where|why|how|how long|how often) )?(?=(?:{'|'.join(sorted(AUX))}) )", re.I
)


def by_question_word(core: str, past: Sequence[Past]) -> Past | None:
    """ "Where exactly?" after "When was it held?" asks "Where was it held?"."""
    if _WHEN_IS_IT.match(core):
        return _when_it_is(past[-1].asked)
    match = _BARE_WH.match(core)
    if not match or any(_is_no_noun(word) for word in words(match["noun"] or "")):
        return None
    frame, wh = past[-1].asked.rstrip(" ?.!"), match["wh"].casefold()
    start = _ADVERBIAL_START.match(frame)
    bare_noun = wh.startswith(("what ", "which ")) and wh.split()[-1] not in _WHEN_AND_WHERE
    if start and not bare_noun and wh not in {"who", "what", "which", "how many", "how much"}:
        return Past(f"{match['wh']} {_lower_start(frame[start.end() :])}?")
    return with_topic(core, past, with_verb=True)


def _when_it_is(frame: str) -> Past | None:
    """ "When is it?" after "Is the museum open on Monday?" asks when it is open."""
    found = list(WORD.finditer(frame))
    if not found or fold(found[0].group()) not in {"is", "was"}:
        return None
    said = [match for match in found[3:] if fold(match.group()) in PREDICATES]
    return Past(f"When {_lower_start(frame[: said[0].end()])}?") if said else None


def _is_no_noun(word: str) -> bool:
    return fold(word) in STOP or is_verb(fold(word)) or fold(word) in BASE - ALSO_NOUNS


def _lower_start(text: str) -> str:
    first = next(iter(words(text)), "")
    return text[:1].lower() + text[1:] if fold(first) in AUX else text
