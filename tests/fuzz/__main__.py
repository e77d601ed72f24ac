"""``python -m tests.fuzz [READER...] [--seconds N] [--folder FOLDER]``: exit code 1 for a finding.

For each reader a line: files read, seconds, edges and features of the code reached by the files
that it began with and at the end. Below it what was found, and what a worker says of the same
file when it reads it alone. The files are kept in ``--keep``. Needs the extra "fuzz".
"""

from __future__ import annotations

import argparse
import sys
from hashlib import sha1
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz.corpus import FOLDER, seeds
from tests.fuzz.harness import READERS, name_of
from tests.fuzz.run import Told, confirmed, fuzz

_ALL_S = 3_600  # for all readers together


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.fuzz")
    parser.add_argument("reader", nargs="*", help=f"of {', '.join(READERS)}; all unless named")
    parser.add_argument("--seconds", type=int, default=_ALL_S // len(READERS), help="for a reader")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--folder", type=Path, default=FOLDER, help="of files to begin with")
    parser.add_argument("--keep", type=Path, default=Path("reports/fuzz"))
    options = parser.parse_args()
    if unknown := set(options.reader) - set(READERS):
        parser.error(f"no such reader: {', '.join(unknown)}")
    if find_spec("atheris") is None:
        parser.error("atheris is missing: pip install -e '.[fuzz]'")
    print(f"{'reader':<10}{'files':>9}{'s':>6}{'edges':>16}{'features':>18}  starts", flush=True)
    wrong = 0
    for reader in options.reader or READERS:
        units = seeds(reader, options.folder)
        wrong += _report(fuzz(reader, units, options.seconds, options.seed), options.keep)
    return 1 if wrong else 0


def _report(told: Told, keep: Path) -> int:
    (edges, features), (more, finer) = told.first, told.last
    print(
        f"{told.reader:<10}{told.runs:>9,}{told.seconds:>6.0f}{f'{edges:,} → {more:,}':>16}"
        f"{f'{features:,} → {finer:,}':>18}  {told.starts}",
        flush=True,
    )
    if not told.runs:
        print("    does not start: " + "\n    ".join(told.errors[-8:]), flush=True)
        return 1
    wrong = 0
    for finding, data in told.found.values():
        said = confirmed(finding, data, told.reader)
        wrong += said is not None
        keep.mkdir(parents=True, exist_ok=True)
        ending = name_of(told.reader, data)[1:]
        file = keep / f"{told.reader}-{sha1(data).hexdigest()[:8]}{ending}"
        file.write_bytes(data)
        print(f"    {finding.kind} at {finding.where}: {finding.said}", flush=True)
        print(f"        {file}, {len(data):,} bytes; alone: {said or 'nothing wrong'}", flush=True)
    return wrong


if __name__ == "__main__":
    sys.exit(main())
