"""Homes of drawn texts and vectors, made before they are measured."""

from __future__ import annotations

import time

import numpy as np

from evals.bench.made_home import MadeEmbedder, Words, bring_up, make_home
from evals.bench.store.plan import MEDIUM, SEED, Plan, Row, peak_mb, sentences_of, source
from evals.bench.synthetic import widen

REAL = 4_000  # texts whose vectors the drawn ones are like


def vectors(plan: Plan) -> list[Row]:
    """Real vectors to draw after, and those of the questions; made once."""
    if (plan.work / "asked.npy").exists():
        return []
    from index.embed import SentenceTransformerEmbedder

    embedder = SentenceTransformerEmbedder.open()
    texts, questions = source(plan)
    sentences = sentences_of(texts)
    drawn = np.random.default_rng(0).permutation(len(sentences) // 3)[:REAL]
    real = embedder.embed([" ".join(sentences[3 * at : 3 * at + 3]) for at in drawn])
    np.save(plan.work / "real.npy", real)
    np.save(plan.work / "asked.npy", embedder.embed(questions))
    return []


def build(plan: Plan) -> list[Row]:
    """The home of MEDIUM or ``large`` passages; where it is there, it stays."""
    if (plan.work / plan.home).exists():
        return []
    passages = MEDIUM if plan.home == "medium" else plan.large
    begun = time.perf_counter()
    drawn = widen(plan.real, passages, seed=SEED)
    embedder = MadeEmbedder(plan.real)
    words = Words(source(plan)[0])
    make_home(plan.work / plan.home, plan.root, passages, words, drawn, embedder)
    filled = time.perf_counter() - begun
    index = plan.open()
    begun = time.perf_counter()
    bring_up(index, plan.root)
    took = time.perf_counter() - begun
    state = index.catalogue.state()
    size = sum(one.stat().st_size for one in index.home.rglob("*") if one.is_file()) / 1e6
    index.close()
    return [
        ("catalogue filled", filled, "s", f"{state.passages} passages, {state.documents} files"),
        ("derived indexes built", took, "s", f"home of {size:.0f} MB, no figure to reach"),
        ("peak memory of building", peak_mb(), "MB", ""),
    ]
