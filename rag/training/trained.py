"""``python -m rag.training.trained SHARED``: writes rag/models/trained.json.

Fitted on the SQuAD articles that the cross-encoder has not learned from: the weights on those
for early stopping, the threshold on those for calibration. Beside SQuAD's questions stand the same
in other words: SQuAD's were asked by people who had the paragraph before them.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path

from evals.data.squad import load_squad
from rag.reader.kit import WEIGHTS, trained
from rag.reader.model import TRAINED
from rag.reader.trained import TRAINED_COLUMNS
from rag.training.examples import Example, articles_on, examples_of
from rag.training.numbers import blank_model, fitted_fields, write
from rag.training.pairs.build import SIDES, split
from rag.training.pairs.corpora import read_all
from rag.training.pairs.restated import read_restated, with_restated

SETS = {"squad2": "train-v2.0-part.json", "squad1": "train-v1.1-part.json"}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path, help="the folder with squad/, qed/ and so on")
    parser.add_argument("--reader", type=Path, default=WEIGHTS, help="folder of the weights")
    parser.add_argument("--out", type=Path, default=TRAINED)
    asked = parser.parse_args()
    stop, held = (list(collected(asked.shared, asked.reader, one)) for one in SIDES[1:])
    name = "SQuAD articles not trained on"
    write(asked.out, fitted_fields(TRAINED_COLUMNS, stop, name, held))


def collected(shared: Path, reader: Path, side: str) -> Iterator[Example]:
    """Examples of the articles that are on this side of the split."""
    sides = split(read_all(shared))
    kit, restated = trained(reader, blank_model(TRAINED_COLUMNS)), read_restated()
    for source, name in SETS.items():
        squad = with_restated(load_squad(shared / "squad" / name), source, restated)
        kept = articles_on([side], squad, sides)
        with tempfile.TemporaryDirectory(prefix="citewell-train-") as folder:
            yield from examples_of(squad, Path(folder), kit, kept)


if __name__ == "__main__":
    main()
