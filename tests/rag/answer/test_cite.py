from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from index.types import Span
from rag.answer.cite import _inside
from rag.commands.ask import describe
from tests.fakes import FakeEmbedder
from tests.rag.worlds import faults, open_engine, write

FLEET = """# Fleet

| Boat | Built | Berth |
|------|-------|-------|
| Heron | 1987 | B4 |
| Teal | 2003 | A1 |
"""


@pytest.mark.parametrize(
    ("quote", "mark", "kept"),
    [
        ("Teal | 7.8 | 2003", Span(7, 17), Span(7, 10)),
        ("Teal | 7.8 | 2003", Span(13, 17), Span(13, 17)),
        ("Teal     7.8   2003", Span(9, 19), Span(9, 12)),
        ("It was 7.8\n  m.", Span(7, 14), Span(7, 14)),
        ("It was 7.8 m.", Span(7, 12), Span(7, 12)),
        ("It was 7.8 m.", Span(7, 20), None),
        ("It was 7.8 m.", None, None),
    ],
)
def test_a_highlight_lies_in_one_cell(quote: str, mark: Span | None, kept: Span | None) -> None:
    assert _inside(mark, quote) == kept


def test_a_quoted_row_names_its_columns(tmp_path: Path) -> None:
    folder = write(tmp_path / "files", {"fleet.md": FLEET, "note.txt": "The quay is long."})
    with closing(open_engine(tmp_path / "home", FakeEmbedder(), threshold=0.0)) as engine:
        engine.index_paths([folder])
        answer = engine.ask("Which berth has the Teal?")
        prose = engine.ask("How long is the quay?")
        assert faults(engine, answer.to_dict()) == []
    citation = answer.citations[0]
    assert citation.quote == "Teal | 2003 | A1"
    assert (citation.section, citation.columns) == ("table 1, row 3", "Boat | Built | Berth")
    assert "table 1, row 3: Boat | Built | Berth" in describe(answer)
    assert prose.citations[0].columns is None
