"""Follow-ups that go on with the last question's subject: "Or have them paid out?". Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from rag.question.followup.leaning import leaning_pronouns
from rag.question.followup.past import Past
from rag.question.followup.topic import with_topic
from rag.text.phrases import noun_phrases
from rag.text.verbs import ALSO_NOUNS, BASE
from rag.text.words import (
    DETERMINERS,
    IMPERATIVES,
    PREPOSITIONS,
    WORD,
    fold,
    is_content,
    word_set,
    words,
)

_ASKING = r"do|does|did|can|could|may|might|must|shall|should|will|would"
_FRAME = re.compile(
    rf"^(?:(?P<wh>when|where|why|how(?: long| often| soon)?) (?=(?:{_ASKING}) ))?(?:.*?\b)??"
    rf"(?P<aux>{_ASKING}) "
    r"(?P<subject>I|we|you|they|he|she|it|one|people|everyone|anyone)?\b",
    re.I,
)
_THINGS = word_set("it them him her me us")
_OBJECTS = _THINGS | word_set("this that these those one some any myself")
_AUXILIARY = word_set("have do be")
_AFTER = {"have": word_set("it them him her me us a an"), "do": word_set("it them so")}
_ASIDE = IMPERATIVES | word_set("guess let listen look mean say see suppose talk thank wait")
# each is asked for where the other was
_COUNTERPARTS = word_set("begin start end finish open close stop leave arrive depart return")


def goes_on(core: str, past: Sequence[Past]) -> str | None:
    """The verb and what follows it with the auxiliary and the subject of the last question."""
    frame = past[-1].asked
    who = re.match(rf"who (?:{_ASKING}) ", frame, re.I)
    if who and _is_bare_verb(core):
        return f"{who[0]}{core[:1].lower()}{core[1:]}"
    if (instead := _counterpart(core, frame)) is not None:
        return instead
    if not _is_bare_verb(core):
        return None
    asked = _FRAME.match(frame)
    if not asked:
        return None
    subject = asked["subject"] or _subject(frame, asked.end("aux"))
    if not subject:
        return None
    said = (
        f"{asked['wh'] or ''} {fold(asked['aux'])} {subject} {core[:1].lower()}{core[1:]}".strip()
    )
    alone = bool(asked["subject"]) and not leaning_pronouns(said)
    read = with_topic(said, past) if alone else None
    return read.question if read else said


def _counterpart(core: str, frame: str) -> str | None:
    """ "And close?" after "When does the library open on Monday?" """
    said = [fold(word) for word in words(core)]
    verbs = [match for match in WORD.finditer(frame) if fold(match.group()) in _COUNTERPARTS]
    if len(said) != 1 or said[0] not in _COUNTERPARTS or not verbs or not _FRAME.match(frame):
        return None
    if not re.fullmatch(r"\w+(?: (?:and|or) \w+)?", frame[verbs[0].start() : verbs[-1].end()]):
        return None
    return frame[: verbs[0].start()] + said[0] + frame[verbs[-1].end() :]


def _subject(frame: str, start: int) -> str | None:
    phrases = [p for p in noun_phrases(frame) if p.start == start + 1]
    return phrases[0].text if phrases else None


def _is_bare_verb(core: str) -> bool:
    said = [fold(word) for word in words(core)]
    if not said or said[0] in _ASIDE:
        return False
    if len(said) > 1 and said[1] in _THINGS and is_content(said[0]):
        return True  # "Or crush them?"
    if said[0] not in BASE:
        return False
    if len(said) == 1:
        return False
    verb, following = said[0], said[1]
    if verb in _AUXILIARY:  # "have the rules changed?" is a question of its own
        return verb == "be" or following in _AFTER[verb]
    if following in _OBJECTS | DETERMINERS or following in PREPOSITIONS - {"of"}:
        return verb not in ALSO_NOUNS or following not in PREPOSITIONS
    return verb not in ALSO_NOUNS
