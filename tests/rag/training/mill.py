"""A text that pairs are made of in tests."""

from __future__ import annotations

from rag.training.pairs.types import Text

MILL = Text(
    (
        "The mill at Ashford stands by the river.",
        "It was founded by Clara Whitlow in 1843.",
        "The mill employed 240 workers from the valley.",
        "In 1843 the valley had no school.",
    ),
    (("Ashford",),) * 4,
)
