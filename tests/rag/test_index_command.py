"""``citewell index --watch`` on a folder in which somebody makes mistakes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest

import index.folder.watch
from index.errors import IndexLayerError, OcrError, WorkerError
from index.folder.survey import Scope
from index.folder.walk import Rules
from index.report import Summary
from rag.commands.index import watch
from tests.index.desk import LIMIT, Desk

MAPS = "Ada Holt keeps the maps."
FERRY = "The ferry left the harbour at nine."


class Following:
    """As much of an engine as the command takes, over a fake embedder."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self.rules = Rules(LIMIT, home=desk.home)

    def index_scopes(self, scopes: Sequence[Scope]) -> Summary:
        reports = self._desk.index.update(scopes, self.rules)
        return Summary(reports, {"documents": 0, "passages": 0})


def test_a_rule_that_is_written_wrong_does_not_end_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path)
    desk.put("a.txt", MAPS)

    def batches(*_: object) -> Iterator[set[Path]]:
        yield {desk.root}
        desk.put(".citewellignore", "[a")
        yield {desk.root}
        yield {desk.put("b.txt", FERRY)}
        desk.put(".citewellignore", "*.md")
        yield {desk.put("c.txt", MAPS + " " + FERRY)}

    monkeypatch.setattr(index.folder.watch, "changes", batches)
    assert watch(Following(desk), [desk.root], as_json=False) == 0  # type: ignore[arg-type]
    said = capsys.readouterr()
    assert said.err.count("line 1 is no rule") == 2
    assert desk.paths() == [["a.txt"], ["b.txt"], ["c.txt"]]


class Breaking(Following):
    """Its programs do not start at first."""

    def __init__(self, desk: Desk, *faults: IndexLayerError) -> None:
        super().__init__(desk)
        self._faults = list(faults)

    def index_scopes(self, scopes: Sequence[Scope]) -> Summary:
        if self._faults:
            raise self._faults.pop()
        return super().index_scopes(scopes)


def test_a_program_that_does_not_start_does_not_end_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path)

    def batches(*_: object) -> Iterator[set[Path]]:
        for name in ("a.txt", "b.txt", "c.txt"):
            yield {desk.put(name, f"{name} says: {FERRY}")}

    monkeypatch.setattr(index.folder.watch, "changes", batches)
    breaking = Breaking(desk, WorkerError("no memory"), OcrError("no tesseract"))
    assert watch(breaking, [desk.root], as_json=False) == 0  # type: ignore[arg-type]
    said = capsys.readouterr().err
    assert said.index("citewell: no tesseract") < said.index("citewell: no memory")
    assert desk.paths() == [["a.txt"], ["b.txt"], ["c.txt"]]
