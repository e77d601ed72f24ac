"""Scans: what pictures of pages show is recognised when it is asked for, and only then."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from index.errors import OcrError, ReadError
from index.folder.survey import Scope
from index.folder.uploads import Upload
from index.folder.walk import Rules
from index.home.schema import FILE
from index.readers.pdf import ocr as tesseract
from index.readers.pdf import read as read_pdf
from index.report import FileReport
from index.sandbox.box import Sandbox
from index.sandbox.recognise import Ocr, check
from index.store import Index
from index.types import Document
from tests.fakes import FakeEmbedder
from tests.index.readers.made_pdf import Page, Text, lines, pdf, scan
from tests.index.sandbox.scans import GREY, WORDS, calls, stand_in
from tests.index.sandbox.test_sandbox import READS

there = pytest.mark.skipif(tesseract.program() is None, reason="tesseract is not installed")
FERRY = ["The ferry left the harbour at nine.", "Ada Lind was its captain."]
COUNCIL = ["The council met on Monday evening.", "It agreed to buy a second ferry."]


def picture(texts: list[str]) -> bytes:
    page = Page(lines(50, 700, texts, size=16, step=30))
    drawn = tesseract.picture(pdf([page]), 1)
    assert drawn is not None
    return drawn.data


class Bench:
    """A folder and an index over it that reads in a process of its own."""

    def __init__(self, folder: Path) -> None:
        self.docs = folder / "docs"
        self.docs.mkdir()
        self.index = Index.open(folder / "home", lambda: FakeEmbedder())

    def run(self, ocr: Ocr | None = None) -> dict[str, FileReport]:
        rules = Rules(25_000_000, home=self.index.home)
        reports = self.index.update([Scope(self.docs)], rules, ocr=ocr)
        return {Path(one.path).name: one for one in reports}

    def document(self, report: FileReport) -> Document:
        found = self.index.snapshot().document(report.document_id or "")
        assert found is not None
        return found


@pytest.fixture
def bench(tmp_path: Path) -> Bench:
    return Bench(tmp_path)


@pytest.fixture
def fake(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    return stand_in(tmp_path / "bin", monkeypatch)


@there
def test_a_scan_is_read_by_the_real_program(bench: Bench) -> None:
    (bench.docs / "a.pdf").write_bytes(scan([picture(FERRY), picture(COUNCIL)]))
    (report,) = bench.run(Ocr()).values()
    document = bench.document(report)
    assert document.text == " ".join(FERRY) + "\n\n" + " ".join(COUNCIL)
    assert [section.page for section in document.sections] == [1, 2]
    assert (document.about.recognised, document.about.unread) == ((1, 2), ())
    assert report.warnings == ("text was recognised in pictures (pages 1–2): it may be wrong",)


def test_only_when_it_is_asked_for_and_then_of_old_files_too(bench: Bench, fake: Path) -> None:
    (bench.docs / "a.pdf").write_bytes(scan([GREY]))
    (bench.docs / "b.txt").write_text("Plain text.")
    assert bench.run()["a.pdf"].status == "indexed"
    assert calls(fake) == 0
    before = bench.document(bench.run()["a.pdf"])
    assert (before.text, before.about.unread) == ("", (1,))
    reports = bench.run(Ocr())
    after = bench.document(reports["a.pdf"])
    assert (reports["a.pdf"].status, reports["b.txt"].status) == ("indexed", "unchanged")
    assert (after.id, after.text) == (before.id, WORDS)
    assert bench.run(Ocr())["a.pdf"].status == bench.run()["a.pdf"].status == "unchanged"
    assert calls(fake) == 1


def test_pages_with_text_are_left_as_they_are(bench: Bench, fake: Path) -> None:
    data = pdf([Page(lines(50, 700, FERRY)), Page(has_picture=True), Page()])
    (bench.docs / "a.pdf").write_bytes(data)
    document = bench.document(bench.run(Ocr())["a.pdf"])
    assert document.text == " ".join(FERRY) + "\n\n" + WORDS
    assert document.about.recognised == (2,)
    assert calls(fake) == 1


def test_what_fails_stays_unread_with_the_reason_and_is_tried_again(
    bench: Bench, fake: Path
) -> None:
    (bench.docs / "a.pdf").write_bytes(scan([GREY]))
    (fake / "words").rename(fake / "later")
    report = bench.run(Ocr())["a.pdf"]
    assert report.status == "indexed"
    assert "page 1 was not recognised: tesseract failed: Image too small" in report.warnings
    again = bench.run(Ocr())["a.pdf"]
    assert again.status == "unchanged"
    assert again.warnings == report.warnings[:2]  # without what is only said of a new document
    (fake / "later").rename(fake / "words")
    assert bench.run(Ocr())["a.pdf"].status == "indexed"
    assert calls(fake) == 3


def test_damage_in_what_is_known_of_a_document_is_set_aside(bench: Bench, fake: Path) -> None:
    (bench.docs / "a.pdf").write_bytes(scan([GREY]))
    (bench.docs / "b.txt").write_text("Plain text.")
    bench.run()
    bench.index.close()
    with closing(sqlite3.connect(bench.index.home / FILE)) as db, db:
        changed = """UPDATE revisions SET about = replace(about, '"unread"', '"unread"!')"""
        assert db.execute(changed).rowcount == 2
    bench.index = Index.open(bench.index.home, lambda: FakeEmbedder())
    reports = bench.run(Ocr())
    assert bench.document(reports["a.pdf"]).text == WORDS
    assert calls(fake) == 1


def test_a_picture_without_words_has_been_looked_at(bench: Bench, fake: Path) -> None:
    (bench.docs / "a.pdf").write_bytes(scan([GREY]))
    (fake / "words").write_text("")
    report = bench.run(Ocr())["a.pdf"]
    assert "no text was recognised in pictures (page 1)" in report.warnings
    assert bench.document(report).about.unread == ()
    bench.run(Ocr())
    assert calls(fake) == 1


def test_two_files_with_one_content(bench: Bench, fake: Path) -> None:
    for name in ("a.pdf", "b.pdf"):
        (bench.docs / name).write_bytes(scan([GREY]))
    (before, _) = bench.run().values()
    reports = bench.run(Ocr())
    assert {bench.document(one).id for one in reports.values()} == {before.document_id}
    assert {bench.document(one).text for one in reports.values()} == {WORDS}
    assert [one.status for one in bench.run(Ocr()).values()] == ["unchanged", "unchanged"]
    assert bench.index.snapshot().n_documents == 1
    assert calls(fake) == 1


def test_a_copy_of_what_stays_unread_is_no_other_document(bench: Bench, fake: Path) -> None:
    (bench.docs / "a.pdf").write_bytes(scan([GREY]))
    bench.run()
    (bench.docs / "b.pdf").write_bytes(scan([GREY]))
    (fake / "words").unlink()
    ids = {one.document_id for one in bench.run(Ocr()).values()}
    assert len(ids) == 1
    assert bench.index.snapshot().n_documents == 1


def test_a_copy_of_a_scan_takes_nothing_from_it(bench: Bench, fake: Path) -> None:
    """The scan was touched, so that it is read to see whether its content has moved."""
    (bench.docs / "a.pdf").write_bytes(scan([GREY]))
    before = bench.run()["a.pdf"]
    (bench.docs / "c.pdf").write_bytes(scan([GREY]))
    (bench.docs / "a.pdf").touch()
    reports = bench.run(Ocr())
    assert {one.status for one in reports.values()} == {"indexed"}
    assert {one.document_id for one in reports.values()} == {before.document_id}
    assert bench.document(reports["c.pdf"]).text == WORDS
    assert calls(fake) == 1


def test_an_upload_is_read_again_too(bench: Bench, fake: Path) -> None:
    data = scan([GREY])
    rules = Rules(25_000_000, home=bench.index.home)
    sent = Upload.of("scan.pdf", data)
    before = bench.index.upload(sent, rules)
    assert bench.document(before).about.unread == (1,)
    bench.run(Ocr())
    assert bench.document(before).text == WORDS
    assert calls(fake) == 1


def test_a_page_with_a_note_on_its_picture_is_looked_at(bench: Bench, fake: Path) -> None:
    note = b"/Annots[<</Type/Annot/Subtype/Text/Rect[500 700 520 720]/Contents(Ask Ada.)>>]"
    data = pdf([Page(has_picture=True, extra=note)])
    (bench.docs / "a.pdf").write_bytes(data)
    assert bench.document(bench.run()["a.pdf"]).about.unread == (1,)
    document = bench.document(bench.run(Ocr())["a.pdf"])
    assert document.text == f"{WORDS}\n\nAsk Ada."
    assert calls(fake) == 1


def test_a_small_file_cannot_ask_for_thousands_of_pages(
    bench: Bench, fake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("index.sandbox.recognise.MOST_PAGES", 2)
    monkeypatch.setattr("index.store.MOST_PAGES", 2)
    (bench.docs / "a.pdf").write_bytes(scan([GREY] * 4))
    report = bench.run(Ocr())["a.pdf"]
    assert bench.document(report).about.unread == (3, 4)
    assert any("after the first 2" in one for one in report.warnings)
    assert bench.run(Ocr())["a.pdf"].status == "unchanged"
    assert calls(fake) == 2


def test_the_program_is_told_no_secrets(
    bench: Bench, fake: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CITEWELL_TOKEN", "secret")
    program = (fake / "tesseract").read_text()
    spy = "import os; (Path(__file__).parent / 'env').write_text(str(os.environ))\n"
    (fake / "tesseract").write_text(program.replace("here = ", spy + "here = ", 1))
    (bench.docs / "a.pdf").write_bytes(scan([GREY]))
    assert bench.document(bench.run(Ocr())["a.pdf"]).text == WORDS
    assert "secret" not in (fake / "env").read_text()


@pytest.mark.usefixtures("fake")
def test_a_program_or_a_language_that_is_missing(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    check(Ocr("eng"))
    for languages in ("", "eng+"):
        with pytest.raises(OcrError, match="no data for the language ''"):
            check(Ocr(languages))
    with pytest.raises(OcrError, match=r"no data for the language 'deu' \(it has: eng\)"):
        bench.run(Ocr("eng+deu"))
    monkeypatch.setenv("PATH", "")
    with pytest.raises(OcrError, match=r"not installed.*--ocr"):
        bench.run(Ocr())


def test_the_place_is_found_again_on_its_page(bench: Bench, fake: Path) -> None:
    data = scan([GREY, GREY])
    found = bench.index.locate(data, "a.pdf", Ocr(), [2])
    assert calls(fake) == 1
    assert {one.page for one in found.origins} == {2}
    assert found.text == WORDS


def test_the_process_draws_what_is_drawn_without_it() -> None:
    data = pdf([Page([Text(50, 700, "Vega", 40)])])
    with Sandbox() as box:
        assert box.draw(data, "a.pdf", 1) == tesseract.picture(data, 1)
        with pytest.raises(ReadError, match="page 2 cannot be drawn"):
            box.draw(data, "a.pdf", 2)
        with pytest.raises(ReadError, match="cannot be drawn"):
            box.draw(b"Text.", "a.txt", 1)
        words = [("Vega", None, (1, 2, 3, 4), 1, 3, 2, 10, False, 0, 0)]
        taken = box.parse(scan([GREY]), "a.pdf", {1: words})
    assert taken.text == "Vega"
    assert taken == read_pdf_without_origins(scan([GREY]), {1: words})


def read_pdf_without_origins(data: bytes, words: dict[int, list[tuple[object, ...]]]) -> object:
    from dataclasses import replace

    return replace(read_pdf(data, "a.pdf", words), origins=())


@pytest.mark.parametrize(
    "drawn",
    [
        "b'II*\\0'",
        "b'P5\\n9 9\\n255\\nxx'",
        "b'P5\\n1 1\\n255\\nxx'",
        "b'P5\\n-1 -1\\n255\\nx'",
        "b'P5\\n6000 6000\\n255\\n' + bytes(36_000_000)",
    ],
)
def test_no_other_picture_is_handed_on(drawn: str) -> None:
    """A process that a file has taken over must not choose what tesseract reads."""
    paint = f"""
import index.sandbox.worker
from index.types import Picture
index.sandbox.worker.picture = lambda *_: Picture({drawn}, 1.0, 800.0)
"""
    with Sandbox(run=paint + READS) as box, pytest.raises(ReadError, match="no proper answer"):
        box.draw(b"", "a.pdf", 1)
