"""``python -m evals.documents FOLDER``: what becomes of each file of a folder, by format.

Each file goes through the process that reads files for the index. "lost" are files that are read
without a warning although words of theirs, told by a plain strip of the markup, are missing with
over 200 characters. Exit code 1 for any of these, and for a reader that crashes or hangs.
"""

from __future__ import annotations

import argparse
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from evals.documents.order import compare
from evals.documents.strip import missing, plain_strip
from index.errors import ReadError
from index.readers import media_type, why_not_read
from index.sandbox.box import Sandbox

MOST_MISSING = 200  # characters
GAVE_UP = ("took longer", "needed more", "crashed", "failed (", "no proper answer")


@dataclass(slots=True)
class Tally:
    """Of one ending."""

    read: int = 0
    warned: int = 0
    skipped: int = 0
    stopped: int = 0  # by a limit, or crashed
    checked: int = 0
    lost: int = 0
    characters: int = 0
    seconds: float = 0.0


@dataclass(slots=True)
class Survey:
    tallies: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    notes: list[str] = field(default_factory=list)  # files to look at

    def add(self, path: Path, sandbox: Sandbox) -> None:
        data, tally = path.read_bytes(), self.tallies[path.suffix.lower() or "(none)"]
        if media_type(path.name) is None:
            tally.skipped += bool(why_not_read(path.name))
            return
        begun = time.perf_counter()
        try:
            parsed = sandbox.parse(data, path.name)
        except ReadError as error:
            stopped = any(one in str(error) for one in GAVE_UP)
            tally.stopped += stopped
            tally.skipped += not stopped
            if stopped:
                self.notes.append(f"{path.name}: {error}")
            return
        finally:
            tally.seconds += time.perf_counter() - begun
        tally.read += not parsed.warnings
        tally.warned += bool(parsed.warnings)
        tally.characters += len(parsed.text)
        stripped = plain_strip(data, path.name)
        if stripped is None:
            return
        tally.checked += 1
        raw = " ".join(one.raw for one in sandbox.locate(data, path.name).origins if one.raw)
        lacking = missing(stripped, f"{parsed.text} {raw}")
        if lacking > MOST_MISSING and not parsed.warnings:
            tally.lost += 1
            self.notes.append(f"{path.name}: {lacking} characters are missing and nothing says so")


def files_in(folder: Path) -> Iterator[Path]:
    return (path for path in sorted(folder.rglob("*")) if path.is_file())


def table(survey: Survey) -> Iterator[str]:
    names = ("read", "warned", "skipped", "stopped", "checked", "lost")
    yield "".join([f"{'':10}", *(f"{name:>9}" for name in names), f"{'characters':>12}{'s':>8}"])
    whole = Tally()
    for ending, one in sorted(survey.tallies.items()):
        yield _line(ending, one)
        for name in (*names, "characters", "seconds"):
            setattr(whole, name, getattr(whole, name) + getattr(one, name))
    yield _line("all", whole)


def _line(ending: str, one: Tally) -> str:
    counts = (one.read, one.warned, one.skipped, one.stopped, one.checked, one.lost)
    return "".join(
        [f"{ending:10}", *(f"{n:9}" for n in counts), f"{one.characters:12}{one.seconds:8.1f}"]
    )


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    asked = parser.parse_args()
    survey = Survey()
    with Sandbox() as sandbox:
        for path in files_in(asked.folder):
            survey.add(path, sandbox)
        print("\n".join([*table(survey), *survey.notes]))
        beside = list(compare(asked.folder, sandbox))
    if beside:
        print("\n".join(["Words of the expected texts that ours have, in order:", *beside]))
    return int(any(one.lost or one.stopped for one in survey.tallies.values()))
