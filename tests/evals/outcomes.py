"""Outcomes made by a seed, as an evaluation would give them."""

from __future__ import annotations

from typing import Any

import numpy as np

from evals.types import Outcome


def outcome(id: str, *, answerable: bool = True, **rest: Any) -> Outcome:
    """``rest`` goes into the detail, but for values and scores."""
    detail = {
        "question": f"What is {id}?",
        "standalone_question": f"What is {id}?",
        "status": "answered",
        "confidence": 0.5,
        "wanted": [],
        "cited": [],
        "considered": [],
        "passages": [],
    }
    values, scores = rest.pop("values", {}), rest.pop("scores", {})
    kind = "answerable" if answerable else "unanswerable"
    return Outcome(id, kind, None, answerable, values, scores, (), detail | rest)


def drawn(n: int, seed: int = 0) -> list[Outcome]:
    """Half answerable; the stated confidence says more of what is right than the plain one."""
    random = np.random.default_rng(seed)
    made = []
    for at in range(n):
        answerable = at % 2 == 0
        right = {name: answerable and random.random() < 0.8 for name in ("answer", "cosine")}
        noise = {"answer": 0.4, "cosine": 0.9}
        scores = {
            name: float(np.clip(0.3 + 0.4 * right[name] + random.normal(0, spread), 0, 1))
            for name, spread in noise.items()
        }
        values = {f"{name}@1": float(one) for name, one in right.items()} if answerable else {}
        values |= {"right" if answerable else "refused": float(right["answer"])}
        made.append(outcome(f"q{at}", answerable=answerable, values=values, scores=scores))
    return made
