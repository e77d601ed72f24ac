"""``python -m rag.training.similarity SHARED``: writes rag/models/similarity.json.

Fitted on the SQuAD 2.0 articles that the cross-encoder learns from: on the others its own
numbers are fitted, and what it is weighed with must not know them either.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

from evals.data.squad import load_squad
from rag.reader.kit import similarity
from rag.reader.model import SIMILARITY
from rag.reader.similarity import SIMILARITY_COLUMNS
from rag.training.examples import articles_on, examples_of
from rag.training.numbers import blank_model, fitted_fields, write
from rag.training.pairs.build import split
from rag.training.pairs.corpora import read_all

SQUAD2 = "train-v2.0-part.json"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("shared", type=Path, help="the folder with squad/, qed/ and so on")
    parser.add_argument("--home", type=Path, help="keep the index here for the next run")
    parser.add_argument("--out", type=Path, default=SIMILARITY)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="citewell-train-") as temporary:
        squad = load_squad(asked.shared / "squad" / SQUAD2)
        kept = articles_on(["train"], squad, split(read_all(asked.shared)))
        kit = similarity(blank_model(SIMILARITY_COLUMNS))
        examples = examples_of(squad, asked.home or Path(temporary), kit, kept)
    write(asked.out, fitted_fields(SIMILARITY_COLUMNS, examples, SQUAD2))


if __name__ == "__main__":
    main()
