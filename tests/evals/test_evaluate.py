"""From options to exit code, over the fake engine."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from evals.bootstrap import mean_interval
from evals.compare import load_baseline
from evals.corpus import lay_out
from evals.evaluate import Options, evaluate
from evals.presence import missing_groups
from evals.report import show, summarise, tables
from evals.types import EvalError, Outcome, Question, SetInfo
from rag.commands.eval import run
from rag.settings import Settings
from rag.types import Answer, Json
from tests.evals.fake_engine import FakeEngine, opener
from tests.evals.made import (
    beir_folder,
    clapnq_folder,
    lines,
    mtrag_folder,
    qmsum_folder,
    squad_file,
)

PLACES = ["Assam", "Darjeeling", "Ceylon", "Kenya", "Japan", "Nepal", "Rize", "Sochi"]
TEXTS = {f"{place}.txt": f"Tea from {place} costs {i}1 euro." for i, place in enumerate(PLACES)}
ROWS = [
    {
        "id": place,
        "question": f"Tea from {place} costs",
        "answerable": True,
        "must_quote": [[f"{i}1 euro"]],
        "kind": "price",
    }
    for i, place in enumerate(PLACES)
] + [{"id": "no", "question": "Who drinks coffee?", "answerable": False, "kind": "absent"}]


class Forgetful(FakeEngine):
    """Never answers."""

    def ask(self, question: str, **rest: Any) -> Answer:  # noqa: ARG002
        return super().ask("Nothing like it", **rest)


class Careless(FakeEngine):
    """Cites documents that it does not hold."""

    def document(self, id: str) -> None:  # noqa: ARG002
        return None


class Case:
    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.set = lines(folder / "teas.jsonl", *ROWS)
        self.capsys = capsys

    def run(self, engine: FakeEngine | None = None, **options: Any) -> tuple[int, str, str]:
        engine = engine or FakeEngine(TEXTS)
        options = {"home": self.folder / "home", "set_path": self.set} | options
        home = options.pop("home")
        code = run(home, Settings(), open_engine=opener(engine), **options)
        out, err = self.capsys.readouterr()
        return code, out, err


@pytest.fixture
def case(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Case:
    return Case(tmp_path, capsys)


def test_the_json_holds_the_figures(case: Case) -> None:
    code, out, _ = case.run(as_json=True)
    report = json.loads(out)
    assert code == 0
    assert (report["schema"], report["holds"]) == ("citewell.eval/1", True)
    assert report["set"]["questions"] == len(report["outcomes"]) == 9
    measures = report["measures"]["all"]
    assert measures["right"] == mean_interval([1.0] * 8).to_dict()
    assert measures["refused"] == mean_interval([1.0]).to_dict()
    assert measures["answer AUROC"]["value"] == 1
    assert measures["ms median"]["n"] == 9
    assert report["measures"]["by_kind"].keys() == {"price", "absent"}
    assert "right" not in report["measures"]["by_kind"]["absent"]


def test_the_table_shows_the_figures_by_kind(case: Case) -> None:
    code, out, _ = case.run()
    assert code == 0
    rows = [line.split() for line in out.splitlines()]
    assert ["right", "1.000", "1.000–1.000", "8"] in rows
    assert any(row[:4] == ["price", "8", "1.00", "–"] for row in rows)
    assert any(row[:4] == ["absent", "1", "–", "1.00"] for row in rows)
    assert "Citations that do not hold: 0." in out


def test_a_citation_that_does_not_hold_is_exit_1(case: Case) -> None:
    code, out, _ = case.run(Careless(TEXTS))
    assert code == 1
    assert "Citations that do not hold: 8." in out
    assert "- Assam: citation 1: document doc-0 is not in the index" in out


def test_a_loss_against_the_baseline_is_exit_1_and_a_gain_is_not(case: Case) -> None:
    good, bad = case.folder / "good.json", case.folder / "bad.json"
    assert case.run(out=good)[0] == 0
    code, out, _ = case.run(Forgetful(TEXTS), baseline=good, out=bad)
    assert code == 1
    assert "lost beyond noise: right" in " ".join(out.split())
    written = json.loads(bad.read_text())
    assert (written["lost"], written["holds"]) == (["right", "answer@1"], False)
    assert written["comparison"]["right"] == {"value": -1.0, "low": -1.0, "high": -1.0, "n": 8}
    assert case.run(baseline=good)[0] == 0
    code, out, _ = case.run(baseline=bad)
    assert code == 0
    assert "no loss beyond noise (right +1.000" in " ".join(out.split())


def test_a_loss_within_noise_is_exit_0(case: Case) -> None:
    good = case.folder / "good.json"
    case.run(out=good)
    texts = TEXTS | {"Assam.txt": "Rice from Assam is cheap."}
    code, out, _ = case.run(FakeEngine(texts), baseline=good, as_json=True)
    change = json.loads(out)["comparison"]["right"]
    assert (code, change["value"], change["high"]) == (0, -0.125, 0)


def spoiled(case: Case, how: str) -> Path:
    path = case.folder / "baseline.json"
    case.run(out=path)
    row: Json = json.loads(path.read_text())
    if how == "schema":
        row["schema"] = "citewell.answer/1"
    elif how == "set":
        row["set"]["sha256"] = "0"
    elif how == "ids":
        del row["outcomes"][0]
    elif how == "values":
        row["outcomes"][0]["values"]["right"] = float("nan")
    path.write_text("{" if how == "syntax" else json.dumps(row))
    return path


@pytest.mark.parametrize(
    ("how", "says"),
    [
        ("syntax", "is not JSON"),
        ("schema", '"schema" is "citewell.answer/1"'),
        ("set", "was made with other questions than these of teas"),
        ("ids", "make a new baseline with --out"),
        ("values", '"right" of "Assam" is no number'),
    ],
)
def test_a_baseline_that_cannot_be_used_is_exit_2_before_any_question(
    case: Case, how: str, says: str
) -> None:
    engine = FakeEngine(TEXTS)
    code, _, err = case.run(engine, baseline=spoiled(case, how))
    assert code == 2
    assert says in err
    assert engine.asked == []


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ({"baseline": Path("none.json")}, "none.json does not exist"),
        ({"set_path": Path("none.jsonl")}, "none.jsonl does not exist"),
        ({"out": Path("no/such/folder/x.json")}, "change --out"),
        ({"limit": 0}, "--limit is 0"),
        ({"dataset": "msmarco"}, "it can be squad, clapnq, beir, qmsum or mtrag"),
        ({"dataset": "squad", "set_path": None}, "needs a kind and a path"),
        ({"home": None}, "--home"),
    ],
)
def test_wrong_use_is_exit_2(case: Case, options: dict[str, Any], says: str) -> None:
    code, out, err = case.run(**options)
    assert (code, out) == (2, "")
    assert says in err


def test_an_empty_index_is_said_and_the_engine_closed(case: Case) -> None:
    engine = FakeEngine()
    code, _, err = case.run(engine)
    assert (code, engine.closed) == (2, True)
    assert "holds no documents" in err


@pytest.mark.parametrize("options", [{}, {"set_path": None}, {"calibrate": True}])
def test_a_set_about_other_documents_is_refused_before_any_question(
    case: Case, options: dict[str, Any]
) -> None:
    engine = FakeEngine({"a.txt": "The mill in Arvika grinds oats.", "b.txt": "It rains."})
    code, out, err = case.run(engine, **options)
    assert (code, out, engine.asked, engine.closed) == (2, "", [], True)
    assert f"the set {'seeds' if 'set_path' in options else 'teas'} wants quoted" in err
    assert "citewell index PATH" in err
    assert "citewell eval SET" in err


def test_quotes_that_stand_in_no_document_are_counted(case: Case) -> None:
    code, out, _ = case.run(FakeEngine(TEXTS), as_json=True)
    assert (code, json.loads(out)["notes"]) == (0, [])
    texts = {name: text for name, text in TEXTS.items() if name in ("Assam.txt", "Rize.txt")}
    code, out, _ = case.run(FakeEngine(texts))
    assert code == 0
    assert "6 of 8 answerable questions cannot be right" in " ".join(out.split())
    nobody = lines(case.folder / "nobody.jsonl", ROWS[-1])  # it wants nothing quoted
    assert case.run(FakeEngine(TEXTS), set_path=nobody)[0] == 0


def test_a_quote_is_found_in_any_text_as_an_answer_would_be_judged() -> None:
    asked = [
        Question("a", "?", True, (("gone", "the  OLD\nmill"), ("red barn",))),
        Question("b", "?", True, (("red barn",),)),
        Question("c", "?", False),
    ]
    read: list[str] = []

    def texts(*all_of_them: str) -> Iterator[str]:
        for text in all_of_them:
            read.append(text)
            yield text

    assert missing_groups(asked, ["By the old mill.", "A red\tbarn."]) == frozenset()
    assert missing_groups(asked, ["By the old mill.", "A red", "barn."]) == {("red barn",)}
    assert missing_groups(asked, texts("Old Mill: the old mill, red barn", "more")) == frozenset()
    assert read == ["Old Mill: the old mill, red barn"]  # no more than is needed


@pytest.mark.parametrize("columns", ["80", "40"])
def test_no_column_is_cut_whatever_the_terminal(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], columns: str
) -> None:
    monkeypatch.setenv("COLUMNS", columns)
    shares = dict.fromkeys(("right", "refused", "precision", "recall@5", "MRR"), 0.5)
    values = shares | {"quotes": 12.25, "ms": 14872.0}
    long = "a_kind_with_a_name_longer_than_others"
    outcomes = [
        Outcome(f"{kind}{n}", kind, None, True, values | {"right": float(n % 2)})
        for kind in ("fact", long)
        for n in range(3)
    ]
    show(tables(summarise(SetInfo("wide", "own", ""), outcomes, {})))
    by_kind = capsys.readouterr().out.partition("by kind")[2]
    rows = [line.split() for line in by_kind.splitlines()]
    heads = ["kind", "n", "right", "refused", "precision", "recall@5", "MRR", "quotes", "ms"]
    assert heads in rows
    assert ["fact", "3", "0.33", "0.50", "0.50", "0.50", "0.50", "12.25", "14872"] in rows
    assert long in "".join(row[0] for row in rows if row)
    assert max(len(line.rstrip()) for line in by_kind.splitlines()) <= 80


def test_limit_draws_the_same_questions_again(case: Case) -> None:
    one, two = FakeEngine(TEXTS), FakeEngine(TEXTS)
    case.run(one, limit=3, seed=5)
    case.run(two, limit=3, seed=5)
    assert one.asked == two.asked
    assert len(one.asked) == 3


def test_squad_from_file_to_figures(case: Case) -> None:
    path = squad_file(case.folder / "dev.json")
    options = {"home": None, "dataset": "squad", "set_path": path, "as_json": True}
    code, out, _ = case.run(FakeEngine(), **options)
    report = json.loads(out)
    values = {outcome["id"]: outcome["values"] for outcome in report["outcomes"]}
    assert code == 0
    assert values["a"]["answer@1"] == values["a"]["cosine@1"] == 1  # "40", not the 140 beside it
    assert values["b"]["refused"] == 1
    assert {"answer AUROC", "cosine AUROC"} <= report["measures"]["all"].keys()
    assert report["notes"] == []


def report_of(case: Case, dataset: str, path: Path) -> Json:
    engine = FakeEngine()
    code, out, _ = case.run(engine, home=None, dataset=dataset, set_path=path, as_json=True)
    assert (code, engine.closed) == (0, True)
    report: Json = json.loads(out)
    return report


def test_clapnq_from_files_to_figures(case: Case) -> None:
    report = report_of(case, "clapnq", clapnq_folder(case.folder / "dev"))
    assert report["index"]["documents"] == 2
    figures = {name: figure["value"] for name, figure in report["measures"]["all"].items()}
    # "It has no  air ." is cited: all that the first annotator selected, half of the second's
    assert (figures["right"], figures["refused"]) == (1, 1)
    assert (figures["sentence precision"], figures["sentence F1"]) == (1, 1)
    assert figures["whole passage F1"] == pytest.approx(2 * (2 / 3) / (2 / 3 + 1))


def test_qmsum_from_files_to_figures(case: Case) -> None:
    report = report_of(case, "qmsum", qmsum_folder(case.folder / "meetings"))
    assert report["set"]["split"] == "committees"
    assert [one["id"] for one in report["outcomes"]][:2] == ["covid_1:0", "covid_1:1"]
    assert {"right", "dense turn@5", "fused minus dense"} <= report["measures"]["all"].keys()
    assert set(report["measures"]["by_kind"]) == {"question", "summary"}


def test_mtrag_from_files_to_figures(case: Case) -> None:
    report = report_of(case, "mtrag", mtrag_folder(case.folder / "human"))
    assert report["index"]["documents"] == 2
    assert report["measures"]["all"]["fused rewrite recall@10"]["value"] == 1
    assert "2 passages" in report["notes"][0]
    _, out, _ = case.run(FakeEngine(), home=None, dataset="mtrag", set_path=case.folder / "human")
    assert "Citations that do not hold" not in out  # none is asked for


def test_the_page_is_written_beside_what_is_printed(case: Case) -> None:
    page = case.folder / "page.html"
    code, out, _ = case.run(html=page)
    assert code == 0
    assert "coverage@10%wrong" in out
    assert "ECE" in out
    html = page.read_text(encoding="utf-8")
    assert "<h2>teas</h2>" in html
    assert html.count("<svg") == 2
    for options, says in (
        ({"html": Path("no/such/x.html")}, "change --html"),
        ({"html": page, "calibrate": True}, "does not go with --calibrate"),
    ):
        code, _, err = case.run(**options)
        assert code == 2
        assert says in err


def test_texts_that_were_not_indexed_are_said(case: Case) -> None:
    class Picky(FakeEngine):
        def add(self, path: str, text: str) -> None:
            if "Snow" not in text:
                super().add(path, text)

    folder = beir_folder(case.folder / "weather")
    _, out, _ = case.run(Picky(), home=None, dataset="beir", set_path=folder)
    assert "1 of 2 texts were indexed." in out


def test_beir_in_a_home_that_is_kept(case: Case) -> None:
    folder, home = beir_folder(case.folder / "weather"), case.folder / "kept"
    for _ in range(2):
        code, out, _ = case.run(FakeEngine(), home=home, dataset="beir", set_path=folder)
        assert code == 0
        assert ["dense", "nDCG@10", "1.000", "1.000–1.000", "1"] in [
            line.split() for line in out.splitlines()
        ]
    assert (home / "texts" / "1.txt").read_text() == "Rain\n\nRain falls."


def test_texts_are_written_once_byte_for_byte(tmp_path: Path) -> None:
    texts = {"a/1.txt": "one\r\n🍵", "a/2.txt": "two"}
    home, folder = lay_out(tmp_path / "new", texts)
    assert (folder / "a/1.txt").read_bytes() == "one\r\n🍵".encode()
    assert not home.exists()
    before = (folder / "a/1.txt").stat().st_mtime_ns
    (folder / "a/2.txt").write_text("t")  # as if cut short
    assert lay_out(tmp_path / "new", texts) == (home, folder)
    assert (folder / "a/1.txt").stat().st_mtime_ns == before
    assert (folder / "a/2.txt").read_text() == "two"


def test_texts_go_into_no_folder_that_serves_something_else(tmp_path: Path) -> None:
    lay_out(tmp_path / "kept", {"1.txt": "one"})
    with pytest.raises(EvalError, match="holds another data set"):
        lay_out(tmp_path / "kept", {"1.txt": "uno"})
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "letter.txt").write_text("Dear …")
    with pytest.raises(EvalError, match="is not empty"):
        lay_out(tmp_path / "mine", {"1.txt": "one"})
    with pytest.raises(EvalError, match="cannot be used"):
        lay_out(tmp_path / "mine" / "letter.txt", {"1.txt": "one"})


def test_a_report_is_a_baseline_for_its_own_set(case: Case) -> None:
    out = case.folder / "out.json"
    options = Options(path=case.set, out=out)
    report = evaluate(options, case.folder, Settings(), opener(FakeEngine(TEXTS)))
    ids = frozenset(outcome.id for outcome in report.outcomes)
    assert load_baseline(out, report.info, ids) == {o.id: o.values for o in report.outcomes}
    with pytest.raises(EvalError, match="other questions"):
        load_baseline(out, SetInfo("teas", "squad", report.info.sha256), ids)
