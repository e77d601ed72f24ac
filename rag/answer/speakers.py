"""Whose words are asked for, where documents say who speaks. Pure."""

from __future__ import annotations

import re
from collections.abc import Sequence

from index.passages.outline import section_of
from rag.answer.candidates import Candidate

_SAYS = (
    r"(?:said|says?|saying|th(?:ink|inks|ought)|propos\w+|suggest\w*|recommend\w*|believ\w+|wants?|"
    r"wanted|ask(?:s|ed)?|wr(?:ite|ites|ote)|written|mention\w*|discuss\w*|argu\w+|claim\w*|tells?|"
    r"told|answer\w*|repl(?:y|ies|ied)|explain\w*|promis\w+|agree\w*|object\w*|report(?:s|ed)?|feels?|"
    r"felt|opinions?|views?|ideas?|proposals?|suggestions?)\b"
)
_SHORT = 3  # letters of a first or last name that stands for a speaker


def said_by(question: str, ranked: Sequence[Candidate]) -> list[Candidate]:
    """The sentences of the speaker whose words are asked for ("What did Priya say about …?"), if
    any of those who speak is; else all, as they were."""
    sections = [section_of(one.document, one.span) for one in ranked]
    speakers = [section.speaker if section else None for section in sections]
    asked = {who for who in set(speakers) if who and _is_asked_for(who, question)}
    spoken = zip(ranked, speakers, strict=True)
    return [one for one, who in spoken if who in asked] if asked else list(ranked)


def _is_asked_for(speaker: str, question: str) -> bool:
    parts = [part for part in speaker.split() if len(part) >= _SHORT and part[0].isupper()]
    as_read = [one.title() for one in (speaker, *parts) if one.isupper()]
    called = "|".join(map(re.escape, dict.fromkeys([speaker, *parts, *as_read])))  # "CALLOWAY"
    return bool(
        re.search(rf"\b(?:{called})(?:['’]s)?(?: [a-z]+){{0,2}} {_SAYS}", question)
        or re.search(rf"\b[Aa]ccording to (?:the )?(?:{called})\b", question)
    )
