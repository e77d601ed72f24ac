from __future__ import annotations

from index.passages.quotable import may_be_quoted
from index.passages.sentences import split_sentences
from index.types import Span


def quotable(text: str) -> list[str]:
    spans = split_sentences(text, Span(0, len(text)))
    return [one.of(text) for at, one in enumerate(spans) if may_be_quoted(text, spans, at)]


def test_a_date_alone_among_sentences_says_nothing() -> None:
    for date in ("11 June 2021", "Friday, 11 June 2021", "2021-06-11", "June 2021,"):
        assert quotable(f"{date}\n\nThe weir broke.") == ["The weir broke."], date
        assert quotable(f"The weir broke.\n\n{date}") == ["The weir broke."], date


def test_a_date_that_says_something_may_be_quoted() -> None:
    for text in (
        "Date: 11 June 2021\n\nThe weir broke.",
        "When did it break? 11 June 2021.",
        "It broke in:\n- 11 June 2021\n- 3 May 2022",
    ):
        assert any("11 June 2021" in one for one in quotable(text)), text
    assert quotable("11 June 2021") == ["11 June 2021"]  # under a heading: "Deadline"


def test_questions_and_signs_may_not() -> None:
    assert quotable("Who came?\n\n***\n\nNobody came.") == ["Nobody came."]


def test_a_greeting_is_no_answer() -> None:
    """ "What did Ann say?": "Hi Bo," stood first."""
    for greeting in ("Dear Ms. Falk,", "Hi all,", "Hello Bo!", "Good morning Ida,"):
        assert quotable(f"{greeting}\n\nThe weir broke.") == ["The weir broke."], greeting
    for said in (
        "Dear meat is rarely sold here.",
        "Hi-fi sets are sold here.",
        "Dear old men.",
        "Hello Dolly",
    ):
        assert quotable(said) == [said]


def test_a_sign_off_is_no_answer() -> None:
    for parting in ("Best, Ann", "Cheers, Bo", "Kind regards, Ann Lee", "Thanks, Ann."):
        assert quotable(f"The weir broke.\n\n{parting}") == ["The weir broke."], parting
        assert not quotable(parting)
    for said in ("Best, he said, was the bread.", "- Best, George\n- Hull, Ida", "Thanks, 3 May"):
        assert quotable(said), said
