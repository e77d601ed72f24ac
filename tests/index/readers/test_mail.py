"""Mails: headers, forms of a body, quoting, attachments, damage; saved pages."""

from __future__ import annotations

import base64
import time
from email.message import EmailMessage

import pytest

from index.errors import ReadError
from index.passages.chunk import chunk
from index.passages.outline import contexts, place
from index.readers.web import mail
from index.types import Document, Parsed

HEAD = "From: Anna Berg <anna@example.org>\nTo: Ben <ben@example.org>\nSubject: The ferry\n"


def made(body: str = "It was sold.\n", **headers: str) -> EmailMessage:
    message = EmailMessage()
    message["From"] = "Anna Berg <anna@example.org>"
    message["To"] = "Ben <ben@example.org>"
    message["Subject"] = "The ferry"
    message["Date"] = "Mon, 03 May 2021 23:30:00 -0400"
    for name, value in headers.items():
        message[name] = value
    message.set_content(body)
    return message


def read(message: EmailMessage | str) -> Parsed:
    data = message.encode() if isinstance(message, str) else message.as_bytes()
    return mail.read(data, "a.eml")


def kinds(parsed: Parsed) -> list[tuple[str, str | None, str]]:
    return [(one.kind, one.speaker, one.span.of(parsed.text)) for one in parsed.sections]


def test_headers_are_the_head_of_the_text() -> None:
    parsed = read(made(Cc="Väinö <v@example.org>"))
    assert parsed.text == (
        "The ferry\n\nFrom | Anna Berg <anna@example.org>\nTo | Ben <ben@example.org>\n"
        "Cc | Väinö <v@example.org>\nDate | Mon, 03 May 2021 23:30:00 -0400\n\nIt was sold."
    )
    assert (parsed.title, parsed.date) == ("The ferry", "2021-05-03")
    assert parsed.about.date_from == "metadata"
    assert [one.label for one in parsed.origins] == [
        "header Subject", "header From", "header To", "header Cc", "header Date", "body",
    ]  # fmt: skip
    drafts = chunk(parsed.text, parsed.sections, count=lambda t: [len(x) for x in t], window=900)
    quotes = [one.of(parsed.text) for draft in drafts for one in draft.sentences]
    assert "From | Anna Berg <anna@example.org>" in quotes
    assert quotes[-1] == "It was sold."


def test_what_is_quoted_is_kept_apart_with_who_said_it() -> None:
    body = (
        "I agree.\n\nOn Mon, 3 May 2021 at 10:00, Ben Holm <ben@example.org> wrote:\n"
        "> The ferry should\n> be sold.\n>> Why is it here?\n\nRegards\n-- \nAnna\n"
    )
    parsed = read(HEAD + "\n" + body)
    assert [one for one in kinds(parsed) if one[0] == "quote"] == [
        ("quote", "Ben Holm", "The ferry should\nbe sold."),
        ("quote", None, "Why is it here?"),
    ]
    assert parsed.text.endswith("Regards\n-- \nAnna")
    quoted = next(one for one in parsed.origins if one.label == "quoted in the body")
    assert quoted.raw == "> The ferry should\n> be sold.\n"


def test_marks_of_quoting_may_stand_further_in() -> None:
    body = "I agree.\n\n  > The ferry should\n  > be sold.\n   >> Why is it here?\n"
    assert [one[2] for one in kinds(read(HEAD + "\n" + body)) if one[0] == "quote"] == [
        "The ferry should\nbe sold.\n\nWhy is it here?"
    ]


def said(parsed: Parsed) -> list[tuple[str | None, str | None, str]]:
    """What may be quoted behind the header: who says it, when, and the words."""
    document = Document("d", (), "t", "message/rfc822", parsed.text, parsed.sections, parsed.date,
                        "f", "t", (), parsed.about)  # fmt: skip
    drafts = chunk(parsed.text, parsed.sections, count=lambda t: [len(x) for x in t], window=900)
    spans = [one for draft in drafts for one in draft.sentences]
    found = [(place(document, one), one.of(parsed.text)) for one in spans]
    return [(at.speaker, at.date, words) for at, words in found if " | " not in words]


