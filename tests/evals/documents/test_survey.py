"""The check of what readers lose, by files whose words are known."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from evals.documents.strip import missing, plain_strip
from evals.documents.survey import Survey, table
from index.errors import ReadError
from index.readers import parse
from index.sandbox.box import Sandbox
from index.types import Parsed

LONG = " ".join(f"Word{n}x stands here." for n in range(60))
HEAD = "<head><title>T</title><script>var hidden;</script></head>"
PAGE = f"<html>{HEAD}<body><p>{LONG}</p></body></html>"


def zipped(**parts: str) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, text in parts.items():
            archive.writestr(name.replace("__", "/") + ".xml", text)
    return file.getvalue()


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        (PAGE.encode(), "a.HTM", LONG.split()),
        (b"<p>A &amp; B</p><!-- no --><style>p{}</style>", "a.html", ["A", "&", "B"]),
        (zipped(word__document="<w:t>One</w:t><w:x>no</w:x><w:t xml:s='p'> two</w:t>"), "a.docx",
         ["One", "two"]),
        (zipped(xl__sharedStrings="<si><t>Ship</t></si>"), "a.xlsx", ["Ship"]),
        (b"Subject: S\n\nThe body.", "a.eml", ["The", "body."]),
    ],
)  # fmt: skip
def test_words_without_a_reader(data: bytes, name: str, words: list[str]) -> None:
    stripped = plain_strip(data, name)
    assert stripped is not None
    assert stripped.split() == words


def test_no_way_and_no_file() -> None:
    assert plain_strip(b"{\\rtf1 x}", "a.rtf") is None
    assert plain_strip(b"no archive", "a.docx") is None


def test_what_is_missing_is_counted_once_and_without_what_stands_between_letters() -> None:
    assert missing("one two two three", "o-\nne | THREE") == 3
    assert missing("x" * 60, "") == 0


class Reader(Sandbox):
    """Reads in this process, and forgets most of some."""

    def parse(self, data: bytes, name: str) -> Parsed:
        if name == "slow.txt":
            raise ReadError("took longer than 30 s to read: leave it out")
        whole = parse(data, name)
        return replace(whole, text=whole.text[:50]) if name == "lossy.html" else whole

    def locate(self, data: bytes, name: str) -> Parsed:
        return replace(self.parse(data, name), origins=())


def test_a_survey_finds_what_is_lost_and_what_stopped(tmp_path: Path) -> None:
    for name in ("whole.html", "lossy.html"):
        (tmp_path / name).write_text(PAGE)
    for name in ("slow.txt", "empty.txt", "note.txt", "old.doc"):
        (tmp_path / name).write_text("" if name == "empty.txt" else "The ferry left.")
    survey = Survey()
    for path in sorted(tmp_path.iterdir()):
        survey.add(path, Reader())
    text, page, old = (survey.tallies[one] for one in (".txt", ".html", ".doc"))
    assert (text.read, text.skipped, text.stopped, text.checked) == (1, 1, 1, 0)
    assert (page.read, page.checked, page.lost) == (2, 2, 1)
    assert old.skipped == 1
    assert [note.split(":")[0] for note in survey.notes] == ["lossy.html", "slow.txt"]
    assert list(table(survey))[-1].split()[:7] == ["all", "3", "0", "2", "1", "2", "1"]
