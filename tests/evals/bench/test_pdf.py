"""The figures of the bench of PDFs, on files and times whose answer is known."""

from __future__ import annotations

from pathlib import Path

from evals.bench.pdf import cycled, page_count, plain, readable, report, seconds
from tests.index.readers.made_pdf import Page, lines, pdf

TWO = pdf([Page(lines(50, 700, ["The ferry is here."])), Page(lines(50, 700, ["It left."]))])


def test_files_come_again_in_their_order() -> None:
    assert cycled([b"a", b"b", b"c"], 5) == [b"a", b"b", b"c", b"a", b"b"]


def test_only_pdfs_that_can_be_read_are_taken(tmp_path: Path) -> None:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "two.PDF").write_bytes(TWO)
    (tmp_path / "cut.pdf").write_bytes(TWO[:100])
    (tmp_path / "two.txt").write_bytes(TWO)
    assert readable(tmp_path) == [TWO]


def test_the_reference_reads_every_page() -> None:
    assert page_count(TWO) == 2
    assert plain(TWO) == "The ferry is here.\nIt left."


def test_each_way_gets_each_file_before_the_next_one_does() -> None:
    seen: list[tuple[str, bytes]] = []
    ways = [lambda data, name=name: seen.append((name, data)) for name in "ab"]
    assert len(seconds([b"1", b"2"], ways)) == 2
    assert seen == [("a", b"1"), ("b", b"1"), ("a", b"2"), ("b", b"2")]


def test_ratios_are_medians_over_the_rounds() -> None:
    rounds = [[1.0, 4.0, 8.0], [2.0, 10.0, 10.0], [1.0, 6.0, 9.0]]
    shown = [line.split() for line in report(rounds, 100)]
    assert [row[-1] for row in shown[3:]] == ["5.00", "8.00", "1.50"]
    assert "100.0 pages/s" in " ".join(shown[0])
    assert "(50.0 to 100.0; 10.0 ms a page)" in " ".join(shown[0])
