"""``python -m rag.training.calibrate SQUAD_JSON``: the calibration that ships with a reader.

Of the training part of SQuAD 2.0 only the articles that were set aside for this are asked
and indexed: nothing was fitted on them before. Each question is asked in other words too.
"""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import replace
from pathlib import Path

from evals.ask.squad import ask_squad
from evals.calibrate import fit_on, write
from evals.calibrate_report import describe
from evals.data.files import text_sha256
from evals.data.squad import load_squad
from evals.types import EvalError, EvalSet, Job, Question
from rag.confidence.calibrations import shipped
from rag.engine import Engine
from rag.settings import load_settings
from rag.training.pairs.corpora import CALIBRATION, group_key
from rag.training.pairs.restated import read_restated, with_restated


def main() -> None:
    from rich.console import Console

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("squad", type=Path, help="the training part of SQuAD 2.0")
    parser.add_argument("--reader", help="calibrate this one and not that of the settings")
    parser.add_argument("--home", type=Path, help="keep texts and index here for the next run")
    parser.add_argument("--out", type=Path, help="write here and not into the package")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="citewell-calibrate-") as temporary:
        folder = asked.home or Path(temporary)
        settings = load_settings(folder, {"reader": asked.reader})
        squad = with_restated(load_squad(asked.squad), "squad2", read_restated())
        fitted = fit_on(job_of(squad), folder, settings, Engine.open)
    fitted = write(fitted, asked.out or shipped(settings.reader))
    Console().print(describe(fitted))
    print(f"Written to {fitted.path}")


def job_of(squad: EvalSet[Question]) -> Job[Question]:
    """The questions of the articles set aside, and their paragraphs. Raises EvalError."""
    questions = tuple(
        one for one in squad.questions if one.group and group_key(one.group) in CALIBRATION
    )
    if not questions:
        raise EvalError(f"{squad.info.name} holds no article that was set aside for calibration")
    articles = sorted({str(one.group) for one in questions})
    wanted = {one.text_sha256 for one in questions}
    texts = {path: text for path, text in squad.texts.items() if text_sha256(text) in wanted}
    info = replace(squad.info, name=f"{squad.info.name}: {', '.join(articles)}")
    return Job(info, questions, ask_squad, texts)


if __name__ == "__main__":
    main()
