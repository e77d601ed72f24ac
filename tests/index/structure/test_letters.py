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
        ("text", None), ("turn", "Lena Ortiz"), ("navigation", None), ("text", None),
        ("turn", "Samir Haddad"), ("text", None), ("turn", "Samir Haddad"),
    ]  # fmt: skip
    assert [one[3] for one in found][1:3] == ["It leaks.", "Thanks, Lena"]


def test_a_sign_off_of_the_newest_mail_heads_nothing_without_a_header() -> None:
    quoted = "On 2 May 2026 at 18:20, Samir Haddad wrote:\n> Is it wet?\n"
    for below in (FIRST + "It leaks.\n", f"-----Original Message-----\n{SECOND}Hm.\n", quoted):
        for signed in ("Best, Ann", "Kind regards, Ann Lee", "Cheers,\nBo", "Thank you\n\nBo"):
            found = sections(f"Hi Lena,\n\nI know. It is wet.\n\n{signed}\n\n{below}")
            kinds = [one[0] for one in found]
            assert "heading" not in kinds, signed
            assert found[0][3] == "Hi Lena,\n\nI know. It is wet.", signed
            assert found[1][0] == "navigation", signed
    below = f"{quoted}\nNo, it is dry.\nBest, Ann"
    assert sections(below)[-1][::3] == ("navigation", "Best, Ann")
    below = f"I know.\n\n-----Original Message-----\n{SECOND}Hm.\n"
    assert sections(below)[1][::3] == ("navigation", "-----Original Message-----")
    essay = "Ann Lee\n\nI know. It is wet.\n\nBest, Ann\n\nIt is dry.\n"
    assert "navigation" not in {one[0] for one in sections(essay)}


def test_other_languages_and_a_bare_address() -> None:
    (_, turn) = sections("Von: <kari@hafen.example>\nBetreff: Dach\n\nEs regnet hinein.\n")
    assert turn[:2] == ("turn", "kari@hafen.example")


def test_a_record_is_no_mail() -> None:
    text = "From: Oslo\nTo: Bergen\nDate: 3 May 2026\n\nThe train was full.\n"
    assert all(one[1] is None for one in sections(text))
    assert all(one[1] is None for one in sections("From: Oslo\n\nSubject: trains\n\nText.\n"))
    assert all(one[1] is None for one in sections("Subject: trains\nFrom: here to there we go.\n"))


def test_what_is_quoted_has_its_own_writer_and_day() -> None:
    text = (
        f"{FIRST}It leaks badly.\n\nLena\n\n"
        "On Sat, 2 May 2026 at 18:20, Samir Haddad\n<samir@hall.example> wrote:\n"
        "> I saw water in the hall.\n> Samir\n>\n"
        "> On Friday Ines wrote:\n>> The gutter is blocked.\n\nI call the roofer.\n\n> Is it wet?\n"
    )
    assert sections(text)[1:] == [
        ("turn", "Lena Ortiz", "2026-05-03", "It leaks badly."),
        ("navigation", None, None, "Lena"),
        ("navigation", None, None,
         "On Sat, 2 May 2026 at 18:20, Samir Haddad\n<samir@hall.example> wrote:"),
        ("quote", "Samir Haddad", "2026-05-02", "> I saw water in the hall.\n> Samir\n>"),
        ("navigation", None, None, "> On Friday Ines wrote:"),
        ("quote", "Ines", None, ">> The gutter is blocked."),
        ("turn", "Lena Ortiz", "2026-05-03", "I call the roofer."),
        ("quote", "Samir Haddad", "2026-05-02", "> Is it wet?"),
    ]  # fmt: skip


def test_a_reply_below_may_be_quoted_without_marks() -> None:
    text = (
        f"{FIRST}It leaks.\n\nOn 2 May 2026 at 18:20, Samir Haddad wrote:\n\nIs it wet? I saw it.\n"
    )
    assert sections(text)[-1] == ("quote", "Samir Haddad", "2026-05-02", "Is it wet? I saw it.")
    story = f"{FIRST}It leaks.\n\nOn 2 May 2026 Samir Haddad wrote:\n\nIs it wet? I saw it.\n"
    assert sections(story)[-1][:2] == ("turn", "Lena Ortiz")


def test_an_original_message_needs_no_blank_line_and_no_subject() -> None:
    block = "-----Original Message-----\nFrom: Ines Prado\nSent: 1 May 2026\n\nA hole.\n"
    assert sections(f"{FIRST}It leaks.\n\n{block}")[-3:] == [
        ("navigation", None, None, "-----Original Message-----"),
        ("quote", None, "2026-05-01", "From: Ines Prado\nSent: 1 May 2026"),
        ("quote", "Ines Prado", "2026-05-01", "A hole."),
    ]


def test_outside_of_mail_only_marks_quote() -> None:
    text = "I agree.\n\nOn 3 June 2021, Jo March wrote:\n> The attic is dry.\n\nSo be it.\n"
    assert [one[:3] for one in sections(text)] == [
        ("text", None, None), ("navigation", None, None), ("quote", "Jo March", "2021-06-03"),
        ("text", None, None),
    ]  # fmt: skip
    essay = "I agree.\n\nIn 1920 Jo March wrote:\n\nThe attic is dry.\n\nSo be it.\n"
    assert {one[1] for one in sections(essay)} == {None}


def test_who_signs_heads_nothing_and_says_nothing() -> None:
    for signed in ("Lena", "Best regards\n\nLena", "Cheers,\nLena Ortiz", "Thanks,\n\nLeni",
                   "-- \nLena Ortiz"):  # fmt: skip
        found = sections(f"{FIRST}It leaks.\n\n{signed}\n\nPS: The key is under the mat.\n")
        said = [one[3] for one in found if one[0] == "turn"]
        assert {one[0] for one in found} == {"text", "turn", "navigation"}, signed
        assert said == ["It leaks.", "PS: The key is under the mat."], signed
    found = sections(f"{FIRST}It leaks.\n\n-- \nLena Ortiz\nChair, tel. 555 0199\n")
    assert "tel. 555 0199" in found[-1][3]


def test_a_name_that_is_asked_for_is_no_signature() -> None:
    for before in ("Who has the key?", "Contact:"):
        found = sections(f"{FIRST}{before}\n\nLena Ortiz\n\nCome by at nine.\n")
        assert "navigation" not in {one[0] for one in found}, before
    found = sections(f"{FIRST}Who has the key?\n\nLena\n")
    assert [one[3] for one in found if one[0] == "navigation"] == ["Lena"]