TIDES = """From: =?utf-8?q?Brita_S=C3=B8rensen?= <brita@fjord.example>
To: Tore Hagen <tore@fjord.example>
Subject: Re: Winter dock
Date: Thu, 6 Mar 2025 22:10:00 -0500

The dock is booked from 14 April.

TO DO

We paint the hull first.

Kind regards

Brita

On Wed, Mar 5, 2025 at 3:07 PM Tore Hagen
<tore@fjord.example> wrote:

> We need nine days.
>
> Am 03.03.2025 um 08:15 schrieb Nils Eide:
>> The hull has a crack.
>> Nils
>
> On Tuesday Ada Moe wrote:
>> Paint is in the shed.

I asked the yard.

> The crane lifts four tons.
"""


def test_each_sentence_of_a_mail_has_its_writer_and_day() -> None:
    parsed = read(TIDES)
    assert said(parsed) == [
        ("Brita Sørensen", "2025-03-06", "The dock is booked from 14 April."),
        ("Brita Sørensen", "2025-03-06", "We paint the hull first."),
        ("Tore Hagen", "2025-03-05", "We need nine days."),
        ("Nils Eide", "2025-03-03", "The hull has a crack."),
        ("Ada Moe", None, "Paint is in the shed."),
        ("Brita Sørensen", "2025-03-06", "I asked the yard."),
        ("Tore Hagen", "2025-03-05", "The crane lifts four tons."),
    ]


def test_the_subject_heads_what_is_quoted_and_no_name_does() -> None:
    parsed = read(TIDES)
    heads = {
        one.span.of(parsed.text): titles for one, titles in contexts(parsed.sections, parsed.text)
    }
    assert heads["We paint the hull first."] == ("Re: Winter dock", "TO DO", "Brita Sørensen")
    assert heads["We need nine days."] == ("Re: Winter dock", "Tore Hagen")
    assert heads["The crane lifts four tons."] == ("Re: Winter dock", "Tore Hagen")


@pytest.mark.parametrize("signed", ["Anna.", "Thanks,\nAnna", "-- \nAnna Berg", "Cheers"])
def test_a_line_over_nothing_but_a_signature_is_no_heading(signed: str) -> None:
    body = f"Hi,\n\nThe parts for the winch have come\n\n{signed}\n"
    assert [one[2] for one in said(read(HEAD + "\n" + body))] == [
        "Hi,", "The parts for the winch have come",
    ]  # fmt: skip


def test_titles_right_above_their_texts_are_headings_as_in_plain_text() -> None:
    body = (
        "Ann\nThe bus waits for us.\n\nTravel\nWe leave at nine, and the driver knows the way.\n\n"
        "Food\nBring your own lunch.\n\nThanks\nThat is all for now.\n"
    )
    assert kinds(read(made(body)))[-5:] == [
        ("turn", "Anna Berg", "Ann\nThe bus waits for us."),
        ("heading", None, "Travel"),
        ("turn", "Anna Berg", "We leave at nine, and the driver knows the way."),
        ("heading", None, "Food"),
        ("turn", "Anna Berg", "Bring your own lunch.\n\nThanks\nThat is all for now."),
    ]


@pytest.mark.parametrize(
    ("sender", "name"),
    [
        ("Otto Kern <otto@example.org>", "Otto Kern"),
        ('"Kern, Otto" <otto@example.org>', "Kern, Otto"),
        ("=?utf-8?q?Kern=2C_Otto?= <otto@example.org>", "Kern, Otto"),
        ("otto@example.org (Otto Kern)", "Otto Kern"),
        ("<otto@example.org>", "otto@example.org"),
        ("otto@example.org", "otto@example.org"),
    ],
)
def test_who_writes(sender: str, name: str) -> None:
    found = said(read(f"From: {sender}\nDate: 7 Apr 2025 10:00:00 +0200\n\nThe bees swarm.\n"))
    assert found == [(name, "2025-04-07", "The bees swarm.")]


