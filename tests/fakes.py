"""Small real implementations that stand in for what is slow."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Sequence

import numpy as np

from index.types import TokenVectors, Vectors

_TOKEN = re.compile(r"\w{1,6}|[^\w\s]")
SPECIAL = 3  # tokens around every text; not two, so that nobody counts on two


class FakeEmbedder:
    """Bags of hashed tokens: texts that share more of their tokens are nearer.

    A token is up to six letters of a word, or one other sign. What lies beyond the window
    is cut off, as true embedders do. ``calls`` has the texts of each call of ``embed``.
    """

    def __init__(self, dimension: int = 64, window: int = 64, name: str = "fake") -> None:
        self._dimension = dimension
        self._window = window
        self._name = name
        self._known: dict[str, Vectors] = {}
        self.calls: list[list[str]] = []

    @property
    def fingerprint(self) -> str:
        return f"{self._name};dim={self._dimension};window={self._window}"

    @property
    def dimension(self) -> int:
        return self._dimension

    @property
    def window(self) -> int:
        return self._window

    @property
    def embedded(self) -> list[str]:
        """All texts that were embedded, in their order."""
        return [text for call in self.calls for text in call]

    def count(self, texts: Sequence[str]) -> list[int]:
        return [len(_TOKEN.findall(text)) + SPECIAL for text in texts]

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.calls.append(list(texts))
        rows = [self._sum(self._read(text)) for text in texts]
        return np.array(rows, np.float32).reshape(-1, self._dimension)

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        return [self._tokens(text) for text in texts]

    def _read(self, text: str) -> list[re.Match[str]]:
        return list(_TOKEN.finditer(text))[: self._window - SPECIAL]

    def _tokens(self, text: str) -> TokenVectors:
        found = self._read(text)
        vectors = np.array([self._vector(one.group()) for one in found], np.float32)
        offsets = np.array([one.span() for one in found], np.int32)
        vectors, offsets = vectors.reshape(-1, self._dimension), offsets.reshape(-1, 2)
        return TokenVectors(vectors, offsets, self._sum(found))

    def _sum(self, tokens: Sequence[re.Match[str]]) -> Vectors:
        total = self._vector("").copy()
        for token, times in Counter(one.group() for one in tokens).items():
            total += times * self._vector(token)
        return total / np.linalg.norm(total)

    def _vector(self, token: str) -> Vectors:
        """The direction of a token: the same on every machine and in every run."""
        known = self._known.get(token)
        if known is None:
            seed = hashlib.sha256(token.casefold().encode()).digest()[:8]
            random = np.random.default_rng(int.from_bytes(seed, "little"))
            row = random.standard_normal(self._dimension).astype(np.float32)
            known = self._known[token] = row / np.linalg.norm(row)
        return known
