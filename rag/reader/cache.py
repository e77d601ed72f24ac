"""What is costly to read again, kept in memory up to a bound: token vectors, documents."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from threading import Lock

import numpy as np

from index.errors import DamageError
from index.home.rows import State
from index.search.snapshot import Snapshot
from index.types import Document, Embedder, TokenVectors


class TokenCache:
    """Least recently used texts go first. Safe to call from several threads."""

    def __init__(self, embedder: Embedder, max_bytes: int) -> None:
        self._embedder = embedder
        self._max_bytes = max_bytes
        self._kept: OrderedDict[str, TokenVectors] = OrderedDict()
        self._bytes = 0
        self._lock = Lock()

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """As the embedder's, at half precision: what is cached and what is new look the same."""
        with self._lock:
            known = {text: self._kept[text] for text in texts if text in self._kept}
            for text in known:
                self._kept.move_to_end(text)
        missing = [text for text in dict.fromkeys(texts) if text not in known]
        for text, tokens in zip(missing, self._embedder.embed_tokens(missing), strict=True):
            known[text] = replace(tokens, vectors=tokens.vectors.astype(np.float16))
            self._keep(text, known[text])
        return [
            replace(known[text], vectors=known[text].vectors.astype(np.float32)) for text in texts
        ]

    def _keep(self, text: str, value: TokenVectors) -> None:
        with self._lock:
            if text in self._kept or _size(text, value) > self._max_bytes:
                return
            self._kept[text] = value
            self._bytes += _size(text, value)
            while self._bytes > self._max_bytes and self._kept:
                old_text, old = self._kept.popitem(last=False)
                self._bytes -= _size(old_text, old)


class DocumentCache:
    """The documents that were used last, as of their versions. It holds no snapshot: a version
    that nobody asks any more can be cleared away. Safe to call from several threads."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._kept: OrderedDict[tuple[State, str], Document] = OrderedDict()
        self._lock = Lock()

    def __call__(self, snapshot: Snapshot, document_id: str) -> Document:
        """Of one that a passage names, so that it must be there. Raises DamageError."""
        document = self.find(snapshot, document_id)
        if document is None:
            raise DamageError(f"document {document_id} has passages but is not in the catalogue")
        return document

    def find(self, snapshot: Snapshot, document_id: str) -> Document | None:
        """None where the version has no such document. Raises DamageError."""
        key = snapshot.state, document_id
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        document = snapshot.document(document_id)
        if document is None:
            return None
        with self._lock:
            self._kept[key] = document
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)
        return document


def _size(text: str, value: TokenVectors) -> int:
    return value.vectors.nbytes + value.offsets.nbytes + value.whole.nbytes + 4 * len(text)
