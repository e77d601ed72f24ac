"""The language model that a network starts from: the packaged MiniLM, or one in a folder.

Its rows of the vocabulary are put into the order of the packaged tokenizer, so that all networks
read the same tokens.
"""

from __future__ import annotations

import itertools
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import torch
from torch import Tensor

from index.home.durable import sha256_of
from rag.errors import SettingsError
from rag.reader.files import packaged_weights, tokenizer_file
from rag.reader.network import Shape
from rag.types import Json

Weights = Mapping[str, Tensor]
# What MPNet calls the tokens that frame a text.
_FRAME = {"[CLS]": "<s>", "[SEP]": "</s>", "[PAD]": "<pad>"}


@dataclass(frozen=True, slots=True)
class Base:
    """``weights`` as ``Network`` names them, but for those of its heads; ``sha256`` of the file,
    empty for the packaged model, which is pinned."""

    shape: Shape
    weights: Weights
    sha256: str = ""


def read_base(folder: Path | None, layers: int | None = None) -> Base:
    """``folder``: config.json, vocab.txt and model.safetensors of a BERT or an MPNet whose
    vocabulary has the words of the packaged one; None for that. Of its layers the lowest
    ``layers``: the highest know most of what it was trained for. Raises SettingsError."""
    base = Base(Shape(), from_bert(packaged_weights())) if folder is None else _published(folder)
    kept = min(layers or base.shape.layers, base.shape.layers)
    weights = {name: one for name, one in base.weights.items() if _layer(name) < kept}
    return replace(base, shape=replace(base.shape, layers=kept), weights=weights)


def _published(folder: Path) -> Base:
    try:
        from safetensors.torch import load_file

        config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        words = (folder / "vocab.txt").read_text(encoding="utf-8").splitlines()
        weights = load_file(folder / "model.safetensors")
        convert = {"bert": from_bert, "mpnet": from_mpnet}[config["model_type"]]
        found = {name: one.float() for name, one in convert(weights).items()}
        found["words.weight"] = found["words.weight"][_rows(words)]
        shape = _shape(config, found)
    except (OSError, KeyError, ValueError, IndexError) as error:
        raise SettingsError(
            f"{folder} cannot be started from ({error!r}): name the folder of a BERT or an MPNet "
            "with config.json, vocab.txt and model.safetensors"
        ) from error
    return Base(shape, found, sha256_of(folder / "model.safetensors"))


def _layer(name: str) -> int:
    """Of a weight; -1 where it is of none."""
    return int(name.split(".")[1]) if name.startswith("layers.") else -1


def _rows(words: Sequence[str]) -> list[int]:
    """Where each token of the packaged vocabulary stands among ``words``; KeyError if nowhere."""
    from tokenizers import Tokenizer

    vocabulary = Tokenizer.from_file(str(tokenizer_file())).get_vocab()
    at = {word: number for number, word in enumerate(words)}
    ordered = sorted(vocabulary, key=lambda word: vocabulary[word])
    frame = _FRAME if _FRAME["[CLS]"] in at else {}
    return [at[frame.get(word, word)] for word in ordered]


def _shape(config: Json, weights: Weights) -> Shape:
    return Shape(
        vocabulary=len(weights["words.weight"]),
        positions=len(weights["places.weight"]),
        width=config["hidden_size"],
        layers=config["num_hidden_layers"],
        heads=config["num_attention_heads"],
        inner=config["intermediate_size"],
        distances=config.get("relative_attention_num_buckets", 0),
        epsilon=config["layer_norm_eps"],
    )


def from_bert(weights: Weights) -> dict[str, Tensor]:
    """Weights as BERT's files name them, as ``Network`` names them; the heads are missing."""
    found = _renamed(weights, _IN_BERT, ("query", "key", "value"), "attention.self")
    found["places.weight"] = weights["embeddings.position_embeddings.weight"]
    found["kinds.weight"] = weights["embeddings.token_type_embeddings.weight"]
    return found


def from_mpnet(weights: Weights) -> dict[str, Tensor]:
    """The same of MPNet's: its places begin behind two rows that are none, and it has no kinds."""
    found = _renamed(weights, _IN_MPNET, ("q", "k", "v"), "attention.attn")
    found["places.weight"] = weights["embeddings.position_embeddings.weight"][2:]
    found["kinds.weight"] = torch.zeros(2, found["words.weight"].shape[1])
    found["distances.weight"] = weights["encoder.relative_attention_bias.weight"]
    return found


def _renamed(
    weights: Weights, names: Mapping[str, str], joint: Sequence[str], attention: str
) -> dict[str, Tensor]:
    found = {"words.weight": weights["embeddings.word_embeddings.weight"]}
    for kind in ("weight", "bias"):
        found[f"norm.{kind}"] = weights[f"embeddings.LayerNorm.{kind}"]
        for number in itertools.count():
            theirs = f"encoder.layer.{number}"
            if f"{theirs}.output.dense.{kind}" not in weights:
                break
            parts = [weights[f"{theirs}.{attention}.{one}.{kind}"] for one in joint]
            found[f"layers.{number}.joint.{kind}"] = torch.cat(parts)
            for our, their in names.items():
                found[f"layers.{number}.{our}.{kind}"] = weights[f"{theirs}.{their}.{kind}"]
    return found


_IN_BERT = {
    "output": "attention.output.dense",
    "attention_norm": "attention.output.LayerNorm",
    "widen": "intermediate.dense",
    "narrow": "output.dense",
    "norm": "output.LayerNorm",
}
_IN_MPNET = _IN_BERT | {"output": "attention.attn.o", "attention_norm": "attention.LayerNorm"}
