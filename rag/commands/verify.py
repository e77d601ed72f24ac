"""``citewell verify``: whether the citations of a saved answer hold."""

from __future__ import annotations

from pathlib import Path

from rag.commands.codes import DONE, NO
from rag.commands.input import read_json
from rag.commands.output import harmless, print_json
from rag.settings import Settings


def run(home: Path, settings: Settings, file: Path, as_json: bool) -> int:
    from rag.engine import Engine

    answer = read_json(file)
    engine = Engine.open(home, settings)
    try:
        report = engine.verify(answer)
    finally:
        engine.close()
    if as_json:
        print_json(report)
    else:
        for verdict in report["citations"]:
            changed = "; the original file has changed" if verdict["file_changed"] else ""
            message = harmless(verdict["message"])
            print(f"[{verdict['number']}] {verdict['status']}: {message}{changed}")
        for problem in report["problems"]:
            print(f"problem: {problem}")
        print("All citations hold." if report["holds"] else "Not all of it holds.")
    return DONE if report["holds"] else NO
