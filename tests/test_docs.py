"""What the documents say is run: commands, settings, the example answer, the lock file."""

from __future__ import annotations

import re
from dataclasses import fields
from pathlib import Path

import pytest

from evals.data.own import SHIPPED, load_set
from index.types import Span
from rag.cli import app
from rag.commands.ask import describe
from rag.confidence.calibration import read_calibration
from rag.confidence.calibrations import shipped
from rag.confidence.decision import decide
from rag.confidence.target_error import find_target
from rag.engine import Engine
from rag.reader.kit import load_kit
from rag.settings import Settings

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def test_the_readme_is_short() -> None:
    assert len(README.splitlines()) <= 150


def test_the_readme_names_every_command_and_no_other() -> None:
    commands = {command.name or command.callback.__name__ for command in app.registered_commands}
    named = set(re.findall(r"^\| `citewell (\w+)", README, re.MULTILINE))
    assert named == commands


def test_the_readmes_answer_is_the_real_one(seeds_engine: Engine) -> None:
    shown = re.search(r'\$ citewell ask "([^"]+)"\n(.*?)```', README, re.DOTALL)
    assert shown is not None
    real = describe(seeds_engine.ask(shown[1]))
    *said, sure = shown[2].strip().splitlines()
    assert " ".join(said).split() == " ".join(real.splitlines()[:-1]).split()
    # This reader has no calibration, and the number changes with each that is shipped.
    assert re.fullmatch(r"About \d of 10 such answers are right\.", sure)


def test_the_readmes_target_error_can_be_met() -> None:
    """With the shipped calibration, or the example would answer nothing."""
    shown = re.search(r"`citewell ask QUESTION --max-error ([0-9.]+)`", README)
    assert shown is not None
    kit = load_kit(Settings().reader)
    calibration = read_calibration(shipped(kit.name).read_bytes())
    assert decide(kit.model.threshold, calibration, float(shown[1])).refusal == ""


def test_what_a_target_error_costs_is_what_the_shipped_calibration_says() -> None:
    page = (ROOT / "docs" / "calibration.md").read_text(encoding="utf-8")
    told = re.findall(r"(0\.\d+)(?:\s+answers)?\s+(\d+) %", page)
    calibration = read_calibration(shipped(load_kit(Settings().reader).name).read_bytes())
    costs = [find_target(*calibration.sample(), float(error)) for error, _ in told]
    assert len(told) == 4
    assert [round(100 * one.answered / one.size) for one in costs] == [int(p) for _, p in told]


def test_the_make_targets_are_there() -> None:
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in ("install", "run", "test", "check", "eval", "bench", "train"):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target
    for target in re.findall(r"^\$ make (\w+)", README, re.MULTILINE):
        assert re.search(rf"^{target}:", makefile, re.MULTILINE), target


def test_every_setting_is_documented_with_its_default() -> None:
    page = (ROOT / "docs" / "settings.md").read_text(encoding="utf-8")
    rows = dict(re.findall(r"^\| `(\w+)` \| (.*?) \|", page, re.MULTILINE))
    defaults = {field.name: getattr(Settings(), field.name) for field in fields(Settings)}
    shown = {
        name: f"`{str(value).lower() if isinstance(value, bool) else value}`"
        for name, value in defaults.items()
    }
    shown = {name: '`""`' if value == "``" else value for name, value in shown.items()}
    assert rows == shown


def test_links_between_the_documents_lead_somewhere() -> None:
    for page in (ROOT / "README.md", ROOT / "CONTRIBUTING.md", *(ROOT / "docs").glob("*.md")):
        for link in re.findall(r"\]\(([^)#:]+)\)", page.read_text(encoding="utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


def test_the_lock_file_holds_a_cpu_torch_and_no_cuda() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8").casefold()
    assert "torch==2.13.0\n" in lock
    assert not re.search(r"^(nvidia|triton|cuda)", lock, re.MULTILINE)


@pytest.mark.parametrize("question", load_set(SHIPPED).questions, ids=lambda one: one.id)
def test_what_the_shipped_set_wants_quoted_stands_in_one_sentence(
    question: object, quotable: list[str]
) -> None:
    from evals.metrics import fold
    from evals.types import Question

    assert isinstance(question, Question)
    for group in question.must_quote:
        for alternative in group:
            assert any(fold(alternative) in sentence for sentence in quotable), alternative


@pytest.fixture(scope="module")
def quotable(seeds_engine: Engine) -> list[str]:
    """Every sentence of the seeds that may be quoted, folded."""
    from evals.metrics import fold
    from index.passages.quotable import is_declarative

    snapshot = seeds_engine.index.snapshot()
    found = []
    for passage in snapshot.catalogue.passages(snapshot.version):
        document = snapshot.document(passage.document_id)
        assert document is not None
        spans: tuple[Span, ...] = passage.sentences
        found += [fold(document[span]) for span in spans if is_declarative(document[span])]
    return found
