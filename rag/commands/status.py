"""``citewell status``: what is indexed, said without loading a model."""

from __future__ import annotations

from pathlib import Path

from rag.answer.describe import counted
from rag.commands.output import print_json, printable
from rag.settings import Settings
from rag.types import Json

NAMED = 10  # pages


def run(home: Path, settings: Settings, as_json: bool) -> int:
    from rag.home import Home

    engine = Home.open(home, settings)
    try:
        status = engine.status()
    finally:
        engine.close()
    if as_json:
        print_json(status, indent=1)
        return 0
    index = status["index"]
    print(f"Home      {status['home']}")
    counts = [counted(index[f"{one}s"], one) for one in ("document", "passage")]
    print(f"Index     {', '.join(counts)}")
    print(f"Version   {index['version']}, fingerprint {index['fingerprint'] or 'none yet'}")
    print(f"Embedder  {status['embedder']}")
    print(f"Reader    {status['reader']}, fitted on {status['fitted_on']}")
    print(f"Chances   {_calibration(status['calibration'])}")
    print(f"Mode      {status['mode']}{', an LLM is set' if status['llm'] else ''}")
    for root in status["roots"]:
        print(f"Root      {printable(root)}")
    for path in status["excluded"]:
        print(f"Excluded  {printable(path)}")
    for one in status["partly_read"]:
        print(f"Unread    {printable(one['path'])}: {_unread(one)}")
    for name in status["left_out"]:
        print(f"Damaged   {printable(name)}: left out until 'citewell index' has read it again")
    return 0


def _unread(coverage: Json) -> str:
    """Which pages gave no text."""
    unread, total = coverage["unread"], counted(coverage["total"], coverage["unit"])
    named = ", ".join(map(str, unread[:NAMED])) + (", …" if len(unread) > NAMED else "")
    return f"{len(unread)} of {total} gave no text ({named})"


def _calibration(status: Json) -> str:
    used, message = status["used"], status["message"]
    if used is None:
        return str(message)
    said = f"calibrated on {used['size']} questions ({used['name']}, {used['date']})"
    return f"{said}; {message}" if message else said
