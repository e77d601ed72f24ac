"""``python -m evals.full_report SHARED OUT.html``: every published set, one run, one page.

SHARED is a folder with the data sets; a set that it lacks is left out, and that is said. The
shipped sets ask about ``seeds/``, ``evals/tables/`` and ``evals/prose/``. Settings are the shipped
defaults, whatever the machine has.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from evals.evaluate import OpenEngine, Options, Track, evaluate, sampled
from evals.page import write_page
from evals.progress import track
from evals.report import Report, show, tables
from evals.types import EvalError
from rag.settings import Settings

HERE = Path(__file__).parent
SHIPPED = (  # kind, the set, the folder that it asks about
    ("own", None, HERE.parent / "seeds"),
    ("tables", HERE / "sets" / "tables.jsonl", HERE / "tables"),
    ("prose", HERE / "sets" / "prose.jsonl", HERE / "prose"),
    ("talks", HERE / "sets" / "talks.jsonl", HERE / "prose"),
)
SETS = (  # kind, path below SHARED, split
    ("squad", "squad/dev-v2.0-part.json", None),
    ("clapnq", "clapnq", None),
    ("beir", "scifact", "test"),
    ("qmsum", "qmsum", "committees"),
    ("mtrag", "mtrag", None),
)
WRONG_USE = 2


@dataclass(frozen=True, slots=True)
class Planned:
    """One set to ask; ``kind`` names its folder where homes are kept. A shipped set asks about the
    documents of ``folder``."""

    kind: str
    options: Options
    folder: Path | None = None


def plan(
    shared: Path,
    limit: int | None = None,
    seed: int = 0,
    shipped: Sequence[tuple[str, Path | None, Path]] = SHIPPED,
) -> tuple[list[Planned], list[str]]:
    """The sets that are there, and what is to be said of the others."""
    planned, missing = [], []
    for kind, place, split in SETS:
        path = shared / place
        if path.exists():
            planned.append(Planned(kind, Options(path, kind, split, limit, seed)))
        else:
            missing.append(f"Left out: {kind}, since the folder of the data has no {place}.")
    for kind, about, folder in shipped:
        if folder.is_dir():
            planned.append(Planned(kind, Options(about, limit=limit, seed=seed), folder))
        else:
            missing.append(f"Left out: a shipped set, since the folder {folder.name} is not here.")
    return planned, missing


def reports(
    planned: Sequence[Planned],
    homes: Path,
    open_engine: OpenEngine,
    track: Track = lambda outcomes, _: outcomes,
) -> Iterator[Report]:
    """One after the other, each with its index in a folder of its own below ``homes``.

    Every set is read before the first question. Raises EvalError.
    """
    for one in planned:
        sampled(one.options)
    for one in planned:
        home = homes / one.kind
        if one.folder:
            engine = open_engine(home, Settings())
            try:
                engine.index_paths([one.folder])
            finally:
                engine.close()
        yield evaluate(one.options, home, Settings(), open_engine, track)


def run(
    shared: Path,
    out: Path,
    *,
    limit: int | None = None,
    seed: int = 0,
    home: Path | None = None,
    open_engine: OpenEngine | None = None,
) -> int:
    """Asks, prints each table and writes the page after each set. Returns the exit code."""
    from rag.engine import Engine

    planned, missing = plan(shared, limit, seed, SHIPPED)
    notes = [*missing, *([f"A sample: at most {limit} questions a set."] if limit else [])]
    done: list[Report] = []
    try:
        out.absolute().parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="citewell-report-") as temporary:
            homes = home or Path(temporary)
            for report in reports(planned, homes, open_engine or Engine.open, track):
                done.append(report)
                show(tables(report))
                write_page(out, done, notes)  # an interrupted run leaves what it has
    except (EvalError, OSError) as error:
        print(error, file=sys.stderr)
        return WRONG_USE
    print(f"Written to {out}")
    return 0 if all(report.holds for report in done) else 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path, help="the folder with the data sets")
    parser.add_argument("out", type=Path, help="the HTML file to write")
    parser.add_argument("--limit", type=int, help="ask a sample of this many questions of each set")
    parser.add_argument("--seed", type=int, default=0, help="of the samples")
    parser.add_argument("--home", type=Path, help="keep texts and indexes here for the next run")
    asked = parser.parse_args()
    sys.exit(run(asked.shared, asked.out, limit=asked.limit, seed=asked.seed, home=asked.home))


if __name__ == "__main__":
    main()
