"""``citewell verify``: whether the citations of a saved answer hold."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from rag.errors import QuestionError
from rag.settings import Settings


def run(home: Path, settings: Settings, file: Path, as_json: bool) -> int:
    from rag.engine import Engine

    try:
        text = sys.stdin.read() if str(file) == "-" else file.read_text(encoding="utf-8-sig")
        answer = json.loads(text)
    except (OSError, ValueError, RecursionError) as error:
        raise QuestionError(
            f"{file} cannot be read as an answer ({error}): "
            "save what 'citewell ask --json' prints and verify that"
        ) from error
    engine = Engine.open(home, settings)
    try:
        report = engine.verify(answer)
    finally:
        engine.close()
    if as_json:
        print(json.dumps(report, ensure_ascii=False))
    else:
        for verdict in report["citations"]:
            changed = "; the original file has changed" if verdict["file_changed"] else ""
            print(f"[{verdict['number']}] {verdict['status']}: {verdict['message']}{changed}")
        for problem in report["problems"]:
            print(f"problem: {problem}")
        print("All citations hold." if report["holds"] else "Not all of it holds.")
    return 0 if report["holds"] else 1
