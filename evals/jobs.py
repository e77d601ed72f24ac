"""Which loader reads a kind of set, and what asks its questions."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from evals.ask.beir import ask_beir
from evals.ask.clapnq import ask_clapnq
from evals.ask.mtrag import ask_mtrag
from evals.ask.own import ask_own
from evals.ask.qmsum import ask_qmsum
from evals.ask.squad import ask_squad
from evals.data.beir import load_beir
from evals.data.clapnq import load_clapnq
from evals.data.mtrag import load_mtrag
from evals.data.own import SHIPPED, load_set
from evals.data.qmsum import load_qmsum
from evals.data.squad import load_squad
from evals.run import Ask
from evals.types import EvalError, EvalSet, Job

Prepare = Callable[[Path, str | None], Job[Any]]


def _prepare(load: Callable[[Path, str | None], EvalSet[Any]], ask: Ask) -> Prepare:
    def prepare(path: Path, split: str | None) -> Job[Any]:
        loaded = load(path, split)
        return Job(loaded.info, loaded.questions, ask, loaded.texts, notes=loaded.notes)

    return prepare


def _beir(path: Path, split: str | None) -> Job[Any]:
    beir = load_beir(path, split)
    ask = partial(ask_beir, beir=beir)
    return Job(beir.info, beir.queries, ask, beir.texts, beir.published)


DATASETS: Mapping[str, Prepare] = {
    "squad": _prepare(load_squad, ask_squad),
    "clapnq": _prepare(load_clapnq, ask_clapnq),
    "beir": _beir,
    "qmsum": _prepare(load_qmsum, ask_qmsum),
    "mtrag": _prepare(load_mtrag, ask_mtrag),
}


def load_job(path: Path | None, dataset: str | None, split: str | None = None) -> Job[Any]:
    """All questions of a set; the shipped one where neither is given. Raises EvalError."""
    if dataset is None:
        return _prepare(load_set, ask_own)(path or SHIPPED, split)
    if dataset not in DATASETS:
        *kinds, last = DATASETS
        raise EvalError(f'--dataset is "{dataset}"; it can be {", ".join(kinds)} or {last}')
    if path is None:
        raise EvalError("--dataset needs a kind and a path, such as --dataset squad dev-v2.0.json")
    return DATASETS[dataset](path, split)
