"""Every set of a folder in one run and one page, over the fake engine."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, cast

import pytest

from evals.full_report import SETS, SHIPPED, plan, reports, run
from evals.types import EvalError
from rag.settings import Settings
from tests.evals.fake_engine import FakeEngine
from tests.evals.made import (
    DATA,
    beir_folder,
    clapnq_folder,
    mtrag_folder,
    needs_data,
    qmsum_folder,
    squad_file,
)

if TYPE_CHECKING:
    from rag.engine import Engine


class Opener:
    """A new engine for each home; the same one where a home is opened again."""

    def __init__(self) -> None:
        self.engines: dict[Path, FakeEngine] = {}

    def __call__(self, home: Path, settings: Settings) -> Engine:
        assert settings == Settings()
        return cast("Engine", self.engines.setdefault(home, FakeEngine()))


@pytest.fixture
def shared(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    (folder / "squad").mkdir(parents=True)
    squad_file(folder / "squad" / "dev-v2.0-part.json")
    clapnq_folder(folder / "clapnq")
    beir_folder(folder / "scifact")
    qmsum_folder(folder / "qmsum")
    mtrag_folder(folder / "mtrag")
    return folder


def test_one_run_makes_one_page_of_all_sets(
    shared: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("evals.full_report.SHIPPED", SHIPPED[:1])  # the fake knows the seeds
    out, opener = tmp_path / "reports" / "all.html", Opener()
    code = run(shared, out, limit=12, open_engine=opener)
    html, printed = out.read_text(encoding="utf-8"), capsys.readouterr().out
    assert code == 0
    assert f"Written to {out}" in printed
    for name in ("dev-v2.0-part", "clapnq", "scifact", "qmsum", "human_subset", "seeds"):
        assert f"<h2>{name}</h2>" in html
        assert f"{name}: " in printed
    assert "at most 12 questions a set" in html
    assert [home.name for home in opener.engines] == [
        "index", "index", "index", "index", "index", "own"
    ]  # fmt: skip
    assert all(engine.closed for engine in opener.engines.values())


def test_what_is_not_there_is_left_out_and_that_is_said(shared: Path, tmp_path: Path) -> None:
    (shared / "squad" / "dev-v2.0-part.json").unlink()
    nowhere = tmp_path / "nowhere"
    planned, missing = plan(shared, shipped=[("own", None, nowhere), ("prose", nowhere, nowhere)])
    assert [one.kind for one in planned] == ["clapnq", "beir", "qmsum", "mtrag"]
    assert "squad/dev-v2.0-part.json" in missing[0]
    assert len(missing) == 3


def test_a_broken_set_stops_the_run_before_any_question(shared: Path, tmp_path: Path) -> None:
    opener = Opener()
    (shared / "mtrag" / "human_subset.json").write_text("{")
    planned, _ = plan(shared)
    with pytest.raises(EvalError, match="is not JSON"):
        list(reports(planned, tmp_path / "homes", opener))
    assert opener.engines == {}
    assert run(shared, tmp_path / "all.html", open_engine=opener) == 2


@needs_data
def test_the_data_has_every_set() -> None:
    planned, missing = plan(DATA)
    assert (len(planned), missing) == (len(SETS) + len(SHIPPED), [])


@pytest.mark.parametrize(("about", "folder"), [one[1:] for one in SHIPPED[1:]])
def test_what_a_shipped_set_wants_quoted_stands_in_its_documents(about: Path, folder: Path) -> None:
    questions = [json.loads(line) for line in about.read_text(encoding="utf-8").splitlines()]
    assert len({one["id"] for one in questions}) == len(questions) > 100
    assert all(bool(one.get("must_quote")) == one["answerable"] for one in questions)
    if folder.name == "prose":  # tables are in files that are no text
        texts = "\n".join(file.read_text(encoding="utf-8") for file in folder.iterdir())
        wanted = [
            quote for one in questions for group in one.get("must_quote", []) for quote in group
        ]
        assert [quote for quote in wanted if quote not in texts] == []


def test_the_kinds_are_known() -> None:
    from evals.jobs import DATASETS

    assert json.dumps([kind for kind, _, _ in SETS]) == json.dumps(list(DATASETS))
