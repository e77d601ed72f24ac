"""``citewell rm``: documents out of the index, their files left alone."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.commands.output import print_json, printable
from rag.settings import Settings


def run(home: Path, settings: Settings, names: Sequence[str], as_json: bool) -> int:
    from rag.home import Home

    engine = Home.open(home, settings)
    try:
        done = engine.remove(names)
    finally:
        engine.close()
    if as_json:
        print_json(done, indent=1)
        return 0
    for one in done["removed"]:
        kept = "; the file is excluded until 'citewell index --include'" if one["excluded"] else ""
        print(f"Removed {printable(one['path'])}{kept}")
    return 0