def test_blocks_with_a_header_below_have_their_own_writers() -> None:
    body = (
        "See below.\n\nAnna\n\n-----Original Message-----\n"
        "From: Petra Voss [mailto:p@bees.example]\nSent: Friday, 4 April 2025 09:00\n"
        "To: Anna Berg\nSubject: Bees\n\nThe hives are full.\n\nPetra\n\n"
        "________________________________\nFrom: Jan Roth\nSent: 3/5/2025\nSubject: Bees\n\n"
        "Six jars are left.\n"
    )
    assert [one for one in said(read(HEAD + "\n" + body)) if one[0]] == [
        ("Anna Berg", None, "See below."),
        ("Petra Voss", "2025-04-04", "The hives are full."),
        ("Jan Roth", None, "Six jars are left."),
    ]


def test_a_page_as_a_body_is_its_writers_too() -> None:
    page = (
        "<p>The samples are frozen. Please bring:</p><ul><li>gloves</li><li>a torch</li></ul>"
        "<div>Anna</div><div class=gmail_quote><div>On Sun, 6 Apr 2025 at 10:00, Lars Poe "
        "&lt;l@lab.example&gt; wrote:<br></div><blockquote>The freezer hums.</blockquote></div>"
    )
    found = said(read(f"{HEAD}Content-Type: text/html\n\n{page}"))
    assert found[0] == ("Anna Berg", None, "The samples are frozen.")
    assert {one[:2] for one in found[:-1]} == {("Anna Berg", None)}
    assert found[-1] == ("Lars Poe", "2025-04-06", "The freezer hums.")


def test_a_talk_in_a_mail_keeps_its_speakers() -> None:
    talk = (
        "This was said today.\n\nADA: Is it safe?\n\nBEN: It is safe. We tested it.\n\n"
        "ADA: Since when?\n\nBEN: Since May.\n"
    )
    found = said(read(f"{HEAD}\n{talk}"))
    assert found[0][0] == "Anna Berg"
    assert {one[0] for one in found[1:]} == {"BEN"}


def test_what_is_attached_is_not_the_writers() -> None:
    message = made()
    message.add_attachment(b"Rope costs 12 euro.", maintype="text", subtype="plain",
                           filename="costs.txt")  # fmt: skip
    inner = made("Deep inside.\n")
    inner.replace_header("From", "Cleo Dahl <cleo@example.org>")
    message.add_attachment(inner)
    assert [(one[0], one[2]) for one in said(read(message))] == [
        ("Anna Berg", "It was sold."), (None, "Rope costs 12 euro."), ("Cleo Dahl", "Deep inside."),
    ]  # fmt: skip


def test_an_original_message_below_is_quoted() -> None:
    body = "Yes.\n\n-----Original Message-----\nFrom: Ben Holm\nSent: May\n\nShall we sell?\n"
    quoted = kinds(read(HEAD + "\n" + body))[-1]
    assert (quoted[0], quoted[1]) == ("quote", "Ben Holm")
    assert "Shall we sell?" in quoted[2]


def test_of_two_forms_one_is_read() -> None:
    message = made()
    message.add_alternative("<p>It was <b>sold</b>.</p>", subtype="html")
    assert read(message).text.count("sold") == 1
    stub = made("Open it.\n")
    stub.add_alternative(f"<h2>News</h2><p>{'It was sold. ' * 30}</p>", subtype="html")
    parsed = read(stub)
    assert "Open it" not in parsed.text
    assert "body, News" in {one.label for one in parsed.origins}


