"""CSV: rows as a person counts them in a spreadsheet, whatever sets their cells apart."""

from __future__ import annotations

import pytest

from index.errors import ReadError
from index.passages.outline import contexts
from index.readers.csv_rows import read
from index.readers.office import grid
from index.types import Parsed


def rows(parsed: Parsed) -> list[tuple[str, str]]:
    return [
        (one.span.of(parsed.text), one.title)
        for one, _ in contexts(parsed.sections, parsed.text)
        if one.kind == "row"
    ]


@pytest.mark.parametrize(
    "data",
    [
        b"Name,Age\nAda,36\nBo,40\n",
        b"Name;Age\r\nAda;36\r\nBo;40",
        b"Name\tAge\nAda\t36\nBo\t40\n",
        b"Name|Age\nAda|36\nBo|40\n",
        b"sep=;\nName;Age\nAda;36\nBo;40\n",
        b"\xef\xbb\xbfName,Age\nAda,36\nBo,40\n",
        b'"Name", "Age"\n"Ada", "36"\n"Bo", "40"\n',
        b"Name,Age\r\r\nAda,36\r\r\nBo,40\r\r\n",
        "Name;Age\nAda;36\nBo;40\n".encode("utf-16"),
        b"Name,Age,\nAda,36,\nBo,40,,,\n",
    ],
)
def test_the_same_table_written_in_many_ways(data: bytes) -> None:
    parsed = read(data, "ages.csv")
    assert rows(parsed) == [("Ada | 36", "row 2"), ("Bo | 40", "row 3")]
    assert [one.title for one in parsed.sections if one.kind == "heading"] == ["Name | Age"]
    assert (parsed.title, parsed.date) == ("ages", None)


def test_commas_in_numbers_are_no_delimiters() -> None:
    assert rows(read(b"1,5;2,5\n3,5;4,5\n", "x.csv")) == [
        ("1,5 | 2,5", "row 1"),
        ("3,5 | 4,5", "row 2"),
    ]


def test_line_ends_in_quotes_empty_rows_and_ragged_rows() -> None:
    data = b'Name,Says\nAda,"One\ntwo, three"\n\nDi,none\nBo\nCy,"a ""b""",more\n'
    assert rows(read(data, "x.csv")) == [
        ("Ada | One two, three", "row 2"),
        ("Di | none", "row 4"),
        ("Bo", "row 5"),
        ('Cy | a "b" | more', "row 6"),
    ]


def test_without_names_each_row_is_one() -> None:
    assert rows(read(b"1,2\n3,4\n", "x.csv")) == [("1 | 2", "row 1"), ("3 | 4", "row 2")]


def test_one_column_of_entries_and_of_prose() -> None:
    parsed = read(b"Ada\nBo\nThe ferry sank in May. Nobody drowned.\n", "x.csv")
    assert rows(parsed) == [("Ada", "row 1"), ("Bo", "row 2")]
    assert parsed.sections[-1].kind == "text"


def test_a_title_above_the_columns_heads_them() -> None:
    parsed = read(b"Ships of the line,\n,\nName,Built\nVega,1903\n", "x.csv")
    ((_, over),) = contexts(parsed.sections, parsed.text)
    assert over == ("Ships of the line", "Name | Built")


def test_a_quote_that_is_never_closed_takes_nothing_in() -> None:
    parsed = read(b'Name,Size\nPipe,"5\nRope,7\nTar,8\n', "x.csv")
    assert [title for _, title in rows(parsed)] == ["row 2", "row 3", "row 4"]
    assert any("not closed" in one for one in parsed.warnings)


def test_encoding_is_found_and_said() -> None:
    parsed = read("名前,年齢\n佐藤太郎,30\n三木英子,25\n".encode("cp932"), "x.csv")
    assert ("佐藤太郎 | 30", "row 2") in rows(parsed)
    assert parsed.warnings


def test_a_million_rows_are_cut_and_it_is_said() -> None:
    data = b"n,m\n" + b"".join(b"%d,x\n" % i for i in range(grid.MAX_ROWS + 50_000))
    parsed = read(data, "x.csv")
    assert len(rows(parsed)) == grid.MAX_ROWS - 1
    assert any("up to row 100,000 only" in one for one in parsed.warnings)


def test_a_cell_of_any_length() -> None:
    assert len(read(b"a,b\nc," + b"x" * 200_000, "x.csv").text) > 200_000
    with pytest.raises(ReadError, match="million"):
        read(b"x" * (grid.MAX_CHARACTERS + 1), "x.csv")


def test_places_lead_to_rows() -> None:
    parsed = read(b"Name,Age\nAda,36\n", "x.csv")
    assert [one.label for one in parsed.origins] == ["row 1", "row 2"]
