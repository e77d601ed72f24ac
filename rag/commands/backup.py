"""``citewell backup``: a copy of the home that can take its place."""

from __future__ import annotations

from pathlib import Path

from rag.commands.output import print_json
from rag.settings import absolute


def run(home: Path, target: Path, as_json: bool) -> int:
    from index.backup import back_up

    copied = back_up(home, absolute(target))
    if as_json:
        print_json({"schema": "citewell.backup/1", "folder": str(target), "files": copied})
    else:
        files = ", ".join(copied)
        print(f"Backed up {files}. Use it with --home {target}, or put it in the home's place")
    return 0
