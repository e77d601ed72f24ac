"""A folder of files that were made to harm, indexed in one run, in the worker that reads files.

Each file is one line in the report, with its reason, and the good file beside them is indexed.
"""

from __future__ import annotations

import contextlib
import os
import random
import re
import socket
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from index.folder.survey import Scope
from index.folder.walk import Rules, resolve
from index.ingest import Progress
from index.report import FileReport
from index.sandbox.box import Sandbox
from index.store import Index
from tests.fakes import FakeEmbedder
from tests.index.readers import test_archive as archives
from tests.index.readers.test_archive import zipped

LIMIT = 2_500_000
SECONDS = 10  # for one file; most take a fraction of one, even on a busy machine
GOOD = "The ferry left the harbour at nine."
RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"
WORD = "http://schemas.openxmlformats.org/wordprocessingml/2006/main"
RELATIONS = (
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    f'<Relationship Id="a" Type="{RELATION}" Target="TARGET"/></Relationships>'
)
TEXT = f"<w:p><w:r><w:t>{GOOD}</w:t></w:r></w:p>"
LAUGHS = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
LAUGHS = f'<!DOCTYPE w:document [<!ENTITY l0 "lol">{LAUGHS}]>'


def docx(body: str = TEXT, head: str = "", more: dict[str, bytes] | None = None) -> bytes:
    document = f'{head}<w:document xmlns:w="{WORD}"><w:body>{body}</w:body></w:document>'
    entries = {
        "[Content_Types].xml": b'<Types xmlns="http://schemas.openxmlformats.org/package/2006/'
        b'content-types"><Default Extension="xml" ContentType="application/xml"/></Types>',
        "_rels/.rels": RELATIONS.replace("TARGET", "word/document.xml").encode(),
        "word/document.xml": document.encode(),
    }
    return zipped(entries | (more or {}))


def xlsx(sheet: str, head: str = "") -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    kinds = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    book = (
        f'<workbook xmlns="{main}" xmlns:r="{kinds}"><sheets><sheet name="A" sheetId="1" '
        'r:id="a"/></sheets></workbook>'
    )
    related = RELATIONS.replace("officeDocument", "worksheet", 2).replace(RELATION, "")
    related = RELATIONS.replace(RELATION, f"{kinds}/worksheet")
    return zipped({
        "[Content_Types].xml": b"<Types/>",
        "_rels/.rels": RELATIONS.replace("TARGET", "xl/workbook.xml").encode(),
        "xl/workbook.xml": book.encode(),
        "xl/_rels/workbook.xml.rels": related.replace("TARGET", "worksheets/sheet1.xml").encode(),
        "xl/worksheets/sheet1.xml":
            f'{head}<worksheet xmlns="{main}"><sheetData>{sheet}</sheetData></worksheet>'.encode(),
    })  # fmt: skip


def pdf(*objects: str, trailer: str = "") -> bytes:
    """Without a table of its objects, which PDF readers then look for."""
    body = "\n".join(f"{n} 0 obj\n{one}\nendobj" for n, one in enumerate(objects, start=1))
    return f"%PDF-1.4\n{body}\ntrailer\n<< /Root 1 0 R {trailer} >>\n%%EOF".encode()


def page_of(stream: str) -> bytes:
    return pdf(
        "<< /Type /Catalog /Pages 2 0 R >>",
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 200 200] /Contents 4 0 R /Resources "
        "<< /Font << /F << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> "
        "/XObject << /X 4 0 R >> >> >>",
        f"<< /Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /X 4 0 R >> >>"
        f" /Length {len(stream)} >>\nstream\n{stream}\nendstream",
    )


def noise(size: int) -> bytes:
    return random.Random(1).randbytes(size)


def mail(depth: int) -> bytes:
    parts = [
        f'Content-Type: multipart/mixed; boundary="b{n}"\r\n\r\n--b{n}\r\n' for n in range(depth)
    ]
    return b"From: a@b.c\r\nMIME-Version: 1.0\r\n" + "".join(parts).encode() + GOOD.encode()


