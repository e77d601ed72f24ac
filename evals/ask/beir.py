"""BEIR: rankings of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

from evals.metrics import ndcg_at, recall_at
from evals.types import Beir, EvalError, Outcome, Query

if TYPE_CHECKING:
    from rag.engine import Engine

DOCUMENTS = 100
NDCG_AT = 10
RECALL_AT = (5, 10, 100)


def ask_beir(engine: Engine, query: Query, beir: Beir) -> Outcome:
    """The documents by dense, BM25 and fused ranking, judged by the qrels.

    Raises EvalError where the index holds documents that are not of the set.
    """
    values: dict[str, float] = {}
    for system, ranked in engine.rankings(query.text, DOCUMENTS).items():
        ids = [id for document, _ in ranked for id in _ids(engine, beir, document)]
        ids = [id for id in ids if id != query.id]  # as BEIR does, where queries are documents
        values[f"{system} nDCG@{NDCG_AT}"] = ndcg_at(ids, query.relevant, NDCG_AT)
        for k in RECALL_AT:
            values[f"{system} recall@{k}"] = recall_at(ids, query.relevant, k)
    return Outcome(query.id, "query", None, True, values, detail={"question": query.text})


def _ids(engine: Engine, beir: Beir, document_id: str) -> tuple[str, ...]:
    path = engine.path_of(document_id)
    if path not in beir.ids:
        raise EvalError(
            f"the index holds {path}, which is not of {beir.info.name}; name an empty --home"
        )
    return beir.ids[path]
