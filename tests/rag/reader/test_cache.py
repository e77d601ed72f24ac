from __future__ import annotations

import gc
from collections.abc import Sequence
from pathlib import Path
from threading import Thread
from weakref import ref

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.errors import DamageError
from index.types import TokenVectors
from rag.reader.cache import DocumentCache, TokenCache
from tests.fakes import FakeEmbedder
from tests.index.desk import Desk


class Counting(FakeEmbedder):
    """Notes which texts are really read."""

    def __init__(self) -> None:
        super().__init__(dimension=8, window=32)
        self.read: list[str] = []

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        self.read += texts
        return super().embed_tokens(texts)


def kept_bytes(cache: TokenCache) -> int:
    return sum(
        one.vectors.nbytes + one.offsets.nbytes + one.whole.nbytes + 4 * len(text)
        for text, one in cache._kept.items()
    )


def test_what_is_kept_looks_as_what_is_new() -> None:
    embedder = Counting()
    cache = TokenCache(embedder, 1_000_000)
    (new,) = cache.embed_tokens(["one two"])
    (kept,) = cache.embed_tokens(["one two"])
    assert embedder.read == ["one two"]
    assert np.array_equal(new.vectors, kept.vectors)
    assert np.array_equal(new.offsets, kept.offsets)
    assert np.array_equal(new.whole, embedder.embed(["one two"])[0])
    assert np.array_equal(new.whole, kept.whole)
    (plain,) = embedder.embed_tokens(["one two"])
    assert np.abs(new.vectors - plain.vectors).max() < 1e-3
    assert new.vectors.dtype == np.float32


def test_the_order_and_repeats_of_the_texts_stay() -> None:
    embedder = Counting()
    cache = TokenCache(embedder, 1_000_000)
    cache.embed_tokens(["b"])
    found = cache.embed_tokens(["a b c", "b", "a b c"])
    assert [len(one.offsets) for one in found] == [3, 1, 3]
    assert embedder.read == ["b", "a b c"]


def test_least_recently_used_goes_first() -> None:
    embedder = Counting()
    size = 8 * 2 + 2 * 4 + 8 * 4 + 4  # a token of eight halves, two offsets, the whole, a letter
    cache = TokenCache(embedder, 2 * size)
    cache.embed_tokens(["a"])
    cache.embed_tokens(["b"])
    cache.embed_tokens(["a"])  # now b is the older one
    cache.embed_tokens(["c"])
    embedder.read.clear()
    cache.embed_tokens(["a", "c", "b"])
    assert embedder.read == ["b"]


def test_a_text_larger_than_the_cache_drives_nothing_out() -> None:
    embedder = Counting()
    cache = TokenCache(embedder, 200)
    cache.embed_tokens(["a"])
    cache.embed_tokens([" ".join("word" for _ in range(20))])
    embedder.read.clear()
    cache.embed_tokens(["a"])
    assert embedder.read == []


@pytest.mark.parametrize("bound", [0, 1])
def test_without_room_it_still_answers(bound: int) -> None:
    cache = TokenCache(Counting(), bound)
    assert [len(one.offsets) for one in cache.embed_tokens(["x y", ""])] == [2, 0]
    assert kept_bytes(cache) == 0


@given(st.lists(st.lists(st.text(max_size=12), max_size=4), max_size=12), st.integers(0, 600))
def test_the_bound_holds_and_no_answer_depends_on_it(batches: list[list[str]], bound: int) -> None:
    embedder = Counting()
    cache = TokenCache(embedder, bound)
    for batch in batches:
        for text, found in zip(batch, cache.embed_tokens(batch), strict=True):
            (plain,) = embedder.embed_tokens([text])
            half = plain.vectors.astype(np.float16).astype(np.float32)
            assert np.array_equal(found.vectors, half)
            assert np.array_equal(found.offsets, plain.offsets)
        assert kept_bytes(cache) == cache._bytes <= bound


def test_from_several_threads() -> None:
    cache = TokenCache(Counting(), 400)
    texts = [f"word{n} and more" for n in range(20)]
    wrong: list[str] = []

    def ask(step: int) -> None:
        for at in range(60):
            text = texts[at * step % 20]
            (found,) = cache.embed_tokens([text])
            if len(found.offsets) != len(FakeEmbedder(8, 32).embed_tokens([text])[0].offsets):
                wrong.append(text)

    threads = [Thread(target=ask, args=(step,)) for step in (1, 3, 7)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    assert kept_bytes(cache) == cache._bytes <= 400


# -- documents -------------------------------------------------------------------------------


def test_documents_are_those_of_their_version(tmp_path: Path) -> None:
    desk, cache = Desk(tmp_path), DocumentCache(2)
    desk.put("a.txt", "Ada Holt keeps the maps.")
    desk.run()
    before = desk.index.snapshot()
    (document,) = desk.documents()
    assert cache(before, document.id) == document
    assert cache(before, document.id) is cache(before, document.id)
    desk.put("a.txt", "The ferry left at nine.")
    desk.run()
    after = desk.index.snapshot()
    assert cache(after, document.id).text == "The ferry left at nine."
    assert cache(before, document.id) == document
    assert cache.find(after, "none") is None
    with pytest.raises(DamageError):  # a passage that names it was damaged, or its list
        cache(after, "none")
    for name in "bcd":
        desk.put(f"{name}.txt", f"{name} is here.")
    desk.run()
    for one in desk.documents():
        assert cache(desk.index.snapshot(), one.id) == one
    assert len(cache._kept) == 2


def test_a_kept_document_keeps_no_version(tmp_path: Path) -> None:
    """Else a program that is asked once would keep all that comes after from being cleared away."""
    desk, cache = Desk(tmp_path), DocumentCache(64)
    desk.put("a.txt", "Ada Holt keeps the maps.")
    desk.run()
    (document,) = desk.documents()
    before = ref(desk.index.snapshot())
    cache(desk.index.snapshot(), document.id)
    desk.put("a.txt", "The ferry left at nine.")
    desk.run()
    desk.index.snapshot()
    gc.collect()
    assert before() is None