def epub(opf: str) -> bytes:
    container = (
        '<container xmlns="urn:oasis:names:tc:opendocument:xmlns:container"><rootfiles>'
        '<rootfile full-path="a.opf"/></rootfiles></container>'
    )
    return zipped([
        ("mimetype", b"application/epub+zip"), ("META-INF/container.xml", container.encode()),
        ("a.opf", opf.encode()), ("a.xhtml", b"<html><body><p>x</p></body></html>"),
    ])  # fmt: skip


INDEXED, SKIPPED, EITHER = "indexed", "skipped", "indexed|skipped"
Case = tuple[str | bytes, Callable[[], bytes], str, str]  # name, content, status, of what is said
CASES: list[Case] = [
    # encodings
    ("noise.txt", lambda: noise(100_000), SKIPPED, "binary"),
    ("zeros.txt", lambda: bytes(1_000_000), SKIPPED, "binary|empty"),
    ("surrogates.txt", lambda: GOOD.encode() + b"\xed\xa0\x80\xed\xb0\x80", INDEXED, "not UTF-8"),
    ("overlong.txt", lambda: GOOD.encode() + b"\xc0\xaf\xf8\x88\x80\x80\x80", INDEXED, "not UTF-8"),
    ("odd-utf16.txt", lambda: b"\xff\xfe" + GOOD.encode("utf-16-le") + b"x", INDEXED, "UTF-16"),
    ("lone-utf16.txt", lambda: b"\xff\xfe" + GOOD.encode("utf-16-le") + b"\0\xd8", INDEXED, "UTF"),
    ("blank.txt", lambda: b" \n" * 1_000_000, SKIPPED, "empty"),
    ("one-line.txt", lambda: b"x" * 300_000, EITHER, ""),
    ("marks.txt", lambda: ("a" + "\u0301" * 100_000).encode(), EITHER, ""),
    ("bidi.txt", lambda: f"{GOOD} \u202e\u2066\u200b\ufeff{GOOD}".encode(), INDEXED, ""),
    ("large.txt", lambda: b"x" * (LIMIT + 1), SKIPPED, "larger than"),
    # names
    ("\u202etxt.exe.txt", lambda: GOOD.encode() + b" 1", INDEXED, ""),
    ("a\u200b\u2060.txt", lambda: GOOD.encode() + b" 2", INDEXED, ""),
    ("line\nend.txt", lambda: GOOD.encode() + b" 3", INDEXED, ""),
    ("\x1b[2Jescape.txt", lambda: GOOD.encode() + b" 4", INDEXED, ""),
    ("n" * 251 + ".txt", lambda: GOOD.encode() + b" 5", INDEXED, ""),
    (b"caf\xe9.txt", lambda: GOOD.encode(), SKIPPED, "not valid UTF-8"),
    # another format than the name says
    ("pdf.txt", lambda: b"%PDF-1.4\n" + noise(999), SKIPPED, ""),
    ("gzip.html", lambda: b"\x1f\x8b\x08\0" + noise(99), SKIPPED, "an archive"),
    ("old.docx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"),
     SKIPPED, "Word before 2007"),
    ("locked.xlsx", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
     + "EncryptedPackage".encode("utf-16-le"), SKIPPED, "password"),
    ("text.docx", lambda: GOOD.encode(), SKIPPED, "damaged"),
    ("archive.zip", lambda: zipped({"a.txt": b"x"}), SKIPPED, "unpack it"),
    # archives
    ("many.docx", archives.many, SKIPPED, "2,000 entries"),
    ("bomb.docx", lambda: docx(more={"a": bytes(49_000_000)}), SKIPPED, "100 times"),
    ("huge.xlsx", lambda: docx(more={"a": noise(1 << 20), "b": bytes(49_000_000)}), SKIPPED,
     "50 MB"),
    ("nested.docx", lambda: docx(more={"word/embeddings/a.docx": archives.dense()}), EITHER, ""),
    ("quoted.pptx", archives.quoted, SKIPPED, "over each other|damaged"),
    ("overlapping.odt", archives.overlapping, SKIPPED, "over each other"),
    ("lying.epub", archives.lying, SKIPPED, "damaged|no whole"),
    ("locked.docx", archives.locked, SKIPPED, "password"),
    ("cut.docx", lambda: docx()[:-40], SKIPPED, "damaged"),
    ("names.docx", lambda: docx(more={"../../../../tmp/citewell-was-here": b"x", "/etc/x": b"x",
     "C:\\x": b"x", "word/\0": b"x"}), INDEXED, ""),
    # XML
    ("laughs.docx", lambda: docx(f"<w:p>{'&l9;'}</w:p>", LAUGHS), SKIPPED, "DTD"),
    ("laughs.xlsx", lambda: xlsx("<row><c><v>&l9;</v></c></row>", LAUGHS.replace("w:document",
     "worksheet")), SKIPPED, "DTD|damaged"),
    ("outside.docx", lambda: docx("<w:p><w:r><w:t>&x;</w:t></w:r></w:p>",
     '<!DOCTYPE w:document [<!ENTITY x SYSTEM "file:///etc/hostname">]>'), SKIPPED, "DTD"),
    ("deep.docx", lambda: docx("<w:p>" * 100_000 + "</w:p>" * 100_000), SKIPPED, "too deeply|100"),
    ("empty-paragraphs.docx", lambda: docx("<w:p/>" * 300_000), EITHER, ""),
    ("paragraphs.docx", lambda: docx("".join(f"<w:p><w:r><w:t>{n}</w:t></w:r></w:p>"
     for n in range(300_000))), EITHER, ""),  # on a slow machine it takes longer than it may
    ("far.xlsx", lambda: xlsx('<row r="1048576"><c r="XFD1048576" t="inlineStr"><is><t>far</t></is>'
     "</c></row>"), EITHER, ""),
    ("loop.epub", lambda: epub("<package><spine>" + '<itemref idref="a"/>' * 50_000 + "</spine>"
     '<manifest><item id="a" href="../../etc/passwd"/></manifest></package>'), EITHER, ""),
    # HTML and Markdown
    ("comments.html", lambda: b"<html><body>" + b"<!--" * 50_000, EITHER, ""),
    ("tags.html", lambda: b"<html><body>" + b"<div>" * 100_000 + GOOD.encode(), EITHER, ""),
    ("tables.html", lambda: b"<html><body>" + b"<table><tr><td>" * 3_000, EITHER, ""),
    ("attributes.html", lambda: b"<html><body " + b"a='" * 20_000, EITHER, ""),
    ("quotes.md", lambda: b">" * 100_000 + GOOD.encode(), EITHER, ""),
    ("brackets.md", lambda: b"[" * 100_000 + b"](" * 100_000, EITHER, ""),
    # RTF, PDF
    ("braces.rtf", lambda: b"{\\rtf1" + b"{" * 1_000_000, EITHER, ""),
    ("binary.rtf", lambda: b"{\\rtf1\\bin2147483647 x" + GOOD.encode(), EITHER, ""),
    ("cut.pdf", lambda: page_of(f"BT /F 9 Tf ({GOOD}) Tj ET")[:80], SKIPPED, ""),
    ("pages.pdf", lambda: pdf("<< /Type /Catalog /Pages 2 0 R >>",
     "<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 99999999 >>"), EITHER, ""),
    ("draws-itself.pdf", lambda: page_of("/X Do " * 1_000), EITHER, ""),  # PDFium overflows
    ("arrays.pdf", lambda: pdf("<< /Type /Catalog /Pages " + "[" * 100_000), SKIPPED, ""),
    ("locked.pdf", lambda: pdf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [] "
     "/Count 0 >>", trailer="/Encrypt << /Filter /Standard /V 1 /R 2 /O (" + "x" * 32 + ") /U ("
     + "y" * 32 + ") /P -1 >> /ID [(a) (b)]"), SKIPPED, ""),
    # rows, mails, subtitles
    ("quote.csv", lambda: b'a,b\n"' + b"x,y\n" * 2_000, EITHER, ""),
    ("columns.csv", lambda: b"x," * 20_000 + b"\n1,2\n", EITHER, ""),
    ("parts.eml", lambda: mail(2_000), EITHER, ""),
    ("header.eml", lambda: b"Subject: " + b"=?utf-8?q?=41?= " * 5_000 + b"\n\n" + GOOD.encode(),
     EITHER, ""),
    ("times.srt", lambda: b"1\n99999999999:00:00,000 --> 00:00:00,000\n" * 20_000, EITHER, ""),
]  # fmt: skip


