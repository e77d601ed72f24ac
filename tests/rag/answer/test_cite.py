from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from index.types import Document, Passage, Section, Source, Span
from rag.answer.candidates import Candidate
from rag.answer.cite import to_sentences
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
        ("It was John  Hall | of York.", Span(7, 17), Span(7, 17)),
        ("It was 7.8 m.", Span(7, 20), None),
        ("It was 7.8 m.", None, None),
    ],
)
def test_a_highlight_lies_in_the_quote(quote: str, mark: Span | None, kept: Span | None) -> None:
    whole = Span(0, len(quote))
    document = Document(
        "d",
        (Source("r", "a.txt"),),
        "a",
        "text/plain",
        quote,
        (Section(whole, "text"),),
        None,
        "",
        "",
    )
    passage = Passage(1, "d", whole, (whole,), (), None, 5)
    (sentence,), _ = to_sentences([Candidate(document, passage, whole, 1.0, 1.0, mark)], 0.5)
    assert sentence.highlight == kept


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
