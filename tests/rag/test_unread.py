"""Pages that gave no text are said where they matter: in the status, and with a refusal."""

from __future__ import annotations

from pathlib import Path

import pytest

from rag.commands.status import run
from rag.engine import Engine
from rag.settings import Settings
from tests.fakes import FakeEmbedder
from tests.index.readers.made_pdf import Page, lines, pdf
from tests.rag.worlds import open_engine, write

TEXT = ["The ferry left the harbour at nine.", "It came back at ten with all on board."]
MIXED = pdf([Page(lines(50, 700, TEXT)), Page(has_picture=True), Page(has_picture=True)])
SCAN = pdf([Page(has_picture=True)])


@pytest.fixture
def engine(tmp_path: Path) -> Engine:
    docs = write(tmp_path / "docs", {"a.txt": TEXT[0], "mixed.pdf": MIXED, "scan.pdf": SCAN})
    engine = open_engine(tmp_path / "home", FakeEmbedder(), threshold=1.0)
    engine.index_paths([docs])
    return engine


def test_the_status_names_what_was_not_read(
    engine: Engine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert engine.status()["partly_read"] == [
        {"path": "mixed.pdf", "unit": "page", "total": 3, "unread": [2, 3], "recognised": []},
        {"path": "scan.pdf", "unit": "page", "total": 1, "unread": [1], "recognised": []},
    ]
    assert run(tmp_path / "home", Settings(reader="similarity"), as_json=False) == 0
    said = capsys.readouterr().out
    assert "Unread    mixed.pdf: 2 of 3 pages gave no text (2, 3)" in said
    assert "Unread    scan.pdf: 1 of 1 page gave no text (1)" in said


def test_a_refusal_warns_that_the_answer_may_stand_there(engine: Engine) -> None:
    answer = engine.ask("Who keeps the maps?")
    assert answer.status == "no_answer"
    (warning,) = [one for one in answer.warnings if "may stand there" in one]
    assert "mixed.pdf (2 of 3 pages), scan.pdf (1 of 1 page)" in warning


def test_what_is_known_of_a_document_is_told(engine: Engine) -> None:
    by_path = {one["path"]: one for one in engine.documents()["documents"]}
    assert by_path["scan.pdf"]["passages"] == 0
    assert by_path["mixed.pdf"]["coverage"] == {
        "unit": "page", "total": 3, "unread": [2, 3], "recognised": [],
    }  # fmt: skip
    assert by_path["a.txt"]["coverage"] is None
    assert by_path["a.txt"]["language"] is None  # too short to be told


def test_nothing_is_said_of_what_is_not_indexed_any_more(engine: Engine, tmp_path: Path) -> None:
    for name in ("mixed.pdf", "scan.pdf"):
        (tmp_path / "docs" / name).unlink()
    engine.index_paths([tmp_path / "docs"])
    assert engine.status()["partly_read"] == []
    assert not [one for one in engine.ask("Who keeps the maps?").warnings if "stand there" in one]
