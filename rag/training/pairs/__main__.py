"""``python -m rag.training.pairs SHARED OUT.jsonl [--seed N] [--limit N]``"""

from __future__ import annotations

import argparse
from pathlib import Path

from rag.training.pairs.build import SEED, build, report


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m rag.training.pairs", description=__doc__)
    parser.add_argument("shared", type=Path, help="folder with squad/, qed/, selqa/ and so on")
    parser.add_argument("out", type=Path, help="OUT.jsonl: writes OUT.train.jsonl and two more")
    parser.add_argument("--seed", type=int, default=SEED)
    parser.add_argument("--limit", type=int, help="at most so many pairs in each file")
    asked = parser.parse_args()
    print(report(build(asked.shared, asked.out, asked.seed, asked.limit)))


if __name__ == "__main__":
    main()
