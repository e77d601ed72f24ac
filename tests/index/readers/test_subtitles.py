"""Subtitles: running sentences with the times of their words, who speaks, nothing twice."""

from __future__ import annotations

import pytest

from index.errors import ReadError
from index.readers.subtitles import read
from index.types import Parsed


def cue(number: int, start: str, end: str, *lines: str) -> str:
    return f"{number}\n{start} --> {end}\n" + "\n".join(lines) + "\n\n"


def places(parsed: Parsed) -> list[tuple[str, str]]:
    return [(one.span.of(parsed.text), one.label) for one in parsed.origins]


SRT = (
    cue(1, "00:00:59,500", "00:01:01,000", "The ferry left", "<i>in the</i> night,")
    + cue(2, "00:01:02,000", "00:01:03,000", "{\\an8}and nobody saw it.")
    + cue(3, "00:01:10,000", "00:01:12,000", "It was found in May.")
)


def test_a_sentence_goes_on_over_cues_and_a_pause_begins_a_paragraph() -> None:
    parsed = read(SRT.encode(), "ferry.srt")
    assert parsed.text == (
        "The ferry left in the night, and nobody saw it.\n\nIt was found in May."
    )
    assert places(parsed) == [
        ("The ferry left in the night,", "00:00:59"),
        ("and nobody saw it.", "00:01:02"),
        ("It was found in May.", "00:01:10"),
    ]
    assert parsed.origins[1].raw == "{\\an8}and nobody saw it."
    assert parsed.title == "ferry"


def test_vtt_without_its_notes_styles_and_tags() -> None:
    text = (
        "WEBVTT - some title\nKind: captions\n\nSTYLE\n::cue { color: red }\n\n"
        "NOTE a remark\nof two lines\n\n"
        "intro\n00:01.000 --> 00:03.000 align:start\nIt &lt;is&gt; <c.big>calm</c>.\n\n"
        "NOTE another\n\n"
        "00:04.000 --> 00:05.000\nThe end.\n"
    )
    parsed = read(text.encode(), "x.vtt")
    assert parsed.text == "It <is> calm. The end."
    assert places(parsed) == [("It <is> calm.", "00:00:01"), ("The end.", "00:00:04")]


def test_who_speaks() -> None:
    text = (
        "WEBVTT\n\n00:01.000 --> 00:02.000\n<v Anna>Is it safe?</v>\n\n"
        "00:02.000 --> 00:03.000\n<v.loud Ben Ode>It is.\n<v Anna>Good.\n\n"
        "00:03.000 --> 00:04.000\nCLERK 2: We tested it\n\n"
        "00:04.000 --> 00:05.000\nlast year.\n"
    )
    parsed = read(text.encode(), "x.vtt")
    spoken = [(one.speaker, one.span.of(parsed.text)) for one in parsed.sections]
    assert spoken == [
        ("Anna", "Is it safe?"),
        ("Ben Ode", "It is."),
        ("Anna", "Good."),
        ("CLERK 2", "We tested it last year."),
    ]


def test_turns_in_one_cue_stand_apart() -> None:
    text = cue(1, "00:00:01,000", "00:00:02,000", "- What?", "- Where are we?")
    text += cue(2, "00:00:02,000", "00:00:03,000", "PART ONE: THE SEA")
    assert read(text.encode(), "x.srt").text == "- What?\n\n- Where are we?\n\nPART ONE: THE SEA"


def test_captions_that_roll_are_told_once() -> None:
    whole = "we went to sea in the spring and came home in the fall"
    said = whole.split()
    text = "WEBVTT\n\n"
    for at in range(0, len(said), 3):
        before, now = " ".join(said[max(0, at - 3) : at]), " ".join(said[at : at + 3])
        timed = now.replace(" ", "<00:00:01.500><c> ")
        text += f"00:{at:02}.000 --> 00:{at + 3:02}.000\n{before}\n{timed}\n\n"
        text += f"00:{at + 3:02}.000 --> 00:{at + 3:02}.010\n{now}\n\n"
    parsed = read(text.encode(), "x.vtt")
    assert parsed.text == whole


def test_what_is_said_twice_is_told_twice() -> None:
    text = cue(1, "00:00:01,000", "00:00:02,000", "No.") + cue(
        2, "00:00:02,000", "00:00:03,000", "No."
    )
    assert read(text.encode(), "x.srt").text == "No. No."
    shown_twice = cue(1, "00:00:01,000", "00:00:03,000", "Stop it.") * 2
    assert read(shown_twice.encode(), "x.srt").text == "Stop it."


def test_empty_lines_and_numbers_in_cues() -> None:
    text = "1\r\n00:00:01,000 --> 00:00:02,000\r\nOne.\r\n\r\nStill one.\r\n\r\n2\r\n"
    text += "00:00:02,000 --> 00:00:03,000\r\n42\r\n3\r\n00:00:03,000 --> 00:00:04,000\r\nTwo."
    assert read(text.encode(), "x.srt").text == "One. Still one. 42 Two."


def test_hours_over_a_hundred_and_no_times() -> None:
    parsed = read(cue(1, "100:00:00,000", "100:00:01,000", "Late.").encode(), "x.srt")
    assert places(parsed) == [("Late.", "100:00:00")]
    with pytest.raises(ReadError, match="times"):
        read(b"Just a text.", "x.srt")


def test_a_turn_has_the_lines_of_its_own_and_not_of_all_in_its_caption() -> None:
    lines = [f"- <i>Turn</i> {number}." for number in range(2_000)]
    parsed = read(cue(1, "00:00:01,000", "00:00:09,000", *lines).encode(), "a.srt")
    assert [one.raw for one in parsed.origins] == lines
