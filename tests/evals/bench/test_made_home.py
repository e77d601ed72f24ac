"""Made homes: the catalogue holds what the chunker would have made of the same files."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from evals.bench.made_home import PER_FILE, MadeEmbedder, Words, bring_up, drafts_of, make_home
from index.passages.chunk import chunk
from index.readers import parse
from index.store import Index
from index.types import Vectors

TEXTS = ["The harbour of the island was closed for the winter.", "The island lies far away."]
PASSAGES = 2 * PER_FILE


@pytest.fixture
def embedder() -> MadeEmbedder:
    rows = np.random.default_rng(0).standard_normal((30, 8)).astype(np.float32)
    return MadeEmbedder(rows / np.linalg.norm(rows, axis=1, keepdims=True))


def rows(total: int) -> Iterator[Vectors]:
    yield np.eye(8, dtype=np.float32)[np.arange(total) % 8]


def test_words_come_as_often_as_in_the_texts() -> None:
    words = Words(TEXTS)
    drawn = Counter(" ".join(words.passages(500, 1)).lower().replace(".", "").split())
    known = Counter(" ".join(TEXTS).lower().replace(".", "").split())
    assert set(drawn) == set(known)
    for word, times in known.items():
        share = times / known.total()
        assert drawn[word] / drawn.total() == pytest.approx(share, rel=0.1)
    assert words.passages(3, 1) == words.passages(3, 1) != words.passages(3, 2)


def test_drafts_are_those_of_the_chunker(embedder: MadeEmbedder) -> None:
    text, drafts = drafts_of(Words(TEXTS).passages(20, 0))
    sections = parse(text.encode(), "a.txt").sections
    made = list(chunk(text, sections, count=embedder.count, window=embedder.window))
    assert [(one.span, one.sentences, one.headings) for one in made] == [
        (one.span, one.sentences, one.headings) for one in drafts
    ]


def test_a_text_has_one_vector_of_length_1(embedder: MadeEmbedder) -> None:
    one, same, other = embedder.embed(["a", "a", "b"])
    assert np.array_equal(one, same)
    assert not np.allclose(one, other)
    assert np.linalg.norm(embedder.embed(["a", "b"]), axis=1) == pytest.approx([1, 1])


def test_a_made_home_answers(tmp_path: Path, embedder: MadeEmbedder) -> None:
    home, root = tmp_path / "home", tmp_path / "texts"
    words = Words(TEXTS)
    make_home(home, root, PASSAGES, words, rows(PASSAGES), embedder)
    index = Index.open(home, lambda: embedder)
    bring_up(index, root)
    snapshot = index.snapshot()
    assert snapshot.n_passages == PASSAGES
    assert snapshot.n_documents == 2
    passage = snapshot.passage(PER_FILE + 1)
    document = snapshot.document(passage.document_id)
    assert document is not None
    assert document[passage.span] == words.passages(PER_FILE, 1)[0]
    nearest = snapshot.dense(np.eye(8, dtype=np.float32)[3], 5)
    assert [hit.passage_id for hit in nearest] == [4, 12, 20, 28, 36]
    index.close()


def test_bring_up_refuses_files_that_changed(tmp_path: Path, embedder: MadeEmbedder) -> None:
    home, root = tmp_path / "home", tmp_path / "texts"
    make_home(home, root, PASSAGES, Words(TEXTS), rows(PASSAGES), embedder)
    (root / "new.txt").write_text("A file that came later.")
    index = Index.open(home, lambda: embedder)
    with pytest.raises(ValueError, match="not taken for those"):
        bring_up(index, root)
    index.close()
