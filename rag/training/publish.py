"""A trained reader as it ships: ``python -m rag.training.publish PAIRS_PREFIX FROM_DIR TO_DIR``

In bfloat16 where that is small enough, else in four bits. The figures of its card are those of the
weights as they then are; what they were before stands beside them.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random

import torch
from torch import Tensor

from index.home.durable import make_folder, write_durably
from rag.errors import SettingsError
from rag.reader.cross_encoder import judge, network_of
from rag.reader.files import ReaderFile, read_reader, write_reader
from rag.reader.four_bits import grow, rounded, shrink
from rag.training import gptq
from rag.training.batches import Example
from rag.training.card import card
from rag.training.learner import fast_products
from rag.training.stopping import figures, sample
from rag.training.train_reader import read
from rag.types import Json

LARGEST = 50_000_000  # bytes that the package may carry
QUESTIONS = 1_500  # set aside, that the figures are from
SEEN = 400  # pairs that say what the matrices are given
SEED = 20260101


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(
        prog="python -m rag.training.publish",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("pairs", metavar="PAIRS_PREFIX")
    parser.add_argument("trained", metavar="FROM_DIR", type=Path)
    parser.add_argument("out", metavar="TO_DIR", type=Path)
    asked = parser.parse_args(arguments)
    try:
        publish(asked.pairs, asked.trained, asked.out)
    except (SettingsError, OSError) as error:
        sys.exit(f"publish: {error}")


def publish(pairs: str, trained: Path, out: Path) -> None:
    """Raises SettingsError, OSError."""
    reader = read_reader(trained)
    data = read(pairs, reader.max_tokens, None)
    make_folder(out)
    asked = sample(data.stop, QUESTIONS, SEED)
    stored = rounded(reader.weights)
    found = dict(reader.figures)
    if size_of(stored) > LARGEST:
        seen = Random(SEED).sample(data.train, min(SEEN, len(data.train)))
        encoded = gptq.encoded(network_of(reader), [one.encoded for one in seen])
        stored = shrink(reader.weights, encoded)
        found["before"] = measured(reader, asked)
    found["stop"] = measured(replace(reader, weights=grow(stored)), asked)
    write_reader(out, replace(reader, figures=found), stored)
    write_durably(out / "README.md", card(data.train, reader.recipe, found).encode())


def size_of(stored: Mapping[str, Tensor]) -> int:
    return sum(values.nbytes for values in stored.values())


def measured(reader: ReaderFile, stop: Sequence[Example]) -> Json:
    with fast_products(torch.device("cpu")):
        judged = judge(network_of(reader), [one.encoded for one in stop])
    return figures(stop, judged).to_dict()


if __name__ == "__main__":
    main()
