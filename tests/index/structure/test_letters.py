from __future__ import annotations

from index.readers import parse
from index.types import Parsed

FIRST = "From: Lena Ortiz <lena@hall.example>\nTo: Board\nDate: 3 May 2026\nSubject: Roof\n\n"
SECOND = "From: Samir Haddad\nSent: 4 May 2026\nSubject: Re: Roof\n\n"


def sections(text: str, name: str = "thread.txt") -> list[tuple[str, str | None, str | None, str]]:
    parsed: Parsed = parse(text.encode(), name)
    return [(s.kind, s.speaker, s.date, s.span.of(parsed.text)) for s in parsed.sections]


def test_each_mail_of_a_thread_has_its_writer_and_day() -> None:
    text = f"{FIRST}Dear all,\n\nthe roof leaks.\n\n{SECOND}Lena, I know.\n"
    assert sections(text) == [
        ("text", None, "2026-05-03", FIRST.strip()),
        ("turn", "Lena Ortiz", "2026-05-03", "Dear all,\n\nthe roof leaks."),
        ("text", None, "2026-05-04", SECOND.strip()),
        ("turn", "Samir Haddad", "2026-05-04", "Lena, I know."),
    ]


def test_what_stands_before_the_first_is_nobodys() -> None:
    found = sections(f"The whole thread is below.\n\n{FIRST}It leaks.\n")
    assert [one[:2] for one in found] == [("text", None), ("text", None), ("turn", "Lena Ortiz")]


def test_the_writer_goes_on_behind_a_list() -> None:
    found = sections(f"{FIRST}It leaks.\n\n* here\n* there\n\nI call the roofer.\n", "thread.md")
    assert [one[:2] for one in found][1:] == [
        ("turn", "Lena Ortiz"), ("list", None), ("turn", "Lena Ortiz"),
    ]  # fmt: skip


def test_a_sign_off_heads_nothing_and_quoted_lines_are_nobodys() -> None:
    text = f"{FIRST}It leaks.\n\nThanks, Lena\n\n{SECOND}I know.\n\n> It leaks.\n\nI call them.\n"
    found = sections(text)
    assert [one[:2] for one in found] == [
        ("text", None), ("turn", "Lena Ortiz"), ("text", None), ("turn", "Samir Haddad"),
        ("text", None), ("turn", "Samir Haddad"),
    ]  # fmt: skip
    assert found[1][3] == "It leaks.\n\nThanks, Lena"


def test_other_languages_and_a_bare_address() -> None:
    (_, turn) = sections("Von: <kari@hafen.example>\nBetreff: Dach\n\nEs regnet hinein.\n")
    assert turn[:2] == ("turn", "kari@hafen.example")


def test_a_record_is_no_mail() -> None:
    text = "From: Oslo\nTo: Bergen\nDate: 3 May 2026\n\nThe train was full.\n"
    assert all(one[1] is None for one in sections(text))
    assert all(one[1] is None for one in sections("From: Oslo\n\nSubject: trains\n\nText.\n"))
    assert all(one[1] is None for one in sections("Subject: trains\nFrom: here to there we go.\n"))