def test_attachments_are_read_or_named() -> None:
    message = made()
    message.add_attachment(b"# Costs\n\nRope costs 12 euro.\n", maintype="text",
                           subtype="markdown", filename="costs.md")  # fmt: skip
    message.add_attachment(b"\x89PNG\r\n\x1a\n", maintype="image", subtype="png", filename="x.png")
    parsed = read(message)
    assert "Attachment: costs.md\n\n# Costs\n\nRope costs 12 euro." in parsed.text
    assert len(parsed.warnings) == 1
    assert parsed.warnings[0].startswith("the attachment x.png is not read: ")


def test_what_a_mail_calls_its_attachment_is_only_a_name() -> None:
    for name in ("../../etc/passwd.txt", "C:\\Windows\\passwd.txt", "a\u202etxt.passwd.txt"):
        message = made()
        message.add_attachment(b"Root was here.", maintype="text", subtype="plain", filename=name)
        text = read(message).text
        heading = next(line for line in text.splitlines() if line.startswith("Attachment"))
        assert heading.endswith("passwd.txt")
        assert not set("/\\\u202e") & set(heading)
    long = made()
    long.add_attachment(b"Seen.", maintype="text", subtype="plain", filename="x" * 9999 + ".txt")
    assert "Seen." in read(long).text


def test_an_attachment_without_a_name_is_read_by_its_type() -> None:
    parsed = read(
        f"{HEAD}Content-Type: multipart/mixed; boundary=b\n\n--b\n\nBody.\n--b\n"
        "Content-Type: text/plain\nContent-Disposition: attachment\n\nWithin it.\n--b--\n"
    )
    assert "Within it." in parsed.text


def test_mails_within_mails() -> None:
    message = made("Innermost.\n")
    for number in range(6):
        outer = made(f"Level {number}.\n")
        outer.add_attachment(message)
        message = outer
    parsed = read(message)
    assert "Level 5." in parsed.text
    assert "Level 2." in parsed.text
    assert "Innermost" not in parsed.text
    assert any("mails lie too deep" in one for one in parsed.warnings)
    assert any(one.label.endswith("mail.eml, header From") for one in parsed.origins)


def test_a_mail_attached_in_base64() -> None:
    inner = base64.encodebytes(made("Deep inside.\n").as_bytes()).decode()
    parsed = read(
        f"{HEAD}Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n"
        f"Content-Transfer-Encoding: base64\n\n{inner}\n--b--\n"
    )
    assert "Deep inside." in parsed.text


@pytest.mark.parametrize(
    ("charset", "encoding", "body"),
    [
        ("koi8-r", "koi8-r", "Паром был продан."),
        ("us-ascii", "utf-8", "Der Fährmann schläft."),
        ("x-unknown", "cp1252", "Der Fährmann schläft."),
        ("iso-2022-jp", "iso2022_jp", "船は売れた。"),
    ],
)
def test_encodings(charset: str, encoding: str, body: str) -> None:
    head = f"{HEAD}Content-Type: text/plain; charset={charset}\n\n".encode()
    assert mail.read(head + body.encode(encoding), "a.eml").text.endswith(body)


def test_encoded_words_also_broken_ones() -> None:
    subject = "=?utf-8?q?F=C3=A4hre?= =?utf-8?b?IHdlZw==?="
    assert read(f"Subject: {subject}\nFrom: a@b.c\n\nText.").title == "Fähre weg"
    for wrong in ("=?utf-8?b?###?=", "=?nope?q?a=FF?=", "=?utf-8?q?=C3?="):
        assert "Text." in read(f"Subject: {wrong}\nFrom: a@b.c\n\nText.").text
    raw = "Subject: Fähre\nFrom: a@b.c\n\nText."
    assert mail.read(raw.encode(), "a.eml").title == "Fähre"
    assert mail.read(raw.encode("cp1252"), "a.eml").title == "Fähre"


