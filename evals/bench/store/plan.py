"""What the steps have in common: where they work, and what texts and vectors are drawn from."""

from __future__ import annotations

import json
import resource
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from evals.bench.made_home import MadeEmbedder
from evals.data.beir import load_beir
from evals.data.own import SHIPPED, load_set
from index.passages.sentences import split_sentences
from index.store import Index
from index.types import Span, Vectors

ROOT = Path(__file__).resolve().parents[3]
MEDIUM = 100_000  # passages
SEED = 1  # of the drawn vectors
K = 10
Row = tuple[str, float, str, str]  # name, value, unit, note


@dataclass(frozen=True, slots=True)
class Plan:
    """What is asked for on the command line."""

    work: Path
    scifact: Path
    files: int
    large: int
    home: str = ""  # which of the made homes a step is about

    @property
    def root(self) -> Path:
        return self.work / f"{self.home}-texts"

    @property
    def real(self) -> Vectors:
        rows: Vectors = np.load(self.work / "real.npy")
        return rows

    def open(self) -> Index:
        return Index.open(self.work / self.home, lambda: MadeEmbedder(self.real))


def run_step(plan: Plan, step: str) -> list[Row]:
    done = subprocess.run(_command(plan, step), check=True, stdout=subprocess.PIPE, cwd=ROOT)
    return [tuple(row) for row in json.loads(done.stdout.splitlines()[-1])]


def _command(plan: Plan, step: str) -> list[str]:
    options = {"step": step, "work": plan.work, "scifact": plan.scifact.resolve()}
    options |= {"files": plan.files, "large": plan.large, "home": plan.home}
    words = [word for name, value in options.items() for word in (f"--{name}", str(value))]
    return [sys.executable, "-m", "evals.bench.store", *words]


def peak_mb() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def p95(values: list[float]) -> float:
    return float(np.quantile(values, 0.95))


def source(plan: Plan) -> tuple[list[str], list[str]]:
    """Texts and questions: SciFact's, or the seeds' where it is missing."""
    if plan.scifact.is_dir():
        beir = load_beir(plan.scifact)
        return list(beir.texts.values()), [one.text for one in beir.queries]
    texts = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "seeds").glob("*.txt"))]
    return texts, [one.question for one in load_set(SHIPPED).questions]


def sentences_of(texts: list[str]) -> list[str]:
    return [span.of(text) for text in texts for span in split_sentences(text, Span(0, len(text)))]
