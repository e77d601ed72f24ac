"""With what a mail's writer signs: no heading of what follows, and nothing to be quoted."""

from __future__ import annotations

import re
from collections.abc import Sequence, Set

from index.structure import shapes
from index.structure.letters import Letter, Voice, voices
from index.structure.partings import is_closing, is_sign_off
from index.structure.pieces import Piece

_MOST = 6  # words


def unheaded(pieces: Sequence[Piece], letters: Sequence[Letter], looks: Set[int]) -> set[int]:
    """Pieces that are no headings: lines right before a mail's header ("Thanks, Ann"), and of the
    headings by their ``looks`` those with which somebody signs."""
    headed = [one.start - 1 for one in letters if one.start < one.body]
    before = {at for at in headed[1:] if _is_short(pieces[at])}
    return before.union(*(_unheaded(pieces, one, looks) for one in letters))


def find(pieces: Sequence[Piece], letters: Sequence[Letter]) -> set[int]:
    """Pieces that hold nothing but "Best regards," and the name of who writes."""
    voiced = dict(said for one in letters for said in voices(pieces, one))
    if letters and not any(one.level for one in letters):  # the newest mail may have no header
        voiced = dict.fromkeys(range(len(pieces)), Voice("text")) | voiced
    return {
        i
        for i, voice in voiced.items()
        if pieces[i].signs
        and _is_signed(pieces, i, voice)
        and not _is_asked_for(pieces, i, is_last=voiced.get(i + 1) != voice)
    }


def _unheaded(pieces: Sequence[Piece], letter: Letter, looks: Set[int]) -> set[int]:
    """Headings at the end of what one person says, behind "Best regards," or of the own name."""
    found: set[int] = set()
    said = list(voices(pieces, letter))
    ends, after = True, Voice("")
    for i, voice in reversed(said):
        ends = ends or voice != after
        # Where more mails stand in a text, a long line may be the title of the next one.
        if ends and i in looks and (letter.level or _is_short(pieces[i])):
            found.add(i)
        elif not (pieces[i].signs and _is_signed(pieces, i, voice)):
            ends = False
        after = voice
    closed = False
    for i, voice in said:
        may = i in looks and _is_short(pieces[i])
        if may and (closed or _is_signed(pieces, i, voice)):
            found.add(i)
        closed = is_closing(_last_line(pieces[i])) or i in found
    return found


def _is_signed(pieces: Sequence[Piece], i: int, voice: Voice) -> bool:
    lines = [line for line in pieces[i].text[:200].splitlines() if line.strip()]
    if any(map(is_sign_off, lines)):
        return True
    names = [_words(line) for line in lines if not is_closing(line)]
    if len(names) == 1 and (len(lines) > 1 or (i and is_closing(_last_line(pieces[i - 1])))):
        return True  # below a closing any name is the writer's: "Best, Kat"
    return all(name <= _words(voice.speaker or "") for name in names)


def _is_asked_for(pieces: Sequence[Piece], i: int, *, is_last: bool) -> bool:
    """Whether a name answers what stands before it: "Contact:", "Who leads the trip?". Behind the
    last question of a mail stands who asks it."""
    return i > 0 and pieces[i - 1].text.endswith(":" if is_last else (":", "?"))


def _is_short(piece: Piece) -> bool:
    return shapes.words(piece.text, _MOST) <= _MOST


def _last_line(piece: Piece) -> str:
    return piece.text[-80:].rpartition("\n")[2]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold()))
