"""Which lines of a mail's header answer a question."""

from __future__ import annotations

import pytest

from index import readers
from index.types import Document, Passage, Source, Span
from rag.answer.headers import without_headers
from rag.question.analyse import analyse

MAIL = b"""From: Piotr Nowak <p.nowak@port.example>
To: Margaret Oduya <chair@port.example>
Date: Tue, 02 Apr 2024 09:12:00 +0100
Subject: My resignation

I resign from the council. My doctor told me to.
"""


def kept(data: bytes, name: str, question: str) -> list[str]:
    """The beginnings of what is left to be quoted, of a passage for each section."""
    parsed = readers.parse(data, name)
    document = Document(
        "1", (Source("", name),), "", "text/plain", parsed.text, parsed.sections, None, "", ""
    )
    read = [
        (document, Passage(at, "1", one.span, (one.span,), (), None, 9))
        for at, one in enumerate(parsed.sections)
        if one.kind != "heading"
    ]
    left = without_headers(analyse(question), read)
    return [document[passage.span].split(" |")[0].split()[0] for _, passage in left]


@pytest.mark.parametrize(
    ("question", "lines"),
    [
        ("Who resigned?", []),
        ("Who is the chair of the council?", []),
        ("What did Margaret Oduya decide?", []),
        ("When did the doctor tell him to resign?", []),
        ("Who wrote to Margaret Oduya?", ["From"]),
        ("From whom is the letter?", ["From"]),
        ("Who is the mail from?", ["From"]),
        ("Who sent the mail of 2 April?", ["From"]),
        ("To whom did Piotr write?", ["To"]),
        ("Who did Piotr Nowak write to?", ["To"]),
        ("Who received the letter?", ["To"]),
        ("When did Piotr write?", ["Date"]),
        ("When was the letter sent?", ["Date"]),
        ("What is Margaret Oduya's e-mail address?", ["From", "To"]),
        ("Margaret Oduya", ["To"]),
        ("resignation council", []),
    ],
)
def test_a_line_of_a_mails_header_answers_what_is_asked_of_the_mail(
    question: str, lines: list[str]
) -> None:
    assert kept(MAIL, "a.eml", question) == [*lines, "I"]


def test_rows_of_other_tables_stay() -> None:
    table = b"From,To\nPort Ellery,Skerry Bay\nLochmoor,Gannet Point\n"
    assert kept(table, "ferries.csv", "Who resigned?") == ["Port", "Lochmoor"]


def test_a_passage_keeps_what_is_left_of_it() -> None:
    parsed = readers.parse(MAIL, "a.eml")
    spans = tuple(one.span for one in parsed.sections if one.kind == "row")
    document = Document(
        "1", (Source("", "a"),), "", "text/plain", parsed.text, parsed.sections, None, "", ""
    )
    whole = Passage(1, "1", Span(spans[0].start, spans[-1].end), spans, (), None, 9)
    ((_, left),) = without_headers(analyse("When was it sent?"), [(document, whole)])
    assert left.span == whole.span
    assert [document[one].split()[0] for one in left.sentences] == ["Date"]
