"""``citewell doctor``: everything looked at; exit code 1 where something is wrong."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path

from rag.commands.codes import DONE, NO
from rag.commands.output import print_json, printable
from rag.settings import Settings

SIGNS = {"ok": "ok  ", "note": "note", "bad": "BAD "}


def run(home: Path, settings: Settings, as_json: bool) -> int:
    from index.doctor import aside_files, examine_home
    from index.embed import SentenceTransformerEmbedder

    def fingerprint() -> str:
        return SentenceTransformerEmbedder.open(settings.embedder).fingerprint

    findings = []
    for one in examine_home(home, embedder=fingerprint, settings_embedder=settings.embedder):
        findings.append(one)
        if not as_json:
            advice = f" -> {one.advice}" if one.advice else ""
            print(f"{SIGNS[one.level]}  {one.check}: {printable(one.message)}{advice}", flush=True)
    aside = [str(path) for path in aside_files(home)]
    healthy = all(one.level != "bad" for one in findings)
    if as_json:
        print_json(
            {
                "schema": "citewell.doctor/1",
                "home": str(home),
                "healthy": healthy,
                "findings": [asdict(one) for one in findings],
                "set_aside": aside,
            },
            indent=1,
        )
    else:
        for path in aside:
            print(f"note  kept aside, damaged; delete it to free its space: {printable(path)}")
        print("All is well." if healthy else "Something is wrong: see the lines with BAD.")
    return DONE if healthy else NO
