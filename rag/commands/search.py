"""``citewell search``: the passages nearest to a query."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from rag.commands.codes import DONE, NO
from rag.commands.output import harmless, print_json, printable
from rag.settings import Settings


def run(
    home: Path,
    settings: Settings,
    query: str,
    k: int,
    documents: Sequence[str] | None,
    as_json: bool,
) -> int:
    from rag.engine import Engine

    engine = Engine.open(home, settings)
    try:
        found = engine.search(query, k, {"documents": list(documents)} if documents else None)
    finally:
        engine.close()
    if as_json:
        print_json(found)
    else:
        for hit in found["hits"]:
            where = f"{printable(hit['path'])}, {hit['start_char_index']}–{hit['end_char_index']}"
            where += f", {harmless(hit['columns'])}" if hit["columns"] else ""
            print(f"{hit['rank']}. {where}\n   {harmless(' '.join(hit['text'].split()))}")
        if not found["hits"]:
            print("No passage found.")
    return DONE if found["hits"] else NO