def put_odd_things(root: Path) -> dict[str, tuple[str, str]]:
    """What is no file to be read, and what is to be said of it."""
    os.mkfifo(root / "fifo.txt")
    (root / "out.txt").symlink_to("/etc/hostname")
    (root / "loop.txt").symlink_to(root / "loop.txt")
    (root / "nowhere.txt").symlink_to(root / "nothing")
    (root / "device.txt").symlink_to("/dev/zero")
    (root / "up").symlink_to(root, target_is_directory=True)
    (root / "folder.pdf").mkdir()
    with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as one:
        one.bind(str(root / "socket.txt"))
    (root / "zz-vanishes.txt").write_text(GOOD + " 6")
    return {
        "fifo.txt": (SKIPPED, "FIFO"),
        "out.txt": (SKIPPED, "a link out of the folder"),
        "loop.txt": (SKIPPED, "leads back to itself"),
        "nowhere.txt": (SKIPPED, "cannot be read"),
        "device.txt": (SKIPPED, "a link out of the folder"),
        "up": (SKIPPED, "a link to a folder"),
        "socket.txt": (SKIPPED, "socket"),
        "zz-vanishes.txt": (SKIPPED, "check that it is there"),
    }


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, Index, list[FileReport]]]:
    folder = tmp_path_factory.mktemp("hostile")
    root = folder / "d"
    root.mkdir()
    for name, content, _, _ in CASES:
        path = os.fsencode(root) + b"/" + (name if isinstance(name, bytes) else os.fsencode(name))
        with open(path, "wb") as file:  # noqa: PTH123 - its name may be no text
            file.write(content())
    put_odd_things(root)
    (root / "good.txt").write_text(GOOD, encoding="utf-8")

    def progress(_: Progress) -> None:
        (root / "zz-vanishes.txt").unlink(missing_ok=True)

    with Sandbox(seconds=SECONDS) as box:
        index = Index.open(folder / "home", FakeEmbedder, box.parse)
        reports = list(index.update([Scope(resolve(root))], Rules(LIMIT), progress=progress))
    yield root, index, reports
    index.close()


