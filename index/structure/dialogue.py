"""Talk in a text: interviews by dashes, talks with labels. Gives marks for the turns."""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass, field, replace

from index.structure import chats, labels, names, shapes
from index.structure.labels import Label
from index.structure.pieces import Mark, Marks, Piece
from index.structure.roles import Turn, askers

_INTRO = 8  # pieces before the first turn that may name the speakers
_INTERVIEWER, _INTERVIEWEE, _QUESTIONER = "interviewer", "interviewee", "questioner"


@dataclass(frozen=True, slots=True)
class Talk:
    """``inside``: the pieces that belong to turns; no other rule looks at them."""

    marks: Marks = field(default_factory=dict)
    inside: set[int] = field(default_factory=set)


@dataclass(frozen=True, slots=True)
class _Page:
    """What a reader knows of a text before it looks for talk."""

    pieces: Sequence[Piece]
    fixed: set[int]  # no running text: links, lists, …
    headings: set[int]

    @property
    def free(self) -> list[int]:
        taken = self.fixed | self.headings
        return [i for i in range(len(self.pieces)) if i not in taken]


def find(pieces: Sequence[Piece], fixed: set[int], headings: set[int]) -> Talk:
    """Turns of kind "question", "answer" or "turn", with their speakers."""
    page = _Page(pieces, fixed, headings)
    talk = _labelled(page)
    page = _Page(pieces, fixed | talk.inside, headings)
    for dashes in ("—–―", "-"):
        dashed = _by_dashes(page, dashes)
        if dashed.marks:
            return Talk(talk.marks | dashed.marks, talk.inside | dashed.inside)
    return talk


def _runs(page: _Page, starts: Sequence[int]) -> list[list[tuple[int, int]]]:
    """Turns as (first piece, end), in runs that are one conversation each.

    A run ends at a link, at a gap wider than those within it, and at a heading that has
    text under it before the next turn: there another conversation is introduced.
    """
    runs: list[list[tuple[int, int]]] = []
    turn_at = set(starts)
    open_until = -1  # a turn that begins at this piece belongs to the last run
    for start in starts:
        following = start + 1
        if open_until != start:
            runs.append([])
            widest = page.pieces[following].blanks if following < len(page.pieces) else 1
        end = following
        while end < len(page.pieces) and not _ends(page, end, turn_at, max(widest, 1)):
            end += 1
        runs[-1].append((start, end))
        open_until = end
        while open_until in page.headings:
            open_until += 1
    return runs


def _ends(page: _Page, i: int, turn_at: set[int], widest: int) -> bool:
    if i in turn_at or i in page.fixed or i in page.headings:
        return True
    # What a chat says of itself ("12/03/2025, 18:02 - Ann left") is nobody's.
    return page.pieces[i].blanks > widest or chats.is_stamped(page.pieces[i].text)


def _intro(page: _Page, start: int) -> str:
    """The headings and paragraphs before a conversation, from the nearest heading on."""
    taken: list[str] = []
    i = start - 1
    while i >= 0 and i not in page.fixed and len(taken) < _INTRO:
        taken.append(page.pieces[i].text[:1500])
        if i in page.headings:
            if i - 1 not in page.headings:
                break
        elif page.pieces[i].blanks > 1 and i - 1 not in page.headings:
            break
        i -= 1
    return "\n".join(reversed(taken))


def _by_dashes(page: _Page, dashes: str) -> Talk:
    found = [
        (i, match.end())
        for i in page.free
        if (match := shapes.DASH.match(page.pieces[i].text[:100])) and match[1] in dashes
    ]
    blocks = [(i, skip) for i, skip in found if page.pieces[i].blanks]
    if len(blocks) >= 0.6 * len(found):  # lines that begin with a dash are a list in a turn
        found = blocks
    skips = dict(found)
    talk = Talk()
    cast = names.Cast(None, None, False, False)
    for run in _runs(page, list(skips)):
        told = names.cast(_intro(page, run[0][0]))
        if told.announced or page.pieces[run[0][0]].blanks > 1:
            cast = told  # else the last conversation goes on below a heading
        turns = [Turn(i, end, skips[i], page.pieces[i].text[skips[i] :]) for i, end in run]
        roles = askers(turns, cast.announced)
        if roles is not None:
            _mark_dashed(talk, turns, roles, cast)
    return talk


