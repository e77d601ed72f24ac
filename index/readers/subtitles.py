"""Subtitles (SRT, VTT): what is said, in running sentences, with the times where it is said."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice, pairwise
from pathlib import PurePath

from index.errors import ReadError
from index.readers.decode import decode
from index.structure import shapes
from index.structure.builder import Builder, Part
from index.types import Origin, Parsed, Span

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{1,2})[.,](\d{1,3})"
_TIMING = re.compile(rf"[ \t]*{_TIME}[ \t]*-{{1,3}}>[ \t]*{_TIME}(?:[ \t].*)?\Z")
_ASIDE = re.compile(r"(?:NOTE|STYLE|REGION)(?:\s|\Z)")  # blocks of a VTT that are not shown
_VOICE = re.compile(r"<v(?:\.[^\s>]*)?\s+([^>]{1,100})>")
_TAG = re.compile(r"</?[A-Za-z][^<>]{0,200}>|</?\d[\d:.]*>|\{\\[^{}]{0,100}\}|</>")
_LABEL = re.compile(r"([^\W\d_a-z][^a-z:.!?]{0,30}[^\sa-z:.!?]):\s+(?=\S)")  # "ANNA: "
_TURN = re.compile(r">>+\s*|(?=[-–—]\s?\S)")
_PAUSE = 4.0  # seconds without words, after which another paragraph begins
_LONG = 600  # code points of a paragraph that ends with its next sentence
_LONGEST = 2_000  # of one in which no sentence ends, as in captions by machine
_MOST_CUES = 200_000
_MOST_WORDS = 60  # of a caption that the next one repeats
_ROLLING = 0.3  # captions that repeat the one before, of all, in a file whose captions roll


@dataclass(frozen=True, slots=True)
class _Cue:
    """Words shown from one moment to another, in seconds. ``begins``: with them a turn does."""

    start: float
    end: float
    text: str
    raw: str
    speaker: str | None = None
    begins: bool = False


def read(data: bytes, name: str) -> Parsed:
    """The words of subtitles. Raises ReadError."""
    decoded = decode(data)
    found = (cue for one in _cues(decoded.text) for cue in _turns(one))
    cues = list(islice(found, _MOST_CUES))
    warnings = list(decoded.warnings)
    if next(found, None):
        warnings.append(f"only the first {_MOST_CUES:,} of its captions are read: split it")
    if not cues:
        raise ReadError("has no times as subtitles have them: give it the ending of what it is")
    build = Builder()
    for paragraph in _paragraphs(_unrolled(cues)):
        _put(build, paragraph)
    return build.finish(title=PurePath(name).stem, warnings=warnings)


def _cues(text: str) -> Iterator[_Cue]:
    """A line of times begins a cue; the line before it, after an empty one, is its name."""
    times: re.Match[str] | None = None
    lines: list[str] = []
    is_aside = False
    for line in map(str.strip, text.splitlines()):
        timing = _TIMING.match(line[:200]) if "->" in line else None
        if timing:
            if times:
                yield _cue(times, _unnamed(lines))
            times, lines, is_aside = timing, [], False
        elif times:
            is_aside = bool(line) and (is_aside or _begins_aside(line, lines))
            lines += [] if is_aside else [line]
    if times:
        yield _cue(times, lines)


def _begins_aside(line: str, before: Sequence[str]) -> bool:
    return bool(before) and not before[-1] and _ASIDE.match(line) is not None


def _unnamed(lines: Sequence[str]) -> Sequence[str]:
    """Without the name of the next cue, which may be a number right below the words."""
    is_name = len(lines) > 1 and bool(lines[-1]) and (not lines[-2] or lines[-1].isdecimal())
    return lines[:-1] if is_name else lines


def _cue(times: re.Match[str], lines: Sequence[str]) -> _Cue:
    raw = "\n".join(filter(None, lines))
    return _Cue(_seconds(times.groups()[:4]), _seconds(times.groups()[4:]), raw, raw)


def _seconds(parts: Sequence[str | None]) -> float:
    hours, minutes, seconds, rest = (part or "0" for part in parts)
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds) + float(f"0.{rest}")


def _turns(cue: _Cue) -> Iterator[_Cue]:
    """A cue cut where another speaks, without tags; who speaks, where it is said. Each has the
    lines of its own only: all of them with each of many turns would be very much."""
    speaker: str | None = None
    words: list[str] = []
    lines: list[str] = []
    begins = False
    for line in cue.raw.split("\n"):
        voice, plain = _VOICE.search(line), _plain(line)
        turn = _TURN.match(plain)
        plain = plain[turn.end() :] if turn else plain
        label = _LABEL.match(plain)
        if label and shapes.is_capitals(plain[label.end() :]):  # "PART ONE: THE SEA"
            label = None
        who = _plain(voice[1]) if voice else label[1].strip() if label else None
        turns = bool(who or turn or shapes.label(plain))
        if turns and words:
            yield _turn(cue, words, lines, speaker, begins)
            words, lines, speaker = [], [], None
        begins = begins if words else turns
        speaker = who or speaker
        said = plain[label.end() :] if label and not voice else plain
        words += [said] if said else []
        lines.append(line)
    if words:
        yield _turn(cue, words, lines, speaker, begins)


def _turn(
    cue: _Cue, words: Sequence[str], lines: Sequence[str], speaker: str | None, begins: bool
) -> _Cue:
    text, raw = " ".join(words), "\n".join(lines)
    return replace(cue, text=text, raw=raw, speaker=speaker, begins=begins)


def _plain(line: str) -> str:
    return " ".join(html.unescape(_TAG.sub("", line)).split())


def _unrolled(cues: Sequence[_Cue]) -> Iterator[_Cue]:
    """Captions that roll up a screen show each line two or three times: kept is the first."""
    repeats = [_repeated(before, cue) for before, cue in pairwise(cues)]
    rolling = sum(1 for count in repeats if count > 1) > _ROLLING * len(cues)
    yield cues[0]
    for (before, cue), count in zip(pairwise(cues), repeats, strict=True):
        words = cue.text.split()
        same = before.text == cue.text and cue.start < before.end
        rest = words[count:] if rolling else [] if same else words
        if rest:
            yield replace(cue, text=" ".join(rest))


def _repeated(before: _Cue, cue: _Cue) -> int:
    """How many words at a cue's beginning are the last ones of the cue before."""
    if cue.start > before.end + 0.5:
        return 0
    last, first = before.text.split()[-_MOST_WORDS:], cue.text.split()[:_MOST_WORDS]
    starts = (at for at, word in enumerate(last) if word == first[0])
    return next((len(last) - at for at in starts if last[at:] == first[: len(last) - at]), 0)