def test_flowed_lines_are_joined() -> None:
    head = f"{HEAD}Content-Type: text/plain; format=flowed\n\n"
    body = "The ferry \nwas sold \nin May.\n\n> I did not \n> know that.\n-- \nAnna\n"
    text = read(head + body).text
    assert "The ferry was sold in May." in text
    assert "I did not know that." in text
    assert "-- \nAnna" in text


def test_damage_is_told_and_the_rest_is_read() -> None:
    no_end = f"{HEAD}Content-Type: multipart/mixed; boundary=b\n\n--b\n\nStill here.\n"
    assert "Still here." in read(no_end).text
    no_boundary = f"{HEAD}Content-Type: multipart/mixed\n\nStill here.\n"
    parsed = read(no_boundary)
    assert "Still here." in parsed.text
    assert parsed.warnings == ("the mail's text is damaged; what could be read of it is here",)
    broken = f"{HEAD}Content-Transfer-Encoding: base64\n\nSGVsbG8gdGhlcmUu!!\n"
    assert "Hello there." in read(broken).text
    quoted = f"{HEAD}Content-Transfer-Encoding: quoted-printable\n\nFine =ZZ and =\n"
    assert "Fine" in read(quoted).text


@pytest.mark.parametrize("value", ["yesterday", "Mon, 99 Xyz 2021", "", "31 Feb 2021 10:00 +0000"])
def test_a_date_that_is_none(value: str) -> None:
    assert read(f"From: a@b.c\nDate: {value}\n\nThe ferry was sold.").date is None


def test_a_saved_page_is_read_as_the_page() -> None:
    page = "<html><title>Ferries</title><body><h1>Ferries</h1><p>Fähre.</p></body></html>"
    data = (
        "From: <Saved by Blink>\nDate: Mon, 3 May 2021 10:00:00 +0000\n"
        "Content-Type: multipart/related; boundary=b\n\n--b\n"
        f"Content-Type: text/html; charset=windows-1252\n\n{page}\n--b\n"
        "Content-Type: image/png\nContent-Transfer-Encoding: base64\n\niVBORw0KGgo=\n--b--\n"
    )
    parsed = mail.read(data.encode("cp1252"), "a.mhtml")
    assert parsed.text == "Ferries\n\nFähre."
    assert (parsed.title, parsed.date) == ("Ferries", None)  # when it was saved is no date of it


HOSTILE = {
    "parts": "".join(
        f"Content-Type: multipart/mixed; boundary=b{i}\n\n--b{i}\n" for i in range(3000)
    ),
    "mails": "Content-Type: message/rfc822\n\n" * 3000,
}


@pytest.mark.parametrize("name", HOSTILE)
def test_what_is_nested_without_end_is_refused(name: str) -> None:
    with pytest.raises(ReadError, match="no mail that can be read"):
        read(HEAD + HOSTILE[name] + "\nx")


LONG = {
    "marks": ">" * 400_000 + "x",
    "changing marks": "".join(">" * (i % 40) + " word\n" for i in range(30_000)),
    "spaces": " " * 400_000 + "x",
    "dashes": "-" * 400_000,
    "wrote": "On " * 100_000 + "wrote:\n> x",
    "nobody wrote": "".join(">" * (i % 2) + " a(b" * 150 + ":\n" for i in range(200)),
    "words": "=?utf-8?q?a?= " * 30_000,
    "who wrote": "On 3 May at 10:00 Ann Lee wrote:\n" * 10_000,
    "signed": "It went.\n\nAnna\n\nBest,\n\n" * 10_000,
    "originals": "-----Original Message-----\nFrom: a\n\nwords\n\n" * 7_000,
}


@pytest.mark.parametrize("name", LONG)
def test_long_bodies_take_no_long_time(name: str) -> None:
    before = time.process_time()
    assert read(f"{HEAD}\nFirst.\n\n{LONG[name]}\n").title == "The ferry"
    assert read(f"{HEAD}Cc: {LONG[name][:200_000]}\n\nFirst.\n").title == "The ferry"
    assert time.process_time() - before < 10