def test_there_are_forty() -> None:
    assert len(CASES) >= 40
    assert len({name for name, *_ in CASES}) == len(CASES)


def test_the_run_ends_and_the_good_file_is_indexed(
    run: tuple[Path, Index, list[FileReport]],
) -> None:
    root, index, reports = run
    said = {report.path: report for report in reports}
    assert len(said) == len(reports)
    assert said[str(root / "good.txt")].status == "indexed"
    snapshot = index.snapshot()
    documents = snapshot.catalogue.documents(snapshot.version, 1_000, None)
    assert snapshot.n_documents == len(documents)
    assert snapshot.n_passages == len(snapshot.vectors) == len(snapshot.lexical)
    assert GOOD in [one.text for one in documents]
    assert not Path("/tmp/citewell-was-here").exists()


def shown(name: str | bytes) -> str:
    return name if isinstance(name, str) else name.decode(errors="replace")


@pytest.mark.parametrize(("name", "status", "about"), [(n, s, a) for n, _, s, a in CASES])
def test_each_has_its_line(
    run: tuple[Path, Index, list[FileReport]], name: str | bytes, status: str, about: str
) -> None:
    root, _, reports = run
    (report,) = [one for one in reports if one.path == f"{root}/{shown(name)}"]
    assert report.status in status.split("|")
    said = " ".join([*report.warnings, report.reason or ""])
    assert re.search(about, said)
    assert not re.search(r"no proper answer|failed \(", said), said
    assert name == "draws-itself.pdf" or "crashed" not in said, said
    assert (report.status == "skipped") == bool(report.reason)


@pytest.mark.skipif(os.name == "nt", reason="there are no such files")
def test_what_is_no_file_has_its_line(
    run: tuple[Path, Index, list[FileReport]], tmp_path: Path
) -> None:
    root, _, reports = run
    said = {Path(one.path).name: one for one in reports if Path(one.path).parent == root}
    (tmp_path / "again").mkdir()
    for name, (status, about) in put_odd_things(tmp_path / "again").items():
        assert said[name].status == status
        assert about in (said[name].reason or "")
