from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from evals.data.squad import load_squad
from evals.types import EvalError
from rag.training.calibrate import job_of


def article(title: str, *contexts: str) -> dict[str, Any]:
    asked = [
        {"id": f"{title} {n}", "question": "What?", "answers": [{"text": text.split()[0]}]}
        for n, text in enumerate(contexts)
    ]
    paragraphs = [
        {"context": text, "qas": [one]} for text, one in zip(contexts, asked, strict=True)
    ]
    return {"title": title, "paragraphs": paragraphs}


def squad(folder: Path, *articles: dict[str, Any]) -> Path:
    path = folder / "train-small.json"
    path.write_text(json.dumps({"data": articles}))
    return path


def test_only_what_was_set_aside_is_asked_and_indexed(tmp_path: Path) -> None:
    path = squad(
        tmp_path,
        article("Oxygen", "Oxygen is a gas.", "Air holds it."),
        article("Boats", "Boats float."),
        article("Southern_California", "Deserts lie there."),
    )
    job = job_of(load_squad(path))
    assert job.info.name == "train-small: Oxygen, Southern_California"
    assert [one.id for one in job.questions] == ["Oxygen 0", "Oxygen 1", "Southern_California 0"]
    assert sorted(job.texts.values()) == ["Air holds it.", "Deserts lie there.", "Oxygen is a gas."]


def test_a_set_without_them_is_refused(tmp_path: Path) -> None:
    with pytest.raises(EvalError, match="no article that was set aside"):
        job_of(load_squad(squad(tmp_path, article("Boats", "Boats float."))))