def _mark_dashed(
    talk: Talk, turns: Sequence[Turn], roles: Sequence[bool], cast: names.Cast
) -> None:
    interviewer = cast.interviewer or _INTERVIEWER
    interviewee = cast.interviewee or _INTERVIEWEE
    following = [*roles[1:], True]
    for turn, asks, asks_next in zip(turns, roles, following, strict=True):
        talk.inside.update(range(turn.index, turn.end))
        if not asks:
            talk.marks[turn.index] = Mark("answer", speaker=interviewee, skip=turn.skip)
            continue
        talk.marks[turn.index] = _question(turn, interviewer)
        if asks_next and turn.is_long:  # two questions in a row: the answer has no dash
            talk.marks[turn.index + 1] = Mark("answer", speaker=interviewee)


def _question(turn: Turn, speaker: str | None) -> Mark:
    title = shapes.one_line(turn.opening[:2000])
    return Mark("question", title=title, speaker=speaker, skip=turn.skip)


def _labelled(page: _Page) -> Talk:
    spoken = labels.speakers(page.pieces, page.free)
    runs = [
        [labels.turn(page.pieces, i, end, spoken[i]) for i, end in run]
        for run in _runs(page, list(spoken))
    ]
    turns = [turn for run in runs for turn in run]
    if turns and all(label.is_message for label in spoken.values()):
        return _chat(page, turns, {i: label.who for i, label in spoken.items()})
    keys = {turn.who for turn in turns}
    asking = keys & labels.ASKS
    if not asking and (one := labels.asker(turns)) is not None:
        asking = {one}
    talk = Talk()
    for run in runs:
        cast = names.cast(_intro(page, run[0].index))
        _mark_labelled(talk, run, asking, [_name(spoken[turn.index], cast) for turn in run])
    return talk


def _chat(page: _Page, turns: Sequence[Turn], writers: Mapping[int, str]) -> Talk:
    """What is written next after a question, by another, answers it; all else are turns."""
    talk = Talk()
    asker = replier = None
    days = chats.days([page.pieces[turn.index].text for turn in turns])
    for turn, day in zip(turns, days, strict=True):
        speaker = writers[turn.index]
        talk.inside.update(range(turn.index, turn.end))
        if shapes.asks(turn.opening):
            asker, replier = turn.who, None
            mark = _question(turn, speaker)
        elif asker not in (None, turn.who) and replier in (None, turn.who):
            replier = turn.who
            mark = Mark("answer", speaker=speaker, skip=turn.skip)
        else:
            asker = None if replier else asker
            mark = Mark("turn", speaker=speaker, skip=turn.skip)
        talk.marks[turn.index] = replace(mark, date=day)
    return talk


def _name(label: Label, cast: names.Cast) -> str | None:
    """Who asks and answers under "Q:" and "A:" in a list of questions, nobody knows."""
    is_interview = cast.interview or label.key not in labels.OF_A_LIST
    if label.key in labels.ASKS:
        return cast.interviewer or (_INTERVIEWER if is_interview else _QUESTIONER)
    if label.key in labels.ANSWERS:
        return cast.interviewee or (_INTERVIEWEE if is_interview else None)
    return label.who


def _mark_labelled(
    talk: Talk, run: Sequence[Turn], asking: Set[str], speakers: Sequence[str | None]
) -> None:
    """Where one only asks, what the others say after a question answers it; else all are turns."""
    asked = False
    for turn, speaker in zip(run, speakers, strict=True):
        talk.inside.update(range(turn.index, turn.end))
        if turn.who in asking:
            asked = True
            talk.marks[turn.index] = _question(turn, speaker)
        else:
            kind = "answer" if asked else "turn"
            talk.marks[turn.index] = Mark(kind, speaker=speaker, skip=turn.skip)
