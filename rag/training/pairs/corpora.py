"""All the sets that training may use, and what of them is set aside first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

from evals.fields import as_object, json_lines, objects, read_bytes, text
from evals.fields import decode as decoded
from evals.fields import parse as parsed
from rag.text.words import fold
from rag.training.pairs.meetings import read_qmsum
from rag.training.pairs.selected import read_qed, read_scifact, read_selqa
from rag.training.pairs.squad import read_squad
from rag.training.pairs.types import Labelled
from rag.training.pairs.written import FILES, read_written

# For calibration: never trained on, in whichever set they stand. The articles are of the
# kinds of the rest (history, science, a place) and hold more than 1,000 questions. Of the
# meetings, a series of four is one project of the same people, so it is taken whole.
CALIBRATION = frozenset(
    {"huguenot", "oxygen", "southern california"}
    | {f"{series}{part}" for series in ("es2015", "is1000") for part in "abcd"}
    | {"bdb001", "buw001"}
)


def group_key(group: str) -> str:
    """One name for an article in all sets: "French_and_Indian_War", "French and Indian War"."""
    return fold(" ".join(group.replace("_", " ").split()))


def family(group: str) -> str:
    """What must stay on one side of a split: the article, or a meeting's whole series."""
    key = group_key(group)
    series = re.fullmatch(r"([a-z]{2}\d{4})[a-d]", key)
    return series[1] if series else key


def read_all(shared: Path) -> Iterator[Labelled]:
    """Every question of the sets under ``shared`` that training may use, calibration included.

    Articles of the development sets are left out wherever they stand. A set whose files
    are missing raises EvalError, which names the file.
    """
    kept_out = development(shared)
    for labelled in _read(shared):
        if labelled.source == "qmsum" or group_key(labelled.group) not in kept_out:
            yield labelled


def _read(shared: Path) -> Iterator[Labelled]:
    yield from read_squad(shared / "squad" / "train-v2.0-part.json", "squad2")
    yield from read_squad(shared / "squad" / "train-v1.1-part.json", "squad1")
    for path in sorted((shared / "qed").glob("nq-train-*.jsonlines")):
        yield from read_qed(path)
    yield from read_selqa(shared / "selqa" / "ass_selqa-ass-dev.json")
    scifact = shared / "scifact"
    yield from read_scifact(scifact / "claims_train.csv", scifact / "corpus.jsonl")
    for path in sorted((shared / "qmsum" / "train").glob("*.json")):
        if not path.name.startswith(("covid_", "education_")):
            yield from read_qmsum(path)
    for path in FILES:
        yield from read_written(path)


def development(shared: Path) -> frozenset[str]:
    """Keys of the articles that development figures are taken from: SQuAD 2.0 dev, ClapNQ.

    ClapNQ and QED are both drawn from Natural Questions and share articles.
    """
    squad = shared / "squad" / "dev-v2.0-part.json"
    articles = objects(as_object(parsed(decoded(read_bytes(squad)))), "data")
    clapnq = sorted((shared / "clapnq").glob("dev_*.jsonl"))
    return frozenset(group_key(text(article, "title")) for article in articles) | frozenset(
        group_key(text(passage, "title"))
        for path in clapnq
        for _, row in json_lines(path, read_bytes(path))
        for passage in objects(row, "passages")
    )
