"""``python -m rag.training.similarity SQUAD_JSON``: writes rag/models/similarity.json."""

from __future__ import annotations

import argparse
import json
import tempfile
from pathlib import Path
from typing import Any

import numpy as np

from evals.corpus import lay_out
from evals.datasets import load_squad
from evals.metrics import auroc
from rag.engine import Engine
from rag.model import SIMILARITY, Linear, Model
from rag.read import SIMILARITY_COLUMNS, Columns
from rag.settings import Settings
from rag.training.examples import Example, collect
from rag.training.fit import KEPT, cross_fitted, fit, threshold

# How many sentences an answer has at most, and the share of the best one's belief that a
# further one needs. Set by hand: SQuAD has one-sentence answers only.
CHOICE = {
    "fact": {"most": 2, "share": 0.5},
    "yesno": {"most": 2, "share": 0.4},
    "list": {"most": 4, "share": 0.25, "goes_on": 1},
    "explain": {"most": 4, "share": 0.25, "goes_on": 1},
    "summary": {"most": 5, "share": 0.1, "goes_on": 1},
    "keywords": {"most": 3, "share": 0.3},
    "other": {"most": 2, "share": 0.5},
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("squad", type=Path, help="the training part of SQuAD 2.0")
    parser.add_argument("--home", type=Path, help="keep the index here for the next run")
    parser.add_argument("--out", type=Path, default=SIMILARITY)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="citewell-train-") as temporary:
        examples = examples_of(chosen.squad, chosen.home or Path(temporary))
    fields = fitted_fields(SIMILARITY_COLUMNS, examples, chosen.squad.name)
    chosen.out.write_text(json.dumps(fields, indent=1) + "\n", encoding="utf-8")
    print(f"{chosen.out}: {fields['fitted_on']}")


def examples_of(squad: Path, folder: Path) -> list[Example]:
    """Every question with the passages that are retrieved for it from all the set's texts."""
    asked = load_squad(squad)
    home, texts = lay_out(folder, asked.texts)
    engine = Engine.open(home, Settings(cache_mb=4_000), blank_model(SIMILARITY_COLUMNS))
    try:
        engine.index_paths([texts])
        return list(collect(engine, asked))
    finally:
        engine.close()


def fitted_fields(columns: Columns, examples: list[Example], name: str) -> dict[str, Any]:
    """What is written to the file."""
    scores, right = cross_fitted(columns, examples)
    fitted = fit(columns, examples)
    note = (
        f"{name}: {len(examples)} questions of {len({one.group for one in examples})} articles; "
        f"by article-wise cross-fitting the decision tells right first sentences from others "
        f"with an AUROC of {auroc(right, scores):.3f}"
    )
    return {
        "fitted_on": note,
        "threshold": round(threshold(scores, right), 4),
        "threshold_note": f"keeps {KEPT:.0%} of the right first sentences, by the same scores",
        "choice": CHOICE,
        "sentence": _fields(fitted.sentence),
        "answerable": _fields(fitted.answerable),
    }


def blank_model(columns: Columns) -> Model:
    """Knows nothing: features can be computed before there is anything fitted."""
    return Model(_blank(columns.sentence), _blank(columns.decision), 0.0, CHOICE, "nothing", "")


def _blank(names: tuple[str, ...]) -> Linear:
    zeros, ones = np.zeros(len(names)), np.ones(len(names))
    return Linear(names, zeros, ones, zeros, 0.0)


def _fields(linear: Linear) -> dict[str, Any]:
    columns = zip(linear.names, linear.mean, linear.scale, linear.weights, strict=True)
    features = {
        name: {
            "mean": round(float(m), 5),
            "scale": round(float(s), 5),
            "weight": round(float(w), 5),
        }
        for name, m, s, w in columns
    }
    return {"bias": round(linear.bias, 5), "features": features}


if __name__ == "__main__":
    main()