def _paragraphs(cues: Iterator[_Cue]) -> Iterator[list[_Cue]]:
    """Another begins where another speaks, after a pause, and between sentences when it is long."""
    paragraph: list[_Cue] = []
    length = 0
    for cue in cues:
        if paragraph:
            last = paragraph[-1]
            changes = cue.begins or (cue.speaker or last.speaker) != last.speaker
            pauses = cue.start - last.end > _PAUSE
            ends = shapes.ends_sentence(last.text)
            begins = ends or cue.text[:1].isupper()
            if changes or (pauses and begins) or length > (_LONG if ends else _LONGEST):
                yield paragraph
                paragraph, length = [], 0
        speaker = cue.speaker or (paragraph[-1].speaker if paragraph else None)
        paragraph.append(replace(cue, speaker=speaker))
        length += len(cue.text)
    if paragraph:
        yield paragraph


def _put(build: Builder, cues: Sequence[_Cue]) -> None:
    parts, at = [], 0
    for cue in cues:
        raw = cue.raw if cue.raw != cue.text else None
        origin = Origin(Span(0, 0), _clock(cue.start), raw=raw)
        parts.append(Part(at, at + len(cue.text), origin))
        at += len(cue.text) + 1
    text, speaker = " ".join(cue.text for cue in cues), cues[0].speaker
    kind = "turn" if speaker else None
    build.paragraph(text, _clock(cues[0].start), kind=kind, speaker=speaker, parts=parts)


def _clock(seconds: float) -> str:
    whole = int(seconds)
    return f"{whole // 3600:02}:{whole // 60 % 60:02}:{whole % 60:02}"
